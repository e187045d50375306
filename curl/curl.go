// Package curl reads and writes requests as curl commands, which is how services
// document them and people pass them on.
package curl

import (
	"errors"
	"strings"

	"espost/internal/problem"
	"espost/request"
)

// MaxCommand is the longest command that is read, in bytes. The shell's parser
// takes 1.5 KB of stack for each level that commands are nested, and a stack that
// is full ends the process.
const MaxCommand = 64 << 10

// An Import is what a curl command says, as far as a board can do the same.
type Import struct {
	Request  request.Request // without a Target where the address has a placeholder in the host's place
	Address  string          // as the command has it
	Insecure bool            // -k: the command checks no certificate
	Warnings []string        // what was left out or differs, one plain clause each
}

// FromShell reads curl's arguments, as some shell hands them over. Nothing is looked
// up, run or guessed: unknown options are left out, and Warnings tells of them all.
// The error is a *problem.Problem. Neither repeats what the command sends: it may be
// secret.
func FromShell(sh *Shell) (Import, error) {
	flags, unknown, err := parseCurlFlags(sh.Words)
	if err != nil {
		return Import{}, err
	}
	c := command{input: sh.Input, hasInput: sh.InputName != ""}
	c.Open = sh.Unexpanded
	for _, w := range sh.Warnings {
		c.Warn("%s", w)
	}
	for _, u := range unknown {
		c.Warn("%s is no option that curl is known to have, and was left out", u)
	}
	for _, f := range flags {
		if err := c.apply(f); err != nil {
			return Import{}, err
		}
	}
	if c.hasInput {
		c.Warn("%s and what follows it are the shell's and were left out", sh.InputName)
	}
	r, err := c.request()
	if err != nil {
		return Import{}, err
	}
	return Import{Request: r, Address: c.URL, Insecure: c.insecure, Warnings: c.Warnings}, nil
}

// A command collects what the options say.
type command struct {
	request.Draft
	urls     int
	data     []string // joined with "&"
	json     strings.Builder
	hasJSON  bool
	insecure bool
	input    string // for "@-"
	hasInput bool   // until it is read
}

// apply takes one option in.
func (c *command) apply(f option) error {
	switch f.name {
	case "url":
		c.urls++
		if c.urls > 1 {
			return refusal("it names more than one address", "keep one, and put addresses and data that hold spaces or & into quotes")
		}
		c.URL = f.value
	case "request":
		c.Method = f.value
	case "header":
		return c.header(f.value)
	case "user-agent":
		c.Headers = append(c.Headers, request.Header{Name: "User-Agent", Value: trimmed(f.value)})
	case "referer":
		c.Headers = append(c.Headers, request.Header{Name: "Referer", Value: trimmed(f.value)})
	case "cookie":
		if !strings.Contains(f.value, "=") {
			return refusal("it reads cookies from a file", "give them as -H 'Cookie: name=value'")
		}
		c.Headers = append(c.Headers, request.Header{Name: "Cookie", Value: trimmed(f.value), Secret: true})
	case "user":
		c.User = f.value
	case "oauth2-bearer":
		c.Headers = append(c.Headers, request.Header{Name: "Authorization", Value: trimmed("Bearer " + f.value), Secret: true})
	case "insecure":
		c.insecure = true
	case "no-insecure":
		c.insecure = false
	case "data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json":
		return c.addData(f)
	case "location", "location-trusted":
		c.Warn("the board doesn't follow redirects (%s)", "--"+f.name)
	case "compressed", "tr-encoding":
		c.Warn("the board asks for an answer that isn't compressed (--%s)", f.name)
	case "form", "form-string":
		return refusal("-F sends multipart/form-data, which the board would have to build piece by piece", "use -d name=value if the service takes it")
	case "get":
		c.InQuery = true
	case "head":
		return refusal("-I asks for the headers only", "use a command that sends data")
	case "upload-file":
		return refusal("-T uploads a file", "use -d name=value if the service takes it")
	case "next":
		return refusal("it makes several requests (--next)", "paste one of them")
	case "config":
		return refusal("it reads options from a file", "write them into the command")
	case "digest", "ntlm", "negotiate", "anyauth", "aws-sigv4":
		return refusal("the board can't sign requests as --"+f.name+" does", "use Basic authentication or a token")
	default:
		if !contains(curlIrrelevant, f.name) {
			c.Warn("--%s has no counterpart on the board and was left out", f.name)
		}
	}
	return nil
}

// trimmed is a header's value without the blanks around it, which don't belong to
// it (RFC 9110 §5.5).
func trimmed(value string) string { return strings.Trim(value, " \t") }

// header takes in -H "Name: value", "Name;" (empty) or "Name:" (not sent).
func (c *command) header(line string) error {
	if strings.HasPrefix(line, "@") {
		return refusal("it reads headers from a file", "write them as -H 'Name: value'")
	}
	name, value, colon := strings.Cut(line, ":")
	value = trimmed(value)
	if !colon {
		empty, ok := strings.CutSuffix(line, ";")
		if !ok {
			c.Warn("a header has no colon and was left out")
			return nil
		}
		name = empty
	} else if value == "" {
		c.Warn("a header without a value takes one of curl's own away and was left out")
		return nil
	}
	c.Headers = append(c.Headers, request.Header{Name: strings.TrimSpace(name), Value: value})
	return nil
}

// request puts the parts together.
func (c *command) request() (request.Request, error) {
	if c.User != "" {
		if !strings.Contains(c.User, ":") {
			return request.Request{}, refusal("-u has a user without a password, for which curl would ask", "write -u user:password")
		}
		for _, u := range c.Open {
			if strings.Contains(c.User, u) {
				return request.Request{}, refusal("-u holds something that only a shell could fill in", "write user and password in its place")
			}
		}
	}
	if err := c.join(); err != nil {
		return request.Request{}, err
	}
	r, err := c.Request()
	if p, bad := errors.AsType[*problem.Problem](err); bad {
		return request.Request{}, refusal(p.Message, p.Fix)
	}
	return r, nil
}

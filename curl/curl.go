// Package curl reads and writes requests as curl commands, which is how services
// document them and people pass them on.
package curl

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
)

// maxCommand is the longest command that is read, in bytes. The shell's parser
// takes 1.5 KB of stack for each level that commands are nested, and a stack that
// is full ends the process.
const maxCommand = 64 << 10

// An Import is what a curl command says, as far as a board can do the same.
type Import struct {
	Request  request.Request // without a Target where the address has a placeholder in the host's place
	Address  string          // as the command has it
	Insecure bool            // -k: the command checks no certificate
	Warnings []string        // what was left out or differs, one plain clause each
}

// Parse reads a curl command as people paste it, in a POSIX shell's or
// bash's notation. Nothing is looked up, run or guessed: variables and commands
// within it stay as they are written, unknown options are left out, and
// Warnings tells of them all. The error is a *problem.Problem. Neither repeats what
// the command sends: it may be secret.
func Parse(text string) (Import, error) {
	sh, err := readShell(text)
	if err != nil {
		return Import{}, err
	}
	flags, unknown, err := parseCurlFlags(sh.words)
	if err != nil {
		return Import{}, err
	}
	c := command{unexpanded: sh.unexpanded, input: sh.input, hasInput: sh.inputName != ""}
	for _, w := range sh.warnings {
		c.warn("%s", w)
	}
	for _, u := range unknown {
		c.warn("%s is no option that curl is known to have, and was left out", u)
	}
	for _, f := range flags {
		if err := c.apply(f); err != nil {
			return Import{}, err
		}
	}
	if c.hasInput {
		c.warn("%s and what follows it are the shell's and were left out", sh.inputName)
	}
	r, err := c.request()
	if err != nil {
		return Import{}, err
	}
	return Import{Request: r, Address: c.url, Insecure: c.insecure, Warnings: c.warnings}, nil
}

// A command collects what the options say.
type command struct {
	warnings   []string
	unexpanded []string
	url        string
	urls       int
	method     string
	headers    []request.Header
	user       string
	data       []string // joined with "&"
	json       strings.Builder
	hasJSON    bool
	insecure   bool
	get        bool   // -G: the data goes into the query
	input      string // for "@-"
	hasInput   bool   // until it is read
}

func (c *command) warn(format string, args ...any) {
	c.warnings = append(c.warnings, sanitize.Line(fmt.Sprintf(format, args...)))
}

// apply takes one option in.
func (c *command) apply(f option) error {
	switch f.name {
	case "url":
		c.urls++
		if c.urls > 1 {
			return refusal("it names more than one address", "keep one, and put addresses and data that hold spaces or & into quotes")
		}
		c.url = f.value
	case "request":
		c.method = f.value
	case "header":
		return c.header(f.value)
	case "user-agent":
		c.headers = append(c.headers, request.Header{Name: "User-Agent", Value: trimmed(f.value)})
	case "referer":
		c.headers = append(c.headers, request.Header{Name: "Referer", Value: trimmed(f.value)})
	case "cookie":
		if !strings.Contains(f.value, "=") {
			return refusal("it reads cookies from a file", "give them as -H 'Cookie: name=value'")
		}
		c.headers = append(c.headers, request.Header{Name: "Cookie", Value: trimmed(f.value), Secret: true})
	case "user":
		c.user = f.value
	case "oauth2-bearer":
		c.headers = append(c.headers, request.Header{Name: "Authorization", Value: trimmed("Bearer " + f.value), Secret: true})
	case "insecure":
		c.insecure = true
	case "no-insecure":
		c.insecure = false
	case "data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json":
		return c.addData(f)
	case "location", "location-trusted":
		c.warn("the board doesn't follow redirects (%s)", "--"+f.name)
	case "compressed", "tr-encoding":
		c.warn("the board asks for an answer that isn't compressed (--%s)", f.name)
	case "form", "form-string":
		return refusal("-F sends multipart/form-data, which the board would have to build piece by piece", "use -d name=value if the service takes it")
	case "get":
		c.get = true
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
			c.warn("--%s has no counterpart on the board and was left out", f.name)
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
			c.warn("a header has no colon and was left out")
			return nil
		}
		name = empty
	} else if value == "" {
		c.warn("a header without a value takes one of curl's own away and was left out")
		return nil
	}
	name = strings.TrimSpace(name)
	if esp8266.HeaderAdvice(name) != "" {
		c.warn("the board sends its own %s header, if any, and not this one", name)
		return nil
	}
	c.headers = append(c.headers, request.Header{Name: name, Value: value, Secret: request.IsSecret(name, value)})
	return nil
}

// request puts the parts together.
func (c *command) request() (request.Request, error) {
	r := request.Request{Method: "POST", Body: request.Form}
	if err := c.target(&r); err != nil {
		return request.Request{}, err
	}
	if c.user != "" {
		if !strings.Contains(c.user, ":") {
			return request.Request{}, refusal("-u has a user without a password, for which curl would ask", "write -u user:password")
		}
		for _, u := range c.unexpanded {
			if strings.Contains(c.user, u) {
				return request.Request{}, refusal("-u holds something that only a shell could fill in", "write user and password in its place")
			}
		}
		if _, set := (request.Request{Headers: c.headers}).Header("Authorization"); !set {
			basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(c.user))
			c.headers = append([]request.Header{{Name: "Authorization", Value: basic, Secret: true}}, c.headers...)
		}
	}
	hasData := c.hasJSON || len(c.data) > 0
	switch {
	case c.method != "":
		r.Method = c.method
	case c.get, !hasData:
		r.Method = "GET"
	}
	if p := request.CheckMethod(r.Method); p != nil {
		return request.Request{}, refusal("its method is "+r.Method, p.Fix)
	}
	r.Headers = c.headers
	return r, c.body(&r)
}

// placeholders are what documentation writes in the place of a name; curl
// would take braces and brackets for patterns.
var placeholders = regexp.MustCompile(`\{[^/]*\}|<[^/]*>|\[[^/]*\]`)

// aName is what documentation calls what is to be filled in.
var aName = regexp.MustCompile(`^(?:\$[A-Z][A-Z0-9_]*|\$?\{[A-Za-z][A-Za-z _-]*\}|<[A-Za-z][A-Za-z _-]*>|\[[A-Za-z][A-Za-z _-]*\])$`)

// nameOf is text where it is but a name, and otherwise what it is: it may be part
// of a password.
func nameOf(text, otherwise string) string {
	if aName.MatchString(text) {
		return text
	}
	return otherwise
}

// target reads the address. One with a placeholder in its host's place stays in
// Address, for whoever pasted it to mend.
func (c *command) target(r *request.Request) error {
	if !strings.Contains(c.url, "://") {
		c.url = "http://" + c.url // curl's own default
	}
	scheme, rest, _ := strings.Cut(c.url, "://")
	switch strings.ToLower(scheme) {
	case "https":
	case "http":
		c.warn("the address isn't https; the board uses https, port 443 unless another is given")
		c.url = "https://" + rest
	default:
		return refusal("its address doesn't begin with https://", "use one that begins with https://")
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	if i := strings.LastIndex(authority, "@"); i >= 0 {
		if c.user == "" {
			c.user = percentDecode(authority[:i], false)
		}
		c.url = "https://" + rest[i+1:]
	}
	if strings.Trim(authority, "[]") == "" {
		return refusal("it has no address", "give one that begins with https://")
	}
	placeholder := placeholders.FindString(strings.TrimPrefix(c.url, "https://"))
	if ip := strings.Trim(placeholder, "[]"); strings.Contains(ip, ":") && !strings.Contains(ip, " ") {
		placeholder = "" // the brackets of an IPv6 address
	}
	if placeholder != "" {
		c.warn("the address holds %s, which looks as if it stands for something; replace it", nameOf(placeholder, "a text in brackets"))
	}
	toFill := placeholder != "" || slices.ContainsFunc(c.unexpanded, func(u string) bool { return strings.Contains(authority, u) })
	t, err := request.ParseURL(c.url)
	if p, bad := errors.AsType[*problem.Problem](err); bad && !toFill {
		return refusal(p.Message, p.Fix)
	}
	t.PlainHTTP = false // port 80 was told above
	r.Target = t
	return nil
}

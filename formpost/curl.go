package formpost

import (
	"encoding/base64"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"

	"espost/esp8266"
	"espost/internal/sanitize"
)

// An Import is what a curl command says, as far as a board can do the same.
type Import struct {
	Request  Request
	Insecure bool     // -k: the command checks no certificate
	Warnings []string // what was left out or differs, one plain clause each
}

// ParseCurl reads a curl command as people paste it, in a POSIX shell's or
// bash's notation. Nothing is looked up, run or guessed: variables and commands
// within it stay as they are written, unknown options are left out, and
// Warnings names them all. The error is a *CurlError.
func ParseCurl(command string) (Import, error) {
	sh, err := readShell(command)
	if err != nil {
		return Import{}, err
	}
	flags, unknown, err := parseCurlFlags(sh.words)
	if err != nil {
		return Import{}, err
	}
	c := curlCommand{unexpanded: sh.unexpanded, input: sh.input, hasInput: sh.inputName != ""}
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
		c.warn("%q is the shell's and was left out", sh.inputName)
	}
	r, err := c.request()
	if err != nil {
		return Import{}, err
	}
	return Import{Request: r, Insecure: c.insecure, Warnings: c.warnings}, nil
}

// A curlCommand collects what the options say.
type curlCommand struct {
	warnings   []string
	unexpanded []string
	url        string
	urls       int
	method     string
	headers    []Header
	user       string
	data       []string // joined with "&"
	json       strings.Builder
	hasJSON    bool
	insecure   bool
	input      string // for "@-"
	hasInput   bool   // until it is read
}

func (c *curlCommand) warn(format string, args ...any) {
	c.warnings = append(c.warnings, sanitize.Line(fmt.Sprintf(format, args...)))
}

// apply takes one option in.
func (c *curlCommand) apply(f curlFlag) error {
	switch f.name {
	case "url":
		c.urls++
		if c.urls > 1 {
			return &CurlError{"it names more than one address", "keep one, and put addresses and data that hold spaces or & into quotes"}
		}
		c.url = f.value
	case "request":
		c.method = f.value
	case "header":
		return c.header(f.value)
	case "user-agent":
		c.warn("the board sends its own User-Agent, not %q", f.value)
	case "referer":
		c.headers = append(c.headers, Header{Name: "Referer", Value: f.value})
	case "cookie":
		if !strings.Contains(f.value, "=") {
			return &CurlError{fmt.Sprintf("it reads cookies from the file %q", f.value), "give them as -H 'Cookie: name=value'"}
		}
		c.headers = append(c.headers, Header{Name: "Cookie", Value: f.value, Secret: true})
	case "user":
		c.user = f.value
	case "oauth2-bearer":
		c.headers = append(c.headers, Header{Name: "Authorization", Value: "Bearer " + f.value, Secret: true})
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
		return &CurlError{"-F sends multipart/form-data, which the board would have to build piece by piece", "use -d name=value if the service takes it"}
	case "get":
		return &CurlError{"-G puts the data into the address and sends GET", "leave -G out if the service takes POST"}
	case "head":
		return &CurlError{"-I asks for the headers only", "use a command that sends data"}
	case "upload-file":
		return &CurlError{"-T uploads a file", "use -d name=value if the service takes it"}
	case "next":
		return &CurlError{"it makes several requests (--next)", "paste one of them"}
	case "config":
		return &CurlError{fmt.Sprintf("it reads options from the file %q", f.value), "write them into the command"}
	case "digest", "ntlm", "negotiate", "anyauth", "aws-sigv4":
		return &CurlError{"the board can't sign requests as --" + f.name + " does", "use Basic authentication or a token"}
	default:
		if !contains(curlIrrelevant, f.name) {
			c.warn("--%s has no counterpart on the board and was left out", f.name)
		}
	}
	return nil
}

// header takes in -H "Name: value", "Name;" (empty) or "Name:" (not sent).
func (c *curlCommand) header(line string) error {
	if strings.HasPrefix(line, "@") {
		return &CurlError{fmt.Sprintf("it reads headers from the file %q", line[1:]), "write them as -H 'Name: value'"}
	}
	name, value, colon := strings.Cut(line, ":")
	value = strings.Trim(value, " \t")
	if !colon {
		empty, ok := strings.CutSuffix(line, ";")
		if !ok {
			c.warn("the header %q has no colon and was left out", line)
			return nil
		}
		name = empty
	} else if value == "" {
		c.warn("%q takes a header of curl's own away and was left out", line)
		return nil
	}
	name = strings.TrimSpace(name)
	if esp8266.HeaderAdvice(name) != "" {
		c.warn("the board sends its own %s header, if any, and not %q", name, value)
		return nil
	}
	c.headers = append(c.headers, Header{Name: name, Value: value, Secret: looksSecret(name)})
	return nil
}

// looksSecret reports whether a header's or field's name is one that services
// use for credentials, so that its value starts out masked.
func looksSecret(name string) bool {
	name = strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))
	for _, word := range []string{"authorization", "cookie", "token", "apikey", "aiokey", "secret", "password", "passwd", "writekey", "accesskey"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// request puts the parts together.
func (c *curlCommand) request() (Request, error) {
	r := Request{Method: "POST"}
	if err := c.target(&r); err != nil {
		return Request{}, err
	}
	if c.user != "" {
		if !strings.Contains(c.user, ":") {
			return Request{}, &CurlError{"-u has a user without a password, for which curl would ask", "write -u user:password"}
		}
		for _, u := range c.unexpanded {
			if strings.Contains(c.user, u) {
				return Request{}, &CurlError{fmt.Sprintf("-u holds %s, which only a shell could fill in", u), "write user and password in its place"}
			}
		}
		if _, set := (Request{Headers: c.headers}).header("Authorization"); !set {
			basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(c.user))
			c.headers = append([]Header{{Name: "Authorization", Value: basic, Secret: true}}, c.headers...)
		}
	}
	hasData := c.hasJSON || len(c.data) > 0
	switch {
	case c.method != "":
		r.Method = c.method
	case !hasData:
		return Request{}, &CurlError{"it only reads (GET)", "use a command that sends data with -d or -X POST"}
	}
	switch r.Method {
	case "POST", "PUT", "PATCH":
	default:
		return Request{}, &CurlError{fmt.Sprintf("its method is %s", r.Method), "the form is sent with POST, PUT or PATCH"}
	}
	r.Headers = c.headers
	return r, c.body(&r)
}

// placeholders are what documentation writes in the place of a name; curl
// would take braces and brackets for patterns.
var placeholders = regexp.MustCompile(`\{[^/]*\}|<[^/]*>|\[[^/]*\]`)

// target reads the address.
func (c *curlCommand) target(r *Request) error {
	scheme, rest, ok := strings.Cut(c.url, "://")
	if !ok {
		scheme, rest = "http", c.url // curl's own default
	}
	r.Port = 443
	switch strings.ToLower(scheme) {
	case "https":
	case "http":
		c.warn("the address isn't https; the board uses https, port 443 unless another is given")
	default:
		return &CurlError{fmt.Sprintf("its address begins with %s://", scheme), "use one that begins with https://"}
	}
	rest, _, _ = strings.Cut(rest, "#")
	authority, pathAndQuery := rest, "/"
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, pathAndQuery = rest[:i], rest[i:]
	}
	if pathAndQuery[0] == '?' {
		pathAndQuery = "/" + pathAndQuery
	}
	r.Path = strings.ReplaceAll(pathAndQuery, " ", "%20")
	if i := strings.LastIndex(authority, "@"); i >= 0 {
		if c.user == "" {
			c.user = percentDecode(authority[:i], false)
		}
		authority = authority[i+1:]
	}
	r.Host = authority
	if host, port, err := net.SplitHostPort(authority); err == nil {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return &CurlError{fmt.Sprintf("its address has the port %q", port), "give a number, or none for 443"}
		}
		r.Host, r.Port = host, int(n)
	}
	// Brackets belong to an IPv6 address, or are what documentation puts around a name.
	r.Host = strings.Trim(r.Host, "[]")
	if r.Host == "" {
		return &CurlError{"it has no address", "give one that begins with https://"}
	}
	if authority[0] == '[' && !strings.Contains(r.Host, ":") {
		r.Host = "[" + r.Host + "]"
	}
	if placeholder := placeholders.FindString(r.Host + r.Path); placeholder != "" {
		c.warn("the address holds %s, which looks as if it stands for something; replace it", placeholder)
	}
	return nil
}

package imports

import (
	"slices"
	"strings"

	"espost/curl"
	"espost/internal/lazyregexp"
	"espost/request"
)

// A Notation is one in which a request can be written for another program.
type Notation string

// The notations.
const (
	Curl       Notation = "curl"       // for a POSIX shell
	Cmd        Notation = "cmd"        // curl for Windows' cmd
	PowerShell Notation = "powershell" // Invoke-RestMethod, whose quoting is the same in all versions
	HTTP       Notation = "http"       // an .http file
	HTTPie     Notation = "httpie"     // for a POSIX shell
)

// Notations returns them all.
func Notations() []Notation { return []Notation{Curl, Cmd, PowerShell, HTTP, HTTPie} }

// Format writes r in a notation, so that the program sends what r sends apart from
// headers of its own. Secret values are Mask unless showSecrets is set. The error,
// a *problem.Problem, says what a notation can't hold.
func Format(r request.Request, as Notation, showSecrets bool) (string, error) {
	if parts := r.Parts(); len(parts) > 1 && as != Curl {
		return formatParts(parts, as, showSecrets)
	}
	switch as {
	case Curl:
		return curl.Format(r, showSecrets), nil
	case Cmd:
		return formatCmd(r, showSecrets)
	case PowerShell:
		return formatPowerShell(r, showSecrets)
	case HTTP:
		return formatHTTP(r, showSecrets)
	case HTTPie:
		return formatHTTPie(r, showSecrets)
	}
	return "", inexpressible("there is no notation of that name", "use curl, cmd, powershell, http or httpie")
}

// formatParts writes the requests of a split reading, one after the other.
func formatParts(parts []request.Request, as Notation, showSecrets bool) (string, error) {
	between := "\n"
	if as == HTTP {
		between = "\n###\n\n"
	}
	var all []string
	for _, part := range parts {
		text, err := Format(part, as, showSecrets)
		if err != nil {
			return "", err
		}
		all = append(all, text)
	}
	return strings.Join(all, between), nil
}

func inexpressible(message, fix string) error {
	return refusal("and not be exported either: "+message, fix)
}

// An outline is a request laid out for the notations.
type outline struct {
	url, body, contentType string
	headers                []request.Header // without Content-Type
}

func lay(r request.Request, showSecrets bool) outline {
	o := outline{url: r.URL(!showSecrets), body: string(r.BodyBytes())}
	if !showSecrets {
		_, o.body = r.Preview()
	}
	if r.Body != request.None {
		o.contentType = r.Body.ContentType()
	}
	for _, h := range r.Added(!showSecrets) {
		if strings.EqualFold(h.Name, "Content-Type") {
			o.contentType = h.Value
			continue
		}
		o.headers = append(o.headers, h)
	}
	if r.Key != "" {
		o.headers = append(o.headers, request.Header{Name: request.KeyHeader, Value: r.Key})
	}
	return o
}

// maxCmdLine is the longest command that cmd takes, in characters
// (learn.microsoft.com/troubleshoot/windows-client/shell-experience/command-line-string-limitation).
const maxCmdLine = 8191

func formatCmd(r request.Request, showSecrets bool) (string, error) {
	var words []string
	for _, a := range curl.Args(r, showSecrets) {
		if strings.ContainsAny(a.Value, "\r\x00") {
			return "", inexpressible("cmd's commands can't hold a carriage return", "choose another notation")
		}
		words = append(words, a.Options+cmdQuote(a.Value))
	}
	command := "curl " + strings.Join(words, " ^\n  ")
	if len(command) > maxCmdLine {
		return "", inexpressible("cmd takes no more than 8191 characters", "choose another notation")
	}
	return command, nil
}

var (
	beforeQuote = lazyregexp.New(`\\*"|\\+$`)
	cmdSpecial  = lazyregexp.New(`[^\w\s:=+~'/.,?;*-]`)
)

// cmdQuote quotes s first for a program's C library, then for cmd, as Chrome does.
func cmdQuote(s string) string {
	s = beforeQuote.Get().ReplaceAllStringFunc(s, func(m string) string {
		slashes := strings.Count(m, `\`)
		return strings.Repeat(`\`, slashes) + strings.ReplaceAll(m, `"`, `\"`)
	})
	s = cmdSpecial.Get().ReplaceAllStringFunc(s, func(m string) string {
		if m[0] >= 0x80 {
			return m
		}
		return "^" + m
	})
	return `^"` + strings.ReplaceAll(s, "\n", "^\n\n") + `^"`
}

// psQuote quotes s for PowerShell, which takes typographic quotes for quotes.
func psQuote(s string) string {
	var out strings.Builder
	for _, c := range s {
		out.WriteRune(c)
		if strings.ContainsRune(psQuotes, c) {
			out.WriteRune(c)
		}
	}
	return "'" + out.String() + "'"
}

func formatPowerShell(r request.Request, showSecrets bool) (string, error) {
	o := lay(r, showSecrets)
	lines := []string{"Invoke-RestMethod -Uri " + psQuote(o.url), "-Method " + r.Method}
	var headers []string
	for _, h := range o.headers {
		if strings.EqualFold(h.Name, "User-Agent") {
			lines = append(lines, "-UserAgent "+psQuote(h.Value))
			continue
		}
		headers = append(headers, psQuote(h.Name)+" = "+psQuote(h.Value))
	}
	if len(headers) > 0 {
		lines = append(lines, "-Headers @{ "+strings.Join(headers, "; ")+" }")
	}
	if o.contentType != "" {
		lines = append(lines, "-ContentType "+psQuote(o.contentType))
	}
	if r.Body != request.None {
		lines = append(lines, "-Body ([System.Text.Encoding]::UTF8.GetBytes("+psQuote(o.body)+"))")
	}
	return strings.Join(lines, " `\n  "), nil
}

// notInHTTP is what a line of a body can't begin with in an .http file.
var notInHTTP = lazyregexp.New(`(?m)^(?:###|@[\w.-]+[ \t]*=|\s*(?:<|>|<>|>>)[ {@])`)

func formatHTTP(r request.Request, showSecrets bool) (string, error) {
	o := lay(r, showSecrets)
	whole := o.url + o.body
	for _, h := range o.headers {
		whole += h.Value
	}
	switch {
	case strings.Contains(whole, "{{"):
		return "", inexpressible("an .http file takes {{ for a variable", "choose another notation")
	case notInHTTP.Get().MatchString(o.body), strings.Contains(o.body, "\r"), strings.TrimSpace(o.body) != o.body,
		strings.HasPrefix(o.contentType, request.Form.ContentType()) && strings.Contains(o.body, "\n"):
		return "", inexpressible("an .http file can't hold a body of these lines", "choose another notation")
	}
	lines := []string{r.Method + " " + o.url + " HTTP/1.1"}
	for _, h := range o.headers {
		lines = append(lines, h.Name+": "+h.Value)
	}
	if o.contentType != "" {
		lines = append(lines, "Content-Type: "+o.contentType)
	}
	return strings.Join(append(lines, "", o.body), "\n"), nil
}

func formatHTTPie(r request.Request, showSecrets bool) (string, error) {
	o := lay(r, showSecrets)
	words := []string{"http --ignore-stdin " + r.Method + " " + curl.ShellQuote(o.url)}
	if o.contentType != "" {
		o.headers = append(slices.Clone(o.headers), request.Header{Name: "Content-Type", Value: o.contentType})
	}
	for _, h := range o.headers {
		if strings.TrimSpace(h.Value) == "" {
			words = append(words, curl.ShellQuote(h.Name+";"))
			continue
		}
		words = append(words, curl.ShellQuote(h.Name+": "+h.Value)) // the blank keeps "=" and "@" from being read as signs
	}
	if o.body != "" {
		words = append(words, "--raw "+curl.ShellQuote(o.body))
	}
	return strings.Join(words, " \\\n  "), nil
}

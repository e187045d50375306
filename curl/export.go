package curl

import (
	"strings"

	"espost/request"
)

// An Arg is a part of a curl command: options, and a value that is to be quoted.
type Arg struct{ Options, Value string }

// Args returns the arguments of a curl command that sends what r sends apart
// from curl's own headers; the first holds the address. Secret values, also
// those in the address, are Mask unless showSecrets is set.
func Args(r request.Request, showSecrets bool) []Arg {
	mask := !showSecrets
	var options string
	if r.Method != "POST" || r.Body == request.None {
		options += "-X " + r.Method + " "
	}
	url := r.URL(mask)
	if strings.ContainsAny(url, "[]{}") {
		options += "-g " // no globbing
	}
	if strings.Contains(url, "/.") {
		options += "--path-as-is "
	}
	args := []Arg{{options, url}}
	add := func(option, value string) { args = append(args, Arg{option + " ", value}) }
	for _, h := range r.Added(mask) {
		if strings.Trim(h.Value, " \t") == "" {
			add("-H", h.Name+";") // curl's way to send an empty one
		} else {
			add("-H", h.Name+": "+h.Value)
		}
	}
	if r.Key != "" {
		add("-H", request.KeyHeader+": "+r.Key)
	}
	if _, own := r.Header("Content-Type"); !own && r.Body != request.Form && r.Body != request.None {
		add("-H", "Content-Type: "+r.Body.ContentType())
	}
	if r.Body != request.None {
		body := string(r.BodyBytes())
		if mask {
			_, body = r.Preview()
		}
		add("--data-raw", body)
	}
	return args
}

// Format returns those arguments as a command for a POSIX shell.
// A split reading is several.
func Format(r request.Request, showSecrets bool) string {
	var commands []string
	for _, part := range r.Parts() {
		var words []string
		for _, a := range Args(part, showSecrets) {
			words = append(words, a.Options+ShellQuote(a.Value))
		}
		commands = append(commands, "curl "+strings.Join(words, " \\\n  "))
	}
	return strings.Join(commands, "\n")
}

// ShellQuote puts s between single quotes (POSIX.1-2017, XCU 2.2.2), behind a
// dollar sign (POSIX.1-2024, XCU 2.2.4; bash, zsh) where it holds a carriage
// return, which a terminal would take for the enter key.
func ShellQuote(s string) string {
	if strings.Contains(s, "\r") {
		return "$'" + strings.NewReplacer(`\`, `\\`, "'", `\047`, "\r", `\r`, "\n", `\n`).Replace(s) + "'"
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

package formpost

import (
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/net/http/httpguts"

	"espost/esp8266"
	"espost/internal/sanitize"
)

// A Part is the part of a Request that an InvalidError is about.
type Part string

// The parts.
const (
	PartMethod   Part = "method"
	PartHost     Part = "host"
	PartPort     Part = "port"
	PartPath     Part = "path"
	PartEncoding Part = "encoding"
	PartHeader   Part = "header"
	PartField    Part = "field"
)

// An InvalidError says why a Request can't be sent as it stands.
type InvalidError struct {
	Part    Part
	Row     int    // index into Headers or Fields; -1 for the other parts
	Message string // one plain sentence without its full stop
	Fix     string // what to do about it
}

func (e *InvalidError) Error() string { return e.Message + ": " + e.Fix }

// Validate reports the first reason why the board couldn't send r, as an
// *InvalidError, or nil.
func (r Request) Validate() error {
	checks := []func() *InvalidError{r.checkTarget, r.checkHeaders, r.checkFields}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (r Request) checkTarget() *InvalidError {
	invalid := func(p Part, message, fix string) *InvalidError {
		return &InvalidError{Part: p, Row: -1, Message: message, Fix: fix}
	}
	switch r.Method {
	case "POST", "PUT", "PATCH":
	default:
		return invalid(PartMethod, fmt.Sprintf("the method %q can't carry a form", r.Method), "use POST, PUT or PATCH")
	}
	if r.Host == "" || len(r.Host) > 253 || strings.Trim(r.Host, hostBytes) != "" {
		return invalid(PartHost, fmt.Sprintf("%q is no host name", r.Host), "give a name such as postman-echo.com, without https:// and path")
	}
	if r.Port < 1 || r.Port > 65535 {
		return invalid(PartPort, fmt.Sprintf("%d is no port", r.Port), "use 443, or another number up to 65535")
	}
	if !strings.HasPrefix(r.Path, "/") {
		return invalid(PartPath, fmt.Sprintf("the path %q doesn't begin with a slash", r.Path), "begin it with /")
	}
	for i := range len(r.Path) {
		if c := r.Path[i]; c <= ' ' || c >= 0x7f || c == '#' {
			return invalid(PartPath, fmt.Sprintf("the path holds %q", string(c)), fmt.Sprintf("write it as %%%02X", c))
		}
	}
	switch r.Encoding {
	case Form, JSON:
	default:
		return invalid(PartEncoding, fmt.Sprintf("there is no encoding %q", string(r.Encoding)), "use form or json")
	}
	return nil
}

// hostBytes are the bytes of host names and of IP addresses.
const hostBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:"

func (r Request) checkHeaders() *InvalidError {
	var lines strings.Builder // as HTTPClient collects them
	for i, h := range r.Headers {
		invalid := func(message, fix string) *InvalidError {
			return &InvalidError{Part: PartHeader, Row: i, Message: fmt.Sprintf("header %d (%s) %s", i+1, shown(h.Name), message), Fix: fix}
		}
		if !httpguts.ValidHeaderFieldName(h.Name) {
			return invalid("has a name that HTTP doesn't allow", "use letters, digits and hyphens only")
		}
		if fix := esp8266.HeaderAdvice(h.Name); fix != "" {
			return invalid("can't be set on the board", fix)
		}
		for j := range len(h.Value) {
			if c := h.Value[j]; c < ' ' && c != '\t' || c == 0x7f {
				return invalid(fmt.Sprintf("holds the control character %q", string(c)), "remove it; a header is one line")
			}
		}
		if strings.Contains(lines.String(), h.Name+": ") || sameName(r.Headers[:i], h.Name) {
			return invalid("stands in an earlier header already, which HTTPClient would cut out", "join the two, or rename one")
		}
		lines.WriteString(h.Name + ": " + h.Value + "\r\n")
	}
	return r.checkOwnHeaders(lines.String())
}

// checkOwnHeaders looks for what HTTPClient's addHeader would damage when the
// firmware adds Content-Type and HTTPClient adds Content-Length: it searches
// "Name: " in all lines so far and cuts from there to the line's end
// (core ESP8266HTTPClient.cpp, addHeader).
func (r Request) checkOwnHeaders(lines string) *InvalidError {
	own := []string{"Content-Length: "}
	if _, set := r.header("Content-Type"); !set {
		own = append(own, "Content-Type: ")
	}
	for _, name := range own {
		if !strings.Contains(lines, name) {
			continue
		}
		for i, h := range r.Headers {
			if strings.Contains(h.Name+": "+h.Value, name) {
				return &InvalidError{
					Part: PartHeader, Row: i,
					Message: fmt.Sprintf("header %d (%s) holds %q, where HTTPClient would cut it", i+1, shown(h.Name), name),
					Fix:     "rename it or change its value",
				}
			}
		}
	}
	return nil
}

// sameName reports whether one of headers has that name.
func sameName(headers []Header, name string) bool {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return true
		}
	}
	return false
}

func (r Request) checkFields() *InvalidError {
	if r.Encoding != JSON {
		return nil
	}
	seen := make(map[string]int)
	for i, f := range r.Fields {
		invalid := func(message, fix string) *InvalidError {
			return &InvalidError{Part: PartField, Row: i, Message: fmt.Sprintf("row %d (%s) %s", i+1, shown(f.Name), message), Fix: fix}
		}
		key := string([]rune(f.Name)) // as it is sent: invalid bytes are U+FFFD
		if first, dup := seen[key]; dup {
			return invalid(fmt.Sprintf("has the same name as row %d, and a JSON object has each name once", first+1), "rename one, switch it off, or use the encoding form")
		}
		seen[key] = i
		if f.Raw && !json.Valid([]byte(f.Value)) {
			return invalid("holds no JSON value", "give a number, true, false, null, a list or an object in JSON, or choose the source text")
		}
		if f.Number && !isJSONNumber(f.Value) {
			value := fmt.Sprintf("%q", f.Value)
			if f.Secret {
				value = "its value"
			}
			return invalid(value+" is no JSON number", "give digits such as -61 or 3.28, without unit or leading zeros")
		}
	}
	return nil
}

// shown is a name within a sentence.
func shown(name string) string {
	if name == "" {
		return "no name"
	}
	return sanitize.Line(name)
}

package imports

import (
	"fmt"
	"strconv"
	"strings"

	"espost/internal/lazyregexp"
	"espost/request"
)

// readRaw reads a request as it goes over the wire (RFC 9112 §3).
func readRaw(text string) (Import, error) {
	all, err := readHTTPFile(strings.TrimLeft(text, " \t\n"))
	if err != nil {
		return Import{}, err
	}
	return all[0], nil
}

var (
	separator   = lazyregexp.New(`^###[ \t]*(.*)$`)
	fileVar     = lazyregexp.New(`^@([\w.-]+)[ \t]*=[ \t]*(.*)$`)
	namedBy     = lazyregexp.New(`^(?:#|//)[ \t]*@name[ \t=]+(\S+)`)
	requestLine = lazyregexp.New(`^(?:([A-Z]+)[ \t]+)?((?:https?://|/|\{\{|[\w.-]+[:./]).*?)(?:[ \t]+HTTP/[\d.]+)?[ \t]*$`)
	headerLine  = lazyregexp.New("^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*)$")
)

// readHTTPFile reads the notation of VS Code's REST Client and of JetBrains' HTTP
// Client (github.com/Huachao/vscode-restclient, jetbrains.com/help/idea/
// exploring-http-syntax.html, 2024): requests with ### between them, variables
// by @name = value. A single raw request is the same.
func readHTTPFile(text string) ([]Import, error) {
	variables := make(scope)
	lines := strings.Split(text, "\n")
	for _, line := range lines {
		if m := fileVar.Get().FindStringSubmatch(line); m != nil {
			variables[m[1]] = strings.TrimSpace(m[2])
		}
	}
	return collect(func(add func(title string, d *request.Draft, err error)) {
		title := ""
		for len(lines) > 0 {
			n := 0
			for n < len(lines) && !separator.Get().MatchString(lines[n]) {
				n++
			}
			section := &httpSection{lines: lines[:n], title: title}
			d, err := section.draft()
			if d != nil || err != nil {
				if d != nil && len(variables)+strings.Count(text, "{{") > 0 {
					variables.fill(d)
				}
				add(section.title, d, err)
			}
			if n == len(lines) {
				return
			}
			title = separator.Get().FindStringSubmatch(lines[n])[1]
			lines = lines[n+1:]
		}
	})
}

// collect makes requests of drafts. Those that can't be had are named in the
// warnings of the first that can; where none can, the first reason is the error.
func collect(each func(add func(title string, d *request.Draft, err error))) ([]Import, error) {
	var all []Import
	var first error
	failed := 0
	each(func(title string, d *request.Draft, err error) {
		var r Import
		if err == nil {
			r, err = finish(d, title)
		}
		if err == nil {
			all = append(all, r)
			return
		}
		failed++
		if first == nil {
			first = err
		}
	})
	switch {
	case len(all) == 0 && first != nil:
		return nil, first
	case len(all) == 0:
		return nil, refusal("there is no request in it", "choose a file with one")
	case failed > 0:
		all[0].Warnings = append(all[0].Warnings, fmt.Sprintf("requests in it that a board can't send were left out: %d", failed))
	}
	return all, nil
}

// An httpSection is the lines of one request.
type httpSection struct {
	lines []string
	title string
	at    int
}

// draft reads the section; nil if there is no request in it.
func (s *httpSection) draft() (*request.Draft, error) {
	line := s.start()
	if line == "" {
		return nil, nil
	}
	m := requestLine.Get().FindStringSubmatch(line)
	if m == nil {
		return nil, refusal("a line in it is no request line", "begin the request with a method and an address, as in POST https://host/path")
	}
	d := &request.Draft{Method: m[1], URL: m[2]}
	if d.Method == "" {
		d.Method = "GET"
	}
	for ; s.at < len(s.lines); s.at++ { // REST Client breaks long queries
		part := strings.TrimSpace(s.lines[s.at])
		if !strings.HasPrefix(part, "?") && !strings.HasPrefix(part, "&") {
			break
		}
		d.URL += part
	}
	if err := s.headers(d); err != nil {
		return nil, err
	}
	return d, s.body(d)
}

// start skips comments, variables and blank lines, and returns the first other
// line.
func (s *httpSection) start() string {
	inScript := false
	for ; s.at < len(s.lines); s.at++ {
		line := strings.TrimSpace(s.lines[s.at])
		switch m := namedBy.Get().FindStringSubmatch(line); {
		case m != nil:
			s.title = m[1]
		case strings.HasPrefix(line, "< {%"):
			inScript = !strings.Contains(line, "%}")
		case inScript:
			inScript = !strings.Contains(line, "%}")
		case line == "", strings.HasPrefix(line, "#"), strings.HasPrefix(line, "//"), fileVar.Get().MatchString(line):
		default:
			s.at++
			return line
		}
	}
	return ""
}

// headers reads header lines up to a blank line. The Host completes an address
// that is a path only.
func (s *httpSection) headers(d *request.Draft) error {
	host := ""
	for ; s.at < len(s.lines); s.at++ {
		line := strings.TrimRight(s.lines[s.at], " \t\r")
		if line == "" {
			s.at++
			break
		}
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") {
			continue
		}
		m := headerLine.Get().FindStringSubmatch(line)
		if m == nil {
			return refusal("a line in its head is no header", "write Name: value, and an empty line before the body")
		}
		switch strings.ToLower(m[1]) {
		case "host":
			host = m[2]
			continue
		case "transfer-encoding":
			return refusal("its body is sent in chunks", "paste it with a Content-Length and the plain body")
		}
		d.Headers = append(d.Headers, request.Header{Name: m[1], Value: m[2]})
	}
	if !strings.HasPrefix(d.URL, "/") {
		return nil
	}
	if host == "" {
		return refusal("it has a path, and no header Host says where", "add the line Host: and the server's name")
	}
	d.URL = "https://" + host + d.URL
	return nil
}

// body is the rest, without the blank lines at its end and without what handles
// the answer. A Content-Length that fits the text as it stands, or with the line
// ends of the wire, decides.
func (s *httpSection) body(d *request.Draft) error {
	var kept []string
	for _, line := range s.lines[min(s.at, len(s.lines)):] {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "> {%"), strings.HasPrefix(trimmed, "<> "), strings.HasPrefix(trimmed, ">> "), strings.HasPrefix(trimmed, "> ") && strings.HasSuffix(trimmed, ".js"):
			return s.data(d, kept)
		case strings.HasPrefix(trimmed, "< ") || strings.HasPrefix(trimmed, "<@"):
			return refusal("its body is a file", "put the file's text in its place")
		}
		kept = append(kept, line)
	}
	return s.data(d, kept)
}

func (s *httpSection) data(d *request.Draft, lines []string) error {
	whole := strings.Join(lines, "\n")
	d.Data = strings.TrimRight(whole, "\n")
	if length, ok := (request.Request{Headers: d.Headers}).Header("Content-Length"); ok {
		n, err := strconv.Atoi(strings.TrimSpace(length.Value))
		wire := strings.ReplaceAll(whole, "\n", "\r\n")
		switch {
		case err == nil && n <= len(whole) && strings.TrimRight(whole[n:], "\n") == "":
			d.Data = whole[:n]
		case err == nil && n <= len(wire) && strings.TrimRight(wire[n:], "\r\n") == "":
			d.Data = wire[:n]
		default:
			d.Warn("Content-Length doesn't fit the body as it stands here; the board counts for itself")
		}
	}
	d.HasData = d.Data != ""
	if strings.HasPrefix(strings.TrimSpace(d.Data), "--") && strings.Contains(fmt.Sprint(d.Headers), "multipart/") {
		return refusal("it sends multipart/form-data, which the board would have to build piece by piece", "send a form or JSON if the service takes it")
	}
	if form, _ := (request.Request{Headers: d.Headers}).Header("Content-Type"); strings.HasPrefix(form.Value, request.Form.ContentType()) && strings.Contains(d.Data, "\n&") {
		d.Data = strings.ReplaceAll(d.Data, "\n&", "&") // both programs join such lines
	}
	return nil
}

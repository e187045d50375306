package formpost_test

import (
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"espost/curl"
	"espost/esp8266"
	"espost/imports"
	"espost/internal/testkit/need"
	"espost/request"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Exported commands, run by a real shell and a real curl, arrive as the
// request's own path, headers and body.
func TestExportedCurlArrivesEqual(t *testing.T) {
	program, sh := need.Program(t, "curl"), need.Program(t, "sh")
	leaf := leafFor(t, "localhost")
	s := listen(t, func(s *server, raw net.Conn) {
		conn := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{leaf.served()}})
		defer conn.Close()
		one := new(server)
		if one.readRequest(conn) {
			s.mu.Lock()
			s.got.Reset()
			s.got.WriteString(one.received())
			s.mu.Unlock()
			io.WriteString(conn, okAnswer)
		}
	})
	for name, r := range exportable(t) {
		r.Target.Host, r.Target.Port = "localhost", s.port
		if err := r.Validate().Err(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		command := curl.Format(r, true)
		run := exec.CommandContext(t.Context(), sh, "-c", strings.Replace(command, "curl ", program+" -q -sS -k --http1.1 --max-time 20 ", 1))
		if out, err := run.CombinedOutput(); err != nil || string(out) != "ok" {
			t.Errorf("%s: %v\n%s\n%s", name, err, command, out)
			continue
		}
		if diff := cmp.Diff(essence(string(r.Bytes())), essence(s.received())); diff != "" {
			t.Errorf("%s\n%s\n(-board +curl):\n%s", name, command, diff)
		}
	}
}

// exportable are the imports of testdata/curl, and requests that quoting gets wrong.
func exportable(t *testing.T) map[string]request.Request {
	t.Helper()
	all := map[string]request.Request{}
	files, err := filepath.Glob("../curl/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if imported, err := imports.One(archive.Files[0].Data, ""); err == nil && imported.Request.Target.Host != "" {
			all[filepath.Base(file)] = imported.Request
		}
	}
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	base := request.Request{Method: "POST", Target: request.Target{Path: "/"}, Body: request.Form}
	add := func(name string, change func(*request.Request)) {
		r := base
		change(&r)
		all[name] = r
	}
	add("empty", func(*request.Request) {})
	add("all bytes", func(r *request.Request) { r.Fields = []request.Field{{Name: string(every), Value: string(every)}} })
	add("JSON quotes", func(r *request.Request) {
		r.Body = request.JSON
		r.Fields = []request.Field{{Name: `it's "\`, Value: "a\nb\x00☕ @$`!"}, {Name: "n", Source: esp8266.SourceRSSI, Sample: "-1.5"}}
	})
	add("path", func(r *request.Request) { r.Target.Path = "/a/../b//[1-3]/%7Bx,y%7D?q='&%22=%20*!;" })
	add("headers", func(r *request.Request) {
		r.Method = "PATCH"
		r.Headers = []request.Header{{Name: "X-Empty"}, {Name: "X-Quote", Value: `it's "$HOME" \ größe`}, {Name: "Content-Type", Value: "text/plain"}}
		r.Fields = []request.Field{{Name: "@file", Value: "@x"}}
	})
	return all
}

// essence is a request without the headers that HTTPClient and curl set
// themselves, header names in lower case.
func essence(request string) []string {
	head, body, _ := strings.Cut(request, "\r\n\r\n")
	var lines []string
	for i, line := range strings.Split(head, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		name = strings.ToLower(name)
		switch {
		case i == 0:
			lines = append(lines, line)
		case name == "user-agent", name == "accept-encoding", name == "connection", name == "accept" && value == " */*", name == "content-length":
		case name == "content-type":
			lines = append(lines, name+":"+value)
		default:
			lines = append(lines, name+":"+strings.TrimRight(value, " "))
		}
	}
	return append(sortedTail(lines), body)
}

// sortedTail moves the content type, whose place differs, to the end.
func sortedTail(lines []string) []string {
	var rest, last []string
	for _, l := range lines {
		if strings.HasPrefix(l, "content-type:") {
			last = append(last, l)
		} else {
			rest = append(rest, l)
		}
	}
	return append(rest, last...)
}

func TestCurlMasksSecrets(t *testing.T) {
	r := request.Request{
		Method: "POST", Target: request.Target{Host: "h.example", Port: 443, Path: "/"}, Body: request.Form,
		Headers: []request.Header{{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte("s3cret")), Secret: true}},
		Fields:  []request.Field{{Name: "token", Value: "s3cret", Secret: true}},
	}
	command := curl.Format(r, false)
	if strings.Contains(command, "s3cret") || strings.Contains(command, "czNjcmV0") || strings.Count(command, request.Mask) != 2 {
		t.Errorf("masked:\n%s", command)
	}
	if !strings.Contains(curl.Format(r, true), "s3cret") {
		t.Error("asked for, the secret isn't there")
	}
}

package imports_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"espost/imports"
	"espost/internal/testkit/need"
	"espost/request"
)

// A sent is a request as a program sent it.
type sent struct {
	method, target, body string
	header               http.Header
}

// A listener is a server for TLS and plain HTTP on one port, and keeps what
// arrives.
type recorder struct {
	net.Listener
	addr string
	mu   sync.Mutex
	got  []sent
}

// first is a connection whose first byte was looked at.
type first struct {
	net.Conn
	r *bufio.Reader
}

func (c first) Read(b []byte) (int, error) { return c.r.Read(b) }

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{}
	handler := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, sent{req.Method, req.RequestURI, string(body), req.Header})
	})
	secure, plain := httptest.NewTLSServer(handler), httptest.NewServer(handler)
	t.Cleanup(secure.Close)
	t.Cleanup(plain.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	r.Listener, r.addr = l, l.Addr().String()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				in := first{conn, bufio.NewReader(conn)}
				defer func() { _ = conn.Close() }()
				to := plain.Listener.Addr().String()
				if b, err := in.r.Peek(1); err != nil {
					return
				} else if b[0] == 0x16 {
					to = secure.Listener.Addr().String()
				}
				out, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer func() { _ = out.Close() }()
				go func() { _, _ = io.Copy(out, in); _ = out.(*net.TCPConn).CloseWrite() }()
				_, _ = io.Copy(conn, out)
			}()
		}
	}()
	return r
}

// take returns what has arrived and forgets it.
func (r *recorder) take() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

// The original programs send what the imported request does. Commands run in a
// shell that finds no other program than a wrapper, which leads to a server of
// the test's on loopback.
func TestOriginalsSendTheSame(t *testing.T) {
	wrappers := map[string]string{
		"curl": `exec %[1]s -q --insecure --silent --max-time 20 --connect-to ::%[2]s "$@"`,
		"wget": `for a; do shift; case $a in https://*) a=http://${a#https://};; esac; set -- "$@" "$a"; done; http_proxy=http://%[2]s/ exec %[1]s -q -t 1 -T 20 "$@"`,
		"http": `exec %[1]s $IGNORE --offline --print=HB --pretty=none "$@"`,
	}
	wrappers["https"] = wrappers["http"]
	compared := make(map[string]int)
	for _, s := range specimens(t) {
		tool := toolOf(s)
		if tool == "" {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			one, err := imports.One(s.input, s.file)
			if err != nil || one.Request.Validate().Err() != nil || open(one) {
				t.Skip("it is refused, or holds what has to be filled in")
			}
			shell := "bash"
			if strings.HasPrefix(s.name, "fish-") {
				shell = "fish"
			}
			shell = need.Program(t, shell)
			server := newRecorder(t)
			bin := t.TempDir()
			for name, text := range wrappers {
				path, err := exec.LookPath(name)
				if err != nil && name == tool {
					need.Program(t, name)
				}
				script := "#!/bin/sh\n" + fmt.Sprintf(text, path, server.addr) + "\n"
				if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.CommandContext(t.Context(), shell, "-c", plainCommand(s.input))
			cmd.Dir, cmd.Env = t.TempDir(), []string{"PATH=" + bin, "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8", "IGNORE=" + map[bool]string{false: "--ignore-stdin"}[bytes.Contains(s.input, []byte("<<"))]}
			out, err := cmd.Output()
			got := server.take()
			if tool == "http" {
				got = offline(t, out)
			}
			if len(got) != 1 {
				t.Fatalf("%d requests arrived (%v)\n%s", len(got), err, out)
			}
			compare(t, one.Request, got[0])
			compared[tool]++
		})
	}
	for tool, least := range map[string]int{"curl": 55, "wget": 4, "http": 8} {
		if _, err := exec.LookPath(tool); err == nil && compared[tool] < least {
			t.Errorf("%d commands of %s were compared, want %d", compared[tool], tool, least)
		}
	}
}

var toolName = regexp.MustCompile(`^\s*(?:[^\n]*[$%❯][ \t]+)?(?:sudo |time )?(curl|wget|https?)\b`)

// toolOf is the program that a specimen calls in a POSIX shell or in fish.
func toolOf(s specimen) string {
	m := toolName.FindSubmatch(s.input)
	if m == nil || strings.HasPrefix(s.name, "cmd-") || strings.HasPrefix(s.name, "powershell-") || strings.HasPrefix(s.name, "mend-") || filepath.Ext(s.file) != "" {
		return ""
	}
	return strings.TrimSuffix(string(m[1]), "s")
}

// plainCommand is a command without prompt and sudo.
func plainCommand(text []byte) string {
	s := regexp.MustCompile(`^\s*(?:[^\n'"]*?[$❯][ \t]+)?(?:sudo )?`).ReplaceAllString(string(text), "")
	return s
}

// open reports whether something has still to be filled in, or is told to differ.
func open(one imports.Import) bool {
	said := strings.Join(one.Warnings, "\n")
	return strings.Contains(said, "replace it") || strings.Contains(said, "fill it in") || strings.Contains(one.Request.URL(false), "{{")
}

// offline is the request that HTTPie prints instead of sending it.
func offline(t *testing.T, out []byte) []sent {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(append(bytes.TrimSuffix(out, []byte("\n")), '\n'))))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, body, _ := strings.Cut(string(out), "\r\n\r\n")
	return []sent{{r.Method, r.RequestURI, strings.TrimRight(body, "\n"), r.Header}}
}

// compare holds a request against what the original sent.
func compare(t *testing.T, r request.Request, original sent) {
	t.Helper()
	ours, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(r.Bytes())))
	if err != nil {
		t.Fatal(err)
	}
	body := string(r.BodyBytes())
	if u, err := url.Parse(original.target); err == nil && u.IsAbs() {
		original.target = u.RequestURI()
	}
	if ours.Method != original.method || alike(ours.RequestURI) != alike(original.target) {
		t.Errorf("%s %s, the original sends %s %s", ours.Method, ours.RequestURI, original.method, original.target)
	}
	if compact(body) != compact(original.body) && alike(body) != alike(original.body) {
		t.Errorf("the body is %q, the original's %q", body, original.body)
	}
	for name := range ours.Header {
		switch name {
		case "User-Agent", "Accept-Encoding", "Connection", "Content-Length":
			continue
		}
		if _, _, wget := strings.Cut(original.header.Get("User-Agent"), "Wget/"); wget && name == "Authorization" {
			continue // it waits until it is asked
		}
		if got, want := ours.Header.Get(name), original.header.Get(name); got != want && (want != "" || name != "Content-Type") {
			t.Errorf("%s is %q, the original's %q", name, got, want)
		}
	}
}

// alike is a text with the differences taken out that mean nothing in forms.
func alike(s string) string {
	s = strings.ReplaceAll(s, "%20", "+")
	return regexp.MustCompile(`%[0-9a-fA-F]{2}`).ReplaceAllStringFunc(s, strings.ToUpper)
}

// compact is JSON without spaces between its tokens.
func compact(s string) string {
	var out bytes.Buffer
	if json.Compact(&out, []byte(s)) != nil {
		return s
	}
	return out.String()
}

// Node's fetch understands each call as the import does.
func TestFetchAgreesWithNode(t *testing.T) {
	node := need.Program(t, "node")
	compared := 0
	for _, s := range specimens(t) {
		if !strings.HasPrefix(s.name, "fetch-") {
			continue
		}
		one, err := imports.One(s.input, s.file)
		if err != nil || open(one) {
			continue
		}
		cmd := exec.CommandContext(t.Context(), node, "--input-type=module", "-e", `
			globalThis.fetch = async (url, options) => {
				const r = new Request(url, options)
				console.log(JSON.stringify({method: r.method, target: r.url, header: Object.fromEntries(r.headers), body: await r.text()}))
				return {json: () => null}
			}
			`+string(s.input))
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		var got struct {
			Method, Target, Body string
			Header               map[string]string
		}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Errorf("%s: %v\n%s", s.name, err, out)
			continue
		}
		header := make(http.Header)
		for name, v := range got.Header {
			header.Set(name, v)
		}
		t.Run(s.name, func(t *testing.T) { compare(t, one.Request, sent{got.Method, got.Target, got.Body, header}) })
		compared++
	}
	if compared < 8 {
		t.Errorf("%d calls were compared, want 8 and more", compared)
	}
}

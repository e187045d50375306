package formpost_test

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"espost/formpost"
)

// program finds a program that a test needs; without it the test is skipped,
// or fails when everything is to be tested.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("ESPOST_TEST_ALL") == "1" {
			t.Fatalf("%s is not installed, and all tests were asked for", name)
		}
		t.Skipf("%s is not installed: THIS TEST DID NOT RUN", name)
	}
	return path
}

// randomText is short and full of what encoders get wrong; always UTF-8, since
// JavaScript's strings can't hold anything else.
func randomText(r *rand.Rand) string {
	alphabet := []rune("abcXYZ019 \t\r\n\x00\x01\x1f\x7f!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡ßéÿĀ€\u200b\u2028\ufeff\ufffd😀𝔘\U0010ffff")
	out := make([]rune, r.IntN(9))
	for i := range out {
		out[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(out)
}

// Node's URLSearchParams, an implementation of the WHATWG URL Standard that
// shares no code with Go, encodes 10,000 random forms; each must be equal.
func TestUrlencodingAgreesWithNode(t *testing.T) {
	node := program(t, "node")
	rnd := rand.New(rand.NewPCG(1, 2))
	forms := make([][][2]string, 10_000)
	for i := range forms {
		forms[i] = make([][2]string, rnd.IntN(6))
		for j := range forms[i] {
			forms[i][j] = [2]string{randomText(rnd), randomText(rnd)}
		}
	}
	in, err := json.Marshal(forms)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "-e", `
		const forms = JSON.parse(require('fs').readFileSync(0, 'utf8'))
		console.log(JSON.stringify(forms.map(f => new URLSearchParams(f).toString())))`)
	cmd.Stdin = bytes.NewReader(in)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := json.Unmarshal(out, &want); err != nil || len(want) != len(forms) {
		t.Fatalf("node answered %d forms, %v", len(want), err)
	}
	for i, form := range forms {
		r := formpost.Request{Encoding: formpost.Form}
		for _, pair := range form {
			r.Fields = append(r.Fields, formpost.Field{Name: pair[0], Value: pair[1]})
		}
		if got := string(r.Body()); got != want[i] {
			t.Fatalf("%q:\n got %s\nnode %s", form, got, want[i])
		}
	}
}

func FuzzUrlencoding(f *testing.F) {
	f.Add("name", "value", "", "a b&c=d+e%20\xff\x00")
	f.Fuzz(func(t *testing.T, n1, v1, n2, v2 string) {
		r := formpost.Request{Encoding: formpost.Form, Fields: []formpost.Field{{Name: n1, Value: v1}, {Name: n2, Value: v2}}}
		back, err := url.ParseQuery(string(r.Body()))
		want := url.Values{}
		want.Add(n1, v1)
		want.Add(n2, v2)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, back); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", r.Body(), diff)
		}
	})
}

// Exported commands, run by a real shell and a real curl, arrive as the
// request's own path, headers and body.
func TestExportedCurlArrivesEqual(t *testing.T) {
	curl, sh := program(t, "curl"), program(t, "sh")
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
		r.Host, r.Port = "localhost", s.port
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		command := formpost.Curl(r, true)
		run := exec.CommandContext(t.Context(), sh, "-c", strings.Replace(command, "curl ", curl+" -q -sS -k --http1.1 --max-time 20 ", 1))
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
func exportable(t *testing.T) map[string]formpost.Request {
	t.Helper()
	all := map[string]formpost.Request{}
	files, err := filepath.Glob("testdata/curl/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if imported, err := formpost.ParseCurl(string(archive.Files[0].Data)); err == nil {
			all[filepath.Base(file)] = imported.Request
		}
	}
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	base := formpost.Request{Method: "POST", Path: "/", Encoding: formpost.Form}
	add := func(name string, change func(*formpost.Request)) {
		r := base
		change(&r)
		all[name] = r
	}
	add("empty", func(*formpost.Request) {})
	add("all bytes", func(r *formpost.Request) { r.Fields = []formpost.Field{{Name: string(every), Value: string(every)}} })
	add("JSON quotes", func(r *formpost.Request) {
		r.Encoding = formpost.JSON
		r.Fields = []formpost.Field{{Name: `it's "\`, Value: "a\nb\x00☕ @$`!"}, {Name: "n", Value: "-1.5", Number: true}}
	})
	add("path", func(r *formpost.Request) { r.Path = "/a/../b//[1-3]/{x,y}?q='&\"=%20*!;" })
	add("headers", func(r *formpost.Request) {
		r.Method = "PATCH"
		r.Headers = []formpost.Header{{Name: "X-Empty"}, {Name: "X-Quote", Value: `it's "$HOME" \ größe`}, {Name: "Content-Type", Value: "text/plain"}}
		r.Fields = []formpost.Field{{Name: "@file", Value: "@x"}}
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
	r := formpost.Request{
		Method: "POST", Host: "h.example", Port: 443, Path: "/", Encoding: formpost.Form,
		Headers: []formpost.Header{{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte("s3cret")), Secret: true}},
		Fields:  []formpost.Field{{Name: "token", Value: "s3cret", Secret: true}},
	}
	command := formpost.Curl(r, false)
	if strings.Contains(command, "s3cret") || strings.Contains(command, "czNjcmV0") || strings.Count(command, formpost.Mask) != 2 {
		t.Errorf("masked:\n%s", command)
	}
	if !strings.Contains(formpost.Curl(r, true), "s3cret") {
		t.Error("asked for, the secret isn't there")
	}
}

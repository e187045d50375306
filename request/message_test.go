package request_test

import (
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/esp8266"
	"espost/internal/testkit/need"
	"espost/request"
)

// Every shape of request, as it goes over the wire and as it is shown.
func TestMessages(t *testing.T) {
	fields := []request.Field{
		{Name: "temp", Source: esp8266.SourceAnalog, Sample: "21.5"},
		{Name: "room", Value: `it's "1st" & more`},
		{Name: "key", Value: "s3 cret/é", Secret: true},
		{Name: "ok", Source: esp8266.SourceJSON, Value: "true"},
		{Name: "later", Value: "x", Off: true},
	}
	tests := []struct {
		name            string
		change          func(*request.Request)
		line, body, has string // the request line's path, the body, and a header line
		hidden          string // the masked path and body
	}{
		{"form", func(*request.Request) {}, "/post?a=b", "temp=21.5&room=it%27s+%221st%22+%26+more&key=s3+cret%2F%C3%A9&ok=true", "Content-Type: application/x-www-form-urlencoded", "/post?a=b|temp=21.5&room=it%27s+%221st%22+%26+more&key=••••••••&ok=true"},
		{"json", func(r *request.Request) { r.Body = request.JSON }, "/post?a=b", `{"temp":21.5,"room":"it's \"1st\" & more","key":"s3 cret/é","ok":true}`, "Content-Type: application/json", `/post?a=b|{"temp":21.5,"room":"it's \"1st\" & more","key":"••••••••","ok":true}`},
		{"GET", func(r *request.Request) { r.Method, r.Body = "GET", request.None }, "/post?a=b&temp=21.5&room=it%27s+%221st%22+%26+more&key=s3+cret%2F%C3%A9&ok=true", "", "Content-Length: 0", "/post?a=b&temp=21.5&room=it%27s+%221st%22+%26+more&key=••••••••&ok=true|"},
		{"DELETE without a query", func(r *request.Request) { r.Method, r.Body, r.Target.Path = "DELETE", request.None, "/x" }, "/x?temp=21.5&room=it%27s+%221st%22+%26+more&key=s3+cret%2F%C3%A9&ok=true", "", "Content-Length: 0", "/x?temp=21.5&room=it%27s+%221st%22+%26+more&key=••••••••&ok=true|"},
		{"nothing at all", func(r *request.Request) { r.Body, r.Fields = request.None, nil }, "/post?a=b", "", "Content-Length: 0", "/post?a=b|"},
		{"path", func(r *request.Request) { r.Target.Path = "/bot{{key}}/{{room}}?t={{temp}}" }, "/bots3%20cret%2F%C3%A9/it%27s%20%221st%22%20%26%20more?t=21.5", "ok=true", "", "/bot••••••••/it%27s%20%221st%22%20%26%20more?t=21.5|ok=true"},
		{"header", func(r *request.Request) {
			r.Headers = []request.Header{{Name: "Authorization", Value: "Token {{ key }}"}}
		}, "/post?a=b", "temp=21.5&room=it%27s+%221st%22+%26+more&ok=true", "Authorization: Token s3 cret/é", "/post?a=b|temp=21.5&room=it%27s+%221st%22+%26+more&ok=true"},
		{"text", func(r *request.Request) {
			r.Body, r.Template = request.Text, "weather,room={{room}} t={{temp}},k={{{key}}}"
		}, "/post?a=b", `weather,room=it's "1st" & more t=21.5,k={s3 cret/é}`, "Content-Type: text/plain", `/post?a=b|weather,room=it's "1st" & more t=21.5,k={••••••••}`},
		{"json template", func(r *request.Request) {
			r.Body, r.Template = request.JSON, `{"s":"<{{room}}>","v":[{"t":{{temp}},"k":{{key}}},[1,{{ok}}]],"raw":{{room}}}`
		}, "/post?a=b", `{"s":"<it's \"1st\" & more>","v":[{"t":21.5,"k":"s3 cret/é"},[1,true]],"raw":"it's \"1st\" & more"}`, "Content-Type: application/json", `/post?a=b|{"s":"<it's \"1st\" & more>","v":[{"t":21.5,"k":"••••••••"},[1,true]],"raw":"it's \"1st\" & more"}`},
		{"user agent", func(r *request.Request) {
			r.Headers = []request.Header{{Name: "X-A", Value: "1"}, {Name: "user-agent", Value: "porch/1"}}
		}, "/post?a=b", "temp=21.5&room=it%27s+%221st%22+%26+more&key=s3+cret%2F%C3%A9&ok=true", "User-Agent: porch/1", "/post?a=b|temp=21.5&room=it%27s+%221st%22+%26+more&key=••••••••&ok=true"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request.Request{Method: "POST", Target: request.Target{Host: "h.example", Port: 443, Path: "/post?a=b"}, Body: request.Form, Fields: fields}
			tt.change(&r)
			if err := r.Validate().Err(); err != nil {
				t.Fatal(err)
			}
			head, body, _ := strings.Cut(string(r.Bytes()), "\r\n\r\n")
			if want := r.Method + " " + tt.line + " HTTP/1.1\r\n"; !strings.HasPrefix(head, want) || body != tt.body || !strings.Contains(head+"\r\n", tt.has+"\r\n") {
				t.Errorf("sent:\n%s\n\n%s\nwant %s, %q, %s", head, body, want, tt.has, tt.body)
			}
			if n := strings.Count(strings.ToLower(head), "user-agent"); n != 1 {
				t.Errorf("%d user agents:\n%s", n, head)
			}
			shownHead, shownBody := r.Preview()
			line, _, _ := strings.Cut(strings.TrimPrefix(shownHead, r.Method+" "), " HTTP/1.1")
			if diff := cmp.Diff(tt.hidden, line+"|"+shownBody); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
			if strings.Contains(shownHead+shownBody+r.URL(true), "cret") {
				t.Errorf("a secret is shown:\n%s%s\n%s", shownHead, shownBody, r.URL(true))
			}
		})
	}
}

// Whatever the values are, a JSON template with quoted and unquoted places is
// JSON that holds them: Node reads it so, too.
func TestTemplatesAgreeWithNode(t *testing.T) {
	node := need.Program(t, "node")
	random := rand.New(rand.NewPCG(5, 6))
	type pair struct{ Body, A, B string }
	var all []pair
	for range 2000 {
		a, b := randomText(random), randomText(random)
		r := request.Request{
			Method: "POST", Target: request.Target{Host: "h", Port: 443, Path: "/"}, Body: request.JSON,
			Template: `{"a":{{a}},"list":[{"b":"({{b}})"}]}`,
			Fields:   []request.Field{{Name: "a", Value: a}, {Name: "b", Value: b, Secret: true}},
		}
		if err := r.Validate().Err(); err != nil {
			t.Fatal(err)
		}
		all = append(all, pair{string(r.BodyBytes()), a, b})
	}
	in, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "-e", `
		for (const {Body, A, B} of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
			const got = JSON.parse(Body)
			if (got.a !== A || got.list[0].b !== '(' + B + ')') throw new Error(Body)
		}`)
	cmd.Stdin = strings.NewReader(string(in))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func FuzzPlaceholders(f *testing.F) {
	f.Add("{{a}}{{{b}}}{{ }}{{{{a}}}}")
	f.Fuzz(func(t *testing.T, template string) {
		r := request.Request{Method: "POST", Target: request.Target{Host: "h", Port: 443, Path: "/"}, Body: request.Text, Template: template, Fields: []request.Field{{Name: "a", Value: "A"}}}
		if r.Validate().Err() != nil {
			return
		}
		if want := strings.ReplaceAll(template, "{{a}}", "A"); !strings.Contains(template, " ") && string(r.BodyBytes()) != want {
			t.Errorf("%q gives %q, want %q", template, r.BodyBytes(), want)
		}
	})
}

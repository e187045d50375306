package request_test

import (
	"strings"
	"testing"

	"espost/esp8266"
	"espost/request"
)

func TestValidate(t *testing.T) {
	headers := func(pairs ...string) func(*request.Request) {
		return func(r *request.Request) {
			for i := 0; i < len(pairs); i += 2 {
				r.Headers = append(r.Headers, request.Header{Name: pairs[i], Value: pairs[i+1]})
			}
		}
	}
	fields := func(fields ...request.Field) func(*request.Request) {
		return func(r *request.Request) { r.Body, r.Fields = request.JSON, fields }
	}
	tests := []struct {
		name   string
		change func(*request.Request)
		where  string // "": valid
		says   string
	}{
		{"as it is", func(*request.Request) {}, "", ""},
		{"GET with a body", func(r *request.Request) { r.Method = "GET" }, "request.body", "A GET carries no body"},
		{"GET", func(r *request.Request) { r.Method, r.Body = "GET", request.None }, "", ""},
		{"another method", func(r *request.Request) { r.Method = "BREW" }, "request.method", "POST, PUT, PATCH, GET or DELETE"},
		{"no text", func(r *request.Request) { r.Body = request.Text }, "request.template", "no text to send"},
		{"template for a form", func(r *request.Request) { r.Template = "x" }, "request.template", "text or JSON"},
		{"no such field", func(r *request.Request) { r.Target.Path = "/{{key}}" }, "target", "{{key}} names no field"},
		{"template that is no JSON", func(r *request.Request) {
			r.Body, r.Template, r.Fields = request.JSON, `{"a":"{{n}}}`, []request.Field{{Name: "n", Value: "1"}}
		}, "request.template", "no JSON"},
		{"line end from a field", func(r *request.Request) {
			r.Headers, r.Fields = []request.Header{{Name: "X", Value: "{{n}}"}}, []request.Field{{Name: "n", Value: "1\r\n2"}}
		}, "request.headers", "control character"},
		{"lower case", func(r *request.Request) { r.Method = "post" }, "request.method", "no method"},
		{"no host", func(r *request.Request) { r.Target.Host = "" }, "target", "no address to send to"},
		{"host with path", func(r *request.Request) { r.Target.Host = "a.example/b" }, "target", "address"},
		{"host with line end", func(r *request.Request) { r.Target.Host = "a\r\nX: y" }, "target", "address"},
		{"port 0", func(r *request.Request) { r.Target.Port = 0 }, "target", "address"},
		{"relative path", func(r *request.Request) { r.Target.Path = "post" }, "target", "address"},
		{"space in path", func(r *request.Request) { r.Target.Path = "/a b" }, "target", "address"},
		{"line end in path", func(r *request.Request) { r.Target.Path = "/a HTTP/1.1\r\nX: y" }, "target", "address"},
		{"fragment", func(r *request.Request) { r.Target.Path = "/a#b" }, "target", "address"},
		{"encoding", func(r *request.Request) { r.Body = "xml" }, "request.body", "form, json, text or none"},

		{"headers", headers("X-A", "1", "Authorization", "Basic eDp5", "Content-Type", "text/plain; charset=utf-8", "X-Name", "größe"), "", ""},
		{"dropped", headers("X-A", "1", "HOST", "b"), "request.headers[1]", "Header 2 (HOST)"},
		{"user agent", headers("User-Agent", "b"), "", ""},
		{"connection", headers("connection", "close"), "request.headers[0]", "drops it"},
		{"accept-encoding", headers("Accept-Encoding", "gzip"), "request.headers[0]", "sends its own"},
		{"content-length", headers("content-length", "3"), "request.headers[0]", "length"},
		{"transfer-encoding", headers("Transfer-Encoding", "chunked"), "request.headers[0]", "length"},
		{"no name", headers("", "b"), "request.headers[0]", "Header 1 (no name)"},
		{"colon in name", headers("a:", "b"), "request.headers[0]", "letters"},
		{"line end in value", headers("a", "b\r\nX: y"), "request.headers", "control character"},
		{"NUL in value", headers("a", "b\x00"), "request.headers", "control character"},
		{"twice", headers("X-A", "1", "x-a", "2"), "request.headers[1]", "cut out"},
		{"end of another's name", headers("X-Token", "1", "Token", "2"), "request.headers[1]", "cut out"},
		{"ends like Content-Length", headers("X-Content-Length", "1"), "request.headers[0]", "Content-Length: "},
		{"ends like Content-Type", headers("X-Content-Type", "1"), "request.headers[0]", "Content-Type: "},
		{"ends like an own Content-Type", headers("X-Content-Type", "1", "Content-Type", "a/b"), "request.headers[1]", "cut out"},

		{"JSON", fields(request.Field{Name: "a", Source: esp8266.SourceRSSI, Sample: "-0.5E+3"}, request.Field{Name: "A"}), "", ""},
		{"JSON key twice", fields(request.Field{Name: "a"}, request.Field{Name: "b"}, request.Field{Name: "a"}), "request.fields[2]", "same name as row 1"},
		{"JSON key twice as sent", fields(request.Field{Name: "a\xff"}, request.Field{Name: "a\ufffd"}), "request.fields[1]", "same name"},
		{"no number", fields(request.Field{Name: "a", Source: esp8266.SourceRSSI, Sample: "21 °C"}), "request.fields[0]", "no JSON number"},
		{"no name", func(r *request.Request) { r.Fields = []request.Field{{Value: "a"}} }, "request.fields[0]", "without a name"},
		{"no name, off", func(r *request.Request) { r.Fields = []request.Field{{Value: "a", Off: true}} }, "", ""},
		{"twice in a form", func(r *request.Request) { r.Fields = []request.Field{{Name: "a"}, {Name: "a"}} }, "", ""},
		{"number in a form", func(r *request.Request) {
			r.Fields = []request.Field{{Name: "a", Source: esp8266.SourceRSSI, Sample: "x"}}
		}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request.Request{Method: "POST", Target: request.Target{Host: "example.org", Port: 443, Path: "/post?a=b"}, Body: request.Form}
			tt.change(&r)
			problems := r.Validate()
			if tt.where == "" {
				if err := problems.Err(); err != nil {
					t.Errorf("Validate: %v", err)
				}
				return
			}
			if p, ok := problems.At(tt.where); !ok || !strings.Contains(p.Sentences(), tt.says) {
				t.Errorf("%s: %v; want …%s…", tt.where, problems.Err(), tt.says)
			}
		})
	}
}

func TestJSONNumbers(t *testing.T) {
	check := func(value string) error {
		return request.Request{
			Method: "POST", Target: request.Target{Host: "h", Port: 1, Path: "/"}, Body: request.JSON,
			Fields: []request.Field{{Name: "n", Source: esp8266.SourceRSSI, Sample: value}},
		}.Validate().Err()
	}
	for _, good := range []string{"0", "-0", "12", "0.5", "-1.25", "1e9", "1E-2", "10.0e+1", ""} { // without a sample, the source's own is sent
		if err := check(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"-", "01", ".5", "1.", "1e", "1e+", "+1", "0x1", "NaN", "Infinity", " 1", "1 ", "1,2", "--1", "1.2.3"} {
		if check(bad) == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

func TestValidateHidesSecretValues(t *testing.T) {
	r := request.Request{
		Method: "POST", Target: request.Target{Host: "h", Port: 1, Path: "/"}, Body: request.JSON,
		Fields: []request.Field{{Name: "n", Source: esp8266.SourceJSON, Value: "s3cret", Secret: true}},
	}
	if err := r.Validate().Err(); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("Validate: %v", err)
	}
}

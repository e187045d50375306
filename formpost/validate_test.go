package formpost_test

import (
	"errors"
	"strings"
	"testing"

	"espost/formpost"
)

func TestValidate(t *testing.T) {
	headers := func(pairs ...string) func(*formpost.Request) {
		return func(r *formpost.Request) {
			for i := 0; i < len(pairs); i += 2 {
				r.Headers = append(r.Headers, formpost.Header{Name: pairs[i], Value: pairs[i+1]})
			}
		}
	}
	fields := func(fields ...formpost.Field) func(*formpost.Request) {
		return func(r *formpost.Request) { r.Encoding, r.Fields = formpost.JSON, fields }
	}
	tests := []struct {
		name   string
		change func(*formpost.Request)
		part   formpost.Part // "": valid
		row    int
		says   string
	}{
		{"as it is", func(*formpost.Request) {}, "", 0, ""},
		{"GET", func(r *formpost.Request) { r.Method = "GET" }, formpost.PartMethod, -1, "POST, PUT or PATCH"},
		{"lower case", func(r *formpost.Request) { r.Method = "post" }, formpost.PartMethod, -1, "POST"},
		{"no host", func(r *formpost.Request) { r.Host = "" }, formpost.PartHost, -1, "no host name"},
		{"host with path", func(r *formpost.Request) { r.Host = "a.example/b" }, formpost.PartHost, -1, "no host name"},
		{"host with line end", func(r *formpost.Request) { r.Host = "a\r\nX: y" }, formpost.PartHost, -1, "no host name"},
		{"port 0", func(r *formpost.Request) { r.Port = 0 }, formpost.PartPort, -1, "0 is no port"},
		{"relative path", func(r *formpost.Request) { r.Path = "post" }, formpost.PartPath, -1, "begin it with /"},
		{"space in path", func(r *formpost.Request) { r.Path = "/a b" }, formpost.PartPath, -1, "write it as %20"},
		{"line end in path", func(r *formpost.Request) { r.Path = "/a HTTP/1.1\r\nX: y" }, formpost.PartPath, -1, "%20"},
		{"fragment", func(r *formpost.Request) { r.Path = "/a#b" }, formpost.PartPath, -1, "%23"},
		{"encoding", func(r *formpost.Request) { r.Encoding = "xml" }, formpost.PartEncoding, -1, "form or json"},

		{"headers", headers("X-A", "1", "Authorization", "Basic eDp5", "Content-Type", "text/plain; charset=utf-8", "X-Name", "größe"), "", 0, ""},
		{"dropped", headers("X-A", "1", "HOST", "b"), formpost.PartHeader, 1, "header 2 (HOST)"},
		{"user agent", headers("User-Agent", "b"), formpost.PartHeader, 0, "drops it"},
		{"connection", headers("connection", "close"), formpost.PartHeader, 0, "drops it"},
		{"accept-encoding", headers("Accept-Encoding", "gzip"), formpost.PartHeader, 0, "sends its own"},
		{"content-length", headers("content-length", "3"), formpost.PartHeader, 0, "length"},
		{"transfer-encoding", headers("Transfer-Encoding", "chunked"), formpost.PartHeader, 0, "length"},
		{"no name", headers("", "b"), formpost.PartHeader, 0, "header 1 (no name)"},
		{"colon in name", headers("a:", "b"), formpost.PartHeader, 0, "letters"},
		{"line end in value", headers("a", "b\r\nX: y"), formpost.PartHeader, 0, "control character"},
		{"NUL in value", headers("a", "b\x00"), formpost.PartHeader, 0, "control character"},
		{"twice", headers("X-A", "1", "x-a", "2"), formpost.PartHeader, 1, "cut out"},
		{"end of another's name", headers("X-Token", "1", "Token", "2"), formpost.PartHeader, 1, "cut out"},
		{"ends like Content-Length", headers("X-Content-Length", "1"), formpost.PartHeader, 0, "Content-Length: "},
		{"ends like Content-Type", headers("X-Content-Type", "1"), formpost.PartHeader, 0, "Content-Type: "},
		{"ends like an own Content-Type", headers("X-Content-Type", "1", "Content-Type", "a/b"), formpost.PartHeader, 1, "cut out"},

		{"JSON", fields(formpost.Field{Name: "a", Value: "-0.5E+3", Number: true}, formpost.Field{Name: "A"}, formpost.Field{}), "", 0, ""},
		{"JSON key twice", fields(formpost.Field{Name: "a"}, formpost.Field{Name: "b"}, formpost.Field{Name: "a"}), formpost.PartField, 2, "same name as row 1"},
		{"JSON key twice as sent", fields(formpost.Field{Name: "a\xff"}, formpost.Field{Name: "a\ufffd"}), formpost.PartField, 1, "same name"},
		{"no number", fields(formpost.Field{Name: "a", Value: "21 °C", Number: true}), formpost.PartField, 0, "no JSON number"},
		{"twice in a form", func(r *formpost.Request) { r.Fields = []formpost.Field{{Name: "a"}, {Name: "a"}} }, "", 0, ""},
		{"number in a form", func(r *formpost.Request) { r.Fields = []formpost.Field{{Name: "a", Value: "x", Number: true}} }, "", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := formpost.Request{Method: "POST", Host: "example.org", Port: 443, Path: "/post?a=b", Encoding: formpost.Form}
			tt.change(&r)
			err := r.Validate()
			if tt.part == "" {
				if err != nil {
					t.Errorf("Validate: %v", err)
				}
				return
			}
			var e *formpost.InvalidError
			if !errors.As(err, &e) {
				t.Fatalf("Validate = %v, want an *InvalidError", err)
			}
			if e.Part != tt.part || e.Row != tt.row || !strings.Contains(e.Error(), tt.says) {
				t.Errorf("%s, row %d: %v; want %s, row %d, …%s…", e.Part, e.Row, e, tt.part, tt.row, tt.says)
			}
		})
	}
}

func TestJSONNumbers(t *testing.T) {
	check := func(value string) error {
		r := formpost.Request{
			Method: "POST", Host: "h", Port: 1, Path: "/", Encoding: formpost.JSON,
			Fields: []formpost.Field{{Name: "n", Value: value, Number: true}},
		}
		return r.Validate()
	}
	for _, good := range []string{"0", "-0", "12", "0.5", "-1.25", "1e9", "1E-2", "10.0e+1"} {
		if err := check(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "-", "01", ".5", "1.", "1e", "1e+", "+1", "0x1", "NaN", "Infinity", " 1", "1 ", "1,2", "--1", "1.2.3"} {
		if check(bad) == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

func TestValidateHidesSecretValues(t *testing.T) {
	r := formpost.Request{
		Method: "POST", Host: "h", Port: 1, Path: "/", Encoding: formpost.JSON,
		Fields: []formpost.Field{{Name: "n", Value: "s3cret", Number: true, Secret: true}},
	}
	if err := r.Validate(); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("Validate: %v", err)
	}
}

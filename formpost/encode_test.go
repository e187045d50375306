package formpost_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"espost/formpost"
)

func TestBody(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	tests := []struct {
		name     string
		encoding formpost.Encoding
		fields   []formpost.Field
		want     string
	}{
		{"no rows", formpost.Form, nil, ""},
		{"empty value and name", formpost.Form, []formpost.Field{{Name: "a"}, {Value: "b"}, {}}, "a=&=b&="},
		{"duplicates keep their order", formpost.Form, []formpost.Field{{Name: "b", Value: "1"}, {Name: "a", Value: "2"}, {Name: "b", Value: "3"}}, "b=1&a=2&b=3"},
		{"kept bytes", formpost.Form, []formpost.Field{{Name: "*-._", Value: "azAZ09 ~"}}, "*-._=azAZ09+%7E"},
		{"UTF-8", formpost.Form, []formpost.Field{{Name: "größe", Value: "☕&=+%"}}, "gr%C3%B6%C3%9Fe=%E2%98%95%26%3D%2B%25"},
		{"line ends stay", formpost.Form, []formpost.Field{{Name: "n", Value: "a\r\nb"}}, "n=a%0D%0Ab"},
		{"no JSON rows", formpost.JSON, nil, "{}"},
		{"JSON keeps the order", formpost.JSON, []formpost.Field{{Name: "z", Value: "1"}, {Name: "a", Value: "-6.1e2", Number: true}}, `{"z":"1","a":-6.1e2}`},
		{"JSON escapes", formpost.JSON, []formpost.Field{{Name: `"\`, Value: "\x00\x1f\b\t\n\f\r/<ö☕\u2028\x7f"}}, "{\"\\\"\\\\\":\"\\u0000\\u001F\\b\\t\\n\\f\\r/<ö☕\u2028\x7f\"}"},
		{"JSON is UTF-8", formpost.JSON, []formpost.Field{{Name: "a", Value: "\xffb\xc3"}}, "{\"a\":\"\ufffdb\ufffd\"}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := formpost.Request{Encoding: tt.encoding, Fields: tt.fields}
			if got := string(r.Body()); got != tt.want {
				t.Errorf("Body = %q, want %q", got, tt.want)
			}
		})
	}

	t.Run("all bytes", func(t *testing.T) {
		r := formpost.Request{Encoding: formpost.Form, Fields: []formpost.Field{{Name: "all", Value: string(every)}}}
		back, err := url.ParseQuery(string(r.Body()))
		if err != nil || back.Get("all") != string(every) {
			t.Errorf("came back as %q, %v", back.Get("all"), err)
		}
		r.Encoding = formpost.JSON
		var object map[string]string
		if err := json.Unmarshal(r.Body(), &object); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(string(every[:128]), ""); !strings.HasPrefix(object["all"], want) {
			t.Errorf("came back as %q", object["all"])
		}
	})
}

func TestHead(t *testing.T) {
	base := formpost.Request{Method: "PUT", Host: "example.org", Port: 443, Path: "/a", Encoding: formpost.JSON}
	tests := []struct {
		name   string
		change func(*formpost.Request)
		want   string // lines that differ from those HTTPClient always sends
	}{
		{"port 443", func(*formpost.Request) {}, "Host: example.org|Content-Type: application/json|Content-Length: 2"},
		{"port 80", func(r *formpost.Request) { r.Port = 80 }, "Host: example.org|Content-Type: application/json|Content-Length: 2"},
		{"port 8443", func(r *formpost.Request) { r.Port = 8443 }, "Host: example.org:8443|Content-Type: application/json|Content-Length: 2"},
		{"own content type", func(r *formpost.Request) {
			r.Headers = []formpost.Header{{Name: "X-B", Value: "1"}, {Name: "content-type", Value: "text/plain"}, {Name: "X-A"}}
		}, "Host: example.org|X-B: 1|content-type: text/plain|X-A: |Content-Length: 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := base
			tt.change(&r)
			host, rest, _ := strings.Cut(tt.want, "|")
			want := "PUT /a HTTP/1.1\r\n" + host + "\r\nUser-Agent: ESP8266HTTPClient\r\n" +
				"Accept-Encoding: identity;q=1,chunked;q=0.1,*;q=0\r\nConnection: keep-alive\r\n" +
				strings.ReplaceAll(rest, "|", "\r\n") + "\r\n\r\n{}"
			if got := string(r.Bytes()); got != want {
				t.Errorf("Bytes =\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestPreviewMasksSecrets(t *testing.T) {
	r := formpost.Request{
		Method: "POST", Host: "example.org", Port: 443, Path: "/", Encoding: formpost.Form,
		Headers: []formpost.Header{{Name: "Authorization", Value: "Bearer s3cret", Secret: true}, {Name: "X", Value: "plain"}},
		Fields:  []formpost.Field{{Name: "token", Value: "s3cret", Secret: true}, {Name: "a", Value: "b"}, {Name: "n", Value: "53", Number: true, Secret: true}},
	}
	for _, encoding := range []formpost.Encoding{formpost.Form, formpost.JSON} {
		r.Encoding = encoding
		head, body := r.Preview()
		for _, text := range []string{head, body} {
			if strings.Contains(text, "s3cret") || strings.Contains(body, "53") {
				t.Errorf("%s shows a secret: %q", encoding, text)
			}
		}
		if !strings.Contains(head, "Authorization: "+formpost.Mask+"\r\nX: plain\r\n") {
			t.Errorf("head = %q", head)
		}
		for i := range r.Headers {
			r.Headers[i].Secret = false
		}
		for i := range r.Fields {
			r.Fields[i].Secret = false
		}
		if head, body := r.Preview(); head+body != string(r.Bytes()) {
			t.Errorf("without secrets, Preview isn't Bytes: %q", head+body)
		}
		r.Headers[0].Secret, r.Fields[0].Secret, r.Fields[2].Secret = true, true, true
	}
}

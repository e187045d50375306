package request_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/request"
)

func TestBody(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	tests := []struct {
		name     string
		encoding request.Body
		fields   []request.Field
		want     string
	}{
		{"no rows", request.Form, nil, ""},
		{"empty value and name", request.Form, []request.Field{{Name: "a"}, {Value: "b"}, {}}, "a=&=b&="},
		{"duplicates keep their order", request.Form, []request.Field{{Name: "b", Value: "1"}, {Name: "a", Value: "2"}, {Name: "b", Value: "3"}}, "b=1&a=2&b=3"},
		{"kept bytes", request.Form, []request.Field{{Name: "*-._", Value: "azAZ09 ~"}}, "*-._=azAZ09+%7E"},
		{"UTF-8", request.Form, []request.Field{{Name: "größe", Value: "☕&=+%"}}, "gr%C3%B6%C3%9Fe=%E2%98%95%26%3D%2B%25"},
		{"line ends stay", request.Form, []request.Field{{Name: "n", Value: "a\r\nb"}}, "n=a%0D%0Ab"},
		{"no JSON rows", request.JSON, nil, "{}"},
		{"JSON keeps the order", request.JSON, []request.Field{{Name: "z", Value: "1"}, {Name: "a", Source: esp8266.SourceRSSI, Sample: "-6.1e2"}}, `{"z":"1","a":-6.1e2}`},
		{"JSON escapes", request.JSON, []request.Field{{Name: `"\`, Value: "\x00\x1f\b\t\n\f\r/<ö☕\u2028\x7f"}}, "{\"\\\"\\\\\":\"\\u0000\\u001F\\b\\t\\n\\f\\r/<ö☕\u2028\x7f\"}"},
		{"JSON is UTF-8", request.JSON, []request.Field{{Name: "a", Value: "\xffb\xc3"}}, "{\"a\":\"\ufffdb\ufffd\"}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request.Request{Body: tt.encoding, Fields: tt.fields}
			if got := string(r.BodyBytes()); got != tt.want {
				t.Errorf("Body = %q, want %q", got, tt.want)
			}
		})
	}

	t.Run("all bytes", func(t *testing.T) {
		r := request.Request{Body: request.Form, Fields: []request.Field{{Name: "all", Value: string(every)}}}
		back, err := url.ParseQuery(string(r.BodyBytes()))
		if err != nil || back.Get("all") != string(every) {
			t.Errorf("came back as %q, %v", back.Get("all"), err)
		}
		r.Body = request.JSON
		var object map[string]string
		if err := json.Unmarshal(r.BodyBytes(), &object); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(string(every[:128]), ""); !strings.HasPrefix(object["all"], want) {
			t.Errorf("came back as %q", object["all"])
		}
	})
}

func TestHead(t *testing.T) {
	base := request.Request{Method: "PUT", Target: request.Target{Host: "example.org", Port: 443, Path: "/a"}, Body: request.JSON}
	tests := []struct {
		name   string
		change func(*request.Request)
		want   string // lines that differ from those HTTPClient always sends
	}{
		{"port 443", func(*request.Request) {}, "Host: example.org|Content-Type: application/json|Content-Length: 2"},
		{"port 80", func(r *request.Request) { r.Target.Port = 80 }, "Host: example.org|Content-Type: application/json|Content-Length: 2"},
		{"port 8443", func(r *request.Request) { r.Target.Port = 8443 }, "Host: example.org:8443|Content-Type: application/json|Content-Length: 2"},
		{"own content type", func(r *request.Request) {
			r.Headers = []request.Header{{Name: "X-B", Value: "1"}, {Name: "content-type", Value: "text/plain"}, {Name: "X-A"}}
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
	r := request.Request{
		Method: "POST", Target: request.Target{Host: "example.org", Port: 443, Path: "/"}, Body: request.Form,
		Headers: []request.Header{{Name: "Authorization", Value: "Bearer s3cret", Secret: true}, {Name: "X", Value: "plain"}},
		Fields:  []request.Field{{Name: "token", Value: "s3cret", Secret: true}, {Name: "a", Value: "b"}},
	}
	for _, encoding := range []request.Body{request.Form, request.JSON} {
		r.Body = encoding
		head, body := r.Preview()
		for _, text := range []string{head, body} {
			if strings.Contains(text, "s3cret") {
				t.Errorf("%s shows a secret: %q", encoding, text)
			}
		}
		if !strings.Contains(head, "Authorization: "+request.Mask+"\r\nX: plain\r\n") {
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
		r.Headers[0].Secret, r.Fields[0].Secret = true, true
	}
}

package demo_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/demo"
)

func ask(method, target, contentType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	demo.Handler().ServeHTTP(w, r)
	return w
}

// The whole answer to the tutorial's form, byte for byte.
func TestFormAnswer(t *testing.T) {
	r := httptest.NewRequest("POST", "/post?a=b", strings.NewReader("name1=value1&name2=value2"))
	r.Host = "localhost:8445"
	r.Header.Set("User-Agent", "ESP8266HTTPClient")
	r.Header.Set("Accept-Encoding", "identity;q=1,chunked;q=0.1,*;q=0")
	r.Header.Set("Connection", "keep-alive")
	r.Header.Set("X-Device", "porch")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	demo.Handler().ServeHTTP(w, r)
	const want = `{
  "args": {
    "a": "b"
  },
  "data": "",
  "files": {},
  "form": {
    "name1": "value1",
    "name2": "value2"
  },
  "headers": {
    "host": "localhost:8445",
    "accept-encoding": "identity;q=1,chunked;q=0.1,*;q=0",
    "connection": "keep-alive",
    "content-type": "application/x-www-form-urlencoded",
    "user-agent": "ESP8266HTTPClient",
    "x-device": "porch",
    "content-length": "25"
  },
  "json": {
    "name1": "value1",
    "name2": "value2"
  },
  "url": "http://localhost:8445/post?a=b"
}
`
	if diff := cmp.Diff(want, w.Body.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := w.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
}

// Which member of the answer holds what, as compact JSON.
func TestAnswerMembers(t *testing.T) {
	const form, js = "application/x-www-form-urlencoded", "application/json"
	tests := []struct {
		name, method, target, contentType, body string
		member, want                            string
	}{
		{"order", "POST", "/post", form, "z=1&a=2&m=3", "form", `{"z":"1","a":"2","m":"3"}`},
		{"duplicates", "POST", "/post", form, "a=1&b=2&a=3&a=", "form", `{"a":["1","3",""],"b":"2"}`},
		{"empty name and value", "POST", "/post", form, "=x&y", "form", `{"":"x","y":""}`},
		{"decoding", "POST", "/post", form, "a+b=%C3%A4%2B%26&c=100%&d=%zz%41", "form", `{"a b":"ä+&","c":"100%","d":"%zzA"}`},
		{"charset", "POST", "/post", form + "; charset=utf-8", "a=<b>", "form", `{"a":"<b>"}`},
		{"empty form", "POST", "/post", form, "", "form", `{}`},
		{"args", "POST", "/post?q=1&q=2", form, "a=b", "args", `{"q":["1","2"]}`},
		{"json", "POST", "/post", js, `{"b":1.50,"a":[null]}`, "json", `{"b":1.50,"a":[null]}`},
		{"json is data", "POST", "/post", js, `{"b":1}`, "data", `{"b":1}`},
		{"json has no form", "POST", "/post", js, `{"b":1}`, "form", `{}`},
		{"json suffix", "POST", "/post", "application/ld+json", `{"b":1}`, "json", `{"b":1}`},
		{"text", "POST", "/post", "text/plain", "hello", "data", `"hello"`},
		{"text has no json", "POST", "/post", "text/plain", "hello", "json", `null`},
		{"no type", "POST", "/post", "", "name1=value1", "data", `"name1=value1"`},
		{"PUT", "PUT", "/put", form, "a=b", "form", `{"a":"b"}`},
		{"PATCH", "PATCH", "/post", form, "a=b", "form", `{"a":"b"}`},
		{"GET", "GET", "/get?foo1=bar1&foo2=bar2", "", "", "args", `{"foo1":"bar1","foo2":"bar2"}`},
		{"multipart form", "POST", "/post", "multipart/form-data; boundary=X",
			"--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--X--\r\n", "form", `{"a":"1"}`},
		{"multipart file", "POST", "/post", "multipart/form-data; boundary=X",
			"--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"t.txt\"\r\n\r\nhi\r\n--X--\r\n", "files",
			`{"t.txt":"data:application/octet-stream;base64,aGk="}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(tt.method, tt.target, tt.contentType, tt.body)
			if w.Code != http.StatusOK {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			var answer map[string]json.RawMessage
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Fatal(err)
			}
			if got := compact(t, answer[tt.member]); got != tt.want {
				t.Errorf("%s = %s, want %s", tt.member, got, tt.want)
			}
		})
	}
}

func compact(t *testing.T, text json.RawMessage) string {
	t.Helper()
	var b strings.Builder
	quoted := false
	for i := range text {
		if text[i] == '"' && text[i-min(i, 1)] != '\\' {
			quoted = !quoted
		}
		if quoted || (text[i] != ' ' && text[i] != '\n') {
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name, method, target, contentType, body string
		status                                  int
		says                                    string
	}{
		{"another path", "POST", "/", "", "", 404, "POST a form to /post"},
		{"another method", "GET", "/post", "", "", 404, "POST a form to /post"},
		{"too large", "POST", "/post", "text/plain", strings.Repeat("x", demo.MaxBody+1), 413, "longer than 1048576 bytes"},
		{"broken JSON", "POST", "/post", "application/json", "{", 400, "isn't valid JSON"},
		{"deep JSON", "POST", "/post", "application/json", strings.Repeat("[", 101) + strings.Repeat("]", 101), 400, "nested more than 100 deep"},
		{"broken multipart", "POST", "/post", "multipart/form-data; boundary=X", "hello", 400, "multipart form"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(tt.method, tt.target, tt.contentType, tt.body)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if got := w.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" {
				t.Errorf("Content-Type %q", got)
			}
		})
	}
}

// Brackets inside of strings are no nesting.
func TestDeepOnlyOutsideStrings(t *testing.T) {
	body := `{"a":"` + strings.Repeat(`[\"`, 200) + `"}`
	if w := ask("POST", "/post", "application/json", body); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestURLOverTLS(t *testing.T) {
	s := start(t, demo.Options{})
	response, err := client(t, s).Post(s.URL()+"?x=1", "text/plain", strings.NewReader("hi"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(body), `"url": "`+s.URL()+`?x=1"`) {
		t.Errorf("%v, %s", err, body)
	}
}

package request_test

import (
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"espost/request"
)

// escaped is a body with one text in it.
func escaped(body request.Body, template, value string) request.Request {
	return request.Request{
		Method: "POST", Target: request.Target{Host: "example.com", Port: 443, Path: "/"}, Body: body, Template: template,
		Fields: []request.Field{{Name: "note", Value: value}},
	}
}

// Whatever a text holds, a reader of the format finds it again.
func TestEscapes(t *testing.T) {
	unescape := func(special string) func(string) string {
		return func(s string) string {
			var out strings.Builder
			for i := 0; i < len(s); i++ {
				if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(special, s[i+1]) >= 0 {
					i++
				}
				out.WriteByte(s[i])
			}
			return out.String()
		}
	}
	inner := func(text string) string {
		var v struct{ A string }
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		return v.A
	}
	for _, tt := range []struct {
		name     string
		body     request.Body
		template string
		read     func(body string) string
	}{
		{"csv", request.Text, `1,"{{note|csv}}",2`, func(body string) string {
			row, err := csv.NewReader(strings.NewReader(body)).Read()
			if err != nil || len(row) != 3 {
				t.Errorf("%q: %q, %v", body, row, err)
				return ""
			}
			return row[1]
		}},
		{"json in a text", request.Text, `{"a":"{{note|json}}"}`, inner},
		{"json within JSON", request.JSON, `{"a":"{\"a\":\"{{ note|json }}\"}"}`, func(body string) string { return inner(inner(body)) }},
		{"csv within JSON", request.JSON, `{"a":"1,\"{{note|csv}}\""}`, func(body string) string {
			row, err := csv.NewReader(strings.NewReader(inner(body))).Read()
			if err != nil || len(row) != 2 {
				t.Errorf("%q: %q, %v", body, row, err)
				return ""
			}
			return row[1]
		}},
		{"line", request.Text, `porch note="{{note|line}}"`, func(body string) string {
			text := strings.TrimSuffix(strings.TrimPrefix(body, `porch note="`), `"`)
			for i := range len(text) { // no bare quote ends it
				if back := i - len(strings.TrimRight(text[:i], `\`)); text[i] == '"' && back%2 == 0 {
					t.Errorf("%q ends early", body)
				}
			}
			return unescape(`"\`)(text)
		}},
		{"tag", request.Text, `porch,room={{note|tag}} v=1`, func(body string) string {
			return unescape(", =")(strings.TrimSuffix(strings.TrimPrefix(body, "porch,room="), " v=1"))
		}},
	} {
		random := rand.New(rand.NewPCG(12, 7))
		for range 300 {
			var value strings.Builder
			for range random.IntN(12) {
				value.WriteString([]string{`"`, `\`, ",", " ", "=", "ä", "😀", "a", ";", "\n", "\t", "\x01"}[random.IntN(12)])
			}
			want := value.String()
			if strings.HasPrefix(tt.name, "csv") && strings.Contains(want, "\r") || !utf8.ValidString(want) {
				continue
			}
			if tt.name == "tag" {
				want = strings.Trim(strings.ReplaceAll(want, "\n", " "), `\`)
				if strings.Contains(want, `\`) {
					continue // as the line protocol has it, a backslash there stands for itself
				}
			}
			r := escaped(tt.body, tt.template, want)
			if err := r.Validate().Err(); err != nil {
				t.Fatalf("%s: %q: %v", tt.name, want, err)
			}
			if got := tt.read(string(r.BodyBytes())); got != want {
				t.Errorf("%s: %q was read as %q from %s", tt.name, want, got, r.BodyBytes())
			}
		}
	}
	r := escaped(request.Text, "{{note|xml}}", "a")
	if _, ok := r.Validate().At("request.template"); !ok {
		t.Errorf("an unknown format passed: %v", r.Validate())
	}
}

// Widest is what the encoding itself makes of a byte, at the most.
func TestWidest(t *testing.T) {
	for as := request.Plain; as <= request.HeaderValue; as++ {
		most := 1
		for c := range 256 {
			most = max(most, len(as.Encode(string([]byte{byte(c)})))-len(as.Encode("")))
		}
		if got := (request.Piece{As: as}).Widest(); got != most {
			t.Errorf("encoding %d: %d, want %d", as, got, most)
		}
	}
}

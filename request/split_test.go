package request_test

import (
	"strings"
	"testing"

	"espost/esp8266"
	"espost/request"
)

// split is a reading of three fields and a key that goes along.
func split(path string, body request.Body, template string) request.Request {
	r := request.Request{
		Method: "POST", Target: request.Target{Host: "example.com", Port: 443, Path: path}, Body: body, Template: template, Split: true,
		Fields: []request.Field{
			{Name: "key", Value: "s3cret", Secret: true},
			{Name: "Porch WiFi", Source: esp8266.SourceRSSI, Sample: "-61"},
			{Name: "note", Value: "a&b"},
			{Name: "off", Value: "x", Off: true},
			{Name: "value", Source: esp8266.SourceUptime, Sample: "7"},
		},
	}
	if body == request.None {
		r.Method = "GET"
	}
	return r
}

// Each field is a request of its own, with its name and its value where they are
// asked for, or where a single field would stand; secrets and what a placeholder
// names go along.
func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		path     string
		body     request.Body
		template string
		want     []string
	}{
		{"/{{field}}?key={{key}}", request.Text, "{{value}}", []string{"/Porch%20WiFi?key=s3cret -61", "/note?key=s3cret a&b", "/value?key=s3cret 7"}},
		{"/", request.Form, "", []string{"/ key=s3cret&Porch+WiFi=-61", "/ key=s3cret&note=a%26b", "/ key=s3cret&value=7"}},
		{"/update", request.None, "", []string{"/update?key=s3cret&Porch+WiFi=-61 ", "/update?key=s3cret&note=a%26b ", "/update?key=s3cret&value=7 "}},
		{"/{{key}}", request.JSON, "", []string{`/s3cret {"Porch WiFi":-61}`, `/s3cret {"note":"a&b"}`, `/s3cret {"value":7}`}},
		{"/{{key}}", request.JSON, `{"n":"{{field}}",{{field}}:{{value}}}`, []string{
			`/s3cret {"n":"Porch WiFi","Porch WiFi":-61}`, `/s3cret {"n":"note","note":"a&b"}`, `/s3cret {"n":"value","value":7}`}},
		{"/{{note}}/{{field}}/{{value}}", request.None, "", []string{"/a%26b/Porch%20WiFi/-61?key=s3cret ", "/a%26b/value/7?key=s3cret "}},
	} {
		r := split(tt.path, tt.body, tt.template)
		if problems := r.Validate(); problems.Err() != nil {
			t.Errorf("%s: %v", tt.path, problems)
		}
		var got []string
		for _, part := range r.Parts() {
			got = append(got, strings.TrimPrefix(part.URL(false), "https://example.com")+" "+string(part.BodyBytes()))
			if len(part.Parts()) != 1 {
				t.Errorf("%s: a part has parts", part.PartName())
			}
		}
		if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
			t.Errorf("%s %s: %q, want %q", tt.path, tt.template, got, tt.want)
		}
		if string(r.Bytes()) != string(r.Parts()[0].Bytes()) {
			t.Errorf("%s: the whole reading isn't shown by its first request", tt.path)
		}
		if head, body := r.Preview(); strings.Contains(r.URL(true)+head+body, "s3cret") {
			t.Errorf("%s: the secret is shown", tt.path)
		}
	}
}

// What can't be split is refused, and what would send nothing is told.
func TestSplitIsChecked(t *testing.T) {
	refused := map[string]func(*request.Request){
		"request.split":    func(r *request.Request) { r.Fields = r.Fields[:1] },
		"request.template": func(r *request.Request) { r.Template = "{{missing}}" },
		"target":           func(r *request.Request) { r.Split, r.Target.Path = false, "/{{field}}" },
	}
	for where, change := range refused {
		r := split("/", request.Text, "{{value}}")
		change(&r)
		if _, ok := r.Validate().At(where); !ok {
			t.Errorf("%s: %v", where, r.Validate())
		}
	}
	r := split("/", request.Text, "{{value}}")
	r.Bulk.Most = 2
	if _, ok := r.Validate().At("request.split"); !ok {
		t.Errorf("split and bulk: %v", r.Validate())
	}
	r = split("/{{field}}", request.Text, "nothing")
	if _, ok := r.Notes().At("request.template"); !ok {
		t.Errorf("without {{value}}: %v", r.Notes())
	}
}

// A field without a value costs its own request only, where it isn't to be null.
func TestSplitWithoutValue(t *testing.T) {
	for none, want := range map[request.NoValue]request.NoValue{"": request.Skip, request.Omit: request.Skip, request.Skip: request.Skip, request.Null: request.Null} {
		r := split("/{{field}}", request.JSON, "")
		r.Fields[1] = request.Field{Name: "t", Source: "dht22.temperature", GPIO: 4, None: none}
		for _, p := range r.Message().Body {
			if p.Field != nil && p.Field.Name == "t" && p.None != want {
				t.Errorf("%q: without a value it is %q, want %q", none, p.None, want)
			}
		}
	}
}

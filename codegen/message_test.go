package codegen_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/rig"
	"espost/request"
)

// Every shape of request arrives as formpost sends it: values in path, query,
// headers, template and body, secret and read on the board.
func TestShapesAsFormpost(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	fields := []request.Field{
		{Name: "signal", Source: esp8266.SourceRSSI}, {Name: "room", Value: "it's \"1st\" & more"},
		{Name: "key", Value: "s3 cret/é\x00\xff", Secret: true}, {Name: "ok", Source: esp8266.SourceJSON, Value: "true"},
		{Name: "own", Source: esp8266.SourceCode},
	}
	shapes := map[string]func(*codegen.Project){
		"GET":                   func(p *codegen.Project) { p.Method, p.Body = "GET", request.None },
		"DELETE without fields": func(p *codegen.Project) { p.Method, p.Body, p.Fields = "DELETE", request.None, nil },
		"POST without a body":   func(p *codegen.Project) { p.Body, p.Fields, p.Headers = request.None, nil, nil },
		"path and form":         func(p *codegen.Project) { p.Target.Path = "/bot{{key}}/{{room}}/{{signal}}?t={{own}}" },
		"path and json":         func(p *codegen.Project) { p.Target.Path, p.Body = "/{{signal}}/{{signal}}", request.JSON },
		"headers": func(p *codegen.Project) {
			p.Headers = []request.Header{
				{Name: "Authorization", Value: "Token {{key}}"}, {Name: "X-Fixed", Value: "a"}, {Name: "X-Signal", Value: "{{signal}} dBm, {{signal}}"},
				{Name: "User-Agent", Value: "{{room}}/1"}, {Name: "X-Secret", Value: "{{not a place}}", Secret: true},
			}
			p.Fields[2].Value = "s3 cret/é" // HTTPClient's strings end at a NUL
		},
		"user agent": func(p *codegen.Project) { p.Headers = []request.Header{{Name: "User-Agent", Value: "porch"}} },
		"text": func(p *codegen.Project) {
			p.Body, p.Template = request.Text, "weather,room=x t={{signal}},o={{own}} {{key}}\n{{{ok}}}"
		},
		"json template": func(p *codegen.Project) {
			p.Body, p.Template = request.JSON, `{"s":"<{{own}}|{{key}}>","v":[{"t":{{signal}}},[{{own}},{{ok}}]],"raw":{{room}}}`
		},
		"all at once": func(p *codegen.Project) {
			p.Target.Path = "/{{key}}?u={{signal}}"
			p.Headers = []request.Header{{Name: "X-Own", Value: "<{{own}}>"}}
			p.Body, p.Template = request.JSON, `[{{signal}},"{{own}}"]`
			p.Keep = codegen.KeepAll
		},
	}
	names := slices.Sorted(maps.Keys(shapes))
	var projects []codegen.Project
	for _, name := range names {
		p := tutorial()
		p.Pin.SHA1 = []string{id.SHA1()}
		p.Fields = slices.Clone(fields)
		shapes[name](&p)
		projects = append(projects, p)
	}
	program := rig.Sanitized.BuildJoined(t, projects)
	for i, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, p := rig.Serve(t, rig.TLS12(id), nil), projects[i]
			want := sent(p, boardSamples())
			want.Target.Port = 443
			rig.Boot(t, program, rig.Sketch(i), "RIG_MILLIS=30000", s.Port()).Says(t, ": 200")
			requests, _, _ := s.Seen()
			if len(requests) != 1 {
				t.Fatalf("the server got %d requests", len(requests))
			}
			if diff := cmp.Diff(withoutKey(string(want.Bytes())), withoutKey(requests[0])); diff != "" {
				t.Errorf("formpost would send (-), the board sent (+):\n%s", diff)
			}
		})
	}
}

// withoutKey leaves out the reading's key, which is another each time.
func withoutKey(text string) string {
	before, rest, ok := strings.Cut(text, request.KeyHeader+": ")
	if !ok {
		return text
	}
	_, after, _ := strings.Cut(rest, "\r\n")
	return before + after
}

// A secret that stands in the path is shown neither on the serial port nor in a
// file that isn't for secrets.
func TestSecretsInThePathAreNotShown(t *testing.T) {
	p := tutorial()
	p.Target.Path, p.Fields = "/bot{{token}}/send", []request.Field{{Name: "token", Value: "123:planted", Secret: true}}
	folder, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folder {
		if has := strings.Contains(string(f.Data), "planted"); has != (f.Path == codegen.SecretsFile) {
			t.Errorf("%s holds the secret: %v", f.Path, has)
		}
	}
	id := anIdentity(t)
	p.Pin.SHA1 = []string{id.SHA1()}
	s := rig.Serve(t, rig.TLS12(id), nil)
	board := rig.Boot(t, rig.Plain.Build(t, p), "RIG_MILLIS=4000", s.Port())
	board.Says(t, "/bot{{token}}/send", "POST: 200")
	if strings.Contains(board.Serial, "planted") {
		t.Errorf("the serial port shows it:\n%s", board.Serial)
	}
}

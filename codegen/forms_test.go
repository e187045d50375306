package codegen_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/request"
)

// A form is a change to the tutorial's project.
type form struct {
	name   string
	change func(*codegen.Project)
}

// rows makes a form of fields alone.
func rows(name string, fields ...request.Field) form {
	return form{name, func(p *codegen.Project) { p.Fields = fields }}
}

// inJSON is the same form as a JSON object.
func (f form) inJSON() form {
	return form{f.name + ", JSON", func(p *codegen.Project) {
		f.change(p)
		p.Body = request.JSON
	}}
}

func text(name, value string) request.Field {
	return request.Field{Name: name, Source: esp8266.SourceText, Value: value}
}

func secretText(name, value string) request.Field {
	return request.Field{Name: name, Source: esp8266.SourceText, Value: value, Secret: true}
}

func constantJSON(name, value string) request.Field {
	return request.Field{Name: name, Source: esp8266.SourceJSON, Value: value}
}

// fixedForms are the forms that have a point to make.
func fixedForms() []form {
	byteRows := make([]request.Field, 256)
	for i := range byteRows {
		byteRows[i] = text(fmt.Sprintf("%d", i), string([]byte{byte(i)}))
	}
	twoHundred := make([]request.Field, 200)
	for i := range twoHundred {
		twoHundred[i] = text(fmt.Sprintf("row %d", i+1), fmt.Sprintf("ä%d", i*i))
	}
	values := []request.Field{
		constantJSON("number", "-12.50e3"), constantJSON("yes", "true"), constantJSON("no", "false"),
		constantJSON("nothing", "null"), constantJSON("list", `[1, "two", {"three": [] }]`),
		constantJSON("object", "{ \"a\" : \"\\u00e4 \\\"b\\\"\",\n\t\"ü\": {} }"), constantJSON("quoted", `"0"`),
		constantJSON("huge", "123456789012345678901234567890"), text("text", "0"), constantJSON("spaced", " 7 "),
	}
	live := []request.Field{
		{Name: "n", Source: esp8266.SourceCounter}, {Name: "dBm", Source: esp8266.SourceRSSI},
		{Name: "mac", Source: esp8266.SourceMAC}, {Name: "ip", Source: esp8266.SourceIP},
		{Name: "chip", Source: esp8266.SourceChipID}, {Name: "t °C", Source: esp8266.SourceCode},
		{Name: "door", Source: esp8266.SourceDigital, GPIO: 4}, {Name: "again", Source: esp8266.SourceDigital, GPIO: 4},
		{Name: "up", Source: esp8266.SourceUptime},
	}
	both := []form{
		rows("empty value among others", text("a", ""), text("b", "2"), text("c", "")),
		rows("spaces and signs", text(" a b ", "1+1=2&x=%20;/?:@$,~*-._'()!")),
		rows("UTF-8", text("Größe", "世界 🚪 e\u0301"), text("\u202eevil\u202c", "\ufeff\u2028")),
		rows("broken UTF-8", text("\xff", "\xc0\x80 \xed\xa0\x80 \xf0\x9f\x9a")),
		rows("all bytes in a value", text("all", everyByte())),
		rows("all bytes in a name", text(everyByte(), "x")),
		rows("all bytes in a secret", secretText("all in secret", everyByte())),
		rows("each byte in a row of its own", byteRows...),
		rows("a value of 4 KB", text("long", strings.Repeat("0123456789abcdef", 256))),
		rows("JSON values", values...),
		rows("values read on the board", live...),
		rows("secrets", secretText("key", "p\"ss\\w?rd??/"), secretText("KEY", "2"), secretText("third", "3")),
		rows("200 rows", twoHundred...),
	}
	formOnly := []form{
		rows("duplicates", text("a", "1"), text("a", "1"), text("a", "2"), text("A", "3")),
		rows("a row that looks like two", text("a=1&b", "2&c=3")),
	}
	if need.Often(0, 1) == 0 { // whatever the rows are, their bytes stand beside each other
		both, formOnly = []form{together("all rows", both...)}, []form{together("all rows, and some twice", append(formOnly, both...)...)}
	}
	both = append(both, rows("no rows"), rows("an empty value", text("x", "")))
	forms := append(slices.Clip(formOnly),
		form{"PUT, no headers, the shortest path", func(p *codegen.Project) { p.Method, p.Headers, p.Target.Path = "PUT", nil, "/" }},
		form{"PATCH, a content type of one's own", func(p *codegen.Project) {
			p.Method, p.Body = "PATCH", request.JSON
			p.Headers = []request.Header{{Name: "content-type", Value: "application/vnd.api+json"}}
		}},
		form{"headers in order, one of them secret; a long path", func(p *codegen.Project) {
			p.Headers = []request.Header{{Name: "X-B", Value: "2"}, {Name: "Authorization", Value: "Bearer \"x\\y\"", Secret: true}, {Name: "X-A", Value: "Grüße, \t tab"}, {Name: "X-E", Value: ""}}
			p.Target.Path = "/" + strings.Repeat("a/", 500) + "?" + strings.Repeat("b=??/&", 100)
		}},
	)
	for _, f := range both {
		forms = append(forms, f, f.inJSON())
	}
	return forms
}

// together is one form of the rows of several.
func together(name string, forms ...form) form {
	var all []request.Field
	for _, f := range forms {
		var p codegen.Project
		f.change(&p)
		all = append(all, p.Fields...)
	}
	return rows(name, all...)
}

// randomForm is a form of random rows and sources.
func randomForm(r *rand.Rand) func(*codegen.Project) {
	pieces := []string{"a", "Z", "9", " ", "+", "&", "=", "%", "\"", "\\", "??/", "\x00", "\x01A", "\n", "\x7f", "ä", "世", "😀", "\u200f", "\xfe", "*/", "R\"("}
	random := func(most int) string {
		var s strings.Builder
		for range r.IntN(most + 1) {
			s.WriteString(pieces[r.IntN(len(pieces))])
		}
		return s.String()
	}
	sources := []esp8266.Source{esp8266.SourceRSSI, esp8266.SourceIP, esp8266.SourceMAC, esp8266.SourceChipID, esp8266.SourceCounter, esp8266.SourceAnalog, esp8266.SourceCode}
	return func(p *codegen.Project) {
		p.Method = []string{"POST", "PUT", "PATCH"}[r.IntN(3)]
		p.Body = bodyOf(r.IntN(2) == 0)
		p.Fields = nil
		for i := range r.IntN(30) {
			name := random(4) + "n"
			if p.Body == request.JSON { // has each name once
				name = fmt.Sprintf("%s%d", name, i)
			}
			switch r.IntN(4) {
			case 0:
				p.Fields = append(p.Fields, request.Field{Name: name, Source: sources[r.IntN(len(sources))]})
			case 1:
				p.Fields = append(p.Fields, constantJSON(name, []string{"1", "[]", "-0.5", "{\"x\":1}", "null"}[r.IntN(5)]))
			default:
				p.Fields = append(p.Fields, request.Field{Name: name, Source: esp8266.SourceText, Value: random(20) + "x", Secret: r.IntN(4) == 0})
			}
		}
	}
}

// Forms, none like the other, arrive byte for byte as formpost sends them: each row
// that has a point to make, and random ones.
func TestFormsAsFormpost(t *testing.T) {
	forms := fixedForms()
	for i := range need.Often(4, 16) {
		forms = append(forms, form{fmt.Sprintf("random %d", i), randomForm(rand.New(rand.NewPCG(3, uint64(i))))})
	}
	id := anIdentity(t)
	projects := make([]codegen.Project, len(forms))
	for i, f := range forms {
		projects[i] = tutorial()
		projects[i].Pin.SHA1 = []string{id.SHA1()}
		f.change(&projects[i])
	}
	program := rig.Plain.BuildJoined(t, projects)
	for i, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s, p := rig.Serve(t, rig.TLS12(id), nil), projects[i]
			rig.Boot(t, program, rig.Sketch(i), s.Port(), "RIG_MILLIS=4000", "RIG_PINS=16").Says(t, p.Method+": 200")
			requests, _, _ := s.Seen()
			if diff := cmp.Diff([]string{string(sent(p, boardSamples()).Bytes())}, sampled(requests)); diff != "" {
				t.Errorf("formpost would send (-), the board sent (+):\n%s", diff)
			}
		})
	}
}

// What can't stand in a JSON body is refused, row by row; in the encoding form
// the same value is a text like any other.
func TestJSONValuesAreChecked(t *testing.T) {
	for _, value := range []string{"", "nope", "01", "1 2", "{", "'x'", "NaN", "[1,]", "\"a", "1\x00"} {
		p := tutorial()
		p.Fields = []request.Field{text("a", "1"), constantJSON("b", value)}
		if _, err := codegen.Generate(p); err != nil {
			t.Errorf("%q in the encoding form: %v", value, err)
		}
		p.Body = request.JSON
		_, err := codegen.Generate(p)
		var invalid *problem.ListError
		if !errors.As(err, &invalid) || len(invalid.Problems) != 1 || invalid.Problems[0].Where != "request.fields[1]" {
			t.Errorf("%q in JSON: %v", value, err)
		}
	}
	p := tutorial()
	p.Fields = []request.Field{{Name: "a", Source: esp8266.SourceJSON, Value: "1", Secret: true}}
	if _, err := codegen.Generate(p); err == nil || !strings.Contains(err.Error(), "both secret and a JSON value") {
		t.Errorf("a secret JSON value: %v", err)
	}
}

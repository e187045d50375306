package codegen_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/request"
)

// shapeReadings is how many readings of other values each random shape gets.
const shapeReadings = 20

// A randomShape is a project, and what its rows of "your own code" give, by row
// and reading.
type randomShape struct {
	codegen.Project
	values [][]string
}

// Random requests, 1,000 of them in make test-long, of all shapes, with values of any of the 256 bytes in all
// places: byte for byte those of the test POST, and where they are JSON, Node reads
// the values that are meant.
func TestRandomRequestsAsFormpost(t *testing.T) {
	need.Long(t)
	t.Parallel()
	node := need.Program(t, "node")
	id := anIdentity(t)
	seed := uint64(12) // what is compiled is kept
	if text := os.Getenv("ESPOST_TEST_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	t.Logf("ESPOST_TEST_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 12))
	var shapes []randomShape
	var folders []codegen.Folder
	for many := need.Often(15, 50); len(shapes) < many; {
		s := newShape(random, id)
		if s.Request.Validate().Err() != nil {
			continue // JSON in a place for text
		}
		shapes, folders = append(shapes, s), append(folders, s.firmware(t))
	}
	program, err := rig.Plain.CompileJoined(folders)
	if err != nil {
		t.Fatal(err)
	}
	var parsed []meant
	requests := 0
	for i, s := range shapes {
		server := rig.Serve(t, rig.TLS12(id), nil)
		board := rig.Boot(t, program, rig.Sketch(i), server.Port(), "RIG_HEAP=10000000",
			fmt.Sprint("RIG_MILLIS=", (shapeReadings*s.Every-s.Every/2).Milliseconds()))
		got, bodies, _ := server.Seen()
		var want []string
		for n := range shapeReadings {
			r := s.reading(n)
			want = append(want, string(r.Bytes()))
			if s.Body == request.JSON && n < len(bodies) {
				parsed = append(parsed, meant{[]byte(bodies[n]), s.object(r)})
			}
		}
		if diff := cmp.Diff(want, sampled(got)); diff != "" {
			t.Errorf("shape %d: formpost would send (-), the board sent (+):\n%s\n%s", i, diff, board.Serial)
		}
		requests += len(got)
	}
	agreesWithNode(t, node, parsed)
	t.Logf("%d requests, %d of them JSON", requests, len(parsed))
}

// newShape draws a request: method, body, places and rows.
func newShape(random *rand.Rand, id rig.Identity) randomShape {
	s := randomShape{Project: tutorial()}
	p := &s.Project
	p.Pin.SHA1, p.Headers, p.Fields, p.Every = []string{id.SHA1()}, nil, nil, 20*time.Second
	p.Method = request.Methods()[random.IntN(5)]
	for n := range 1 + random.IntN(8) {
		f, values := newRow(random, n)
		p.Fields, s.values = append(p.Fields, f), append(s.values, values)
	}
	place := func() string { return "{{" + p.Fields[random.IntN(len(p.Fields))].Name + "}}" }
	if random.IntN(2) == 0 {
		p.Target.Path = "/a/" + place() + "?q=" + place()
	}
	if random.IntN(3) == 0 {
		p.Headers = []request.Header{{Name: "X-Random", Value: "<" + place() + ">"}}
	}
	p.Body = append(request.Bodies(), request.JSON, request.JSON)[random.IntN(6)]
	if request.Bodiless(p.Method) {
		p.Body = request.None
	}
	switch {
	case p.Body == request.Text:
		escaped := func() string {
			return strings.Replace(place(), "}}", []string{"", "|csv", "|json", "|line", "|tag"}[random.IntN(5)]+"}}", 1)
		}
		p.Template = "a " + escaped() + "\n" + escaped() + "é"
	case p.Body == request.JSON && random.IntN(2) == 0:
		p.Template = `{"a":` + place() + `,"b":["<` + place() + `>"]}`
	}
	return s
}

// newRow draws a row: a constant, something that the board reads, or the user's own
// code, whose values are all of one kind.
func newRow(random *rand.Rand, n int) (request.Field, []string) {
	f := request.Field{Name: fmt.Sprintf("f%d", n)}
	var one func() string
	switch random.IntN(6) {
	case 0:
		f.Value, f.Secret = randomBytes(random, 30)+"x", random.IntN(3) == 0
	case 1:
		f.Source, f.Value = esp8266.SourceJSON, []string{"1", "[]", "-0.5", `{"x":"ü"}`, "null", "true"}[random.IntN(6)]
	case 2:
		f.Source = []esp8266.Source{esp8266.SourceRSSI, esp8266.SourceIP, esp8266.SourceMAC, esp8266.SourceChipID}[random.IntN(4)]
		f.Sample = boardSamples()[f.Source]
	case 3:
		one = func() string { return strconv.FormatFloat(float64(random.IntN(20001)-10000)/100, 'f', -1, 64) }
	case 4:
		one = func() string { return strconv.FormatBool(random.IntN(2) == 0) }
	default:
		one = func() string { return randomBytes(random, 63) + "x" } // no number
	}
	var values []string
	for range shapeReadings {
		if one != nil {
			values = append(values, one())
		}
	}
	if one != nil {
		f.Source, f.Sample = esp8266.SourceCode, values[0]
	}
	return f, values
}

// firmware is the generated folder, with a readings.h that gives the values.
func (s randomShape) firmware(t *testing.T) codegen.Folder {
	t.Helper()
	folder, err := codegen.Generate(s.Project)
	if err != nil {
		t.Fatal(err)
	}
	text := "#pragma once\n#include <Arduino.h>\n#include \"encode.h\"\n"
	for i, f := range s.Fields {
		if f.Source != esp8266.SourceCode {
			continue
		}
		text += fmt.Sprintf("void read_%s(Value &value) {\n  static int n = 0;\n  switch (n++) {\n", f.Name)
		for n, v := range s.values[i] {
			text += fmt.Sprintf("    case %d: {\n      static const uint8_t bytes[] = {%s};\n      value.write(bytes, sizeof(bytes));\n      break;\n    }\n", n, strings.ReplaceAll(strings.Trim(fmt.Sprint([]byte(v)), "[]"), " ", ", "))
		}
		text += "  }\n}\n"
	}
	for i := range folder {
		if folder[i].Path == "readings.h" {
			folder[i].Data = []byte(text)
		}
	}
	return folder
}

// reading is the n-th as the test POST sends it, from 0.
func (s randomShape) reading(n int) request.Request {
	r := s.Sent().Clone()
	for i := range r.Fields {
		if f := &r.Fields[i]; f.Source == esp8266.SourceCode {
			f.Sample = s.values[i][n]
		}
	}
	return r
}

// object is what a JSON body means.
func (s randomShape) object(r request.Request) any {
	value := func(f request.Field) any {
		if f.Source == esp8266.SourceJSON || f.Kind() != request.TextKind {
			return json.RawMessage(f.Sent())
		}
		return f.Sent()
	}
	field := func(place string) request.Field {
		for _, f := range r.Fields {
			if strings.Contains(place, "{{"+f.Name+"}}") {
				return f
			}
		}
		return request.Field{}
	}
	if s.Template != "" {
		a, b, _ := strings.Cut(s.Template, `,"b"`)
		return map[string]any{"a": value(field(a)), "b": []string{"<" + field(b).Sent() + ">"}}
	}
	all := make(map[string]any)
	for _, f := range r.Fields {
		if !strings.Contains(r.Target.Path, "{{"+f.Name+"}}") && (len(r.Headers) == 0 || !strings.Contains(r.Headers[0].Value, "{{"+f.Name+"}}")) {
			all[f.Name] = value(f)
		}
	}
	return all
}

// meant is a body and what it should mean.
type meant struct {
	Body []byte
	Want any
}

func agreesWithNode(t *testing.T, node string, all []meant) {
	t.Helper()
	in, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "-e", `
		const assert = require('assert')
		for (const {Body, Want} of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
			assert.deepStrictEqual(JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(Buffer.from(Body, 'base64'))), Want)
		}`)
	cmd.Stdin = bytes.NewReader(in)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("Node reads other values: %v\n%s", err, out)
	}
}

func randomBytes(r *rand.Rand, most int) string {
	out := make([]byte, r.IntN(most+1))
	for i := range out {
		out[i] = byte(r.IntN(256))
	}
	return string(out)
}

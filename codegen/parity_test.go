package codegen_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/formpost"
	"espost/internal/testkit/rig"
	"espost/request"
)

// sent is what the test POST would send for a project, with samples for the
// values that are read on the board.
func sent(p codegen.Project, samples map[esp8266.Source]string) request.Request {
	r := p.Sent().Clone()
	for i, f := range r.Fields {
		r.Fields[i].Sample = samples[f.Source]
	}
	return r
}

// bodyOf is the kind of body.
func bodyOf(json bool) request.Body {
	if json {
		return request.JSON
	}
	return request.Form
}

// boardSamples are the values that a board in the rig reads, with RIG_PINS=16.
func boardSamples() map[esp8266.Source]string {
	return map[esp8266.Source]string{
		esp8266.SourceCounter: "1", esp8266.SourceUptime: "0", esp8266.SourceRSSI: "-61",
		esp8266.SourceChipID: "a1b2c3", esp8266.SourceMAC: "5C:CF:7F:A1:B2:C3", esp8266.SourceIP: "192.168.1.57",
		esp8266.SourceAnalog: "512", esp8266.SourceDigital: "1", esp8266.SourceCode: "21.5",
	}
}

// everyByte is a text that holds all 256 bytes, and some UTF-8, good and bad.
func everyByte() string {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return string(all) + "Grüße, 世界 🚪 \xe2\x82 \xed\xa0\x80 \xc0\xaf \xf4\x90\x80\x80 \xf0\x9f\x9a\xaa\xff"
}

// Every source, and every byte in names and values, arrives as formpost sends it.
func TestSameRequestAsFormpost(t *testing.T) {
	samples := boardSamples()
	id := anIdentity(t)
	for _, json := range []bool{false, true} {
		t.Run(map[bool]string{false: "form", true: "json"}[json], func(t *testing.T) {
			p := tutorial()
			p.Pin.SHA1 = []string{id.SHA1()}
			p.Body = bodyOf(json)
			p.Fields = []request.Field{
				{Name: "constant", Source: esp8266.SourceText, Value: everyByte()},
				{Name: everyByte(), Source: esp8266.SourceText, Value: ""},
				{Name: "secret", Source: esp8266.SourceText, Value: everyByte(), Secret: true},
			}
			for _, info := range esp8266.Sources() {
				if _, ok := samples[info.Source]; ok {
					p.Fields = append(p.Fields, request.Field{Name: "read " + info.Source.String(), Source: info.Source, GPIO: 4})
				}
			}
			s := rig.Serve(t, rig.TLS12(id), nil)
			rig.Boot(t, rig.Sanitized.Build(t, p), s.Port(), "RIG_MILLIS=30000", "RIG_PINS=16").Says(t, "POST: 200")
			requests, _, _ := s.Seen()
			if len(requests) != 1 {
				t.Fatalf("the server got %d requests", len(requests))
			}
			if diff := cmp.Diff(string(sent(p, samples).Bytes()), sampled(requests)[0]); diff != "" {
				t.Errorf("formpost would send (-), the board sent (+):\n%s", diff)
			}
		})
	}
}

// Whatever readings.h prints, any of the 256 bytes, is encoded as formpost
// encodes it.
func TestSameReadingsAsFormpost(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	for _, json := range []bool{false, true} {
		p := tutorial()
		p.Pin.SHA1, p.Body, p.Fields = []string{id.SHA1()}, bodyOf(json), nil
		want := sent(p, nil)
		readings := "#include <Arduino.h>\n"
		for first := 0; first < 256; first += 64 { // as many as a value may have
			value := make([]byte, 64)
			for i := range value {
				value[i] = byte(first + i)
			}
			name := fmt.Sprintf("from %d", first)
			p.Fields = append(p.Fields, request.Field{Name: name, Source: esp8266.SourceCode, Sample: string(value)})
			want.Fields = append(want.Fields, request.Field{Name: name, Source: esp8266.SourceCode, Sample: string(value)})
			readings += fmt.Sprintf("void read_from_%[1]d(Print &value) { for (int c = %[1]d; c < %[1]d + 64; c++) value.write(static_cast<uint8_t>(c)); }\n", first)
		}
		s := rig.Serve(t, rig.TLS12(id), nil)
		program := rig.Sanitized.BuildEdited(t, p, func(path, text string) string {
			if path == "readings.h" {
				return readings
			}
			return text
		})
		rig.Boot(t, program, s.Port(), "RIG_MILLIS=4000").Says(t, "POST: 200")
		requests, _, _ := s.Seen()
		if diff := cmp.Diff([]string{string(want.Bytes())}, sampled(requests)); diff != "" {
			t.Errorf("formpost would send (-), the board sent (+):\n%s", diff)
		}
	}
}

// The test POST tells what the firmware makes of a long answer, so both must
// mean the same length.
func TestSameResponseMaxAsFormpost(t *testing.T) {
	folder, err := codegen.Generate(tutorial())
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("RESPONSE_MAX = %d;", formpost.DefaultResponseMax)
	for _, file := range folder {
		if file.Path == "config.h" && !strings.Contains(string(file.Data), want) {
			t.Errorf("config.h has no %q:\n%s", want, file.Data)
		}
	}
}

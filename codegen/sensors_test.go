package codegen_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"espost/codegen"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/request"
	"espost/sensors"
)

// sensorFields are fields for all that a device measures: each is left out when
// it has no value, and stands there a second time, doubled, with another way.
func sensorFields(d sensors.Device, second request.NoValue) []request.Field {
	var fields []request.Field
	for _, q := range d.Quantities {
		f := request.Field{Name: q.Name, Source: d.Source(q), GPIO: 12, Wires: request.Wires{GPIO2: 13}}
		twice := f
		twice.Name, twice.None = q.Name+"2", second
		twice.Shape = request.Shape{Scale: 2, Offset: 1, Decimals: request.Places(3)}
		fields = append(fields, f, twice)
	}
	return fields
}

// measures is what the rig is told so that a device measures its samples, and the
// samples as the board sends them.
func measures(d sensors.Device) (env []string, values map[string]float64) {
	values = make(map[string]float64)
	var told []string
	for _, q := range d.Quantities {
		values[q.Name], _ = strconv.ParseFloat(q.Sample, 64)
		told = append(told, q.Name+"="+q.Sample)
	}
	env = []string{"RIG_SENSORS=" + strings.Join(told, " ")}
	switch d.ID {
	case "hcsr04":
		env, values["distance"] = append(env, "RIG_ECHO=7020"), 7020*0.01715
	case "pulse":
		values = map[string]float64{"total": 0, "interval": 0, "rate": 0}
	case "battery":
		values["voltage"] = 512 * 3.2 / 1023
	case "pir", "reed":
		env = append(env, fmt.Sprintf("RIG_PINS=%d", 1<<12))
	}
	return env, values
}

// bodyOfSensors is the JSON that arrives: with values, or without.
func bodyOfSensors(d sensors.Device, values map[string]float64) string {
	var members []string
	for _, q := range d.Quantities {
		if values == nil {
			members = append(members, fmt.Sprintf("%q:null", q.Name+"2"))
			continue
		}
		x := values[q.Name]
		members = append(members, fmt.Sprintf("%q:%.*f", q.Name, q.Decimals, x), fmt.Sprintf("%q:%.3f", q.Name+"2", 2*x+1))
	}
	return "{" + strings.Join(members, ",") + "}"
}

// alwaysThere are the devices that can't have no value.
func alwaysThere(d sensors.Device) bool { return d.NoValue == "it always has one" }

// Every sensor's values arrive with the decimals that are set; without one the
// field is left out, null, or costs the reading.
func TestEverySensor(t *testing.T) {
	id := anIdentity(t)
	var sketches []codegen.Project
	add := func(d sensors.Device, missing request.NoValue) (sketch int) {
		p := everySecond(id)
		p.Body, p.Fields = request.JSON, sensorFields(d, missing)
		sketches = append(sketches, p)
		return len(sketches) - 1
	}
	numbered, skipping := make(map[string]int), make(map[string]int)
	for _, d := range sensors.Devices() {
		numbered[d.ID] = add(d, request.Null)
		if d.ID == "dht22" || need.Often(0, 1) != 0 { // skipping is the same lines for all
			skipping[d.ID] = add(d, request.Skip)
		}
	}
	program := rig.Plain.BuildJoined(t, sketches)
	for _, d := range sensors.Devices() {
		t.Run(d.ID, func(t *testing.T) {
			t.Parallel()
			env, values := measures(d)
			settled := fmt.Sprintf("RIG_MILLIS=%d", d.Settle.Milliseconds()+1900) // two readings
			run := func(sketch int, env ...string) string {
				s := rig.Serve(t, rig.TLS12(id), nil)
				rig.Boot(t, program, append(env, s.Port(), settled, rig.Sketch(sketch))...)
				_, bodies, _ := s.Seen()
				if len(bodies) == 0 {
					return ""
				}
				return bodies[len(bodies)-1]
			}
			if got, want := run(numbered[d.ID], env...), bodyOfSensors(d, values); got != want {
				t.Errorf("arrived: %s, want %s", got, want)
			}
			if alwaysThere(d) {
				return
			}
			if got, want := run(numbered[d.ID]), bodyOfSensors(d, nil); got != want {
				t.Errorf("without values arrived: %s, want %s", got, want)
			}
			if sketch, ok := skipping[d.ID]; ok {
				if got := run(sketch); got != "" {
					t.Errorf("arrived, though it was to be skipped: %s", got)
				}
			}
		})
	}
}

// In a query a field is left out with its sign; in a template of JSON it is null.
// What is read once may stand in several places.
func TestNoValueInOtherPlaces(t *testing.T) {
	id := anIdentity(t)
	query := everySecond(id)
	query.Method, query.Body, query.Target.Path = "GET", request.None, "/update"
	query.Fields = []request.Field{{Name: "t", Source: "dht22.temperature", GPIO: 4}, {Name: "k", Value: "v"}, {Name: "h", Source: "dht22.humidity", GPIO: 4}}
	template := everySecond(id)
	template.Body, template.Template = request.JSON, `{"all":[{{t}},{{h}},{{t}}]}`
	template.Fields = []request.Field{query.Fields[0], query.Fields[2]}
	for _, tt := range []struct {
		project   codegen.Project
		env, want string
	}{
		{query, "temperature=21.5 humidity=48", "GET /update?t=21.5&k=v&h=48.0 "},
		{query, "temperature=21.5", "GET /update?t=21.5&k=v "},
		{query, "humidity=48", "GET /update?k=v&h=48.0 "},
		{template, "humidity=48", `{"all":[null,48.0,null]}`},
		{template, "temperature=99 humidity=48", `{"all":[null,48.0,null]}`}, // a DHT22 can't measure 99 °C
	} {
		s := rig.Serve(t, rig.TLS12(id), nil)
		rig.Boot(t, rig.Plain.Build(t, tt.project), s.Port(), "RIG_SENSORS="+tt.env, "RIG_MILLIS=2900")
		requests, _, _ := s.Seen()
		if len(requests) == 0 || !strings.Contains(requests[0], tt.want) {
			t.Errorf("%s: arrived %q, want …%s…", tt.env, requests, tt.want)
		}
	}
}

// Your own code gives numbers, texts, true and false, or nothing; what isn't of
// its row's kind is no value, and is said.
func TestOwnCode(t *testing.T) {
	id := anIdentity(t)
	p := everySecond(id)
	p.Body, p.Fields = request.JSON, nil
	for name, sample := range map[string]string{"number": "1", "old": "1", "text": "open", "flag": "true", "none": "1", "nan": "1", "word": "1", "long": "x"} {
		p.Fields = append(p.Fields, request.Field{Name: name, Source: "code", Sample: sample})
	}
	p.Fields = sorted(p.Fields)
	program := rig.Plain.BuildEdited(t, p, func(path, text string) string {
		if path != "readings.h" {
			return text
		}
		return `#include "encode.h"
static int setups = 0, loops = 0;
void readings_setup() { setups++; }
void readings_loop() { loops++; }
void read_number(Value &value) { value.number(setups * 21.5, 1); }
void read_old(Print &value) { value.print(21.5); }
void read_text(Value &value) { value.text(loops > 0 ? "007" : "no loop"); }
void read_flag(Value &value) { value.flag(false); }
void read_none(Value &value) { value.none(); }
void read_nan(Print &value) { value.print(NAN); }
void read_word(Print &value) { value.print("cold"); }
void read_long(Print &value) { for (int i = 0; i < 65; i++) value.print('x'); }
`
	})
	s := rig.Serve(t, rig.TLS12(id), nil)
	rig.Boot(t, program, s.Port(), "RIG_MILLIS=900").Says(t, "read_word gave no number", "read_nan gave no number", "read_long gave more than 64 characters")
	_, bodies, _ := s.Seen()
	if want := `{"flag":false,"number":21.5,"old":21.50,"text":"007"}`; len(bodies) == 0 || bodies[0] != want {
		t.Errorf("arrived: %q, want %s", bodies, want)
	}
}

// A pin is read with what it needs, and the I²C bus on the board's own pins.
func TestPinModes(t *testing.T) {
	p := tutorial()
	p.Fields = []request.Field{
		{Name: "a", Source: "digital", GPIO: 4}, {Name: "b", Source: "digital", GPIO: 16}, {Name: "c", Source: "digital", GPIO: 15},
		{Name: "d", Source: "reed.open", GPIO: 5}, {Name: "e", Source: "pir.motion", GPIO: 12},
	}
	board := rig.Boot(t, rig.Plain.Build(t, p), "RIG_PORT=1", "RIG_MILLIS=1")
	for _, want := range []string{"pin 4 mode 2\n", "pin 16 mode 4\n", "pin 15 mode 0\n", "pin 5 mode 2\n", "pin 12 mode 0\n"} {
		if !strings.Contains(board.Notes, want) {
			t.Errorf("no %q in:\n%s", want, board.Notes)
		}
	}
}

func sorted(fields []request.Field) []request.Field {
	slices.SortFunc(fields, func(a, b request.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

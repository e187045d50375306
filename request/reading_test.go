package request_test

import (
	"strings"
	"testing"

	"espost/esp8266"
	"espost/request"
)

// The sample becomes what the board would make of such a reading.
func TestShape(t *testing.T) {
	for want, f := range map[string]request.Field{
		"21.5": {Source: "dht22.temperature"},
		"19.5": {Source: "dht22.temperature", Shape: request.Shape{Offset: -2}},
		"70.7": {Source: "dht22.temperature", Shape: request.Shape{Scale: 1.8, Offset: 32}},
		"71":   {Source: "dht22.temperature", Shape: request.Shape{Scale: 1.8, Offset: 32, Decimals: request.Places(0)}},
		"1.65": {Source: esp8266.SourceAnalog, Shape: request.Shape{Scale: 0.00322}},
		"-512": {Source: esp8266.SourceAnalog, Shape: request.Shape{Scale: -1}},
		"warm": {Source: esp8266.SourceCode, Sample: "warm", Shape: request.Shape{Scale: 2}},
	} {
		if got := f.Sent(); got != want {
			t.Errorf("%+v sends %q, want %q", f, got, want)
		}
	}
}

func TestKinds(t *testing.T) {
	for sample, want := range map[string]request.Kind{"": request.NumberKind, "-3": request.NumberKind, "true": request.BoolKind, "open": request.TextKind, "007": request.TextKind} {
		if got := (request.Field{Source: esp8266.SourceCode, Sample: sample}).Kind(); got != want {
			t.Errorf("your own code with the sample %q is a %s, want a %s", sample, got, want)
		}
	}
}

// pieces writes a message as the board does, the values of the fields named
// missing.
func pieces(all []request.Piece, missing string) string {
	var out string
	for _, p := range all {
		switch {
		case p.Field == nil:
			out = strings.TrimSuffix(out, p.Close) + p.Literal
		case !strings.Contains(missing, p.Field.Name):
			out += p.Lead + p.As.Encode(p.Field.Sent()) + p.Trail
		case p.None == request.Null:
			out += "null"
		case p.None == request.Skip:
			out += "<skipped>"
		case p.None == "":
			out += "<must be there>"
		}
	}
	return out
}

// A field without a value is left out with all that belongs to it, wherever it
// stands in the row.
func TestNoValue(t *testing.T) {
	fields := []request.Field{
		{Name: "a", Source: "dht22.temperature"}, {Name: "b", Value: "x"}, {Name: "c", Source: "bme280.pressure"}, {Name: "d", Source: esp8266.SourceCode},
	}
	none := func(n request.NoValue) []request.Field {
		out := append([]request.Field{}, fields...)
		for i := range out {
			out[i].None = n
		}
		return out
	}
	for _, tt := range []struct {
		request request.Request
		missing string
		want    string
	}{
		{request.Request{Body: request.JSON, Fields: fields}, "", `{"a":21.5,"b":"x","c":1013.2,"d":21.5}`},
		{request.Request{Body: request.JSON, Fields: fields}, "a", `{"b":"x","c":1013.2,"d":21.5}`},
		{request.Request{Body: request.JSON, Fields: fields}, "cd", `{"a":21.5,"b":"x"}`},
		{request.Request{Body: request.JSON, Fields: fields[2:]}, "cd", `{}`},
		{request.Request{Body: request.Form, Fields: fields}, "ad", "b=x&c=1013.2"},
		{request.Request{Body: request.Form, Fields: fields[:1]}, "a", ""},
		{request.Request{Body: request.JSON, Fields: none(request.Null)}, "acd", `{"a":null,"b":"x","c":null,"d":null}`},
		{request.Request{Body: request.Form, Fields: none(request.Skip)}, "a", "a=<skipped>&b=x&c=1013.2&d=21.5"},
		{request.Request{Body: request.JSON, Template: `[{{a}},"{{c}}"]`, Fields: fields}, "ac", `[null,"<skipped>"]`},
		{request.Request{Body: request.Text, Template: `t={{a}}`, Fields: fields}, "a", `t=<skipped>`},
	} {
		if got := pieces(tt.request.Message().Body, tt.missing); got != tt.want {
			t.Errorf("without %q: %s, want %s", tt.missing, got, tt.want)
		}
		if tt.missing == "" && string(tt.request.BodyBytes()) != tt.want {
			t.Errorf("this computer sends %s, want %s", tt.request.BodyBytes(), tt.want)
		}
	}
	query := request.Request{Body: request.None, Target: request.Target{Path: "/u"}, Fields: fields[:1]}
	if got := pieces(query.Message().Path, "a"); got != "/u?" {
		t.Errorf("an empty query is %q", got)
	}
}

func TestReadingsAreChecked(t *testing.T) {
	for says, f := range map[string]request.Field{
		"GPIO 99":                    {Source: "dht22.temperature", GPIO: 99},
		"for both of its pins":       {Source: "hcsr04.distance", GPIO: 4, Wires: request.Wires{GPIO2: 4}},
		"GPIO 20, which":             {Source: "hcsr04.distance", GPIO: 4, Wires: request.Wires{GPIO2: 20}},
		"0x11, which it can't have":  {Source: "bme280.pressure", Wires: request.Wires{Address: 0x11}},
		"number 17 on its pin":       {Source: "ds18b20.temperature", Wires: request.Wires{Index: 17}},
		"9 decimals":                 {Source: "bme280.pressure", Shape: request.Shape{Decimals: request.Places(9)}},
		"is no number, so scale":     {Source: esp8266.SourceMAC, Shape: request.Shape{Scale: 2}},
		`"maybe" for none`:           {Source: "bme280.pressure", None: "maybe"},
		"only JSON has null":         {Source: "bme280.pressure", None: request.Null},
		`source "dht22.size", which`: {Source: "dht22.size"},
		"such as dht22.temperature":  {Source: "dht23.temperature"},
	} {
		f.Name = "f"
		r := request.Request{Method: "POST", Target: request.Target{Host: "h", Port: 443, Path: "/"}, Body: request.Form, Fields: []request.Field{f}}
		if err := r.Validate().Err(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want …%s…", f, err, says)
		}
	}
}

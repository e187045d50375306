package request_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/request"
	"espost/sensors"
)

func text(name, value string) request.Field {
	return request.Field{Name: name, Value: value}
}

// What is written as a line reads as the same field.
func TestFieldsAsText(t *testing.T) {
	tests := []struct {
		line  string
		field request.Field
	}{
		{"name1=value1", text("name1", "value1")},
		{"# note=a b", request.Field{Off: true, Name: "note", Value: "a b"}},
		{"signal@rssi", request.Field{Name: "signal", Source: esp8266.SourceRSSI}},
		{"signal@rssi=-61", request.Field{Name: "signal", Source: esp8266.SourceRSSI, Sample: "-61"}},
		{"temp@dht22.temperature:4", request.Field{Name: "temp", Source: "dht22.temperature", GPIO: 4}},
		{"far@hcsr04.distance:5,4=12", request.Field{Name: "far", Source: "hcsr04.distance", GPIO: 5, Wires: request.Wires{GPIO2: 4}, Sample: "12"}},
		{"t2@ds18b20.temperature:4#2", request.Field{Name: "t2", Source: "ds18b20.temperature", GPIO: 4, Wires: request.Wires{Index: 2}}},
		{"p@bme280.pressure:0x77", request.Field{Name: "p", Source: "bme280.pressure", Wires: request.Wires{Address: 0x77}}},
		{"p@bme280.pressure", request.Field{Name: "p", Source: "bme280.pressure"}},
		{"t@dht22.temperature:4,mean", request.Field{Name: "t", Source: "dht22.temperature", GPIO: 4, Statistic: request.Mean}},
		{"far@hcsr04.distance:5,4,min,below:20:hysteresis:1.5=12", request.Field{Name: "far", Source: "hcsr04.distance", GPIO: 5, Wires: request.Wires{GPIO2: 4}, Statistic: request.Min, Trigger: request.Trigger{When: request.Below, At: 20, Hysteresis: 1.5}, Sample: "12"}},
		{"signal@rssi,change:5", request.Field{Name: "signal", Source: esp8266.SourceRSSI, Trigger: request.Trigger{When: request.Change, At: 5}}},
		{"door@digital:5,change", request.Field{Name: "door", Source: esp8266.SourceDigital, GPIO: 5, Trigger: request.Trigger{When: request.Change}}},
		{"door@digital:5=1", request.Field{Name: "door", Source: esp8266.SourceDigital, GPIO: 5, Sample: "1"}},
		{`n:={"a":[1,true]}`, request.Field{Name: "n", Source: esp8266.SourceJSON, Value: `{"a":[1,true]}`}},
		{"pin!", request.Field{Name: "pin", Secret: true}},
		{"=", text("", "")},
		{"# =", request.Field{Off: true}},
		{"q=a=b@c#d!", text("q", "a=b@c#d!")},
		{`a\=b\@c\!\:=`, text("a=b@c!:", "")},
		{`\# x=1`, text("# x", "1")},
		{`# \# x=1`, request.Field{Off: true, Name: "# x", Value: "1"}},
		{`\x20a =  b\x20`, text(" a ", "  b ")},
		{`n=two\r\nlines\tand \\n`, text("n", "two\r\nlines\tand \\n")},
		{`b=\xFFü☕\x00`, text("b", "\xffü☕\x00")},
		{`i=a\u{200B}b\u{202E}`, text("i", "a\u200bb\u202e")},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			if got := request.FormatFields([]request.Field{tt.field}); got != tt.line+"\n" {
				t.Errorf("FormatFields = %q", got)
			}
			fields, err := request.ParseFields(tt.line, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]request.Field{tt.field}, fields); diff != "" {
				t.Errorf("ParseFields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFieldsAsTyped(t *testing.T) {
	fields, err := request.ParseFields("\n  a=1  \r\n\n#b=2\n#\tc=3\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	b, c := text("b", "2"), text("c", "3")
	b.Off, c.Off = true, true
	if diff := cmp.Diff([]request.Field{text("a", "1"), b, c}, fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for written, where := range map[string]string{
		"a=1\n\nno sign": "line 3", `a=\q`: "line 1", `a=\`: "line 1", `a=\x4`: "line 1", `a=\u{110000}`: "line 1", `a=\u{41`: "line 1", "# remark": "line 1",
	} {
		_, err := request.ParseFields(written, nil)
		if p, ok := errors.AsType[*problem.Problem](err); !ok || p.Where != where || !strings.Contains(p.Message, where) {
			t.Errorf("%q: %v, want %s", written, err, where)
		}
	}
}

// A secret keeps its value while its row is edited; a name that services use for
// credentials makes one, unless the user has it in clear.
func TestSecretsAsText(t *testing.T) {
	old := []request.Field{
		{Name: "token", Value: "first", Secret: true},
		{Name: "token", Value: "second", Secret: true},
		text("apikey", "public"),
	}
	written := request.FormatFields(old)
	if strings.Contains(written, "first") || strings.Contains(written, "second") {
		t.Errorf("a secret is written:\n%s", written)
	}
	same, err := request.ParseFields(written, old)
	if diff := cmp.Diff(old, same); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	changed, err := request.ParseFields("apikey=other\ntoken!=third", old)
	want := []request.Field{
		{Name: "apikey", Value: "other", Secret: true},
		{Name: "token", Value: "third", Secret: true},
	}
	if diff := cmp.Diff(want, changed); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// Lines don't show how a number is changed; editing them doesn't change that.
func TestShapeStaysWhenEditedAsText(t *testing.T) {
	old := []request.Field{{Name: "t", Source: "dht22.temperature", GPIO: 4, Shape: request.Shape{Offset: -2}, None: request.Skip}}
	got, err := request.ParseFields("t@dht22.temperature:5\nother@dht22.temperature:4", old)
	want := []request.Field{old[0], {Name: "other", Source: "dht22.temperature", GPIO: 4}}
	want[0].GPIO = 5
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestItems(t *testing.T) {
	field := func(f request.Field) request.Item { return request.Item{Field: &f} }
	header := func(name, value string, secret bool) request.Item {
		return request.Item{Header: &request.Header{Name: name, Value: value, Secret: secret}}
	}
	for item, want := range map[string]request.Item{
		"a=b:c":           field(text("a", "b:c")),
		`p=C:\temp`:       field(text("p", `C:\temp`)),
		"X-Device: porch": header("X-Device", "porch", false),
		"X-Mail:a@b=c":    header("X-Mail", "a@b=c", false),
		"X-AIO-Key:K":     header("X-AIO-Key", "K", true),
		"n:=5":            field(request.Field{Name: "n", Source: esp8266.SourceJSON, Value: "5"}),
		"t@digital:4":     field(request.Field{Name: "t", Source: esp8266.SourceDigital, GPIO: 4}),
		"api_key=K":       field(request.Field{Name: "api_key", Value: "K", Secret: true}),
		`api_key:="K"`:    field(request.Field{Name: "api_key", Value: "K", Secret: true}),
		"pin!":            field(request.Field{Name: "pin", Secret: true}),
		"pin!=1234":       field(request.Field{Name: "pin", Value: "1234", Secret: true}),
		`a\:b=1`:          field(text("a:b", "1")),
		"monkey=banana":   field(text("monkey", "banana")),
	} {
		got, err := request.ParseItem(item)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", item, err, diff)
		}
	}
	for item, says := range map[string]string{
		"word":                    "neither a field nor a header",
		"":                        "neither a field nor a header",
		"n:=five":                 "no JSON value",
		"n@rsi":                   `After "n@": there is no source "rsi"`,
		"n@":                      "there is no source",
		"n@text=5":                "there is no source",
		"n@digital":               "Write digital:5",
		"n@digital:x":             `"x" is no number`,
		"n@rssi:5":                "reads no pin",
		"n@dht22":                 "Use one of dht22.temperature, dht22.humidity",
		"n@dht.temp:4":            "Use one of dht22.temperature, dht22.humidity, dht11.temperature",
		"n@moon":                  "dht22, dht11, ds18b20",
		"n@dht22.temperature":     "Write dht22.temperature:5",
		"n@dht22.temperature:4,5": "are not the pins",
		"n@dht22.temperature:4#2": "alone on its pin",
		"n@hcsr04.distance:5":     "hcsr04.distance:5,4 for GPIO 5 and GPIO 4",
		"n@bme280.pressure:x":     "bme280.pressure:0x76",
		"n@soil.moisture:4":       "reads no pin",
		"n!x":                     `After "n!" stands something else than =`,
		`n\q=1`:                   "means nothing",
	} {
		if _, err := request.ParseItem(item); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want …%s…", item, err, says)
		}
	}
}

func FuzzFields(f *testing.F) {
	f.Add("name", "value", "rssi", false)
	f.Add(" #=@\\!:", "\r\n \u202e\xff", "digital", true)
	f.Fuzz(func(t *testing.T, name, value, source string, off bool) {
		fields := []request.Field{
			{Off: off, Name: name, Value: value},
			{Name: value, Value: name},
		}
		if live, ok := sensors.Named(source); ok && !live.Constant() {
			fields = append(fields, request.Field{Name: name, Source: live, Sample: value})
		}
		for i := range fields {
			fields[i].Secret = false
		}
		written := request.FormatFields(fields)
		back, err := request.ParseFields(written, fields)
		if err != nil {
			t.Fatalf("%q: %v", written, err)
		}
		if diff := cmp.Diff(fields, back); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", written, diff)
		}
	})
}

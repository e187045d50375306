package request_test

import (
	"slices"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/request"
)

// What looks like a key is suspected, and what makers' readings look like isn't.
func TestSuspects(t *testing.T) {
	for value, want := range map[string]bool{
		"XB6T3Q9PL0ZK2M4N": true, "aio_QWer56tyUIop78asDFgh90jkLZxc": true, "9f86d081884c7d659a2feaa0c55ad015": true,
		"110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw": true, "3fa85f64-5717-4562-b3fc-2c963f66afa6": true,
		"eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.s5Wc3Gd1kQ9": true,
		"": false, "21.5": false, "porch": false, "2026-11-25T22:35:00.000Z": false, "esp8266-porch-sensor-01": false,
		"20261125T223500Z": false, "A0:20:A6:12:3A:BC": false, "https://h.example/9f86d081884c7d659a2feaa0c55ad015": false,
		"MyTemperatureSensorOnThePorch": false, "a text of 16 words 9f8 6d0 81884c": false, "application/x-www-form-urlencoded": false,
		"ESP8266HTTPClient": false, "1234567890123456": false, "192.168.100.200": false, "Europe/Berlin": false,
	} {
		r := request.Request{Method: "POST", Body: request.Form, Fields: []request.Field{{Name: "station", Value: value}}}
		if got := len(r.Suspects()) == 1; got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

// Concealed, a value goes out as before, and no longer in sight.
func TestConceal(t *testing.T) {
	const key = "XB6T3Q9PL0ZK2M4N"
	target, err := request.ParseTarget("https://h.example/hook/" + key + "/in?ort=" + key + "9&t=21.5")
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []request.Body{request.Form, request.None} {
		r := request.Request{Method: "POST", Target: target, Body: body, Headers: []request.Header{{Name: "X-Station", Value: "Id " + key}},
			Fields: []request.Field{{Name: "key", Value: key + "8"}, {Name: "name", Value: key + "7"}, {Name: "t", Value: "21.5"}}}
		before := string(r.Bytes())
		suspects := r.Suspects()
		var names []string
		for _, s := range suspects {
			names = append(names, s.Text())
		}
		if want := []string{"a part of the address's path", "the parameter ort of the address", "the header X-Station", "the field key", "the field name"}; !slices.Equal(names, want) {
			t.Errorf("%q", names)
		}
		for len(r.Suspects()) > 0 {
			r.Conceal(r.Suspects()[0])
		}
		head, shown := r.Preview()
		if after := string(r.Bytes()); after != before || strings.Contains(head+shown, key) || r.Validate().Err() != nil {
			t.Errorf("%s\nbecame\n%s\nshown as\n%s%s\n(%v)", before, after, head, shown, r.Validate().Err())
		}
	}
}

// What looks like a key within a text, or has the name of one, can become a field,
// and every suspect of one list can be concealed, one after the other.
func TestConcealInTemplate(t *testing.T) {
	const key = "XB6T3Q9PL0ZK2M4N"
	for template, test := range map[string]struct {
		body request.Body
		want []string
	}{
		"weather,key=" + key + " t={{t}} " + key:                              {request.Text, []string{"key in the body", "a word of the body"}},
		"token: hunter2secret\ntoken: none, {{t}}":                            {request.Text, []string{"token in the body"}},
		`{"a":{"id":"` + key + `","b":"\n` + key + `"},"t":{{t}}}`:            {request.JSON, []string{"id in the body"}},
		`{"a":[123456789012345678,true,"Bearer ` + key + `"],"t":"{{t}} °C"}`: {request.JSON, []string{"a word of the body"}},
		"a text of 16 words 9f8 6d0 81884c {{t}}":                             {request.Text, nil},
	} {
		target, err := request.ParseTarget("https://h.example/" + key + "1/" + key + "22")
		if err != nil {
			t.Fatal(err)
		}
		r := request.Request{Method: "POST", Target: target, Body: test.body, Template: template, Fields: []request.Field{{Name: "t", Value: "21.5"}}}
		before := string(r.Bytes())
		suspects := r.Suspects()
		var names []string
		for _, s := range suspects {
			names = append(names, s.Text())
			r.Conceal(s)
		}
		if want := append([]string{"a part of the address's path", "a part of the address's path"}, test.want...); !slices.Equal(names, want) {
			t.Errorf("%s: %q", template, names)
		}
		if after := string(r.Bytes()); after != before || len(r.Suspects()) > 0 || r.Validate().Err() != nil {
			t.Errorf("%s\nbecame\n%s\n(%v, still %v)", before, after, r.Validate().Err(), r.Suspects())
		}
	}
}

// A key within an object that is a row's value is found and concealed as others
// are; nothing else becomes another request.
func TestConcealInObject(t *testing.T) {
	const key = "XB6T3Q9PL0ZK2M4N"
	for value, want := range map[string][]string{
		`{"token":"hunter2secret","id":"` + key + `","n":1}`: {"token in the body", "id in the body"},
		`[{"a":["` + key + `"]}]`:                            {"a word of the body"},
		`{"a":{"b":{{t}}}}`:                                  nil,
		`{"name":"porch"}`:                                   nil,
		`21.5`:                                               nil,
	} {
		r := request.Request{Method: "POST", Body: request.JSON, Fields: []request.Field{
			{Name: "device", Source: esp8266.SourceJSON, Value: value}, {Name: "t", Source: esp8266.SourceRSSI, Sample: "-61"}, {Name: "say", Value: "a \"b\""},
		}}
		before := string(r.Bytes())
		var names []string
		for _, s := range r.Suspects() {
			names = append(names, s.Text())
			r.Conceal(s)
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s: %q", value, names)
		}
		if after := string(r.Bytes()); after != before || len(want) == 0 && r.Template != "" || len(r.Suspects()) > 0 {
			t.Errorf("%s became %s by %q (%v)", before, after, r.Template, r.Suspects())
		}
	}
}

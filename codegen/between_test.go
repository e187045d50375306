package codegen_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/internal/testkit/rig"
	"espost/request"
)

// watchful is a project that is sent once an hour by itself.
func watchful(id rig.Identity) codegen.Project {
	p := everySecond(id)
	p.Every, p.SampleEvery, p.MinGap = time.Hour, 10*time.Second, 20*time.Second
	p.Body, p.Fields = request.JSON, nil
	for _, row := range []string{
		"door@reed.open:5,change", "n@pulse.total:14", "now@dht22.temperature:4,above:30:hysteresis:1",
		"mean@dht22.temperature:4,mean", "low@dht22.temperature:4,min", "high@dht22.temperature:4,max", "last@dht22.temperature:4,last",
		"level@analog,change:50", "neg@dht22.temperature:4,max",
	} {
		f, err := request.ParseField(row)
		if err != nil {
			panic(err)
		}
		f.None = request.Null
		if f.Name == "level" || f.Name == "door" || f.Name == "n" {
			f.None = ""
		}
		if f.Name == "neg" {
			f.Shape.Scale = -1
		}
		p.Fields = append(p.Fields, f)
	}
	return p
}

// What happens between two readings, by a script of what is measured and of what
// the pins do.
func TestBetweenReadings(t *testing.T) {
	id := anIdentity(t)
	program := rig.Sanitized.BuildEdited(t, watchful(id), func(path, text string) string {
		if path != "readings.h" {
			return text
		}
		return `#pragma once
#include <Arduino.h>
#include <rig.h>
// While the first answer comes, the door opens and closes again, bouncing.
void on_answer(int, const char *, size_t) {
  static bool done = false;
  if (done || !getenv("RIG_DOOR")) return;
  done = true;
  for (int level : {1, 0, 1}) rig::edge(5, level);
  rig::skip(500000);
  for (int level : {0, 1, 0}) rig::edge(5, level);
  rig::skip(500000);
}
`
	})
	const warm = "RIG_SENSORS=temperature=20"
	// what arrives of fields, reading by reading
	tests := map[string]struct {
		script, of string
		seconds    int
		env        string
		want       string
	}{
		"nothing happens":                      {"", "door", 100, "", "0"},
		"a door that bounces":                  {bounce(30_000, 1) + bounce(60_000, 0), "door", 90, "", "0 1 0"},
		"less than a bounce":                   {"30000:5=1 30015:5=0", "door", 60, "", "0"},
		"a change within the gap waits":        {"30000:5=1 32000:5=0", "door", 45, "", "0 1"},
		"and isn't lost":                       {"30000:5=1 32000:5=0", "door", 70, "", "0 1 0"},
		"what is over is told, then what is":   {"", "door", 60, "RIG_DOOR=1", "0 1 0"},
		"a crowd within the gap is two":        {"30000:5=1 31000:5=0 32000:5=1 33000:5=0 34000:5=1 35000:5=0", "door", 100, "", "0 1 0"},
		"pulses that bounce count once":        {"21000:14=0 21001:14=1 21002:14=0 21050:14=1 22000:14=0 30000:5=1", "n", 60, "RIG_PINS=16384", "0 2"},
		"above the limit, and back":            {"25000:temperature=31 55000:temperature=29.5 85000:temperature=28.5", "now", 120, warm, "20.0 31.0 28.5"},
		"a number is told when it has changed": {"25000:a0=540 55000:a0=570 85000:a0=500", "level", 120, "", "512 570 500"},
		"statistics":                           {"15000:temperature=30 25000:temperature=nan 35000:temperature=10 45000:temperature=nan 45000:5=1", "mean low high last neg now", 60, warm, "20.0/20.0/20.0/20.0/-20.0/20.0 20.0/10.0/30.0/10.0/-10.0/null"},
		"no number at all":                     {"30000:5=1", "mean low high last neg now", 60, "", "null/null/null/null/null/null null/null/null/null/null/null"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := rig.Serve(t, rig.TLS12(id), nil)
			rig.Boot(t, program, s.Port(), tt.env, "RIG_SCRIPT="+tt.script, fmt.Sprintf("RIG_MILLIS=%d", tt.seconds*1000))
			_, bodies, _ := s.Seen()
			if got := picked(t, bodies, strings.Fields(tt.of)); got != tt.want {
				t.Errorf("arrived %s, want %s:\n%s", got, tt.want, strings.Join(bodies, "\n"))
			}
		})
	}
}

// bounce is a contact that goes to a state at a time.
func bounce(at, level int) string {
	script := ""
	for i := range 7 {
		script += fmt.Sprintf("%d:5=%d ", at+3*i, level^i&1)
	}
	return script
}

// picked are members of objects in JSON, reading by reading.
func picked(t *testing.T, bodies, names []string) string {
	t.Helper()
	var all []string
	for _, body := range bodies {
		var values []string
		for _, name := range names {
			_, after, found := strings.Cut(body, `"`+name+`":`)
			if !found {
				t.Fatalf("no %s in %s", name, body)
			}
			values = append(values, after[:strings.IndexAny(after, ",}")])
		}
		all = append(all, strings.Join(values, "/"))
	}
	return strings.Join(all, " ")
}

// What can't be seen between two readings is refused in a sentence.
func TestBetweenIsRefused(t *testing.T) {
	tests := map[string]struct {
		row    string
		change func(*codegen.Project)
		want   string
	}{
		"a pin in deep sleep":       {"a@reed.open:5,change", func(p *codegen.Project) { p.DeepSleep, p.Every = true, time.Minute }, "only RST wakes it"},
		"a mean in deep sleep":      {"a@analog,mean", func(p *codegen.Project) { p.DeepSleep, p.Every = true, time.Minute }, "needs samples between two readings"},
		"a pin without interrupt":   {"a@digital:16,change", nil, "no interrupt"},
		"samples too close":         {"a@dht22.humidity:5,mean", func(p *codegen.Project) { p.SampleEvery = time.Second }, "DHT22 can't be read every 1s"},
		"samples too far apart":     {"a@analog,mean", func(p *codegen.Project) { p.SampleEvery = time.Hour }, "time between two samples is 1h"},
		"a gap beyond the interval": {"a@reed.open:5,change", func(p *codegen.Project) { p.MinGap = time.Hour }, "shortest time between two readings is 1h"},
		"closer than the service":   {"a@reed.open:5,change", func(p *codegen.Project) { p.MinGap, p.Answer.Pause = 2*time.Second, 15*time.Second }, "the others wait in the outbox"},
		"a mean of own code":        {"a@code,mean", nil, "readings_loop()"},
		"a mean of a counter":       {"a@counter,mean", nil, "isn't measured"},
		"a mean of pulses":          {"a@pulse.interval:5,mean", nil, "covers the time since the reading before"},
		"a limit of a pin":          {"a@reed.open:5,above:0", nil, "a pin is 0 or 1"},
		"a change of any size":      {"a@analog,change", nil, "doesn't say by how much"},
		"nothing":                   {"a@analog,last,below:5", nil, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := tutorial()
			f, err := request.ParseField(tt.row)
			if err != nil {
				t.Fatal(err)
			}
			p.Fields = []request.Field{f}
			if tt.change != nil {
				tt.change(&p)
			}
			said := ""
			for _, found := range p.Validate() {
				said += found.Sentences() + "\n"
			}
			if tt.want == "" && said != "" || !strings.Contains(said, tt.want) {
				t.Errorf("said %q, want %q", said, tt.want)
			}
		})
	}
}

package codegen_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/rig"
	"espost/request"
)

// inParts is a reading of three requests: a counter, a text with every sign that a
// place could trip over, and a value of the user's own, beside a secret and the time.
func inParts(t *testing.T, id rig.Identity) codegen.Project {
	t.Helper()
	p := counting(id)
	p.Method, p.Body, p.Split = "PUT", request.Text, true
	p.Target.Path, p.Template = "/items/{{field}}?key={{key}}", "{{value}}"
	p.Headers = []request.Header{{Name: "X-Item", Value: "{{field}} of {{board}}"}}
	p.Fields = []request.Field{
		{Name: "key", Value: `s3"cret`, Secret: true},
		{Name: "n", Source: esp8266.SourceCounter, Sample: "1"},
		{Name: "board", Source: esp8266.SourceChipID, Sample: "a1b2c3"},
		{Name: "Porch & Garden", Value: "50 % \"wet\"\n"},
		{Name: "own", Source: esp8266.SourceCode, Sample: "21.5"},
	}
	if err := p.Validate().Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

// Each field of a reading is a request of its own, byte for byte as the test POST
// sends it: delivered once, or refused, without the others; over an outage and a
// reboot, too. One without a value costs itself only.
func TestSplitReading(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := inParts(t, id)
	form := p
	form.Method, form.Body, form.Template, form.Headers, form.Target.Path = "POST", request.JSON, "", nil, "/"
	form.Fields = []request.Field{{Name: "n", Source: esp8266.SourceCounter}, {Name: "own", Source: esp8266.SourceCode, Sample: "21.5"}, {Name: "n2", Source: esp8266.SourceCounter}}
	form.DeepSleep = true
	lacking, err := codegen.Generate(form)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range lacking {
		lacking[i].Data = []byte(strings.Replace(string(f.Data), "value.number(21.5, 1);  // replace this", "value.none();", 1))
	}
	whole, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	program, err := rig.Plain.CompileJoined([]codegen.Folder{whole, lacking})
	if err != nil {
		t.Fatal(err)
	}

	want := func(n int) []string { // the requests of the n-th reading
		r := p.Sent()
		r.Fields = slices.Clone(r.Fields)
		r.Fields[1].Sample = fmt.Sprint(n)
		var all []string
		for _, part := range r.Parts() {
			all = append(all, string(part.Bytes()))
		}
		return all
	}
	t.Run("equal", func(t *testing.T) {
		s := rig.Serve(t, rig.TLS12(id), nil)
		board := rig.Boot(t, program, rig.Sketch(0), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=2500")
		requests, _, _ := s.Seen()
		all := keys(t, requests)
		slices.Sort(all)
		if len(slices.Compact(all)) != 9 {
			t.Errorf("the keys are %s", all)
		}
		if diff := cmp.Diff(slices.Concat(want(1), want(2), want(3)), sampled(requests)); diff != "" {
			t.Errorf("the test POST sends (-), the board (+):\n%s\n%s", diff, board.Serial)
		}
		board.Never(t, "SET ASIDE", "Outbox: memory is full")
	})
	t.Run("one refused, outage, reboot", func(t *testing.T) {
		flash := t.TempDir()
		down := rig.Boot(t, program, rig.Sketch(0), "RIG_PORT=1", "RIG_FLASH="+flash, "RIG_MILLIS=2500")
		down.Never(t, "Reading: delivered")
		taken, refused := map[string]int{}, 0
		s := rig.Serve(t, rig.TLS12(id), nil)
		s.Answer = func(n int, body string) string {
			all, _, _ := s.Seen()
			if strings.HasPrefix(all[n-1], "PUT /items/own") {
				refused++
				return rig.Status(404)
			}
			if n%4 == 0 {
				return rig.Status(503)
			}
			taken[all[n-1]]++
			return rig.OK
		}
		board := rig.Boot(t, program, rig.Sketch(0), s.Port(), "RIG_FLASH="+flash, "RIG_MILLIS=240000")
		board.Says(t, "readings from before are waiting", "after status 404; it lies in /refused")
		texts, counters := 0, 0
		for r, n := range taken {
			if n != 1 {
				t.Errorf("taken %d times: %s", n, r)
			}
			texts += strings.Count(r, "PUT /items/Porch")
			counters += strings.Count(r, "PUT /items/n?")
		}
		if refused < 9 || texts < 6 || counters < 6 || texts > counters || counters > texts+1 {
			t.Errorf("%d refusals, %d texts and %d counters taken\n%s", refused, texts, counters, board.Serial)
		}
	})
	t.Run("no value, asleep", func(t *testing.T) {
		s := rig.Serve(t, rig.TLS12(id), nil)
		board := rig.Boot(t, program, rig.Sketch(1), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=60000")
		if _, bodies, _ := s.Seen(); strings.Join(bodies, " ") != `{"n":1} {"n2":1}` {
			t.Errorf("the bodies are %s\n%s", bodies, board.Serial)
		}
		board.Says(t, "A value is missing: this request is skipped", "Sleeping for")
	})
}

// What would lose requests, or never get done with them, is refused.
func TestSplitIsValidated(t *testing.T) {
	p := inParts(t, anIdentity(t))
	p.Keep = codegen.KeepOff
	if _, ok := p.Validate().At("firmware.keep"); !ok {
		t.Errorf("keep off: %v", p.Validate())
	}
	p.Keep, p.DeepSleep, p.Every, p.Answer.Pause = codegen.KeepFailed, true, time.Hour, 20*time.Second
	if _, ok := p.Validate().At("firmware.deep-sleep"); !ok {
		t.Errorf("40 s of pauses in a wake: %v", p.Validate())
	}
	for range 30 {
		p.Fields = append(p.Fields, request.Field{Name: "more", Value: strings.Repeat("x", 100)})
	}
	p.DeepSleep = false
	folder, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folder {
		if f.Path == "config.h" && !strings.Contains(string(f.Data), "OUTBOX_RAM = 4096;") {
			t.Errorf("RAM for many requests: %s", f.Data)
		}
	}
}

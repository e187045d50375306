package codegen_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/request"
)

// C3: while the server is up, 2,000 readings cost hardly an erase; written before
// they are sent, they cost what was measured once with the core's own LittleFS,
// 2,474. An hour of outage a day costs little.
func TestWear(t *testing.T) {
	need.Long(t)
	t.Parallel()
	id := anIdentity(t)
	s := rig.Serve(t, rig.TLS12(id), nil)
	build := func(keep codegen.Keep) string {
		p := counting(id)
		p.Keep = keep
		p.Fields = append(p.Fields, request.Field{Name: "pad", Value: strings.Repeat("x", 80)})
		return rig.Plain.Build(t, p)
	}
	spared := flashErases(t, rig.Boot(t, build(codegen.KeepFailed), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=2001000"))
	before := flashErases(t, rig.Boot(t, build(codegen.KeepAll), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=2001000"))
	t.Logf("2,000 readings cost %d erases, %d where each is written first", spared, before)
	if spared >= 20 {
		t.Errorf("2,000 readings cost %d erases while the server is up, want under 20", spared)
	}
	if before < 2200 || before > 2750 {
		t.Errorf("written first, 2,000 readings cost %d erases, where 2,474 were measured", before)
	}

	p := counting(id)
	p.Every = time.Minute
	p.Fields = append(p.Fields, request.Field{Name: "pad", Value: strings.Repeat("x", 80)})
	program, flash := rig.Plain.Build(t, p), "RIG_FLASH="+t.TempDir()
	outage := rig.Boot(t, program, s.Port(), flash, "RIG_WIFI_DOWN=600000-4200000", "RIG_MILLIS=9000000")
	if erases := flashErases(t, outage); erases > 80 {
		t.Errorf("an hour without Wi-Fi costs %d erases", erases)
	}
	down := rig.Boot(t, program, "RIG_PORT=1", flash, "RIG_MILLIS=3600000")
	up := rig.Boot(t, program, s.Port(), flash, "RIG_MILLIS=600000")
	cost := flashErases(t, down) + flashErases(t, up)
	t.Logf("an hour without Wi-Fi costs %d erases, one without the server %d; estimated: %s", flashErases(t, outage), cost, p.Wear())
	if cost > 80 {
		t.Errorf("an hour without the server costs %d erases", cost)
	}
}

// With "failed", nothing lies in flash before sending failed, and everything does
// afterwards.
func TestFlashIsForFailures(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	program := rig.Plain.Build(t, counting(id))
	s := rig.Serve(t, rig.TLS12(id), nil)
	dir := t.TempDir()
	rig.Boot(t, program, s.Port(), "RIG_FLASH="+dir, "RIG_MILLIS=20000").Says(t, "POST: 200")
	if _, err := os.Stat(filepath.Join(dir, "fs", "readings")); err == nil {
		t.Error("readings lie in flash while the server is up")
	}
	rig.Boot(t, program, "RIG_PORT=1", "RIG_FLASH="+dir, "RIG_MILLIS=2500")
	if _, err := os.Stat(filepath.Join(dir, "fs", "readings")); err != nil {
		t.Error("no readings lie in flash after a failure")
	}
	rig.Boot(t, program, s.Port(), "RIG_FLASH="+dir, "RIG_MILLIS=500").Says(t, "1 readings from before are waiting")
}

// C5: what waits for another form or another server is set aside, told, and never
// sent; where the old form comes back, nothing of it is sent either, and new
// readings go out.
func TestChangedFormKeepsWhatWaits(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	old := outbox(id)
	old.Fields = append(old.Fields, request.Field{Name: "pad", Value: strings.Repeat("x", 200)})
	same := old
	same.Request = old.Request.Clone()
	same.Fields[1].Value = strings.Repeat("y", 200) // a value is no part of the shape
	same.Every = 2 * time.Second
	changes := map[string]func(*codegen.Project){
		"shorter form": func(p *codegen.Project) { p.Fields = p.Fields[:1] },
		"encoding":     func(p *codegen.Project) { p.Body = request.JSON },
		"path":         func(p *codegen.Project) { p.Target.Path = "/other" },
		"method":       func(p *codegen.Project) { p.Method = "PUT" },
		"header":       func(p *codegen.Project) { p.Headers = append(p.Headers, request.Header{Name: "X-New"}) },
	}
	names, sketches := slices.Sorted(maps.Keys(changes)), []codegen.Project{old, same}
	for _, name := range names {
		p := old
		p.Request = old.Request.Clone()
		changes[name](&p)
		sketches = append(sketches, p)
	}
	program := rig.Plain.BuildJoined(t, sketches)
	for i, name := range names {
		dir := t.TempDir()
		rig.Boot(t, program, rig.Sketch(0), "RIG_PORT=1", "RIG_FLASH="+dir, "RIG_MILLIS=3500")
		waiting, err := os.ReadFile(filepath.Join(dir, "fs", "readings"))
		if err != nil {
			t.Fatal(err)
		}
		s := rig.Serve(t, rig.TLS12(id), nil)
		board := rig.Boot(t, program, rig.Sketch(2+i), s.Port(), "RIG_FLASH="+dir, "RIG_MILLIS=1500")
		board.Says(t, "4 readings were taken for another form or server and are not sent")
		board.Never(t, "torn", "dropped", "can't be read")
		_, bodies, _ := s.Seen()
		if len(bodies) < 2 || !strings.Contains(bodies[0], "5") {
			t.Errorf("%s: %q arrived", name, bodies)
		}
		if aside, err := os.ReadFile(filepath.Join(dir, "fs", "refused")); err != nil || string(aside) != string(waiting) {
			t.Errorf("%s: %d bytes waited, %d lie in /refused: %v", name, len(waiting), len(aside), err)
		}
	}
	flash := "RIG_FLASH=" + t.TempDir()
	rig.Boot(t, program, rig.Sketch(0), "RIG_PORT=1", flash, "RIG_MILLIS=3500")
	s := rig.Serve(t, rig.TLS12(id), nil)
	rig.Boot(t, program, rig.Sketch(1), s.Port(), flash, "RIG_MILLIS=1500").Never(t, "SET ASIDE")
	if _, bodies, _ := s.Seen(); len(bodies) < 5 || !strings.Contains(bodies[0], "n=1&pad=x") {
		t.Errorf("the same form: %.60q arrived", bodies)
	}
}

// C6: a board with deep sleep that can't deliver sleeps at once, and longer each
// time.
func TestDeepSleepGivesUpSoon(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	p.DeepSleep, p.Every = true, time.Minute
	program := rig.Plain.Build(t, p)
	ca := p
	ca.Pin = esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{id.PEM()}}
	later := rig.Serve(t, rig.TLS12(id), func(int, string) string { return with(503, "Retry-After: 1800\r\n", "") })
	for _, tt := range []struct {
		name, program string
		env           []string
		awake         int // milliseconds at most
		sleeps        []string
	}{
		{"later", program, []string{later.Port()}, 3000, []string{"1800", "1800"}},
		{"no Wi-Fi", program, []string{"RIG_WIFI=missing"}, 21000, []string{"60", "120", "240", "480"}},
		{"no server", program, []string{"RIG_PORT=1"}, 15000, []string{"60", "120"}},
		{"no time", rig.Plain.Build(t, ca), []string{later.Port(), "RIG_NTP=never"}, 21000, []string{"60", "120"}},
	} {
		flash := "RIG_FLASH=" + t.TempDir()
		for _, sleep := range tt.sleeps {
			board := rig.Boot(t, tt.program, append(tt.env, flash, fmt.Sprint("RIG_MILLIS=", tt.awake))...)
			if !strings.Contains(board.Notes, "deep sleep "+sleep+"000000 us") {
				t.Errorf("%s: it doesn't sleep for %s s:\n%s%s", tt.name, sleep, board.Serial, board.Notes)
			}
		}
		s := rig.Serve(t, rig.TLS12(id), nil)
		board := rig.Boot(t, tt.program, s.Port(), flash, "RIG_MILLIS=60000")
		if _, bodies, _ := s.Seen(); len(bodies) != len(tt.sleeps)+1 {
			t.Errorf("%s: %d readings of %d arrived:\n%s", tt.name, len(bodies), len(tt.sleeps)+1, board.Serial)
		}
		board.Says(t, "Sleeping for 5")
	}
}

// C9: readings that were taken before the clock was set get their time when it is.
func TestTimeIsFilledIn(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	for _, body := range []request.Body{request.Form, request.JSON} {
		p := counting(id)
		p.Every, p.Body = 10*time.Second, body
		p.Fields = append(p.Fields, request.Field{Name: "at", Source: esp8266.SourceTime})
		s, program := rig.Serve(t, rig.TLS12(id), nil), rig.Plain.Build(t, p)
		begun := time.Now()
		board := rig.Boot(t, program, s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_WIFI_DOWN=0-75000", "RIG_MILLIS=100000")
		_, bodies, _ := s.Seen()
		var last time.Time
		for i, b := range bodies[:min(5, len(bodies))] {
			text := strings.ReplaceAll(strings.TrimSuffix(b[strings.LastIndexAny(b, "=")+1:], `"}`), "%3A", ":")
			if body == request.JSON {
				_, text, _ = strings.Cut(strings.TrimSuffix(b, `"}`), `"at":"`)
			}
			at, err := time.Parse(time.RFC3339, text)
			if err != nil || at.After(time.Now().Add(100*time.Second)) || at.Before(begun.Add(-time.Second)) {
				t.Errorf("%s: reading %d has the time %q (%v)\n%s", body, i, text, err, board.Serial)
			}
			if gap := at.Sub(last); i > 0 && (gap < 9*time.Second || gap > 11*time.Second) {
				t.Errorf("%s: reading %d was taken %s after the one before", body, i, gap)
			}
			last = at
		}
		if len(bodies) < 5 {
			t.Errorf("%d readings arrived\n%s", len(bodies), board.Serial)
		}
	}
}

// C10: the fingerprint that worked last is tried first after a reset.
func TestWorkingFingerprintIsRemembered(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	p.Pin.SHA1 = []string{strings.Repeat("0", 40), strings.Repeat("1", 40), id.SHA1()}
	program := rig.Plain.Build(t, p)
	s := rig.Serve(t, rig.TLS12(id), nil)
	flash := "RIG_FLASH=" + t.TempDir()
	rig.Boot(t, program, s.Port(), flash, "RIG_MILLIS=900").Says(t, "trying the next one in pins.h", "POST: 200")
	board := rig.Boot(t, program, s.Port(), flash, "RIG_MILLIS=900")
	board.Says(t, "POST: 200")
	board.Never(t, "trying the next one")
	p.Pin.SHA1 = []string{id.SHA1(), strings.Repeat("1", 40)} // the remembered place is beyond the list
	rig.Boot(t, rig.Plain.Build(t, p), s.Port(), flash, "RIG_MILLIS=900").Says(t, "POST: 200")
}

// Refusals are counted over deep sleep.
func TestRefusalsAreCountedOverSleep(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	p.DeepSleep, p.Every = true, time.Minute
	program, flash := rig.Plain.Build(t, p), "RIG_FLASH="+t.TempDir()
	s := rig.Serve(t, rig.TLS12(id), func(_ int, body string) string {
		if body == "n=1" {
			return rig.Status(400)
		}
		return rig.OK
	})
	rig.Boot(t, program, s.Port(), flash, "RIG_MILLIS=60000").Never(t, "SET ASIDE")
	rig.Boot(t, program, s.Port(), flash, "RIG_MILLIS=60000").Says(t, "SET ASIDE")
	if _, bodies, _ := s.Seen(); counts(bodies) != "1 1 1 2" {
		t.Errorf("the rows are %s", counts(bodies))
	}
}

// What is set aside after a power failure in the midst of setting aside can be
// read all the same.
func TestTornRefusedIsMended(t *testing.T) {
	id := anIdentity(t)
	s := rig.Serve(t, rig.TLS12(id), func(int, string) string { return with(400, "", "") })
	dir := t.TempDir()
	refused := filepath.Join(dir, "fs", "refused")
	if err := os.MkdirAll(filepath.Dir(refused), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(refused, []byte("torn off"), 0o600); err != nil {
		t.Fatal(err)
	}
	rig.Boot(t, rig.Sanitized.Build(t, outbox(id)), "RIG_FLASH="+dir, s.Port(), "RIG_MILLIS=30000").Says(t, "it lies in /refused")
	requests, _, _ := s.Seen()
	aside := setAside(t, dir)
	if key := keys(t, requests)[0]; aside[key] != 400 {
		t.Errorf("%s isn't to be found in /refused, but %v", key, aside)
	}
}

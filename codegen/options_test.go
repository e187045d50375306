package codegen_test

import (
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/codegen/sketchdir"
	"espost/esp8266"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/request"
)

// One POST a wake, counted over wakes, then sleep for the rest of the interval.
func TestDeepSleep(t *testing.T) {
	id := anIdentity(t)
	p := everySecond(id)
	p.Every = 10 * time.Minute
	p.DeepSleep, p.Keep, p.LED = true, codegen.KeepFailed, true
	p.Fields = []request.Field{
		{Name: "n", Source: esp8266.SourceCounter},
		{Name: "rssi", Source: esp8266.SourceRSSI},
	}
	program := rig.Sanitized.Build(t, p)
	flash := "RIG_FLASH=" + t.TempDir()
	s := rig.Serve(t, rig.TLS12(id), nil)
	port := s.Port()
	limit := "RIG_MILLIS=120000"
	for range 2 {
		board := rig.Boot(t, program, flash, port, limit)
		board.Says(t, "POST: 200", "Sleeping for 599 s")
		if !strings.Contains(board.Notes, "deep sleep 599") {
			t.Errorf("the board didn't go to sleep:\n%s", board.Notes)
		}
	}
	rig.Boot(t, program, flash, "RIG_PORT=1", limit).Says(t, "Not delivered in this wake", "stay in the outbox", "Sleeping for 600 s")
	rig.Boot(t, program, flash, limit, "RIG_WIFI=missing").Says(t, "Not delivered in this wake", "Sleeping for 1200 s")
	rig.Boot(t, program, flash, port, limit)
	_, bodies, _ := s.Seen()
	want := []string{"n=1&rssi=-61", "n=2&rssi=-61", "n=3&rssi=-61", "n=4&rssi=31", "n=5&rssi=-61"}
	if got := strings.Join(bodies, " "); got != strings.Join(want, " ") {
		t.Errorf("arrived: %s, want %s", got, want)
	}
}

// The time is sent when it is known, and counted from 1970 on after half a minute
// without.
func TestTimeInForm(t *testing.T) {
	id := anIdentity(t)
	p := everySecond(id)
	p.Fields = []request.Field{{Name: "at", Source: esp8266.SourceTime}, {Name: "v", Source: esp8266.SourceCode}}
	p.Body = request.JSON
	program := rig.Sanitized.Build(t, p)
	s := rig.Serve(t, rig.TLS12(id), nil)
	port := s.Port()
	rig.Boot(t, program, port, "RIG_MILLIS=1000")
	rig.Boot(t, program, port, "RIG_NTP=never", "RIG_MILLIS=30500").Says(t, "Waiting for the time")
	_, bodies, _ := s.Seen()
	if len(bodies) != 2 {
		t.Fatalf("%d readings arrived, want 2: %q", len(bodies), bodies)
	}
	at, found := strings.CutPrefix(bodies[0], `{"at":"`)
	at, rest, _ := strings.Cut(at, `"`)
	when, err := time.Parse(time.RFC3339, at)
	if !found || err != nil || time.Since(when).Abs() > time.Hour || rest != `,"v":21.5}` {
		t.Errorf("the body with the time is %s", bodies[0])
	}
	if bodies[1] != `{"at":"1970-01-01T00:00:31Z","v":21.5}` {
		t.Errorf("the body without the time is %s", bodies[1])
	}
}

func TestStaticAddress(t *testing.T) {
	p := tutorial()
	p.Static = codegen.Static{
		Address: netip.MustParseAddr("10.1.2.3"), Gateway: netip.MustParseAddr("10.1.2.1"),
		Mask: netip.MustParseAddr("255.255.255.0"), DNS: netip.MustParseAddr("10.1.2.1"),
	}
	rig.Boot(t, rig.Plain.Build(t, p), "RIG_PORT=1", "RIG_MILLIS=1000").Says(t, "Wi-Fi: connected, address 10.1.2.3")
}

// An existing readings.h that lacks a function is told so by the compiler, in
// a plain sentence.
func TestMissingReading(t *testing.T) {
	t.Parallel()
	p := tutorial()
	dir := filepath.Join(t.TempDir(), p.Name)
	write(t, p, dir)
	p.Fields = append(p.Fields, request.Field{Name: "Temperature °C", Source: esp8266.SourceCode})
	write(t, p, dir)
	if _, err := rig.Plain.Compile(t, rig.Files(t, dir)); err == nil || !strings.Contains(err.Error(), "readings.h lacks the function: void read_temperature_c(Value &value)") {
		t.Errorf("the compiler says %v", err)
	}
}

// What readings.h prints is made UTF-8 in JSON, also where a sequence is cut
// short and the value before it was longer.
func TestReadingsBecomeUTF8(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := everySecond(id)
	p.Body = request.JSON
	p.Fields = []request.Field{{Name: "a", Source: esp8266.SourceCode, Sample: "a"}, {Name: "b", Source: esp8266.SourceCode, Sample: "b"}}
	program := rig.Plain.BuildEdited(t, p, func(path, text string) string {
		if path == "readings.h" {
			return "void read_a(Print &value) { value.print(\"\\344\\270\\226\"); }\nvoid read_b(Print &value) { value.print(\"\\344\\270\"); }\n"
		}
		return text
	})
	s := rig.Serve(t, rig.TLS12(id), nil)
	rig.Boot(t, program, s.Port(), "RIG_MILLIS=900")
	_, bodies, _ := s.Seen()
	if want := "{\"a\":\"世\",\"b\":\"\ufffd\ufffd\"}"; len(bodies) == 0 || bodies[0] != want {
		t.Errorf("the bodies are %q, want %q", bodies, want)
	}
}

// Another chip and an old core are refused with a plain sentence.
func TestWrongChipOrCore(t *testing.T) {
	t.Parallel()
	need.Program(t, "g++")
	p := tutorial()
	dir := filepath.Join(t.TempDir(), p.Name)
	write(t, p, dir)
	board := rig.Board(t)
	for sentence, flags := range map[string][]string{
		"This sketch is for ESP8266 boards":              {"-std=gnu++17"},
		"needs 3.0.0 or later: update the board package": {"-std=gnu++17", "-DESP8266", "-DRIG_OLD_CORE"},
		"This ESP8266 core is older than 3.0.0":          {"-std=gnu++11", "-DESP8266"},
	} {
		err := rig.Compiler(dir, append(flags, "-fsyntax-only", "-I"+board, "-x", "c++", "config.h")...)
		if err == nil || !strings.Contains(err.Error(), sentence) {
			t.Errorf("with %v the compiler says %v", flags, err)
		}
	}
}

// Every combination of pin mode and options compiles without a warning; the
// ones that other tests run are left out.
func TestCombinationsCompile(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	all := []request.Field{}
	for _, info := range esp8266.Sources() {
		if info.Source != esp8266.SourceAnalog {
			all = append(all, request.Field{Name: "f " + info.Source.String(), Source: info.Source, GPIO: 5})
		}
	}
	all = append(all, all...)
	pins := []esp8266.Pin{
		{Mode: esp8266.PinPublicKey, PublicKey: id.PublicKey(t)},
		{Mode: esp8266.PinCA, CAs: []string{id.PEM()}},
		{Mode: esp8266.PinInsecure},
	}
	var projects []codegen.Project
	for i, pin := range pins {
		p := tutorial()
		p.Pin = pin
		p.Keep, p.DeepSleep, p.LED = []codegen.Keep{codegen.KeepOff, codegen.KeepAll, codegen.KeepFailed, codegen.KeepFailed}[i], i != 1, i != 2
		p.Body = request.Form
		p.Fields = all
		p.Headers = append(p.Headers, request.Header{Name: "Authorization", Value: "Bearer x", Secret: true}, request.Header{Name: "content-type", Value: "text/x"})
		projects = append(projects, p)
	}
	p := tutorial()
	p.Fields, p.Headers = nil, nil
	p.Method = "PATCH"
	projects = append(projects, p)
	p = tutorial()
	goldens()["everything"](&p)
	rig.Plain.BuildJoined(t, append(projects, p))
}

// write generates a project into dir.
func write(t *testing.T, p codegen.Project, dir string) {
	t.Helper()
	files, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sketchdir.Write(dir, files, sketchdir.Options{}); err != nil {
		t.Fatal(err)
	}
}

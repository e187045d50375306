package codegen_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/request"
)

// outbox is a project that sends a counter every second and writes every one to
// flash first, so that it loses nothing.
func outbox(id rig.Identity) codegen.Project {
	p := everySecond(id)
	p.Keep = codegen.KeepAll
	p.Fields = []request.Field{{Name: "n", Source: esp8266.SourceCounter}}
	return p
}

var keyLine = regexp.MustCompile(`(?m)^Idempotency-Key: "([0-9a-f]{6}-[0-9a-f]{8}-[0-9a-f]{8}(?:\+[0-9]+)?)"\r$`)

// sampled returns the requests with SampleKey in the place of their keys, as the
// test POST has it.
func sampled(requests []string) []string {
	for i, r := range requests {
		requests[i] = keyLine.ReplaceAllLiteralString(r, "Idempotency-Key: "+codegen.SampleKey+"\r")
	}
	return requests
}

// keys returns the key of each request, in order.
func keys(t *testing.T, requests []string) []string {
	t.Helper()
	var all []string
	for _, r := range requests {
		m := keyLine.FindStringSubmatch(r)
		if m == nil {
			t.Fatalf("a request without a key:\n%s", r)
		}
		all = append(all, m[1])
	}
	return all
}

// Readings that were taken while nobody listened arrive later, in order.
func TestOutboxKeepsReadings(t *testing.T) {
	id := anIdentity(t)
	program := rig.Sanitized.Build(t, outbox(id))
	flash := "RIG_FLASH=" + t.TempDir()
	rig.Boot(t, program, flash, "RIG_PORT=1", "RIG_MILLIS=10500")
	s := rig.Serve(t, rig.TLS12(id), nil)
	rig.Boot(t, program, flash, s.Port(), "RIG_MILLIS=1500").Says(t, "readings from before are waiting")
	requests, bodies, _ := s.Seen()
	if len(bodies) < 11 {
		t.Fatalf("%d readings arrived, want 11 or more", len(bodies))
	}
	for i, body := range bodies {
		if want := fmt.Sprintf("n=%d", i+1); body != want {
			t.Errorf("reading %d is %q, want %q", i+1, body, want)
		}
	}
	all := keys(t, requests)
	for i, key := range all[1:] {
		if key == all[i] {
			t.Errorf("two readings have the key %s", key)
		}
	}
}

// When the power fails in the middle of any write, at most the reading that
// was being written is lost, and the board works on.
func TestPowerFailsAnywhere(t *testing.T) {
	need.Long(t)
	t.Parallel()
	id := anIdentity(t)
	program := rig.Plain.Build(t, outbox(id))
	s := rig.Serve(t, rig.TLS12(id), nil)
	port := s.Port()
	for tear := 0; tear < 120; tear += need.Often(2, 1) {
		flash := "RIG_FLASH=" + t.TempDir()
		rig.Boot(t, program, flash, "RIG_PORT=1", "RIG_MILLIS=3500")
		before, _, _ := s.Seen()
		torn := rig.Boot(t, program, flash, port, "RIG_MILLIS=2500", fmt.Sprintf("RIG_TEAR=%d", tear))
		board := rig.Boot(t, program, flash, port, "RIG_MILLIS=2500")
		board.Never(t, "can't be used")
		requests, bodies, _ := s.Seen()
		requests, bodies = requests[len(before):], bodies[len(before):]
		arrived := make(map[string]string)
		for i, key := range keys(t, requests) {
			if had, dup := arrived[key]; dup && had != bodies[i] {
				t.Fatalf("tear %d: key %s stands for %s and %s", tear, key, had, bodies[i])
			}
			arrived[key] = bodies[i]
		}
		have := make(map[string]bool)
		for key, body := range arrived {
			if have[body] {
				t.Fatalf("tear %d (exit %d): %s arrived under two keys, one of them %s:\n%s", tear, torn.Exit, body, key, board.Serial)
			}
			have[body] = true
		}
		for _, want := range []string{"n=1", "n=2", "n=3"} {
			if !have[want] {
				t.Fatalf("tear %d (exit %d): %s is lost:\n%s\n%s", tear, torn.Exit, want, torn.Serial, board.Serial)
			}
		}
	}
}

// A full outbox drops the oldest readings and says so.
func TestOutboxDropsTheOldest(t *testing.T) {
	id := anIdentity(t)
	p := outbox(id)
	p.Board, _ = esp8266.BoardByID("thing")
	p.Fields = append(p.Fields, request.Field{Name: "pad", Source: esp8266.SourceText, Value: strings.Repeat("x", 300)})
	program := rig.Sanitized.Build(t, p)
	flash := "RIG_FLASH=" + t.TempDir()
	rig.Boot(t, program, flash, "RIG_PORT=1", "RIG_MILLIS=30500").Says(t, "full; the oldest reading is dropped")
	s := rig.Serve(t, rig.TLS12(id), nil)
	rig.Boot(t, program, flash, s.Port(), "RIG_MILLIS=1000")
	_, bodies, _ := s.Seen()
	last := bodies[len(bodies)-1]
	if n := len(bodies); n < 8 || n > 14 || strings.HasPrefix(bodies[0], "n=1&") || !strings.HasPrefix(last, "n=3") {
		t.Errorf("%d readings arrived, from %.6s to %.6s; want the last dozen of 31", n, bodies[0], last)
	}
}

// Flash that takes nothing more costs no reading while the server is up.
func TestOutboxWithoutFlash(t *testing.T) {
	id := anIdentity(t)
	program := rig.Sanitized.Build(t, outbox(id))
	s := rig.Serve(t, rig.TLS12(id), nil)
	port := s.Port()
	rig.Boot(t, program, port, "RIG_MILLIS=3500").Says(t, "the file system can't be used", "POST: 200")
	rig.Boot(t, program, port, "RIG_FLASH="+t.TempDir(), "RIG_FLASH_SIZE=14", "RIG_MILLIS=3500").
		Says(t, "flash is full or worn out", "POST: 200")
	requests, _, _ := s.Seen()
	if len(requests) < 6 {
		t.Errorf("%d readings arrived, want 6 or more", len(requests))
	}
}

package codegen_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/pinfile"
)

// keeper does what $STEPS says with the files in $FILES: a digit offers that file, p proves the
// candidate, x loses the candidate's file, and ! says what there is.
const keeper = `
#include "pin_store.h"
static PinStore store;
static char text[pinfile::SIZE_MAX_BYTES];
static size_t fileOf(const char *name) {
  const std::string path = std::string(getenv("FILES")) + "/" + name;
  FILE *f = fopen(path.c_str(), "rb");
  if (!f) exit(3);
  const size_t size = fread(text, 1, sizeof(text), f);
  fclose(f);
  return size;
}
void setup() {
  pinfile::Owner compiled = {};
  memcpy(compiled.key.point, text, fileOf("key"));
  compiled.serial = fileOf("compiled");
  store.begin(compiled, fileOf("pins"), "porch", "example.org:443");
  for (const char *step = getenv("STEPS"); *step; step++) {
    const char name[] = {*step, 0};
    pinfile::File f;
    bool isNew = false;
    switch (*step) {
      case 'p': store.prove(); break;
      case 'x': LittleFS.remove("/pins.candidate"); break;
      case '!':
        printf("serial %u", store.owner().serial);
        if (store.load(PinStore::Proven, text, f)) printf(", proven %u", f.serial);
        if (store.load(PinStore::Candidate, text, f)) printf(", candidate %u", f.serial);
        printf("\n");
        break;
      default: store.offer(text, fileOf(name), f, isNew);
    }
  }
}
void loop() {}
`

// A store runs keeper on one flash.
type store struct{ program, files string }

func newStore(t *testing.T) store {
	t.Helper()
	s := store{files: t.TempDir()}
	var err error
	if s.program, err = rig.Sanitized.Compile(t, sketchOf(t, "keeper", keeper, "pinfile.h", "pin_store.h")); err != nil {
		t.Fatal(err)
	}
	m := newPinMaker(t)
	s.put(t, "key", m.keys[0][:])
	s.put(t, "compiled", nil) // its length is the serial that is compiled in
	s.put(t, "pins", nil)     // and this one's stands for the compiled pins
	for serial := uint32(1); serial <= 4; serial++ {
		f := pinfile.File{Group: "porch", Host: "example.org:443", Serial: serial, Pins: []pinfile.Entry{{Mode: "fingerprint", Data: make([]byte, 20)}}}
		signed, err := m.signers[0](f)
		if err != nil {
			t.Fatal(err)
		}
		s.put(t, fmt.Sprint(serial), signed.Bytes())
	}
	return s
}

func (s store) put(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.files, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// run starts the board, has it do the steps, and returns what it says; tear is after how
// many changes to the flash the power fails, -1 for never.
func (s store) run(t *testing.T, flash, steps string, tear int) (said string, torn bool) {
	t.Helper()
	r := rig.Boot(t, s.program, "RIG_FLASH="+flash, "RIG_LOOPS=1", "FILES="+s.files, "STEPS="+steps, fmt.Sprintf("RIG_TEAR=%d", tear))
	if r.Exit != 0 && r.Exit != 99 {
		t.Fatalf("%s ends with %d\n%s%s", steps, r.Exit, r.Serial, r.Notes)
	}
	return strings.TrimSpace(r.Serial), r.Exit == 99
}

// A new file is a candidate beside the old one until it has delivered; an older one is never
// taken, whatever became of the newer.
func TestPinStore(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for steps, want := range map[string]string{
		"!":      "serial 0",
		"1!":     "serial 1, candidate 1",
		"1p!":    "serial 1, proven 1",
		"1p2!":   "serial 2, proven 1, candidate 2",
		"1p2p!":  "serial 2, proven 2",
		"1p21!":  "serial 2, proven 1, candidate 2",
		"1p2x!":  "serial 2, proven 1",
		"1p2x1!": "serial 2, proven 1",
		"1p2x2!": "serial 2, proven 1, candidate 2", // what was lost is taken again
		"1p23!":  "serial 3, proven 1, candidate 3",
		"1p1!":   "serial 1, proven 1",
		"p!":     "serial 0",
		"1pp!":   "serial 1, proven 1",
	} {
		flash := t.TempDir()
		if got, _ := s.run(t, flash, steps, -1); got != want {
			t.Errorf("%s: %s, want %s", steps, got, want)
		}
		if got, _ := s.run(t, flash, "!", -1); got != want {
			t.Errorf("%s, after a start: %s, want %s", steps, got, want)
		}
	}
	flash := t.TempDir()
	s.run(t, flash, "1p2", -1)
	s.put(t, "compiled", []byte("xxx")) // a sketch with the serial 3
	if got, _ := s.run(t, flash, "!", -1); got != "serial 3" {
		t.Errorf("a newer sketch goes on with %s", got)
	}
	s.put(t, "compiled", nil)
	flash = t.TempDir()
	s.run(t, flash, "1p2", -1)
	s.put(t, "pins", []byte("x")) // a sketch with other pins
	if got, _ := s.run(t, flash, "1!2!", -1); got != "serial 2\nserial 2, candidate 2" {
		t.Errorf("a sketch with other pins goes on with %q, want the serial, and what is fetched again", got)
	}
}

// Wherever the power fails, the board has the old pins or the new ones, never forgets a serial
// that it has noted, and ends where it would have without.
func TestPinStoreLosesPower(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, c := range []struct {
		before, steps string
		allowed       []string // what a start after the failure may find
	}{
		{"", "1", []string{"serial 0", "serial 1, candidate 1"}},
		{"1p", "2", []string{"serial 1, proven 1", "serial 2, proven 1, candidate 2"}},
		{"1p2", "p", []string{"serial 2, proven 1, candidate 2", "serial 2, proven 2"}},
		{"1p2", "3", []string{"serial 2, proven 1, candidate 2", "serial 2, proven 1", "serial 3, proven 1, candidate 3"}},
	} {
		step := need.Often(47, 1) // a prime, so that all places come up over the cases
		failures := 0
		for tear := 0; ; tear += step {
			flash := t.TempDir()
			s.run(t, flash, c.before, -1)
			_, torn := s.run(t, flash, c.steps, tear)
			if !torn {
				break
			}
			failures++
			got, _ := s.run(t, flash, "!", -1)
			found := false
			for _, a := range c.allowed {
				found = found || got == a
			}
			if !found {
				t.Fatalf("%s, then %s, torn after %d: %s", c.before, c.steps, tear, got)
			}
			if _, proven, _ := strings.Cut(got, ", proven "); proven != "" {
				if next, _ := s.run(t, flash, "4!", -1); !strings.Contains(next, ", proven "+proven[:1]) {
					t.Fatalf("%s, then %s, torn after %d: %s, and with the next file %s", c.before, c.steps, tear, got, next)
				}
			}
			if end, _ := s.run(t, flash, "4p!", -1); end != "serial 4, proven 4" {
				t.Fatalf("%s, then %s, torn after %d: the next file leads to %s", c.before, c.steps, tear, end)
			}
		}
		if failures == 0 {
			t.Errorf("%s, then %s: the power never failed", c.before, c.steps)
		}
	}
}

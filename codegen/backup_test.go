package codegen_test

import (
	"crypto/elliptic"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/rig"
	"espost/pinfile"
)

// A guarded maker's pins have backups; each way of having one is a sketch.
type guarded struct {
	program            string
	ca                 rig.Identity // of first and second
	first, second      rig.Identity
	reserve, elsewhere rig.Identity // self-signed: with the reserve key, and with none that is known
}

const (
	keyAndCA = iota // what Enter alone makes
	keyAndReserve
	fingerprintAndCA
	fingerprintReserveAndCA
	keyAndCASigned
	caAndReserve
	sleepyWithCA
	guardedCount
)

func newGuarded(t *testing.T) guarded {
	t.Helper()
	g := guarded{ca: rig.NewIdentity(t, "ca", nil, nil), reserve: rig.NewIdentity(t, "reserve", nil, nil), elsewhere: rig.NewIdentity(t, "elsewhere", nil, nil)}
	g.first, g.second = rig.NewIdentity(t, "by the CA", &g.ca, nil), rig.NewIdentity(t, "by the CA, too", &g.ca, nil)
	projects := make([]codegen.Project, guardedCount)
	for i := range projects {
		p := outbox(g.first)
		p.Keep = codegen.KeepFailed
		p.Pin = pinOf(t, esp8266.PinFingerprint, g.first)
		p.Pin.CAs = []string{g.ca.PEM()}
		projects[i] = p
	}
	reserve := []string{g.reserve.PublicKey(t)}
	projects[keyAndCA].Pin.Mode, projects[keyAndCA].Pin.Backup = esp8266.PinPublicKey, esp8266.PinCA
	projects[keyAndReserve].Pin.Mode, projects[keyAndReserve].Pin.Reserve = esp8266.PinPublicKey, reserve
	projects[fingerprintAndCA].Pin.Backup = esp8266.PinCA
	projects[fingerprintReserveAndCA].Pin.Backup, projects[fingerprintReserveAndCA].Pin.Reserve = esp8266.PinCA, reserve
	p := &projects[keyAndCASigned]
	p.Pin.Mode, p.Pin.Backup = esp8266.PinPublicKey, esp8266.PinCA
	p.Owner = pinfile.Owner{Group: "porch", Key: pointOf(t, rig.NewKey(t, elliptic.P256(), "signer"))}
	p.Fetch.URLs = []string{"http://pins.example/porch.pins"}
	projects[caAndReserve].Pin.Mode, projects[caAndReserve].Pin.Reserve = esp8266.PinCA, reserve
	projects[sleepyWithCA].Pin.Backup, projects[sleepyWithCA].DeepSleep, projects[sleepyWithCA].Every = esp8266.PinCA, true, time.Minute
	g.program = rig.Sanitized.BuildJoined(t, projects)
	return g
}

// boot runs a sketch against a server; a host may have signed pins.
func (g guarded) boot(t *testing.T, sketch int, s *renewing, flash string, millis int, env ...string) rig.Run {
	t.Helper()
	return rig.Boot(t, g.program, append(env, rig.Sketch(sketch), s.Port(), "RIG_FLASH="+flash, fmt.Sprint("RIG_MILLIS=", millis))...)
}

// renewed is a server that ends the connection with its 30th answer, and shows another
// certificate from then on.
func (g guarded) renewed(t *testing.T, to rig.Identity) *renewing {
	s := renewingServer(t, g.first, nil)
	s.Answer = func(n int, _ string) string {
		if n != 30 {
			return rig.OK
		}
		s.shown.Store(&to)
		return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
	}
	return s
}

const nextPin = "trying the next pin"

// The certificate is renewed with a new key while a hundred readings are made: boards go on by their
// backup. The switch costs a refused handshake for each way that is tried before, no reading
// and no failed attempt; from then on that way is the first.
func TestBackupOutlivesTheRenewal(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	for name, c := range map[string]struct {
		sketch  int
		to      rig.Identity
		refused int
	}{
		"a key and the CA":                   {keyAndCA, g.second, 1},
		"a key and its reserve":              {keyAndReserve, g.reserve, 1},
		"a fingerprint and the CA":           {fingerprintAndCA, g.second, 1},
		"both: to the reserve key":           {fingerprintReserveAndCA, g.reserve, 1},
		"both: to another key by the CA":     {fingerprintReserveAndCA, g.second, 2},
		"a key and the CA, with signed pins": {keyAndCASigned, g.second, 1},
		"the CA and a reserve key":           {caAndReserve, g.reserve, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, flash := g.renewed(t, c.to), t.TempDir()
			board := g.boot(t, c.sketch, s, flash, 125_000)
			delivered(t, s, 100)
			board.Never(t, "FAILED", "Outbox: memory is full", "Pins: asking")
			if n := strings.Count(board.Serial, nextPin); n != c.refused {
				t.Errorf("%d handshakes were refused, want %d:\n%s", n, c.refused, board.Serial)
			}
			heap := heapOf(t, board)
			t.Logf("heap: %d bytes at the peak, stack %d", heap.peak, heap.stack)
			again := g.boot(t, c.sketch, s, flash, 5_000)
			again.Says(t, "POST: 200")
			again.Never(t, nextPin, "FAILED")
		})
	}
}

// Whom neither the pin nor its backup names gets nothing, and the board says so; the right
// server is found again.
func TestBackupNamesNoStranger(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	for sketch := range guardedCount {
		flash := t.TempDir()
		s := renewingServer(t, g.elsewhere, nil)
		g.boot(t, sketch, s, flash, 40_000).Says(t, nextPin, "PIN MISMATCH")
		if requests, _, _ := s.Seen(); len(requests) > 0 {
			t.Errorf("sketch %d: a stranger got %q", sketch, requests[0])
		}
		s.shown.Store(&g.first)
		g.boot(t, sketch, s, flash, 40_000).Says(t, "POST: 200")
	}
}

// Without the time no CA can be trusted, and the other ways are tried all the same, again and again.
func TestBackupWithoutTheTime(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	s, flash := renewingServer(t, g.second, nil), t.TempDir()
	g.boot(t, fingerprintAndCA, s, flash, 100_000, "RIG_NTP=never").Says(t, "Waiting for the time", nextPin, "BearSSL 54")
	s.shown.Store(&g.first)
	g.boot(t, fingerprintAndCA, s, flash, 100_000, "RIG_NTP=never").Says(t, "POST: 200")
	s.shown.Store(&g.reserve)
	g.boot(t, caAndReserve, s, t.TempDir(), 100_000, "RIG_NTP=never").Says(t, "POST: 200")
}

// A board that sleeps deeply keeps to the way that works.
func TestSleepersKeepToTheBackup(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	s, flash := renewingServer(t, g.first, nil), t.TempDir()
	wake := func() rig.Run { return g.boot(t, sleepyWithCA, s, flash, 60_000) }
	wake().Says(t, "POST: 200", "Sleeping")
	s.shown.Store(&g.second)
	wake().Says(t, nextPin, "POST: 200", "Sleeping")
	for range 2 {
		again := wake()
		again.Says(t, "POST: 200")
		again.Never(t, nextPin, "FAILED")
	}
}

// A renewal uses the last reserve key up: check --update rewrites pins.h alone, the folder is current then, and a
// board that is flashed with it delivers.
func TestUpdateUsesTheReserveUp(t *testing.T) {
	t.Parallel()
	ca := rig.NewIdentity(t, "ca", nil, nil)
	key := rig.NewKey(t, elliptic.P256(), "reserve")
	first, second := rig.NewIdentity(t, "by the CA", &ca, nil), rig.Certify(t, key, "by the CA, with the reserve key", &ca, nil)
	for _, id := range []*rig.Identity{&first, &second} {
		id.TLS.Certificate = append(id.TLS.Certificate, ca.Leaf.Raw)
	}
	cases := [][]string{{"--pin", "public-key"}, {"--pin", "fingerprint"}, {"--pin", "fingerprint", "--backup", "ca"}, {"--pin", "public-key", "--backup", "ca"}}
	servers, folders := make([]*renewing, len(cases)), make([]codegen.Folder, len(cases))
	for i, flags := range cases {
		dir := t.TempDir()
		reserve, file, sketch := filepath.Join(dir, "reserve.pem"), filepath.Join(dir, "porch.yaml"), filepath.Join(dir, "porch")
		if err := os.WriteFile(reserve, []byte(second.PublicKey(t)), 0o600); err != nil {
			t.Fatal(err)
		}
		run := func(want string, args ...string) {
			t.Helper()
			if status, stdout, stderr := espost(t, args...); status != 0 || !strings.Contains(stdout+stderr, want) {
				t.Fatalf("%q, %q: status %d\n%s%s", flags, args, status, stdout, stderr)
			}
		}
		servers[i] = renewingServer(t, first, nil)
		target := fmt.Sprintf("https://localhost:%d/", servers[i].PortNumber())
		run("", append([]string{"generate", "--target", target, "--field", "a=b", "-o", sketch, "--save", file, "--trust-new", first.SHA1(), "--trust-new", ca.SHA1()}, flags...)...)
		run("1 in reserve", "pins", "reserve", reserve, file)
		run("", "generate", "-p", file)
		servers[i].shown.Store(&second)
		run("pins.h was rewritten; flash the boards", "check", "--update", file)
		run("right", "check", "-v", file)
		folders[i] = rig.Files(t, sketch)
	}
	program, err := rig.Plain.CompileJoined(folders)
	if err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		board := rig.Boot(t, program, rig.Sketch(i), servers[i].Port(), "RIG_MILLIS=4000")
		board.Says(t, "POST: 200")
		board.Never(t, nextPin, "FAILED")
	}
}

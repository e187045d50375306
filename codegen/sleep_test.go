package codegen_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/rig"
)

// asleep is a project that sleeps deeply between two readings.
func asleep(id rig.Identity, every time.Duration) codegen.Project {
	p := counting(id)
	p.DeepSleep, p.Every = true, every
	return p
}

// sessions answers with r where the session was resumed, with . after a full
// handshake; it closes each connection.
const sessions = `
	keepalive_timeout 0;
	ssl_session_cache shared:tls:1m;
	ssl_session_tickets off;
	location / { return 200 "session=$ssl_session_reused"; }`

// A wake goes on with what the one before found: the access point and the TLS
// session. What is torn, another's or of no use is forgotten, and the long way
// is gone, where the pin is checked.
func TestWakesRemember(t *testing.T) {
	t.Parallel()
	id, stranger := anIdentity(t), rig.NewIdentity(t, "stranger", nil, nil)
	p := asleep(id, time.Minute)
	program := rig.Plain.Build(t, p)
	server, impostor := rig.Nginx(t, id, sessions), rig.Nginx(t, stranger, sessions)
	restarted := rig.Nginx(t, id, sessions) // has the key, but none of the sessions

	const full, resumed = "session=.", "session=r"
	wake := func(flash, program string, port int, env ...string) rig.Run {
		t.Helper()
		return rig.Boot(t, program, append(env, rig.Port(port), "RIG_FLASH="+flash, "RIG_MILLIS=60000")...)
	}
	slept := func() (flash string) {
		t.Helper()
		flash = t.TempDir()
		first := wake(flash, program, server)
		first.Says(t, full, "Sleeping for 59 s")
		if strings.Contains(first.Notes, "no scan") {
			t.Errorf("the first wake knows an access point:\n%s", first.Notes)
		}
		return flash
	}

	t.Run("as before", func(t *testing.T) {
		flash := slept()
		for range 3 {
			board := wake(flash, program, server)
			board.Says(t, resumed, "TLS session resumed. Sleeping for")
			if !strings.Contains(board.Notes, "wifi channel 6, no scan") {
				t.Errorf("the Wi-Fi was looked for:\n%s", board.Notes)
			}
		}
	})
	t.Run("other channel", func(t *testing.T) {
		flash := slept()
		moved := wake(flash, program, server, "RIG_CHANNEL=11")
		moved.Says(t, "it is not where it was; searching", resumed)
		if again := wake(flash, program, server, "RIG_CHANNEL=11"); !strings.Contains(again.Notes, "wifi channel 11, no scan") {
			t.Errorf("the new channel isn't known:\n%s", again.Notes)
		}
	})
	t.Run("server forgot", func(t *testing.T) {
		flash := slept()
		wake(flash, program, restarted).Says(t, full)
		wake(flash, program, restarted).Says(t, resumed)
	})
	t.Run("impostor", func(t *testing.T) {
		flash := slept()
		board := wake(flash, program, impostor)
		board.Says(t, "PIN MISMATCH")
		board.Never(t, "session=")
		wake(flash, program, server).Says(t, full) // a failure of TLS costs the session
	})
	t.Run("server away", func(t *testing.T) {
		flash := slept()
		wake(flash, program, 1).Says(t, "Not delivered in this wake")
		wake(flash, program, server).Says(t, resumed)
	})
	t.Run("torn", func(t *testing.T) {
		flash := slept()
		rtc := filepath.Join(flash, "rtc")
		memory, err := os.ReadFile(rtc)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int{42 * 4, 46*4 + 5, 46*4 + 60, 46*4 + 88} {
			torn := bytes.Clone(memory)
			torn[at] ^= 1
			if err := os.WriteFile(rtc, torn, 0o600); err != nil {
				t.Fatal(err)
			}
			board := wake(flash, program, server)
			board.Says(t, "session=")
			if lost := at < 46*4; strings.Contains(board.Notes, "no scan") == lost || strings.Contains(board.Serial, resumed) != lost {
				t.Errorf("with byte %d torn:\n%s%s", at, board.Serial, board.Notes)
			}
		}
	})
	t.Run("old", func(t *testing.T) {
		aged := rig.Plain.BuildEdited(t, p, func(path, text string) string {
			if path == "config.h" {
				return replaceOnce(t, text, "SESSION_MAX_S = 86400", "SESSION_MAX_S = 100")
			}
			return text
		})
		flash := t.TempDir()
		for i, want := range []string{full, resumed, full, resumed} {
			if board := wake(flash, aged, server); !strings.Contains(board.Serial, want) {
				t.Errorf("wake %d isn't %q:\n%s", i+1, want, board.Serial)
			}
		}
	})
	t.Run("other pin", func(t *testing.T) {
		flash := slept()
		q := p
		q.Pin = esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{stranger.SHA1()}}
		sealed := func(path, text string) string { // one build, as far as the session can tell
			if path == "sleep.h" {
				return replaceOnce(t, text, `__DATE__ " " __TIME__`, `"now"`)
			}
			return text
		}
		before, after := rig.Plain.BuildEdited(t, p, sealed), rig.Plain.BuildEdited(t, q, sealed)
		wake(flash, before, server).Says(t, full) // another sketch's session
		wake(flash, before, server).Says(t, resumed)
		board := wake(flash, after, server)
		board.Says(t, "PIN MISMATCH")
		board.Never(t, "session=")
	})
}

// A sleep that is longer than the chip can is slept in parts, the radio off
// between them; a freshly flashed sketch doesn't go on with another's.
func TestLongSleep(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	program := rig.Plain.Build(t, asleep(id, 8*time.Hour))
	s := rig.Serve(t, rig.TLS12(id), nil)
	flash := t.TempDir()
	boot := func(program string) rig.Run {
		return rig.Boot(t, program, s.Port(), "RIG_FLASH="+flash, "RIG_MILLIS=60000")
	}
	var parts []string
	for range 8 {
		board := boot(program)
		_, part, _ := strings.Cut(board.Notes, "deep sleep ")
		part, _, _ = strings.Cut(part, "\n")
		parts = append(parts, strings.Replace(part, "000000 us", " s", 1))
	}
	day := "10800 s, then no radio; 10800 s, then no radio; 7199 s; "
	if got, want := strings.Join(parts, "; "), day+day+"10800 s, then no radio; 10800 s, then no radio"; got != want {
		t.Errorf("it sleeps for %s\nwant %s", got, want)
	}
	if _, bodies, _ := s.Seen(); counts(bodies) != "1 2 3" {
		t.Errorf("the rows are %s", counts(bodies))
	}
	boot(rig.Plain.Build(t, asleep(id, 9*time.Hour))).Says(t, "POST: 200")
}

// However much there is to send, and whatever is missing, the board doesn't stay
// awake for long; what isn't sent waits.
func TestAwakeIsCapped(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := asleep(id, time.Minute)
	p.Request.Answer.Pause = 20 * time.Second
	program := rig.Plain.Build(t, p)
	flash := "RIG_FLASH=" + t.TempDir()
	limit := "RIG_MILLIS=120000"
	for range 4 {
		rig.Boot(t, program, "RIG_WIFI=missing", flash, limit).Says(t, "Not delivered")
	}
	s := rig.Serve(t, rig.TLS12(id), nil)
	board := rig.Boot(t, program, s.Port(), flash, limit)
	board.Says(t, "Not delivered in this wake", "Awake for 45", "Sleeping for 1")
	if _, bodies, _ := s.Seen(); counts(bodies) != "1 2 3" {
		t.Errorf("the rows are %s", counts(bodies))
	}
	rig.Boot(t, program, s.Port(), flash, limit)
	if _, bodies, _ := s.Seen(); counts(bodies) != "1 2 3 4 5 6" {
		t.Errorf("then the rows are %s", counts(bodies))
	}

	p.SSID, p.Password = "", ""
	rig.Boot(t, rig.Plain.Build(t, p), "RIG_FLASH="+t.TempDir(), limit).Says(t, "Not ready", "Awake for 5", "Sleeping for 60 s")
}

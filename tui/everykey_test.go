package tui_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"espost/device"
	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/internal/recent"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// A mode is a state in which keys mean something: how to get there from the
// start, and which keys rightly do nothing there.
type mode struct {
	name  string
	setUp func(*stage)
	enter func(*driver)
	idle  []string // keys that are offered and have nothing to do here
}

func presses(keys ...string) func(*driver) {
	return func(d *driver) { d.press(keys...) }
}

func modes(t testing.TB) []mode {
	hang := func(s *stage) {
		s.options.Inspect = func(ctx context.Context, _ request.Target, _ func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}
	hangPost := func(s *stage) {
		s.options.Send = func(ctx context.Context, _ *profile.Profile, _ *tlsinspect.Report) (*formpost.Response, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}
	failPost := func(s *stage) {
		s.options.Send = func(context.Context, *profile.Profile, *tlsinspect.Report) (*formpost.Response, error) {
			time.Sleep(time.Second) // long enough to be seen at work
			return nil, &formpost.Error{Problem: *problem.New("", "another certificate", "look again"), HTTPClient: -1, BearSSL: 62}
		}
	}
	cannot := func(s *stage) {
		s.options.Inspect = func(_ context.Context, target request.Target, _ func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			time.Sleep(time.Second)
			return &tlsinspect.Report{Target: target, Findings: []problem.Problem{{Severity: problem.Fatal, Message: "only TLS 1.3", Fix: "enable TLS 1.2"}}}, nil
		}
	}
	changed := func(s *stage) {
		s.unvouched(t)
		s.options.Profile, s.options.Target = profile.New(target(address)), ""
		s.options.Profile.Pin = esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{oldSHA1}}
	}
	past := func(s *stage) {
		for _, host := range []string{"one", "two", "three"} {
			_ = s.options.Recent.Remember(recent.Entry{Target: "https://" + host + ".example/", Seen: today()})
		}
	}
	flashes := func(s *stage) { s.options.Board = new(bench).outside() }
	hangFlash := func(s *stage) { s.options.Board = (&bench{hangs: device.Upload}).outside() }
	// Where a list is at its end, or a text fits, there is nowhere to go.
	top := []string{"up", "k", "home", "pgup"}
	ends := []string{"home", "pgup", "up", "k", "pgdown", "end", "down", "j"}
	return []mode{
		{"connect", nil, nil, nil},
		{"connect, empty", nil, presses("ctrl+u"), nil},
		{"connect, replaced", nil, presses("ctrl+u", "tab"), nil},
		{"connect, recent", past, presses("down", "down"), nil},
		{"connecting", hang, presses("enter"), nil},
		{"certificate", nil, presses("enter"), []string{"pgup", "pgdown", "r"}}, // who looks again at once sees the same
		{"certificate, unvouched", func(s *stage) { s.unvouched(t) }, presses("enter"), []string{"pgup", "pgdown", "r"}},
		{"certificate, changed", changed, nil, append(ends, "r")},
		{"certificate, taken", changed, presses("t"), append(top, "pgdown")},
		{"chain", nil, presses("enter", "tab"), []string{"up", "k", "home", "pgup", "pgdown"}},
		{"findings", nil, presses("enter", "tab", "tab"), ends},
		{"can't connect", cannot, presses("enter"), ends},
		{"form", nil, presses("enter", "enter"), []string{"down", "j", "pgdown", "end"}},
		{"form, on the last field", nil, presses("enter", "enter", "up"), []string{"alt+down"}},
		{"form, on the first field", nil, presses("enter", "enter", "home"), []string{"alt+up", "up", "k", "home", "pgup"}},
		{"form, on a header", nil, func(d *driver) {
			d.press("enter", "enter", "h")
			d.typed("X-A")
			d.press("enter")
		}, []string{"alt+up", "alt+down"}},
		{"form, editing a name", nil, presses("enter", "enter", "up", "enter"), nil},
		{"form, editing a source", nil, presses("enter", "enter", "up", "enter", "tab"), nil},
		{"form, editing a secret", nil, presses("enter", "enter", "up", "enter", "shift+tab"), nil},
		{"form, adding a header", nil, presses("enter", "enter", "h"), nil},
		{"form, as text", nil, presses("enter", "enter", "b"), nil},
		{"form, curl", nil, presses("enter", "enter", "i"), nil},
		{"test, ready", nil, presses("enter", "enter", "enter"), top},
		{"test, sending", hangPost, presses("enter", "enter", "enter", "enter"), nil},
		{"test, answered", nil, presses("enter", "enter", "enter", "enter"), ends},
		{"test, twice answered", nil, presses("enter", "enter", "enter", "enter", "r"), append(ends, "]")},
		{"test, searching", nil, presses("enter", "enter", "enter", "enter", "/"), nil},
		{"test, failed", failPost, presses("enter", "enter", "enter", "enter"), top},
		{"firmware", nil, presses("enter", "enter", "alt+5"), append(ends, "ctrl+b")},
		{"firmware, on the board", nil, presses("enter", "enter", "alt+5", "up", "up", "up", "up", "up", "up", "up", "up", "up", "up"), append(ends, "ctrl+b")},
		{"firmware, on a text", nil, presses("enter", "enter", "alt+5", "up"), append(ends, "ctrl+b")},
		{"firmware, editing", nil, presses("enter", "enter", "alt+5", "up", "enter"), nil},
		{"firmware, editing the password", nil, presses("enter", "enter", "alt+5", "up", "up", "up", "up", "up", "up", "up", "up", "enter"), []string{"ctrl+r"}},
		{"firmware, renewal", nil, presses("enter", "enter", "alt+5", "r"), []string{"up", "shift+tab"}},
		{"firmware, signing", nil, presses("enter", "enter", "alt+5", "r", "enter", "enter", "enter", "p"), nil},
		{"firmware, source", nil, presses("enter", "enter", "alt+5", "v"), ends},
		{"firmware, written", nil, presses("enter", "enter", "alt+5", "enter"), nil},
		{"firmware, written, settings", nil, presses("enter", "enter", "alt+5", "enter", "s"), append(ends, "ctrl+b")},
		{"board, nothing there", nil, presses("enter", "enter", "alt+5", "enter", "alt+6"), nil},
		{"board, idle", flashes, presses("enter", "enter", "alt+5", "enter", "enter"), nil},
		{"board, watching", flashes, presses("enter", "enter", "alt+5", "enter", "enter", "enter"), nil},
		{"board, searching", flashes, presses("enter", "enter", "alt+5", "enter", "enter", "enter", "/"), nil},
		{"board, flashing", hangFlash, presses("enter", "enter", "alt+5", "enter", "enter", "enter"), nil},
		{"help", nil, presses("enter", "?"), ends},
		{"palette", nil, presses("enter", "ctrl+p"), []string{"up", "ctrl+k", "pgup"}},
		{"palette, nothing found", nil, func(d *driver) { d.press("ctrl+p"); d.typed("zzz") }, append(ends, "ctrl+k", "ctrl+j")},
		{"question", nil, func(d *driver) {
			d.press("enter", "enter", "up", "d", "ctrl+c")
		}, ends},
	}
}

// Every key of every action in every mode does something or says something:
// the screen changes, or a value is copied, or the app ends. On the smallest
// screen, where less is drawn, that is tried of each action's first key in a third of the modes.
func TestEveryKeyOfEveryAction(t *testing.T) {
	for i, mode := range modes(t) {
		if testing.Short() && i%16 != 0 { // under the race detector, which has seen the same goroutines by then
			continue
		}
		t.Run(mode.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { everyKey(t, mode, 80, 24, !testing.Short()) }) // short: under the race detector
			if !testing.Short() && i%3 == 0 {
				synctest.Test(t, func(t *testing.T) { everyKey(t, mode, 60, 16, false) })
			}
		})
	}
}

func everyKey(t *testing.T, m mode, width, height int, synonyms bool) {
	tested := map[string]bool{}
	for _, a := range arrive(t, m, width, height).model.Offered() {
		if a.Run == nil && m.name != "help" {
			t.Errorf("%q is offered on %v and does nothing", a.Title, a.Keys)
		}
		for _, key := range a.Keys {
			if !synonyms && key != a.Keys[0] {
				continue
			}
			if !tested[key] { // an earlier action has taken the key
				tested[key] = true
				try(t, m, key, width, height)
			}
		}
	}
	if len(tested) == 0 {
		t.Error("nothing can be done here")
	}
}

// arrive starts an app of its own and leads it to the mode.
func arrive(t *testing.T, m mode, width, height int) *driver {
	t.Helper()
	s := newStage(t)
	s.options.Profile = profile.New(target(address))
	s.options.Recent.Path = filepath.Join(t.TempDir(), "recent.json")
	ctx, cancel := context.WithCancel(t.Context())
	s.options.Context = ctx
	if m.setUp != nil {
		m.setUp(s)
	}
	d := drive(t, s.options, width, height)
	t.Cleanup(func() { cancel(); d.end() })
	if m.enter != nil {
		m.enter(d)
	}
	d.wait(2 * time.Second)
	d.model.ForgetStatus()
	d.draw()
	return d
}

func try(t *testing.T, m mode, key string, width, height int) {
	t.Helper()
	d := arrive(t, m, width, height)
	before := d.frame
	d.press(key)
	d.wait(10 * time.Millisecond)
	plain := key
	if same, ok := map[string]string{"g": "home", "G": "end"}[key]; ok {
		plain = same
	}
	idle := slices.Contains(m.idle, plain)
	did := d.frame != before || d.copied > 0 || d.quit
	if !did && !idle {
		t.Errorf("%s does nothing and says nothing at %d×%d:\n%s", key, width, height, d.shown())
	}
}

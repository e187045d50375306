package tui_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/internal/recent"
	"espost/internal/testkit/need"
	"espost/internal/testkit/tuitest"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui"
	"espost/tui/ui"
)

// A state is a screen worth a golden file, and how to get there.
type state struct {
	name  string
	setUp func(*stage)
	enter func(*tuitest.Terminal)
}

func keys(names ...string) func(*tuitest.Terminal) {
	return func(term *tuitest.Terminal) { term.Press(names...) }
}

// states are those that Enter alone doesn't pass.
func states() []state {
	toForm := func(term *tuitest.Terminal) { term.Press("enter", "enter") }
	return []state{
		{"connecting", connectsSlowly, keys("enter")},
		{"connect-error", connectFails, keys("enter")},
		{"connect-recent", remembers, keys("down")},
		{"connect-unreadable", nil, func(term *tuitest.Terminal) {
			term.Press("ctrl+u")
			term.Type("https://porch_example:99999/")
			term.Press("enter")
		}},
		{"cant-connect", cannotConnect, keys("enter")},
		{"certificate-chain", nil, keys("enter", "tab", "down")},
		{"certificate-findings", nil, keys("enter", "tab", "tab")},
		{"form-editor", nil, func(term *tuitest.Terminal) {
			toForm(term)
			term.Press("a")
			term.Type("rssi")
			term.Press("tab", "right", "right", "right", "right")
		}},
		{"form-secret", nil, func(term *tuitest.Terminal) {
			toForm(term)
			term.Press("h")
			term.Type("X-Token")
			term.Press("tab")
			term.Type("hunter2")
			term.Press("tab", "space", "enter")
		}},
		{"form-text", nil, keys("enter", "enter", "b")},
		{"form-rules", nil, keys("enter", "enter", "r")},
		{"form-curl", nil, func(term *tuitest.Terminal) {
			toForm(term)
			term.Press("i")
			term.Paste("curl -d 'a=b' --frobnicate https://porch.example.com/post")
			term.Press("enter")
		}},
		{"form-empty", nil, keys("enter", "enter", "up", "d", "up", "d", "up")},
		{"form-wide", wideForm, keys("enter", "enter", "up")},
		{"test-failure", postFails, keys("enter", "enter", "enter", "enter")},
		{"test-stale", nil, func(term *tuitest.Terminal) {
			term.Press("enter", "enter", "enter", "enter", "esc", "a")
			term.Type("late")
			term.Press("enter", "n")
		}},
		{"firmware-editor", nil, func(term *tuitest.Terminal) {
			term.Press("enter", "enter", "alt+5", "up", "up", "up", "up", "up", "up", "up", "enter")
			term.Type("x")
			term.Press("enter")
		}},
		{"firmware-renewal", nil, keys("enter", "enter", "alt+5", "up", "up", "r")},
		{"quit", nil, keys("enter", "enter", "e", "ctrl+c")},
	}
}

func connectsSlowly(s *stage) {
	s.options.Inspect = func(ctx context.Context, _ request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
		progress(tlsinspect.Event{Part: tlsinspect.PartLookup, Title: "found 2 addresses", State: tlsinspect.Done, Elapsed: 3 * time.Millisecond})
		progress(tlsinspect.Event{Part: tlsinspect.PartBoard, Title: "certificate, as the board is served it", State: tlsinspect.Done, Elapsed: 41 * time.Millisecond})
		progress(tlsinspect.Event{Part: tlsinspect.PartBrowser, Title: "certificate, as a browser is served it", Detail: "refused with a rather long explanation that won't fit the line of a narrow terminal", State: tlsinspect.Failed, Elapsed: 2100 * time.Millisecond})
		progress(tlsinspect.Event{Part: tlsinspect.PartFragments, Title: "shorter records, for less memory", Detail: "512 1024", State: tlsinspect.Started})
		<-ctx.Done()
		return nil, ctx.Err()
	}
}

func connectFails(s *stage) {
	s.options.Inspect = func(context.Context, request.Target, func(tlsinspect.Event)) (*tlsinspect.Report, error) {
		return &tlsinspect.Report{}, &problem.Problem{Code: netdial.CodeRefused, Message: "nothing listens at porch.example.com, port 443: all of its 2 addresses refuse the connection", Fix: "Check the port, and whether the server runs."}
	}
}

func cannotConnect(s *stage) {
	s.options.Inspect = func(_ context.Context, target request.Target, _ func(tlsinspect.Event)) (*tlsinspect.Report, error) {
		return &tlsinspect.Report{Target: target, Taken: today(), Board: tlsinspect.Board{Alert: 70}, Findings: []problem.Problem{
			{Severity: problem.Fatal, Code: tlsinspect.CodeTLS13Only, Message: "The server speaks only TLS 1.3; the board stops at 1.2.", Fix: "Ask the host to enable TLS 1.2, or put a proxy in front of it."},
			{Severity: problem.Note, Code: "x", Message: "A browser trusts this server."},
		}}, nil
	}
}

func postFails(s *stage) {
	s.options.Send = func(context.Context, *profile.Profile, *tlsinspect.Report) (*formpost.Response, error) {
		return nil, &formpost.Error{Problem: *problem.New("", "The server has another certificate than the one that is pinned", "Look at it again on the Connect step: it may have been renewed"), HTTPClient: -1, BearSSL: 62}
	}
}

func remembers(s *stage) {
	s.options.Recent = recent.List{Path: filepath.Join(s.folder, "recent.json")}
	s.options.Check = func(_ context.Context, target request.Target) (string, error) {
		return strings.Repeat(map[bool]string{true: "A", false: "B"}[target.Port%2 == 1], 40), nil
	}
	for i := range 12 {
		_ = s.options.Recent.Remember(recent.Entry{ // the screen shows what was remembered
			Target: fmt.Sprintf("https://porch%d.example.com:%d/", i, 8440+i), SHA1: strings.Repeat("A", 40),
			Seen: today().AddDate(0, 0, i-30), Expires: today().AddDate(0, 0, 3*i+1),
		})
	}
}

// wideForm has wide characters, emoji, long names and a row that is off.
func wideForm(s *stage) {
	s.options.Profile = profile.New(target(address))
	s.options.Profile.Request.Fields = []request.Field{
		{Name: "温度センサーの名前はとても長いです", Source: esp8266.SourceText, Value: "二十五度"},
		{Name: "mood", Source: esp8266.SourceText, Value: "😀 ok 🇩🇪"},
		{Name: strings.Repeat("n", 90), Source: esp8266.SourceText, Value: strings.Repeat("v", 200)},
		{Name: "evil\x1b[2J", Source: esp8266.SourceText, Value: "\u202eabc", Off: true},
		{Name: "e\u0301", Source: esp8266.SourceRSSI, Sample: "-61"},
	}
	s.options.Profile.Request.Headers = []request.Header{{Name: "X-Device", Value: "ポーチ"}}
}

// A size of the terminal.
type size struct {
	name          string
	width, height int
}

// sizes are those at which screens are looked at: of the three the smallest alone
// under the race detector (-short), which sees the same goroutines at each.
func sizes() []size {
	all := []size{{"60x16", 60, 16}, {"80x24", 80, 24}, {"120x40", 120, 40}}
	if testing.Short() {
		return all[:1]
	}
	return all
}

// The states beside the way of Enter alone, whole, at three sizes.
func TestStates(t *testing.T) {
	for _, size := range sizes() {
		for _, state := range states() {
			t.Run(state.name+"-"+size.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := playOnly(t, state.setUp)
					term := s.start(t, size.width, size.height)
					state.enter(term)
					term.Golden(state.name + "-" + size.name)
					term.Press("esc") // ends what is under way
					term.Quit()
				})
			})
		}
	}
}

// playOnly is a stage that writes nothing, so that no folder's name is on the
// screen.
func playOnly(t *testing.T, setUp func(*stage)) *stage {
	t.Helper()
	s := newStage(t)
	s.options.Dir, s.options.KeyFolder = "", "/home/ada/keys"
	if setUp != nil {
		setUp(s)
	}
	return s
}

// On the widest terminals the room is used, and lines stay readable.
func TestWideScreens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := playOnly(t, nil).start(t, 200, 60)
		for _, name := range []string{"connect", "certificate", "form", "test-ready", "test-answer", "firmware"} {
			term.Golden(name + "-200x60")
			if name != "firmware" {
				term.Press("enter")
			}
		}
		term.Quit()
	})
}

// With ASCII asked for, nothing else is drawn by the app itself.
func TestASCII(t *testing.T) {
	need.Once(t)
	for _, state := range states() {
		if state.name == "form-wide" || state.name == "connecting" {
			continue // the user's own text; and a step that never ends
		}
		synctest.Test(t, func(t *testing.T) {
			s := newStage(t)
			if state.setUp != nil {
				state.setUp(s)
			}
			s.options.ASCII = true
			term := s.start(t, 80, 24)
			check := func(when string) {
				t.Helper()
				for _, r := range term.Screen() {
					if r > '~' {
						t.Errorf("%s, %s: %q is not ASCII:\n%s", state.name, when, r, term.Screen())
						return
					}
				}
			}
			state.enter(term)
			check("there")
			term.Press("esc")
			check("after esc")
			term.Resize(40, 10)
			check("too small")
			term.Resize(120, 40)
			for range 4 { // not so often that enter leaves the app
				term.Press("f1")
				check("help")
				term.Press("esc", "enter")
				check("on the way")
			}
			term.Press("alt+1", "esc")
			term.Quit()
		})
	}
}

// Colours and attributes of every step's main state: on a dark background and
// with NO_COLOR at every size, on a light one and in sixteen colours.
func TestStyles(t *testing.T) {
	need.Once(t)
	small, usual, large := [2]int{60, 16}, [2]int{80, 24}, [2]int{120, 40}
	for _, look := range []struct {
		name    string
		options tuitest.Options
		sizes   [][2]int
	}{
		{"dark", tuitest.Options{}, [][2]int{small, usual, large}},
		{"no-color", noColor, [][2]int{small, usual, large}},
		{"light", tuitest.Options{Light: true}, [][2]int{usual}},
		{"ansi16", tuitest.Options{ColorProfile: colorprofile.ANSI}, [][2]int{usual}},
	} {
		for _, size := range look.sizes {
			name := fmt.Sprintf("%s-%dx%d", look.name, size[0], size[1])
			t.Run(name, func(t *testing.T) {
				s := playOnly(t, nil)
				elsewhere(t)
				synctest.Test(t, func(t *testing.T) {
					options := look.options
					options.Width, options.Height = size[0], size[1]
					term := tuitest.Start(t, tui.New(s.options), options)
					for _, step := range []struct {
						name string
						keys []string
					}{{"connect", nil}, {"certificate", []string{"enter"}}, {"form", []string{"enter", "up"}}, {"request", []string{"n"}}, {"answer", []string{"enter"}}, {"firmware", []string{"enter"}}, {"next", []string{"enter"}}} {
						term.Press(step.keys...)
						term.GoldenANSI("style-" + name + "-" + step.name)
					}
					term.Quit()
				})
			})
		}
	}
}

// elsewhere makes an empty folder the working directory, so that firmware can be
// written under the same name everywhere, with the golden files still in reach.
func elsewhere(t *testing.T) {
	t.Helper()
	goldens, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(goldens, "testdata"); err != nil {
		t.Fatal(err)
	}
}

// noColor is a terminal that could show colours, in an environment that asks for
// none.
var noColor = tuitest.Options{DetectColors: true, Env: []string{"COLORTERM=truecolor", "NO_COLOR=1"}}

// With NO_COLOR each state is the same text in the same places, with the same
// bold and underlined parts, and nothing has a colour.
func TestNoColor(t *testing.T) {
	need.Once(t)
	for _, size := range sizes() {
		for _, state := range states() {
			synctest.Test(t, func(t *testing.T) {
				screens := map[bool][][]uv.Cell{}
				for _, coloured := range []bool{true, false} {
					options := noColor
					if coloured {
						options = tuitest.Options{}
					}
					options.Width, options.Height = size.width, size.height
					term := tuitest.Start(t, tui.New(playOnly(t, state.setUp).options), options)
					state.enter(term)
					screens[coloured] = term.Cells()
					term.Press("esc")
					term.Quit()
				}
				colours := 0
				for y, row := range screens[true] {
					for x, cell := range row {
						if cell.Style.Fg != nil || cell.Style.Bg != nil {
							colours++
						}
						cell.Style.Fg, cell.Style.Bg, cell.Style.UnderlineColor = nil, nil, nil
						if got := screens[false][y][x]; !got.Equal(&cell) {
							t.Fatalf("%s at %s: without colours the cell %d,%d is %+v, want %+v", state.name, size.name, x, y, got, cell)
						}
					}
				}
				if colours == 0 {
					t.Errorf("%s at %v has no colours to lose", state.name, size)
				}
			})
		}
	}
}

// The terminal's own cursor stands where the keyboard types, in every input, so that
// the boxes of input methods open there; elsewhere it is hidden.
func TestHardwareCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		at := func(before string) {
			t.Helper()
			term.WaitText(before)
			x, y, ok := term.Find(before)
			if cx, cy, shown := term.Cursor(); !ok || !shown || cx != x+ui.Width(before) || cy != y {
				t.Errorf("the cursor is at %d,%d, shown: %t; want it behind %q at %d,%d\n%s", cx, cy, shown, before, x, y, term.Screen())
			}
		}
		hidden := func() {
			t.Helper()
			if x, y, shown := term.Cursor(); shown {
				t.Errorf("a cursor at %d,%d without an input:\n%s", x, y, term.Screen())
			}
		}
		at(address)
		term.Type("/日本")
		at("/日本")
		term.Press("left")
		at("/日")
		term.Press("ctrl+z", "ctrl+p")
		term.Type("sav")
		at("┃ sav")
		term.Press("esc", "alt+s", "ctrl+u")
		term.Type("~/👩\u200d🔬")
		at("~/👩\u200d🔬")
		term.Press("esc", "backspace", "backspace", "backspace", "enter")
		term.WaitText("SHA-1 ")
		hidden()
		term.Press("enter", "a")
		term.Type("eins")
		at("┃ eins")
		term.Press("esc", "w")
		term.Type("one")
		term.Press("enter")
		term.Type("zwei {{")
		at("│ zwei {{")
		term.Press("tab")
		hidden()
		term.Press("alt+5", "up", "enter")
		at("┃ porch_example_com")
		term.Quit()
	})
}

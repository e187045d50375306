package tuitest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/google/go-cmp/cmp"

	"espost/internal/testkit/tuitest"
)

// start runs a notebook in a bubble and gives it to the test.
func start(t *testing.T, model tea.Model, opts tuitest.Options, test func(t *testing.T, term *tuitest.Terminal)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, tuitest.Start(t, model, opts)) })
}

func lines(t *testing.T, model tea.Model) []string {
	t.Helper()
	m, ok := model.(notebook)
	if !ok {
		t.Fatalf("the last model is a %T", model)
	}
	return m.lines
}

func TestScreenIsDrawnWithoutWaiting(t *testing.T) {
	start(t, notebook{}, tuitest.Options{Width: 40, Height: 6}, func(t *testing.T, term *tuitest.Terminal) {
		term.Golden("first")
		term.GoldenANSI("first.ansi")
		term.Press("a", "enter")
		term.Type("ü👩‍🚒")
		want := []string{"Notes 日本 👩‍🚒| 40×6 dark", "reverse faint", "key a", "key enter", "key ü", "key 👩‍🚒"}
		if diff := cmp.Diff(strings.Join(want, "\n"), term.Screen()); diff != "" {
			t.Errorf("screen (-want +got):\n%s", diff)
		}
		if got, want := term.Title(), "4 notes"; got != want {
			t.Errorf("Title() = %q, want %q", got, want)
		}
		if x, y, shown := term.Cursor(); x != 3 || y != 1 || !shown {
			t.Errorf("Cursor() = %d, %d, %t, want 3, 1, true", x, y, shown)
		}
		if diff := cmp.Diff([]string{"key a", "key enter", "key ü", "key 👩‍🚒"}, lines(t, term.Quit())); diff != "" {
			t.Errorf("Quit returns another model (-want +got):\n%s", diff)
		}
	})
}

func TestPressSendsWhatTheProgramUnderstands(t *testing.T) {
	names := []string{
		"a", "Z", "1", "?", "é", "日", "enter", "tab", "shift+tab", "space", "backspace", "esc", "esc",
		"ctrl+a", "ctrl+s", "ctrl+p", "ctrl+d", "ctrl+space", "ctrl+\\", "ctrl+_",
		"alt+1", "alt+5", "alt+enter", "alt+x", "alt+backspace", "alt+esc", "esc", "ctrl+alt+s",
		"insert", "delete", "pgup", "pgdown", "home", "end", "ctrl+home", "shift+end", "alt+pgdown",
	}
	for _, arrow := range []string{"up", "down", "left", "right"} {
		for _, modifier := range []string{"", "shift+", "alt+", "ctrl+", "ctrl+shift+", "alt+shift+", "ctrl+alt+"} {
			names = append(names, modifier+arrow)
		}
	}
	for i := 1; i <= 12; i++ {
		names = append(names, fmt.Sprintf("f%d", i))
	}
	start(t, notebook{}, tuitest.Options{}, func(t *testing.T, term *tuitest.Terminal) {
		var want []string
		for _, name := range names {
			term.Press(name)
			want = append(want, "key "+name)
		}
		if diff := cmp.Diff(want, lines(t, term.Quit())); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
	})
}

func TestKeysDoNotMelt(t *testing.T) {
	start(t, notebook{}, tuitest.Options{}, func(t *testing.T, term *tuitest.Terminal) {
		term.Press("esc", "[", "esc", "O", "alt+[", "A")
		want := []string{"key esc", "key [", "key esc", "key O", "key alt+[", "key A"}
		if diff := cmp.Diff(want, lines(t, term.Quit())); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
	})
}

func TestPaste(t *testing.T) {
	start(t, notebook{}, tuitest.Options{}, func(t *testing.T, term *tuitest.Terminal) {
		long := strings.Repeat("0123456789", 1000)
		term.Paste("two\nlines\t日本")
		term.Paste(long)
		term.Press("x")
		want := []string{`paste "two\nlines\t日本"`, fmt.Sprintf("paste %q", long), "key x"}
		if diff := cmp.Diff(want, lines(t, term.Quit())); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
	})
}

func TestMouse(t *testing.T) {
	start(t, notebook{mouse: tea.MouseModeCellMotion}, tuitest.Options{}, func(t *testing.T, term *tuitest.Terminal) {
		term.Click(79, 23)
		term.ClickText("dark")
		term.Wheel(5, 6, 2)
		term.Wheel(5, 6, -1)
		want := []string{"click left 79,23", "click left 21,0", "wheeldown 5,6", "wheeldown 5,6", "wheelup 5,6"}
		if !term.MouseCaptured() {
			t.Error("the mouse is not captured")
		}
		if diff := cmp.Diff(want, lines(t, term.Quit())); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
	})
}

func TestMouseThatIsNotCaptured(t *testing.T) {
	start(t, notebook{}, tuitest.Options{}, func(t *testing.T, term *tuitest.Terminal) {
		term.Click(1, 1)
		term.Wheel(1, 1, 1)
		if term.MouseCaptured() {
			t.Error("the mouse is captured")
		}
		if got := lines(t, term.Quit()); len(got) != 0 {
			t.Errorf("the program saw %q", got)
		}
	})
}

func TestResize(t *testing.T) {
	start(t, notebook{}, tuitest.Options{}, func(t *testing.T, term *tuitest.Terminal) {
		for _, size := range [][2]int{{120, 40}, {60, 16}, {1, 1}, {200, 60}, {30, 3}} {
			term.Resize(size[0], size[1])
			rows := strings.Split(term.Screen(), "\n")
			cells := term.Cells()
			if len(rows) != size[1] || len(cells) != size[1] || len(cells[0]) != size[0] {
				t.Errorf("after Resize%v: %d rows of text, %d×%d cells", size, len(rows), len(cells[0]), len(cells))
			}
		}
		if got, want := term.Screen(), "Notes 日本 👩‍🚒| 30×3 dark\nreverse faint\n"; got != want {
			t.Errorf("Screen() = %q, want %q", got, want)
		}
	})
}

func TestFakeTimePasses(t *testing.T) {
	start(t, notebook{}, tuitest.Options{}, func(t *testing.T, term *tuitest.Terminal) {
		began := time.Now()
		term.Press("ctrl+t")
		term.Advance(1900 * time.Millisecond)
		if strings.Contains(term.Screen(), "later") {
			t.Error("two seconds have passed too early")
		}
		term.WaitText("two seconds later")
		if passed := time.Since(began); passed < 2*time.Second || passed > 2100*time.Millisecond {
			t.Errorf("%v of fake time have passed, want 2 s and a few frames", passed)
		}
		term.Press("ctrl+l")
		term.WaitGone("later")
		term.Press("ctrl+t") // left behind at the end, together with its timer
	})
}

func TestColors(t *testing.T) {
	tests := []struct {
		opts tuitest.Options
		want string
	}{
		{tuitest.Options{}, "dark, fg #20a060"},
		{tuitest.Options{Light: true}, "light, fg #20a060"},
		{tuitest.Options{ColorProfile: colorprofile.ANSI}, "dark, fg #008000"},
		{tuitest.Options{ColorProfile: colorprofile.ASCII}, "dark, no fg"},
	}
	for _, tt := range tests {
		start(t, notebook{}, tt.opts, func(t *testing.T, term *tuitest.Terminal) {
			got := "dark"
			if strings.Contains(term.Screen(), "light") {
				got = "light"
			}
			if fg := term.StyleOf("Notes").Fg; fg == nil {
				got += ", no fg"
			} else {
				r, g, b, _ := fg.RGBA()
				got += fmt.Sprintf(", fg #%02x%02x%02x", r>>8, g>>8, b>>8)
			}
			if got != tt.want {
				t.Errorf("%+v: %s, want %s", tt.opts, got, tt.want)
			}
			if attrs := term.StyleOf("Notes").Attrs; attrs&uv.AttrBold == 0 {
				t.Errorf("%+v: the headline is not bold", tt.opts)
			}
		})
	}
}

func TestClipboard(t *testing.T) {
	start(t, notebook{}, tuitest.Options{}, func(t *testing.T, term *tuitest.Terminal) {
		term.Press("ctrl+y")
		if got, want := term.Clipboard(), "line 1\nline 2"; got != want {
			t.Errorf("Clipboard() = %q, want %q", got, want)
		}
	})
}

// A hundred queries at once: answers that nobody takes would block the renderer.
func TestAnswersDoNotBlock(t *testing.T) {
	queries := make([]tea.Cmd, 100)
	for i := range queries {
		queries[i] = tea.RequestCursorPosition
	}
	start(t, notebook{init: tea.Batch(queries...)}, tuitest.Options{}, func(t *testing.T, term *tuitest.Terminal) {
		term.Press("a")
		term.WaitText("key a")
	})
}

func TestProgramThatEndsItself(t *testing.T) {
	start(t, notebook{}, tuitest.Options{}, func(t *testing.T, term *tuitest.Terminal) {
		term.Press("a", "ctrl+c")
		if diff := cmp.Diff([]string{"key a"}, lines(t, term.WaitEnd())); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
		if got := strings.TrimSpace(term.Screen()); got != "" {
			t.Errorf("the main screen shows %q", got)
		}
	})
}

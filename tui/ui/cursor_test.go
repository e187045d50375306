package ui_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"espost/tui/ui"
)

// The cursor is found where the input stands in a frame: behind wide characters and
// emoji, and at the end of a value that is longer than the input. What would reorder
// the frame is left out of it, and nothing else.
func TestCursor(t *testing.T) {
	k := &ui.Kit{Theme: ui.NewTheme(true, false)}
	for _, tt := range []struct {
		value string
		left  int // so many times
		x     int // in the frame: behind two columns, a bar and a space
	}{
		{"", 0, 4}, {"abc", 0, 7}, {"abc", 1, 6}, {"日本", 0, 8}, {"日本", 1, 6}, {"a👩\u200d🔬", 0, 7}, {"a👩\u200d🔬", 1, 5},
		{"e\u0301x", 2, 4}, {"🇩🇪🇫🇷", 1, 6}, {"a\u202eb\u2066", 0, 6}, {strings.Repeat("long ", 50), 0, 27},
	} {
		in := k.NewInput("name", 0)
		in.Focus()
		in.SetValue(tt.value)
		k.InputBox(&in, 28) // tells it how wide it is
		in.CursorEnd()
		for range tt.left {
			ui.Edit(&in, tea.KeyPressMsg{Code: tea.KeyLeft})
		}
		frame, x, y, ok := ui.Cursor("top\n" + ui.Fit(ui.Indent(ui.Pad(k.InputBox(&in, 28), 28), 2), 30, 1) + "\nfoot")
		if !ok || x != tt.x || y != 1 || strings.ContainsAny(frame, "\u202e\u2066") {
			t.Errorf("%q, %d left: the cursor is at %d,%d, %t; want %d\n%s", tt.value, tt.left, x, y, ok, tt.x, frame)
		}
		if plain := ansi.Strip(frame); len(tt.value) < 20 && tt.value != "" && !strings.Contains(plain, strings.NewReplacer("\u202e", "", "\u2066", "").Replace(tt.value)) {
			t.Errorf("%q is drawn as %q", tt.value, plain)
		}
		if _, _, _, again := ui.Cursor(frame); again {
			t.Errorf("%q: a mark is left in the frame", tt.value)
		}
		in.Blur()
		if _, _, _, ok := ui.Cursor(k.InputBox(&in, 28)); ok {
			t.Errorf("%q: a cursor without the keyboard", tt.value)
		}
	}
}

// What people see as one character is passed by one key, and deleted by one.
func TestEditWholeCharacters(t *testing.T) {
	press := func(code rune) tea.Msg { return tea.KeyPressMsg{Code: code} }
	for _, tt := range []struct {
		keys []rune
		want string
	}{
		{[]rune{tea.KeyBackspace}, "a👩\u200d🔬"},
		{[]rune{tea.KeyBackspace, tea.KeyBackspace}, "a"},
		{[]rune{tea.KeyHome, tea.KeyRight, tea.KeyDelete}, "ae\u0301"},
		{[]rune{tea.KeyLeft, tea.KeyLeft, tea.KeyBackspace}, "👩\u200d🔬e\u0301"},
		{[]rune{tea.KeyHome, tea.KeyBackspace, tea.KeyDelete}, "👩\u200d🔬e\u0301"},
	} {
		k := &ui.Kit{Theme: ui.NewTheme(true, false)}
		in, area := k.NewInput("", 0), k.NewArea("")
		in.Focus()
		area.Focus()
		in.SetValue("a👩\u200d🔬e\u0301")
		in.CursorEnd()
		area.SetValue("before\na👩\u200d🔬e\u0301")
		for _, code := range tt.keys {
			ui.Edit(&in, press(code))
			if len(tt.keys) != 3 || tt.keys[1] != tea.KeyBackspace { // which joins lines
				ui.EditArea(&area, press(code))
			}
		}
		if in.Value() != tt.want {
			t.Errorf("%v: the input has %q, want %q", tt.keys, in.Value(), tt.want)
		}
		if got := strings.TrimPrefix(area.Value(), "before\n"); got != tt.want && tt.keys[min(1, len(tt.keys)-1)] != tea.KeyBackspace {
			t.Errorf("%v: the area has %q, want %q", tt.keys, got, tt.want)
		}
	}
}

package ui_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"espost/tui/ui"
)

// A block scrolls by lines, pages and to its ends, and never past them.
func TestScroll(t *testing.T) {
	lines := strings.Split("0 1 2 3 4 5 6 7 8 9", " ")
	var s ui.Scroll
	seen := func(height int) string { return strings.Join(s.Visible(lines, height), "") }
	press := func(key string) {
		t.Helper()
		a, ok := ui.FindKey(s.Actions([]string{"up", "k"}, []string{"down"}), key)
		if !ok {
			t.Fatalf("%s does nothing", key)
		}
		a.Run()
	}
	for _, step := range []struct{ key, want string }{
		{"up", "0123"}, {"down", "1234"}, {"pgdown", "4567"}, {"pgdown", "6789"}, {"down", "6789"},
		{"home", "0123"}, {"end", "6789"}, {"k", "5678"}, {"pgup", "2345"}, {"pgup", "0123"},
	} {
		seen(4)
		press(step.key)
		if got := seen(4); got != step.want {
			t.Errorf("%s: %s is in sight, want %s", step.key, got, step.want)
		}
	}
	press("end")
	if got := seen(20); got != "0123456789" || s.Top() != 0 {
		t.Errorf("a larger window shows %s from %d on", got, s.Top())
	}
	if got := seen(0); got != "" {
		t.Errorf("a window without height shows %s", got)
	}
	seen(4)
	s.To(0)
	s.Wheel(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	if got := seen(4); got != "3456" {
		t.Errorf("the wheel scrolls to %s", got)
	}
	lines = lines[:2]
	if got := seen(4); got != "01" {
		t.Errorf("a shorter block shows %s", got)
	}
}

// A cursor is followed just as far as it takes, and never past the end.
func TestScrollFollowsTheCursor(t *testing.T) {
	lines := strings.Split("a b c d e f", " ")
	for _, tt := range []struct {
		cursor, offset, height int
		want                   string
	}{
		{0, 0, 3, "abc"},
		{3, 0, 3, "bcd"},
		{5, 0, 3, "def"},
		{1, 3, 3, "bcd"},
		{4, 3, 3, "def"},
		{5, 99, 3, "def"},
		{0, 0, 10, "abcdef"},
		{0, 0, 0, ""},
	} {
		var s ui.Scroll
		s.Visible(lines, 3)
		s.To(tt.offset)
		s.Show(tt.cursor, len(lines), tt.height)
		if got := strings.Join(s.Visible(lines, tt.height), ""); got != tt.want {
			t.Errorf("cursor %d, offset %d, height %d: %s is in sight, want %s", tt.cursor, tt.offset, tt.height, got, tt.want)
		}
	}
}

// The rail is there when something is out of sight, and touches an end only when
// the block does.
func TestScrollbar(t *testing.T) {
	theme := ui.NewTheme(true, true)
	lines := strings.Split("0 1 2 3 4 5 6 7 8 9", " ")
	for _, tt := range []struct {
		lines, offset, height int
		want, position        string
	}{
		{4, 0, 4, "0123", ""},
		{3, 0, 4, "012", ""},
		{10, 0, 4, "0 #1 |2 |3 |", "1-4 of 10"},
		{10, 1, 4, "1 |2 #3 |4 |", "2-5 of 10"},
		{10, 5, 4, "5 |6 |7 #8 |", "6-9 of 10"},
		{10, 6, 4, "6 |7 |8 |9 #", "7-10 of 10"},
		{5, 1, 4, "1 |2 #3 #4 #", "2-5 of 5"},
		{10, 9, 1, "9 #", "10-10 of 10"},
	} {
		var s ui.Scroll
		s.Visible(lines[:tt.lines], tt.height)
		s.To(tt.offset)
		got := theme.Scrollbar(&s, s.Visible(lines[:tt.lines], tt.height), 3)
		if drawn := stripped(strings.Join(got, "")); drawn != tt.want || theme.Position(&s) != tt.position {
			t.Errorf("%d lines from %d in %d: %q, %q; want %q, %q", tt.lines, tt.offset, tt.height, drawn, theme.Position(&s), tt.want, tt.position)
		}
	}
}

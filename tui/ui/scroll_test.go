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

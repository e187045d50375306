package ui_test

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"espost/tui/ui"
)

// A click runs what was added last at that place in the last frame, with the
// left button only.
func TestZones(t *testing.T) {
	var zones ui.Zones
	got := ""
	add := func(name string, x, y, w, h int) {
		zones.Add(x, y, w, h, func() tea.Cmd { got += name; return nil })
	}
	click := func(x, y int, button tea.MouseButton) string {
		got = ""
		zones.Click(tea.MouseClickMsg{X: x, Y: y, Button: button})
		return got
	}
	add("row", 0, 2, 10, 1)
	add("mark", 0, 2, 2, 1)
	add("pane", 20, 0, 5, 5)
	for _, tt := range []struct {
		x, y   int
		button tea.MouseButton
		want   string
	}{
		{5, 2, tea.MouseLeft, "row"}, {1, 2, tea.MouseLeft, "mark"}, {2, 2, tea.MouseLeft, "row"}, {9, 2, tea.MouseLeft, "row"},
		{10, 2, tea.MouseLeft, ""}, {5, 1, tea.MouseLeft, ""}, {5, 3, tea.MouseLeft, ""}, {-1, 2, tea.MouseLeft, ""},
		{24, 4, tea.MouseLeft, "pane"}, {25, 4, tea.MouseLeft, ""}, {5, 2, tea.MouseRight, ""},
	} {
		if got := click(tt.x, tt.y, tt.button); got != tt.want {
			t.Errorf("a click at %d,%d runs %q, want %q", tt.x, tt.y, got, tt.want)
		}
	}
	zones.Reset()
	if got := click(5, 2, tea.MouseLeft); got != "" {
		t.Errorf("after a reset %q runs", got)
	}
}

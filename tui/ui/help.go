package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Help is the page that F1 opens: what the step is for, and every key.
type Help struct {
	Kit    *Kit
	Step   Step
	Global []Action

	scroll Scroll
	done   bool
}

// Update implements Overlay: keys that don't scroll close it.
func (h *Help) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		h.scroll.Wheel(msg)
	case tea.KeyPressMsg, Clicked:
		a, ok := chosen(h.Actions(), msg)
		if !ok {
			return nil, true
		}
		return a.Run(), h.done
	}
	return nil, false
}

// Actions implements Overlay.
func (h *Help) Actions() []Action {
	actions := h.scroll.Actions([]string{"up", "k"}, []string{"down", "j", "space"})
	actions[0].Label = "scroll" // down
	return append(actions, Action{Keys: []string{"esc"}, Label: "close", Title: "Close", Run: func() tea.Cmd { h.done = true; return nil }})
}

// View implements Overlay.
func (h *Help) View(width, height int) string {
	k := h.Kit
	lines := []string{"", k.Title.Render(h.Step.Name()), ""}
	lines = append(lines, strings.Split(Wrap(h.Step.About(), min(width-4, ReadingWidth)), "\n")...)
	lines = append(lines, "")
	lines = append(lines, k.keyLines(h.Step.Actions(), width-4)...)
	lines = append(lines, "", k.Title.Render("Everywhere"), "")
	lines = append(lines, k.keyLines(h.Global, width-4)...)
	return Indent(strings.Join(h.scroll.Visible(lines, height), "\n"), 2)
}

func (k *Kit) keyLines(actions []Action, width int) []string {
	var lines []string
	for _, a := range actions {
		if a.Title == "" {
			continue
		}
		names := make([]string, len(a.Keys))
		for i, key := range a.Keys {
			names[i] = k.KeyName(key)
		}
		lines = append(lines, Truncate(k.Key.Render(Pad(strings.Join(names, ", "), 18))+" "+a.Title, width, k.Ellipsis))
	}
	return lines
}

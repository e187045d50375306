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

// Update implements Overlay.
func (h *Help) Update(msg tea.Msg) (tea.Cmd, bool) {
	if wheel, ok := msg.(tea.MouseWheelMsg); ok {
		h.scroll.Wheel(wheel)
	}
	if a, ok := Pressed(h.Actions(), msg); ok {
		return a.Run(), h.done
	}
	return nil, false
}

// Actions implements Overlay.
func (h *Help) Actions() []Action {
	actions := h.scroll.Actions([]string{"up", "k"}, []string{"down", "j", "space"})
	if len(actions) > 0 {
		actions[0].Label = "more" // down
	}
	return append(actions, Action{Keys: []string{"esc", "enter", "q", "?", "f1"}, Label: "close", Title: "Close", Run: func() tea.Cmd { h.done = true; return nil }})
}

// View implements Overlay.
func (h *Help) View(width, height int) string {
	k := h.Kit
	inner := width - 6
	lines := []string{"", k.Title.Render(h.Step.Name()), ""}
	lines = append(lines, strings.Split(Wrap(h.Step.About(), min(inner, ReadingWidth)), "\n")...)
	lines = append(lines, "")
	if worded, ok := h.Step.(interface{ Words() []Pair }); ok {
		lines = append(lines, k.Title.Render("Words"), "")
		lines = append(append(lines, strings.Split(k.Pairs(worded.Words(), min(inner, ReadingWidth)), "\n")...), "")
	}
	column := inner
	if inner >= 2*helpColumn {
		column = inner / 2
	}
	everywhere := append([]string{k.Title.Render("Everywhere"), ""}, k.keyLines(h.Global, column)...)
	if step := k.keyLines(h.Step.Actions(), column); column < inner {
		step = append([]string{k.Title.Render("On this step"), ""}, step...)
		for i := range max(len(step), len(everywhere)) {
			left, right := "", ""
			if i < len(step) {
				left = step[i]
			}
			if i < len(everywhere) {
				right = everywhere[i]
			}
			lines = append(lines, Pad(left, column)+right)
		}
	} else {
		lines = append(append(append(lines, step...), ""), everywhere...)
	}
	return Indent(strings.Join(k.Scrollbar(&h.scroll, h.scroll.Visible(lines, height), width-4), "\n"), 2)
}

// helpColumn is how wide a column of keys and what they do is at least, where there
// are two.
const helpColumn = 56

func (k *Kit) keyLines(actions []Action, width int) []string {
	var lines []string
	told := map[string]bool{} // by keys that come before: a step's own win
	for _, a := range actions {
		if a.Title == "" || told[a.Title] {
			continue
		}
		told[a.Title] = true
		var names []string
		for _, b := range actions { // "?" and f1 are one line
			if b.Title == a.Title {
				for _, key := range b.Keys {
					names = append(names, k.KeyName(key))
				}
			}
		}
		for i, row := range strings.Split(Wrap(a.Title, width-21), "\n") {
			head := k.Key.Render(Pad(strings.Join(names, ", "), 18))
			if i > 0 {
				head = Pad("", 18)
			}
			lines = append(lines, head+" "+row)
		}
	}
	return lines
}

package ui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// A Search is for a text in lines, in any case of letters.
type Search struct {
	Typing bool // the input has the keyboard

	input textinput.Model
	text  string // what was searched for last
}

// Start opens the input.
func (s *Search) Start(k *Kit) tea.Cmd {
	s.Typing = true
	s.input = k.NewInput("search", 0)
	return s.input.Focus()
}

// Actions are what can be done while the text is typed; find is run when it is
// there.
func (s *Search) Actions(find func() tea.Cmd) []Action {
	return []Action{
		{Keys: []string{"enter"}, Label: "find", Title: "Find it", Run: func() tea.Cmd {
			s.Typing, s.text = false, s.input.Value()
			return find()
		}},
		{Keys: []string{"esc"}, Label: "leave", Title: "Leave the search", Run: func() tea.Cmd {
			s.Typing = false
			return nil
		}},
	}
}

// Update gives a key press or a paste to the input.
func (s *Search) Update(msg tea.Msg) tea.Cmd {
	return Edit(&s.input, msg)
}

// Line is the input.
func (s *Search) Line(k *Kit, width int) string {
	k.Dress(&s.input)
	s.input.SetWidth(max(1, width-3))
	return k.Accent.Render("/") + drawn(s.input.View())
}

// Empty reports whether there is nothing to search for.
func (s *Search) Empty() bool { return s.text == "" }

// In reports whether a line holds the text.
func (s *Search) In(line string) bool {
	return s.text != "" && strings.Contains(strings.ToLower(line), strings.ToLower(s.text))
}

// Find returns the first of lines from one on that holds the text, by being 1 or
// -1 for the direction; past the end it goes on at the other one.
func (s *Search) Find(lines []string, from, by int) (at int, ok bool) {
	n := len(lines)
	for i := range n {
		if at = ((from+i*by)%n + n) % n; s.In(lines[at]) {
			return at, true
		}
	}
	return 0, false
}

package ui

import tea "charm.land/bubbletea/v2"

// A Scroll is how far a block of lines is scrolled. It learns the block's and
// the window's size when it is drawn, so that no key can scroll past the end.
type Scroll struct{ offset, height, lines int }

// By scrolls down by some lines, or up when by is negative.
func (s *Scroll) By(by int) { s.To(s.offset + by) }

// Page scrolls by pages; a line of the old one stays in sight.
func (s *Scroll) Page(by int) { s.By(by * max(1, s.height-1)) }

// To scrolls to a line, or as near as the block's end allows.
func (s *Scroll) To(line int) { s.offset = min(max(line, 0), max(0, s.lines-s.height)) }

// Top returns the number of the first line in sight.
func (s *Scroll) Top() int { return s.offset }

// Wheel scrolls by a turn of the wheel.
func (s *Scroll) Wheel(msg tea.MouseWheelMsg) {
	switch msg.Button {
	case tea.MouseWheelDown:
		s.By(wheelLines)
	case tea.MouseWheelUp:
		s.By(-wheelLines)
	}
}

// wheelLines is how far one notch of the wheel scrolls.
const wheelLines = 3

// Visible returns the lines in sight of a window height lines high.
func (s *Scroll) Visible(lines []string, height int) []string {
	s.height, s.lines = max(0, height), len(lines)
	s.By(0)
	return lines[s.offset:min(len(lines), s.offset+s.height)]
}

// Actions returns what scrolls: by the given keys a line, by page up and down,
// home and end the rest of the way.
func (s *Scroll) Actions(up, down []string) []Action {
	by := func(scroll func()) func() tea.Cmd {
		return func() tea.Cmd { scroll(); return nil }
	}
	return []Action{
		{Keys: down, Title: "Scroll down", Run: by(func() { s.By(1) })},
		{Keys: up, Title: "Scroll up", Run: by(func() { s.By(-1) })},
		{Keys: []string{"pgdown"}, Title: "A page down", Run: by(func() { s.Page(1) })},
		{Keys: []string{"pgup"}, Title: "A page up", Run: by(func() { s.Page(-1) })},
		{Keys: []string{"home"}, Title: "To the beginning", Run: by(func() { s.To(0) })},
		{Keys: []string{"end"}, Title: "To the end", Run: by(func() { s.To(s.lines) })},
	}
}

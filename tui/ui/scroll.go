package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
)

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

// Show scrolls just as far as is needed to bring a line of a block into sight
// of a window height lines high.
func (s *Scroll) Show(line, lines, height int) {
	s.lines, s.height = lines, max(0, height)
	if height <= 0 {
		return
	}
	if line < s.offset {
		s.offset = line
	} else if line >= s.offset+s.height {
		s.offset = line - s.height + 1
	}
	s.By(0)
}

// Fits reports whether the whole block was in sight when it was drawn last.
func (s *Scroll) Fits() bool { return s.lines <= s.height }

// thumb is the part of a scroll bar as high as the window that stands for what
// is in sight; it touches an end only when the block does.
func (s *Scroll) thumb() (from, height int) {
	if s.Fits() || s.height < 1 {
		return 0, 0
	}
	height = max(1, s.height*s.height/s.lines)
	room, hidden := s.height-height, s.lines-s.height
	from = s.offset * room / hidden
	if s.offset > 0 && room > 1 {
		from = max(from, 1)
	}
	return from, height
}

// Position says which lines of a block are in sight, "" when all of them are.
func (t *Theme) Position(s *Scroll) string {
	if s.Fits() || s.height < 1 {
		return ""
	}
	return fmt.Sprintf("%d-%d of %d", s.offset+1, s.offset+s.height, s.lines)
}

// Scrollbar puts a scroll bar at the right of the lines in sight, in the last of
// width columns, where there is more than is in sight.
func (t *Theme) Scrollbar(s *Scroll, visible []string, width int) []string {
	from, height := s.thumb()
	if height == 0 {
		return visible
	}
	out := make([]string, len(visible))
	thumb, rail := t.Accent.Render(t.Thumb), t.Rule.Render(t.Vertical)
	for i, line := range visible {
		at := rail
		if i >= from && i < from+height {
			at = thumb
		}
		out[i] = Pad(Truncate(line, width-2, t.Ellipsis), width-1) + at
	}
	return out
}

// Actions returns what scrolls: by the given keys a line, by page up and down,
// home and end the rest of the way. It returns nothing while all is in sight.
func (s *Scroll) Actions(up, down []string) []Action {
	if s.Fits() {
		return nil
	}
	by := func(scroll func()) func() tea.Cmd {
		return func() tea.Cmd { scroll(); return nil }
	}
	return []Action{
		{Keys: down, Title: "Scroll down", Run: by(func() { s.By(1) })},
		{Keys: up, Title: "Scroll up", Run: by(func() { s.By(-1) })},
		{Keys: []string{"pgdown"}, Title: "A page down", Run: by(func() { s.Page(1) })},
		{Keys: []string{"pgup"}, Title: "A page up", Run: by(func() { s.Page(-1) })},
		{Keys: []string{"home", "g"}, Title: "To the beginning", Run: by(func() { s.To(0) })},
		{Keys: []string{"end", "G"}, Title: "To the end", Run: by(func() { s.To(s.lines) })},
	}
}

package ui

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Width returns the columns that s takes on the terminal.
func Width(s string) int { return lipgloss.Width(s) }

// Truncate cuts s, which may be styled, to at most width columns; tail shows
// that something is missing.
func Truncate(s string, width int, tail string) string {
	if width <= 0 {
		return ""
	}
	return ansi.Truncate(s, width, tail)
}

// Pad cuts or fills s to exactly width columns.
func Pad(s string, width int) string {
	s = Truncate(s, width, "")
	return s + strings.Repeat(" ", max(0, width-Width(s)))
}

// Fit cuts and fills a block to exactly height lines, none wider than width.
func Fit(block string, width, height int) string {
	if height <= 0 {
		return ""
	}
	lines := strings.Split(block, "\n")
	if len(lines) > height {
		lines = lines[:height]
	}
	for i, line := range lines {
		lines[i] = Truncate(line, width, "")
	}
	for len(lines) < height {
		lines = append(lines, "")
	}
	return strings.Join(lines, "\n")
}

// Clip cuts a block to at most height lines; an ellipsis at the end of the last
// one shows that something is missing.
func (t *Theme) Clip(block string, width, height int) string {
	lines := strings.Split(block, "\n")
	if height <= 0 || len(lines) <= height {
		return block
	}
	last := &lines[height-1]
	*last = Truncate(*last, width-2, "") + " " + t.Ellipsis
	return strings.Join(lines[:height], "\n")
}

// Wrap breaks plain or styled text at words so that no line is wider than width.
func Wrap(s string, width int) string {
	return ansi.Wrap(s, max(1, width), " ")
}

// Chop breaks s at exactly width columns, words or not: for text in which every
// character counts.
func Chop(s string, width int) string {
	return ansi.Hardwrap(s, max(1, width), true)
}

// ReadingWidth is how wide a paragraph grows on a wide terminal: longer lines
// are hard to read.
const ReadingWidth = 96

// Indent puts by columns of space before each line.
func Indent(block string, by int) string {
	space := strings.Repeat(" ", by)
	lines := strings.Split(block, "\n")
	for i, line := range lines {
		lines[i] = space + line
	}
	return strings.Join(lines, "\n")
}

// Split draws two blocks side by side with a rule between them, left taking
// leftWidth columns of width.
func (t *Theme) Split(left, right string, leftWidth, width, height int) string {
	l := strings.Split(Fit(left, leftWidth, height), "\n")
	r := strings.Split(Fit(right, width-leftWidth-3, height), "\n")
	rule := " " + t.Rule.Render(t.Vertical) + " "
	for i := range l {
		l[i] = Pad(l[i], leftWidth) + rule + r[i]
	}
	return strings.Join(l, "\n")
}

// Card draws a block in a box with a title in its upper edge, exactly width by
// height columns and lines, borders included.
func (t *Theme) Card(title, block string, width, height int) string {
	if width < 4 || height < 3 {
		return Fit(block, width, height)
	}
	head := Truncate(" "+title+" ", width-4, t.Ellipsis)
	edge := t.Rule.Render
	lines := []string{edge(t.TopLeft+t.Horizontal) + t.Faint.Render(head) +
		edge(strings.Repeat(t.Horizontal, width-3-Width(head))+t.TopRight)}
	side := edge(t.Vertical)
	content := strings.Split(block, "\n")
	for i := range height - 2 {
		line := ""
		if i < len(content) {
			line = Truncate(content[i], width-4, t.Ellipsis)
		}
		lines = append(lines, side+" "+Pad(line, width-4)+" "+side)
	}
	lines = append(lines, edge(t.BottomLeft+strings.Repeat(t.Horizontal, width-2)+t.BottomRight))
	return strings.Join(lines, "\n")
}

// Bar draws done of whole as a bar of width columns.
func (t *Theme) Bar(done, whole float64, width int) string {
	filled := 0
	if whole > 0 {
		filled = int(done/whole*float64(width) + 0.5)
	}
	if done > 0 {
		filled = max(filled, 1) // begun is not the same as untouched
	}
	filled = min(max(filled, 0), width)
	return t.Accent.Render(strings.Repeat(t.Full, filled)) + t.Faint.Render(strings.Repeat(t.Empty, width-filled))
}

// Window returns the part of lines, at most height of them, that keeps the
// line number cursor in sight, and how far it is scrolled.
func Window(lines []string, cursor, offset, height int) (visible []string, newOffset int) {
	if height <= 0 {
		return nil, offset
	}
	if cursor < offset {
		offset = cursor
	}
	if cursor >= offset+height {
		offset = cursor - height + 1
	}
	offset = min(max(offset, 0), max(0, len(lines)-height))
	return lines[offset:min(len(lines), offset+height)], offset
}

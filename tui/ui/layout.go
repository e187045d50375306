package ui

import (
	"strings"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Width returns the columns that s takes on the terminal. A frame measures each
// of its lines several times, so what most lines consist of is counted here, and
// only the rest is left to the segmentation of whole Unicode.
func Width(s string) int {
	if columns, ok := plainWidth(s); ok {
		return columns
	}
	return lipgloss.Width(s)
}

// plainWidth counts ASCII, styles, and the signs that the theme draws with, each
// one column wide. It is not ok with anything else, such as a letter that a
// combining mark may follow.
func plainWidth(s string) (columns int, ok bool) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case ' ' <= c && c <= '~':
			columns++
			i++
		case c == 0x1b && i+1 < len(s) && s[i+1] == '[': // ESC [ parameters m
			for i += 2; i < len(s) && (s[i] == ';' || s[i] == ':' || '0' <= s[i] && s[i] <= '9'); {
				i++
			}
			if i >= len(s) || s[i] != 'm' {
				return 0, false
			}
			i++
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if (r < 0x2500 || r > 0x259f) && !strings.ContainsRune("…·•●○■□✓✗▸×", r) {
				return 0, false
			}
			columns++
			i += size
		}
	}
	return columns, true
}

// Truncate cuts s, which may be styled, to at most width columns; tail shows
// that something is missing.
func Truncate(s string, width int, tail string) string {
	if width <= 0 {
		return ""
	}
	if len(s) <= width { // no character takes more columns than bytes
		return s
	}
	if columns, ok := plainWidth(s); ok && columns <= width {
		return s
	}
	return ansi.Truncate(s, width, tail)
}

// Pad cuts or fills s to exactly width columns.
func Pad(s string, width int) string {
	columns := Width(s)
	if columns > width {
		s = Truncate(s, width, "")
		columns = Width(s)
	}
	return s + strings.Repeat(" ", max(0, width-columns))
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
// It breaks behind hyphens, too, but not within a flag.
func Wrap(s string, width int) string {
	s = strings.ReplaceAll(s, "--", unbroken)
	return strings.ReplaceAll(ansi.Wrap(s, max(1, width), " "), unbroken, "--")
}

// unbroken are two non-breaking hyphens, as wide as a flag's two.
const unbroken = "\u2011\u2011"

// Hanging is text behind a mark of one column, wrapped into lines of at most width
// columns; the lines below the first stand under its text.
func Hanging(mark, text string, width int) []string {
	return strings.Split(mark+" "+strings.ReplaceAll(Wrap(text, width-2), "\n", "\n  "), "\n")
}

// Chop breaks s at exactly width columns, words or not: for text in which every
// character counts.
func Chop(s string, width int) string {
	return ansi.Hardwrap(s, max(1, width), true)
}

// ShellLines breaks a shell command between its words so that the lines, pasted
// together, are still that command: all but the last end in a backslash. A word
// longer than width keeps its line.
func ShellLines(command string, width int) []string {
	var words []string
	quoted, begin := false, 0
	for i := range len(command) {
		switch {
		case command[i] == '\'':
			quoted = !quoted
		case command[i] == ' ' && !quoted:
			words = append(words, command[begin:i])
			begin = i + 1
		}
	}
	words = append(words, command[begin:])
	lines := []string{words[0]}
	for _, word := range words[1:] {
		last := &lines[len(lines)-1]
		if Width(*last)+1+Width(word)+2 <= width { // room for " \\" too
			*last += " " + word
			continue
		}
		*last += " \\"
		lines = append(lines, "  "+word)
	}
	return lines
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

// A Card is a box with a title in its upper edge.
type Card struct {
	Title   string
	Focused bool    // the keys act on it
	Scroll  *Scroll // how far it is scrolled; nil shows the beginning
}

// Render draws lines in the card, exactly width by height columns and lines,
// borders included. What doesn't fit can be scrolled to: the right edge is the
// scroll bar, and the title says which lines are in sight.
func (c Card) Render(t *Theme, lines []string, width, height int) string {
	if width < 4 || height < 3 {
		return Fit(strings.Join(lines, "\n"), width, height)
	}
	scroll := c.Scroll
	if scroll == nil {
		scroll = &Scroll{}
	}
	visible := scroll.Visible(lines, height-2)
	from, thumb := scroll.thumb()
	edge, title := t.Rule.Render, t.Faint
	if c.Focused {
		edge, title = t.Accent.Render, t.Title
	}
	head := c.Title
	if position := t.Position(scroll); position != "" {
		head += "  " + position
	}
	head = Truncate(" "+head+" ", width-4, t.Ellipsis)
	out := []string{edge(t.TopLeft+t.Horizontal) + title.Render(head) +
		edge(strings.Repeat(t.Horizontal, width-3-Width(head))+t.TopRight)}
	side := edge(t.Vertical)
	for i := range height - 2 {
		line, right := "", side
		if i < len(visible) {
			line = Truncate(visible[i], width-4, t.Ellipsis)
		}
		if i >= from && i < from+thumb {
			right = t.Accent.Render(t.Thumb)
		}
		out = append(out, side+" "+Pad(line, width-4)+" "+right)
	}
	out = append(out, edge(t.BottomLeft+strings.Repeat(t.Horizontal, width-2)+t.BottomRight))
	return strings.Join(out, "\n")
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

package ui

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// A Style is a lipgloss.Style that is quick with a word in a line, of which a frame
// has hundreds: what stands before and behind it is made once.
type Style struct {
	lipgloss.Style
	before, after string
	each          bool // characters are drawn one by one, as underlined ones are
}

func styled(s lipgloss.Style) Style {
	before, after, _ := strings.Cut(s.Render("x"), "x")
	return Style{s, before, after, s.GetUnderline()}
}

// Render draws text as lipgloss.Style does.
func (s Style) Render(text string) string {
	if s.each || strings.ContainsAny(text, "\t\r\n") {
		return s.Style.Render(text)
	}
	return s.before + text + s.after
}

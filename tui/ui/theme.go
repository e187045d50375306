// Package ui is the kit that the app's steps are built from: colours and
// glyphs, the frame around a step, keys bound to actions, text fields, blocks
// of keys and values, questions, and the bookkeeping of a running operation.
// It knows nothing of TLS or firmware.
package ui

import (
	"image/color"

	"espost/internal/problem"

	"charm.land/bubbles/v2/textarea"
	"charm.land/bubbles/v2/textinput"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// A Theme is the app's colours and glyphs: one accent, three signals, and a
// glyph beside each, so that nothing is said by colour alone.
type Theme struct {
	Text, Faint, Strong Style
	Accent, Title       Style
	Good, Caution, Bad  Style
	Selected            Style // the row that the keys act on
	Key                 Style // a key's name in help
	Rule                Style
	accent              color.Color
	Keymap              Keymap // the user's own keys

	Glyphs
}

// Glyphs are the signs that carry meaning; each is one column wide.
type Glyphs struct {
	Done, Current, Open     string // the stepper
	OK, Note, Warn, Bad     string // findings
	Cursor                  string // the row that the keys act on
	On, Off                 string // a row of the form
	Chosen, Unchosen        string // a choice among several
	Horizontal, Vertical    string
	TopLeft, TopRight       string
	BottomLeft, BottomRight string
	Full, Empty             string // bars
	Thumb                   string // of a scroll bar; its rail is Vertical
	Heavy                   string // the ends of the input that has the keyboard
	Dot, Ellipsis, Mask     string
	Times                   string   // between a width and a height
	Arrow                   string   // before what a line means
	Levels                  []string // a curve's heights, from the lowest
	Spinner                 []string
}

var unicodeGlyphs = Glyphs{
	Done: "✓", Current: "●", Open: "○",
	OK: "✓", Note: "·", Warn: "!", Bad: "✗",
	Cursor: "▸", On: "■", Off: "□", Chosen: "●", Unchosen: "○",
	Horizontal: "─", Vertical: "│",
	TopLeft: "╭", TopRight: "╮", BottomLeft: "╰", BottomRight: "╯",
	Full: "▓", Empty: "░", Thumb: "┃", Heavy: "┃", Dot: "·", Ellipsis: "…", Mask: "•", Times: "×", Arrow: "→",
	Levels:  []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
	Spinner: []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
}

var asciiGlyphs = Glyphs{
	Done: "+", Current: ">", Open: "-",
	OK: "+", Note: ".", Warn: "!", Bad: "x",
	Cursor: ">", On: "#", Off: "-", Chosen: "*", Unchosen: "o",
	Horizontal: "-", Vertical: "|",
	TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+",
	Full: "#", Empty: ".", Thumb: "#", Heavy: "|", Dot: "-", Ellipsis: "~", Mask: "*", Times: "x", Arrow: ">",
	Levels:  []string{"_", ".", "-", "=", "^"},
	Spinner: []string{"|", "/", "-", "\\"},
}

// Colours are those of the app.
type Colours struct{ Accent, Good, Caution, Bad, Faint color.Color }

// NewColours are the colours for the background that pick picks for.
func NewColours(pick lipgloss.LightDarkFunc) Colours {
	return Colours{
		Accent:  pick(lipgloss.Color("#00696B"), lipgloss.Color("#4FD1C5")),
		Good:    pick(lipgloss.Color("#1B7F37"), lipgloss.Color("#7BD88F")),
		Caution: pick(lipgloss.Color("#8A5A00"), lipgloss.Color("#F2C14E")),
		Bad:     pick(lipgloss.Color("#B3261E"), lipgloss.Color("#FF7B72")),
		Faint:   pick(lipgloss.Color("#5C6370"), lipgloss.Color("#8B929E")),
	}
}

// NewTheme builds the theme for a dark or light background; ascii keeps every
// sign of the app itself within ASCII.
func NewTheme(dark, ascii bool) *Theme {
	pick := lipgloss.LightDark(dark)
	style := lipgloss.NewStyle
	c := NewColours(pick)
	t := newTheme(ascii, c.Accent, c.Good, c.Caution, c.Bad)
	t.Faint, t.Rule = styled(style().Foreground(c.Faint)), styled(style().Foreground(c.Faint))
	t.Selected = styled(style().Background(pick(lipgloss.Color("#E3F4F3"), lipgloss.Color("#1D3A3A"))).Bold(true))
	return t
}

// NewTheme16 builds the theme for terminals of sixteen colours. It uses those by
// name, as the user's own palette has them: the nearest of the sixteen to a grey
// is dark blue, which can't be read on black.
func NewTheme16(dark, ascii bool) *Theme {
	pick := lipgloss.LightDark(dark)
	style := lipgloss.NewStyle
	t := newTheme(ascii,
		pick(lipgloss.Blue, lipgloss.BrightCyan),
		pick(lipgloss.Green, lipgloss.BrightGreen),
		pick(lipgloss.Magenta, lipgloss.BrightYellow), // yellow can't be read on white
		pick(lipgloss.Red, lipgloss.BrightRed))
	t.Faint, t.Rule = styled(style().Faint(true)), styled(style().Faint(true))
	t.Selected = styled(style().Reverse(true).Bold(true))
	return t
}

// NewThemeUnknown builds the theme for a terminal that doesn't say what its
// background is: every colour can be read on black and on white (at least 3 to 1,
// see the test), and the selected row is reversed.
func NewThemeUnknown(sixteen, ascii bool) *Theme {
	style := lipgloss.NewStyle
	var t *Theme
	if sixteen {
		t = newTheme(ascii, lipgloss.Cyan, lipgloss.Green, lipgloss.Magenta, lipgloss.Red)
		t.Faint = styled(style().Faint(true))
	} else {
		t = newTheme(ascii, lipgloss.Color("#0E8A8A"), lipgloss.Color("#2B8A3E"), lipgloss.Color("#B26A00"), lipgloss.Color("#E0453A"))
		t.Faint = styled(style().Foreground(lipgloss.Color("#7C828D")))
	}
	t.Rule = t.Faint
	t.Selected = styled(style().Reverse(true).Bold(true))
	return t
}

// NewThemeContrast builds the theme without any colour that is fainter than the
// terminal's own text: weight, underlines and reversal say the rest.
func NewThemeContrast(ascii bool) *Theme {
	style := lipgloss.NewStyle
	t := newTheme(ascii, lipgloss.NoColor{}, lipgloss.NoColor{}, lipgloss.NoColor{}, lipgloss.NoColor{})
	t.Bad, t.Caution = styled(style().Bold(true)), styled(style().Bold(true))
	t.Key = styled(style().Bold(true))
	t.Accent, t.Title = styled(style().Bold(true)), styled(style().Bold(true).Underline(true))
	t.Faint, t.Rule = styled(style()), styled(style())
	t.Selected = styled(style().Reverse(true).Bold(true))
	return t
}

func newTheme(ascii bool, accent, good, caution, bad color.Color) *Theme {
	style := lipgloss.NewStyle
	t := &Theme{
		Text:    styled(style()),
		Strong:  styled(style().Bold(true)),
		Accent:  styled(style().Foreground(accent)),
		Title:   styled(style().Foreground(accent).Bold(true)),
		Good:    styled(style().Foreground(good)),
		Caution: styled(style().Foreground(caution)),
		Bad:     styled(style().Foreground(bad)),
		Key:     styled(style().Foreground(accent)),
		accent:  accent,
		Glyphs:  unicodeGlyphs,
	}
	if ascii {
		t.Glyphs = asciiGlyphs
	}
	return t
}

// CursorColour is the colour of the terminal's cursor; nil leaves it as it is.
func (t *Theme) CursorColour() color.Color {
	if (t.accent == lipgloss.NoColor{}) {
		return nil
	}
	return t.accent
}

// Select draws a line as the one that the keys act on, exactly width columns
// wide. Its own colours go: they would end the background.
func (t *Theme) Select(line string, width int) string {
	return t.Selected.Render(Pad(ansi.Strip(line), width))
}

// Tone is the meaning of a line: which signal colour and glyph it gets.
type Tone int

// The tones.
const (
	Plain Tone = iota
	Success
	Caution
	Failure
)

// ToneOf is how a severity is shown.
func ToneOf(s problem.Severity) Tone {
	return map[problem.Severity]Tone{problem.OK: Success, problem.Warning: Caution, problem.Fatal: Failure}[s]
}

// Mark returns the tone's glyph in its colour.
func (t *Theme) Mark(tone Tone) string {
	switch tone {
	case Success:
		return t.Good.Render(t.OK)
	case Caution:
		return t.Caution.Render(t.Warn)
	case Failure:
		return t.Bad.Render(t.Glyphs.Bad)
	}
	return t.Faint.Render(t.Note)
}

// Style returns the tone's text style.
func (t *Theme) Style(tone Tone) Style {
	switch tone {
	case Success:
		return t.Good
	case Caution:
		return t.Caution
	case Failure:
		return t.Bad
	}
	return t.Text
}

// inputStyles dresses a text input; its cursor is steady, so that an idle app
// does nothing.
func (t *Theme) inputStyles() textinput.Styles {
	s := textinput.DefaultDarkStyles()
	state := textinput.StyleState{
		Text:        t.Text.Style,
		Placeholder: t.Faint.Style,
		Suggestion:  t.Faint.Style,
		Prompt:      t.Accent.Style,
	}
	s.Focused, s.Blurred = state, state
	s.Cursor.Color = lipgloss.Color(cursorColour)
	s.Cursor.Blink = false
	return s
}

// areaStyles dresses a text area like a text input.
func (t *Theme) areaStyles() textarea.Styles {
	s := textarea.DefaultDarkStyles()
	state := textarea.StyleState{
		Base: t.Text.Style, Text: t.Text.Style, CursorLine: t.Text.Style,
		CursorLineNumber: t.Faint.Style, LineNumber: t.Faint.Style, EndOfBuffer: t.Faint.Style,
		Placeholder: t.Faint.Style, Prompt: t.Accent.Style,
	}
	s.Focused, s.Blurred = state, state
	s.Cursor.Color = lipgloss.Color(cursorColour)
	s.Cursor.Blink = false
	return s
}

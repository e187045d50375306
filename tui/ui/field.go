package ui

import (
	"strings"

	"charm.land/bubbles/v2/textarea"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// NewInput returns a text input in the theme's dress, with a steady cursor and
// room for limit characters (0: no limit).
func (t *Theme) NewInput(placeholder string, limit int) textinput.Model {
	in := textinput.New()
	in.Prompt = ""
	in.Placeholder = placeholder
	in.CharLimit = limit
	in.SetStyles(t.inputStyles())
	return in
}

// Dress gives an existing input the theme's present colours.
func (t *Theme) Dress(in *textinput.Model) { in.SetStyles(t.inputStyles()) }

// Reveals is the action that shows what an input masks, and masks it again.
func Reveals(in *textinput.Model) Action {
	label, next := "hide", textinput.EchoPassword
	if in.EchoMode == textinput.EchoPassword {
		label, next = "show", textinput.EchoNormal
	}
	return Action{Keys: []string{"ctrl+r"}, Label: label, Title: "Show or hide what is typed", Run: func() tea.Cmd { in.EchoMode = next; return nil }}
}

// NewArea returns a text area for several lines, without line numbers.
func (t *Theme) NewArea(placeholder string) textarea.Model {
	area := textarea.New()
	area.Prompt = ""
	area.Placeholder = placeholder
	area.ShowLineNumbers = false
	area.CharLimit = 0
	area.MaxHeight = 0
	area.SetStyles(t.areaStyles())
	return area
}

// InputBox draws an input as a line with bars at its ends, width columns wide.
func (t *Theme) InputBox(in *textinput.Model, width int) string {
	in.SetWidth(max(1, width-5)) // bars, spaces, and the cursor behind the last character
	side := t.Accent.Render(t.Heavy)
	if !in.Focused() {
		side = t.Rule.Render(t.Vertical)
	}
	return side + " " + Pad(drawn(in.View()), width-4) + " " + side
}

// A Pair is a key and its value.
type Pair struct{ Key, Value string }

// DrawArea draws a text area, width by height.
func (t *Theme) DrawArea(area *textarea.Model, width, height int) []string {
	area.SetWidth(max(10, width))
	area.SetHeight(max(1, height))
	area.SetStyles(t.areaStyles())
	return strings.Split(drawn(area.View()), "\n")
}

// Pairs draws keys and values in two columns; long values wrap beneath
// themselves. Pairs with an empty value are left out.
func (t *Theme) Pairs(pairs []Pair, width int) string {
	keyWidth := 0
	for _, p := range pairs {
		if p.Value != "" {
			keyWidth = max(keyWidth, Width(p.Key))
		}
	}
	var lines []string
	for _, p := range pairs {
		if p.Value == "" {
			continue
		}
		key := t.Faint.Render(Pad(p.Key, keyWidth)) + "  "
		for i, part := range strings.Split(Wrap(p.Value, width-keyWidth-2), "\n") {
			if i > 0 {
				key = strings.Repeat(" ", keyWidth+2)
			}
			lines = append(lines, key+part)
		}
	}
	return strings.Join(lines, "\n")
}

package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// An Action is one thing that can be done now, and the keys that do it. The
// footer, the help and the palette are all drawn from a step's actions, and its
// keys are looked up in them, so that what is shown and what works can't differ.
type Action struct {
	Keys  []string // as tea.KeyPressMsg.String spells them; the first one is shown
	Label string   // one or two words for the footer; empty keeps it out of there
	Title string   // for help and palette: "Copy the fingerprint"
	Run   func() tea.Cmd

	Blocked string // why it can't be done now, for the palette; "" when it can
}

// Find returns the action that a key press runs.
func Find(actions []Action, press tea.KeyPressMsg) (Action, bool) {
	return FindKey(actions, press.String())
}

// FindKey returns the action of a key by its name.
func FindKey(actions []Action, key string) (Action, bool) {
	for _, a := range actions {
		if slices.Contains(a.Keys, key) {
			return a, true
		}
	}
	return Action{}, false
}

// KeyName spells a key as people read it, their own where they have one: "alt+up"
// becomes "alt+↑".
func (t *Theme) KeyName(key string) string {
	key = t.Keymap.shown(key)
	if t.OK == asciiGlyphs.OK {
		return key
	}
	arrows := map[string]string{"up": "↑", "down": "↓", "left": "←", "right": "→"}
	at := strings.LastIndex(key, "+") + 1
	if arrow, ok := arrows[key[at:]]; ok {
		return key[:at] + arrow
	}
	return key
}

// Footer lists the labelled actions on one line that is at most width columns
// wide, leaving whole entries out from the right, but not the last, and not the
// ways back and out before it if there is room for them.
func (t *Theme) Footer(actions []Action, width int) string {
	line, _ := t.footer(actions, width)
	return line
}

// FooterAt returns the key of the entry at column x of a footer.
func (t *Theme) FooterAt(actions []Action, x, width int) (key string, ok bool) {
	_, entries := t.footer(actions, width)
	for _, e := range entries {
		if x >= e.x && x < e.x+e.width && x < width {
			return e.key, true
		}
	}
	return "", false
}

// entry is one action in the footer.
type entry struct {
	key, text string
	x, width  int
}

func (t *Theme) footer(actions []Action, width int) (line string, shown []entry) {
	var entries []entry
	for _, a := range actions {
		if a.Label != "" && len(a.Keys) > 0 {
			text := t.Key.Render(t.KeyName(a.Keys[0])) + " " + t.Faint.Render(a.Label)
			entries = append(entries, entry{key: a.Keys[0], text: text, width: Width(text)})
		}
	}
	if len(entries) == 0 {
		return "", nil
	}
	separator := t.Faint.Render(" " + t.Dot + " ")
	const gap = 3
	first := len(entries) - 1
	for first > 0 && slices.Contains([]string{"esc", "q", "ctrl+c", "?", "f1"}, entries[first-1].key) {
		first--
	}
	tail := 0
	for _, e := range entries[first:] {
		tail += e.width + gap
	}
	if tail-gap > width {
		first, tail = len(entries)-1, entries[len(entries)-1].width+gap
	}
	x := 0
	for _, e := range entries[:first] {
		if x+e.width+gap+tail-gap > width {
			break
		}
		e.x = x
		shown = append(shown, e)
		x += e.width + gap
	}
	for _, e := range entries[first:] {
		e.x = x
		shown = append(shown, e)
		x += e.width + gap
	}
	texts := make([]string, len(shown))
	for i, e := range shown {
		texts[i] = e.text
	}
	return Truncate(strings.Join(texts, separator), width, t.Ellipsis), shown
}

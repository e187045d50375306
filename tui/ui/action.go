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

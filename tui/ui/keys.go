package ui

import (
	"fmt"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// keyCodes are the keys that have a name.
var keyCodes = map[string]rune{
	"enter": tea.KeyEnter, "tab": tea.KeyTab, "esc": tea.KeyEscape, "space": tea.KeySpace, "backspace": tea.KeyBackspace,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "delete": tea.KeyDelete, "insert": tea.KeyInsert,
	"f1": tea.KeyF1, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4, "f5": tea.KeyF5, "f6": tea.KeyF6,
	"f7": tea.KeyF7, "f8": tea.KeyF8, "f9": tea.KeyF9, "f10": tea.KeyF10, "f11": tea.KeyF11, "f12": tea.KeyF12,
}

// ParseKey returns the press of a key by its name, as tea.KeyPressMsg.String spells
// it: "a", "ctrl+s", "alt+up".
func ParseKey(name string) (tea.KeyPressMsg, error) {
	var key tea.Key
	rest := name
	for {
		mod, after, more := strings.Cut(rest, "+")
		held, isMod := map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift}[mod]
		if !more || !isMod || after == "" {
			break
		}
		key.Mod, rest = key.Mod|held, after
	}
	code, named := keyCodes[rest]
	switch letter, size := utf8.DecodeRuneInString(rest); {
	case named:
		key.Code = code
	case size > 0 && size == len(rest) && letter > ' ':
		key.Code = letter
	default:
		return tea.KeyPressMsg{}, fmt.Errorf("there is no key %q; write it as a, ctrl+s, alt+up or f2", name)
	}
	switch {
	case key.Mod == 0 && code == tea.KeySpace:
		key.Text = " "
	case key.Mod == 0 && !named:
		key.Text = rest
	}
	return tea.KeyPressMsg(key), nil
}

// A Keymap is the user's own keys: what each does the work of, "f2" for "ctrl+s".
// A key that is given away goes on working unless it is itself one of them.
type Keymap map[string]string

// Check returns what can't be read.
func (m Keymap) Check() error {
	for own, usual := range m {
		for _, name := range []string{own, usual} {
			if _, err := ParseKey(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// Translate returns the press that the user's own key stands for. Where text is
// typed, what is text stays so.
func (m Keymap) Translate(press tea.KeyPressMsg, typing bool) tea.KeyPressMsg {
	usual, ok := m[press.String()]
	if !ok || typing && press.Text != "" {
		return press
	}
	if stands, err := ParseKey(usual); err == nil {
		return stands
	}
	return press
}

// shown is the key that people read for one of the app's: their own, if they have
// one for it; of several the first by name.
func (m Keymap) shown(key string) string {
	best := ""
	for own, usual := range m {
		if usual == key && (best == "" || own < best) {
			best = own
		}
	}
	if best == "" {
		return key
	}
	return best
}

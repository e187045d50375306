package tuitest

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Keys that have a byte of their own.
var plainKeys = map[string]string{
	"enter": "\r", "tab": "\t", "backspace": "\x7f", "esc": "\x1b", "space": " ",
}

// Keys that xterm sends as ESC [ 1 ; modifiers FINAL, or as ESC [ FINAL without modifiers.
var letterKeys = map[string]string{
	"up": "A", "down": "B", "right": "C", "left": "D", "end": "F", "home": "H",
	"f1": "P", "f2": "Q", "f3": "R", "f4": "S",
}

// Keys that xterm sends as ESC [ NUMBER ; modifiers ~.
var numberKeys = map[string]string{
	"insert": "2", "delete": "3", "pgup": "5", "pgdown": "6",
	"f5": "15", "f6": "17", "f7": "18", "f8": "19", "f9": "20", "f10": "21", "f11": "23", "f12": "24",
}

// encodeKey returns the bytes that an xterm in its default modes sends for a key. Its error says that it
// has none.
func encodeKey(name string) (string, error) {
	key, ctrl, alt, shift := name, false, false, false
	for found := true; found; {
		switch {
		case strings.HasPrefix(key, "ctrl+") && key != "ctrl+":
			key, ctrl = key[len("ctrl+"):], true
		case strings.HasPrefix(key, "alt+") && key != "alt+":
			key, alt = key[len("alt+"):], true
		case strings.HasPrefix(key, "shift+") && key != "shift+":
			key, shift = key[len("shift+"):], true
		default:
			found = false
		}
	}
	modifiers := 1
	for bit, held := range []bool{shift, alt, ctrl} {
		if held {
			modifiers += 1 << bit
		}
	}
	if final := letterKeys[key]; final != "" {
		switch {
		case modifiers > 1:
			return fmt.Sprintf("\x1b[1;%d%s", modifiers, final), nil
		case key[0] == 'f':
			return "\x1bO" + final, nil
		}
		return "\x1b[" + final, nil
	}
	if number := numberKeys[key]; number != "" {
		if modifiers > 1 {
			return fmt.Sprintf("\x1b[%s;%d~", number, modifiers), nil
		}
		return "\x1b[" + number + "~", nil
	}
	if key == "tab" && shift && !ctrl && !alt {
		return "\x1b[Z", nil
	}

	sequence := plainKeys[key]
	switch {
	case shift:
		sequence = "" // a shifted character is another character
	case ctrl:
		sequence = controlByte(key)
	case sequence == "" && utf8.RuneCountInString(key) == 1:
		sequence = key
	}
	if sequence == "" {
		return "", fmt.Errorf("no terminal sends the key %q", name)
	}
	if alt {
		sequence = "\x1b" + sequence
	}
	return sequence, nil
}

// controlByte returns what ctrl makes of a key, or "" where a terminal sends nothing or the byte of
// another key.
func controlByte(key string) string {
	switch {
	case key == "space":
		return "\x00"
	case len(key) != 1 || key == "i" || key == "m" || key == "[": // the last three: tab, enter and esc
		return ""
	case key[0] >= 'a' && key[0] <= 'z', key[0] >= '\\' && key[0] <= '_':
		return string(rune(key[0] & 0x1f))
	}
	return ""
}

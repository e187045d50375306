package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentence makes a text begin with a capital and end with a full stop, however
// it was written; it must be safe to show.
func Sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if !strings.ContainsAny(text[len(text)-1:], ".!?:") {
		text += "."
	}
	return text
}

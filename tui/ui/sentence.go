package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentence makes a text begin with a capital and end with a full stop, however
// it was written; it must be safe to show. A first word that is no word but a
// host, an address or a name from source code is left as it is.
func Sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	word, _, _ := strings.Cut(text, " ")
	if first, size := utf8.DecodeRuneInString(text); !strings.ContainsAny(strings.TrimRight(word, ".,:;!?"), ".:/[]_()=") {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	if !strings.ContainsAny(text[len(text)-1:], ".!?:") {
		text += "."
	}
	return text
}

package testpost

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func moves(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) }

// Whatever kind of body it is, nothing in it can move the cursor or reorder the
// screen.
func TestReadableIsTame(t *testing.T) {
	const evil = "\x1b[2J\x1b[Hgone\a\u202egnp.exe\r\u009b31m"
	for name, body := range map[string]string{
		"text": evil, "JSON": `{"a": "` + "\u202e\u009b31m" + `"}`, "binary": evil + "\x00", "not UTF-8": evil + "\xff",
	} {
		if text, _ := readable([]byte(body)); text == "" || !utf8.ValidString(text) || strings.ContainsFunc(text, moves) {
			t.Errorf("%s: %q", name, text)
		}
	}
}

package sanitize

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// JSON returns an encoded JSON value with everything that Line would take out
// written as \u escapes instead: the same value to a program, and safe to show.
// Package encoding/json escapes the C0 controls only.
func JSON(encoded []byte) []byte {
	var out strings.Builder
	for _, r := range string(encoded) {
		switch {
		case r < 0x7f || !unsafeRune(r): // C0 controls stand between values only: line ends
			out.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return []byte(out.String())
}

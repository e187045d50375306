// Package sanitize makes foreign text (from a server, a certificate or a file)
// safe to show: on a terminal it can neither move the cursor nor reorder what
// stands around it.
package sanitize

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns s as one line without control characters, escape sequences'
// introducers, bidirectional marks or invisible characters. What is taken out
// leaves U+FFFD behind, so that a doctored name never looks like a clean one;
// tabs and line ends become a space.
func Line(s string) string {
	return clean(s, func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return ' '
		}
		return utf8.RuneError
	})
}

// Text is Line for text of several lines: line ends stay (CRLF becomes LF) and
// a tab becomes four spaces.
func Text(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\t", "    ")
	return clean(s, func(r rune) rune {
		if r == '\n' {
			return r
		}
		return utf8.RuneError
	})
}

// clean replaces what must not be shown by what replace makes of it.
func clean(s string, replace func(rune) rune) string {
	var out strings.Builder
	for _, r := range s { // an invalid byte arrives as utf8.RuneError
		if unsafeRune(r) {
			r = replace(r)
		}
		out.WriteRune(r)
	}
	return out.String()
}

// unsafeRune reports whether r could change how its surroundings are drawn:
// controls (Cc), format characters such as bidi marks (Cf), line separators
// (Zl, Zp), private use and noncharacters, and the invisible fillers that
// Unicode counts as letters.
func unsafeRune(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0': // Hangul fillers
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) ||
		r&0xfffe == 0xfffe
}

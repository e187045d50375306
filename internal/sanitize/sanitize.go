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
	return steady(clean(s, func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return ' '
		}
		return utf8.RuneError
	}))
}

// Clip is Line, cut after so many characters; an ellipsis tells that it was.
func Clip(s string, most int) string {
	s = Line(s)
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return s
}

// Text is Line for text of several lines: line ends stay (CRLF becomes LF) and
// a tab becomes four spaces.
func Text(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\t", "    ")
	return steady(clean(s, func(r rune) rune {
		if r == '\n' {
			return r
		}
		return utf8.RuneError
	}))
}

// Clipboard is Text for text that will be pasted elsewhere: tabs and CRLF stay
// as they are. Pasted into a terminal, what an escape sequence ends could be
// run as a command.
func Clipboard(s string) string {
	lines := strings.Split(s, "\r\n")
	for i, line := range lines {
		lines[i] = clean(line, func(r rune) rune {
			if r == '\n' || r == '\t' {
				return r
			}
			return utf8.RuneError
		})
	}
	return strings.Join(lines, "\r\n")
}

// maxMarks is how many combining marks may follow one character: a tower of
// them is drawn over the lines above and below. No script needs as many.
const maxMarks = 8

// clean replaces what must not be shown by what replace makes of it.
func clean(s string, replace func(rune) rune) string {
	var out strings.Builder
	out.Grow(len(s))
	var before rune
	marks := 0
	for _, r := range s { // an invalid byte arrives as utf8.RuneError
		switch {
		case r >= ' ' && r < 0x7f:
			marks = 0
		case emojiStyle(r) && unicode.IsSymbol(before):
		case unsafeRune(r): // mutant TestLine: unsafeRune(r) => false
			r, marks = replace(r), 0
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks { // mutant TestLine: marks > maxMarks => false
				r, marks = utf8.RuneError, 0
			}
		default:
			marks = 0
		}
		before = r
		out.WriteRune(r)
	}
	return out.String()
}

// emojiStyle reports whether r chooses how a symbol before it is drawn, as text
// or in colours.
func emojiStyle(r rune) bool { return r == '\ufe0e' || r == '\ufe0f' }

// unsafeRune reports whether r could change how its surroundings are drawn, or
// isn't drawn at all: controls (Cc), format characters such as bidi marks (Cf),
// line separators (Zl, Zp), private use and noncharacters, and what Unicode
// ignores where it can't draw it, such as fillers that count as letters,
// joiners that count as marks, and variation selectors.
func unsafeRune(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		r&0xfffe == 0xfffe
}

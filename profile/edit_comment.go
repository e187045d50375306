package profile

import (
	"strings"
	"unicode/utf8"
)

// withComment adds the comment at old's end to line, in the same column where
// there is room.
func withComment(line, old string) string {
	at := commentStart(old)
	if at < 0 {
		return line
	}
	column := utf8.RuneCountInString(old[:at])
	gap := max(1, column-utf8.RuneCountInString(line))
	return line + strings.Repeat(" ", gap) + old[at:]
}

// commentStart returns where a line's comment begins, or -1: at a # that
// follows a space and stands outside of quotes.
func commentStart(line string) int {
	var quote byte // the kind of quotes that i is in, or 0
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && (i == 0 || strings.IndexByte(" [{,:", line[i-1]) >= 0):
			quote = c
		case c == '#' && i > 0 && (line[i-1] == ' ' || line[i-1] == '\t'):
			return i
		}
	}
	return -1
}

package ui

import "strings"

// The colouring here is by hand: chroma brings a regular expression engine whose
// clock runs in a goroutine for as long as the program lives (which testing/synctest
// rightly calls a leak), and parses hundreds of grammars before the first frame.
// Two small formats don't need it.

// JSON colours one row of indented JSON. A long string may go on from the row
// above; inside says so, and JSONInside whether this row's goes on below.
func (t *Theme) JSON(row string, inside bool) string {
	var out strings.Builder
	for at := 0; at < len(row); {
		end, kind := jsonToken(row, at, inside)
		inside = false
		token := row[at:end]
		switch {
		case kind == jsonString && strings.HasPrefix(strings.TrimLeft(row[end:], " "), ":"):
			token = t.Accent.Render(token)
		case kind == jsonString:
			token = t.Good.Render(token)
		case kind == jsonWord:
			token = t.Caution.Render(token)
		case kind == jsonSign:
			token = t.Faint.Render(token)
		}
		out.WriteString(token)
		at = end
	}
	return out.String()
}

// JSONInside reports whether a string is still open at the end of a row.
func JSONInside(row string, inside bool) bool {
	for at := 0; at < len(row); {
		end, kind := jsonToken(row, at, inside)
		inside = kind == jsonString && !closed(row[at:end], inside)
		at = end
	}
	return inside
}

type jsonKind int

const (
	jsonSpace  jsonKind = iota
	jsonString          // with its quotes, as far as they are in the row
	jsonWord            // a number, true, false, null
	jsonSign
)

// jsonToken returns where the token that begins at a place ends, and its kind.
func jsonToken(row string, at int, inside bool) (end int, kind jsonKind) {
	const signs, space = "{}[],:", " \t"
	switch c := row[at]; {
	case inside || c == '"':
		end = at
		if !inside {
			end++
		}
		for end < len(row) && row[end] != '"' {
			if row[end] == '\\' {
				end++
			}
			end++
		}
		return min(end+1, len(row)), jsonString
	case strings.IndexByte(signs, c) >= 0:
		return at + 1, jsonSign
	case strings.IndexByte(space, c) >= 0:
		return at + 1, jsonSpace
	}
	end = at + 1
	for end < len(row) && strings.IndexByte(signs+space+`"`, row[end]) < 0 {
		end++
	}
	return end, jsonWord
}

// closed reports whether a string's token holds its closing quote.
func closed(token string, inside bool) bool {
	if !inside {
		token = token[1:]
	}
	escaped := false
	for i := range len(token) {
		switch {
		case escaped:
			escaped = false
		case token[i] == '\\':
			escaped = true
		case token[i] == '"':
			return true
		}
	}
	return false
}

// Diff colours one line of a unified diff.
func (t *Theme) Diff(line string) string { return t.diffStyle(line).Render(line) }

func (t *Theme) diffStyle(line string) Style {
	switch {
	case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"), strings.HasPrefix(line, "@@"):
		return t.Faint
	case strings.HasPrefix(line, "+"):
		return t.Good
	case strings.HasPrefix(line, "-"):
		return t.Bad
	}
	return t.Text
}

// Head colours one row of an HTTP message's head: a header's name, or the
// method of the first line.
func (t *Theme) Head(row string, first bool) string {
	sign := ":"
	if first {
		sign = " "
	}
	name, rest, found := strings.Cut(row, sign)
	if !found || name == "" || !first && strings.Contains(name, " ") {
		return row
	}
	return t.Accent.Render(name) + sign + rest
}

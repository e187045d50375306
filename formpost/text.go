package formpost

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"espost/internal/sanitize"
)

// A TextRow is one row of a form as a line of text:
//
//	name=value
//	name@attribute=value
//	# name=value            (switched off)
//
// An attribute says what kind of row it is, such as where the value comes from;
// FormatText and ParseText only carry it. It must not hold "=".
//
// In all parts, \\ \n \r \t stand for what they do in C, \xHH for a byte and
// \u{H…} for a character that would be invisible; \= and \@ belong to a name,
// \# begins one. Blanks around a line are no part of it, so a blank at an edge
// is written as \x20.
type TextRow struct {
	Off       bool
	Name      string
	Attribute string
	Value     string
}

// A TextError says which line of a text is no row.
type TextError struct {
	Line    int // from 1
	Message string
	Fix     string
}

func (e *TextError) Error() string {
	return fmt.Sprintf("line %d %s: %s", e.Line, e.Message, e.Fix)
}

// FormatText writes rows as lines. ParseText gives exactly the same rows back.
func FormatText(rows []TextRow) string {
	var out strings.Builder
	for _, row := range rows {
		line := escapeText(row.Name, "=@")
		if row.Attribute != "" {
			line += "@" + escapeText(row.Attribute, "=@")
		}
		line += "=" + escapeText(row.Value, "")
		if row.Off {
			line = "# " + guardEdges(line)
		} else {
			line = guardEdges(line)
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

// guardEdges protects what ParseText would read as something else at the
// beginning or end of a line.
func guardEdges(line string) string {
	switch line[0] {
	case '#':
		line = `\` + line
	case ' ':
		line = `\x20` + line[1:]
	}
	if strings.HasSuffix(line, " ") {
		line = line[:len(line)-1] + `\x20`
	}
	return line
}

// escapeText escapes s; special are the further characters to be escaped.
func escapeText(s, special string) string {
	var out strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == '\\' || strings.ContainsRune(special, r):
			out.WriteString(`\` + s[:n])
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case r == utf8.RuneError && n == 1, r < ' ', r == 0x7f:
			fmt.Fprintf(&out, `\x%02X`, s[0])
		case sanitize.Line(s[:n]) != s[:n]:
			fmt.Fprintf(&out, `\u{%X}`, r)
		default:
			out.WriteString(s[:n])
		}
		s = s[n:]
	}
	return out.String()
}

// ParseText reads the lines that FormatText writes, and those that a person
// would. Empty lines are skipped. The error is a *TextError.
func ParseText(text string) ([]TextRow, error) {
	var rows []TextRow
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		line = strings.Trim(line, " \t\r")
		if line == "" {
			continue
		}
		row, err := parseTextRow(line)
		if err != nil {
			err.Line = number
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func parseTextRow(line string) (TextRow, *TextError) {
	var row TextRow
	if rest, off := strings.CutPrefix(line, "#"); off {
		row.Off = true
		line = strings.TrimLeft(rest, " \t")
	}
	left, value, ok := cutUnescaped(line, '=')
	if !ok {
		return row, &TextError{Message: "has no =", Fix: "write name=value"}
	}
	name, attribute, _ := cutUnescaped(left, '@')
	for _, part := range []struct {
		text string
		into *string
	}{{name, &row.Name}, {attribute, &row.Attribute}, {value, &row.Value}} {
		plain, err := unescapeText(part.text)
		if err != nil {
			return row, err
		}
		*part.into = plain
	}
	return row, nil
}

// cutUnescaped cuts s around the first sep that no backslash quotes.
func cutUnescaped(s string, sep byte) (before, after string, found bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func unescapeText(s string) (string, *TextError) {
	plain := map[byte]byte{'\\': '\\', '=': '=', '@': '@', '#': '#', 'n': '\n', 'r': '\r', 't': '\t'}
	var out strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			out.WriteString(s)
			break
		}
		out.WriteString(s[:i])
		s = s[i+1:]
		unknown := &TextError{Message: `holds a backslash that stands for nothing`, Fix: `write \\ for a backslash, \n for a line end`}
		if s == "" {
			return "", unknown
		}
		c := s[0]
		if b, ok := plain[c]; ok {
			out.WriteByte(b)
			s = s[1:]
			continue
		}
		switch {
		case c == 'x' && len(s) >= 3:
			b, err := strconv.ParseUint(s[1:3], 16, 8)
			if err != nil {
				return "", unknown
			}
			out.WriteByte(byte(b))
			s = s[3:]
		case strings.HasPrefix(s, "u{"):
			digits, rest, closed := strings.Cut(s[2:], "}")
			r, err := strconv.ParseUint(digits, 16, 32)
			if !closed || err != nil || !utf8.ValidRune(rune(r)) || r > utf8.MaxRune {
				return "", unknown
			}
			out.WriteRune(rune(r))
			s = rest
		default:
			return "", unknown
		}
	}
	return out.String(), nil
}

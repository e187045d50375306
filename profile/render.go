package profile

import (
	"fmt"
	"strings"
	"unicode"

	"espost/internal/lazyregexp"
)

// renderAll writes a whole file, with a line of explanation.
func renderAll(m mapping) string {
	return "# espost's profile of one device. Edit it freely; espost keeps comments and order.\n" +
		strings.Join(renderMapping(m, 0), "\n") + "\n"
}

// renderMapping returns the lines of m's members, indented by so many spaces.
func renderMapping(m mapping, indent int) []string {
	var lines []string
	for _, item := range m {
		if item.value != nil {
			lines = append(lines, renderMember(item, indent)...)
		}
	}
	return lines
}

func renderMember(m member, indent int) []string {
	head := strings.Repeat(" ", indent) + m.key + ":"
	switch v := m.value.(type) {
	case mapping:
		return append([]string{head}, renderMapping(v, indent+2)...)
	case []any:
		if inline, ok := renderInlineList(v); ok {
			return []string{head + " " + inline}
		}
		lines := []string{head}
		for _, element := range v {
			lines = append(lines, renderElement(element, indent+2)...)
		}
		return lines
	}
	lines := renderValue(m.value, indent+2)
	lines[0] = head + " " + lines[0]
	return lines
}

// renderInlineList writes lists of single-line texts and words, and the empty one.
func renderInlineList(list []any) (string, bool) {
	texts := make([]string, len(list))
	for i, element := range list {
		switch s := element.(type) {
		case scalar:
			texts[i] = quoted(string(s))
		case word:
			texts[i] = string(s)
		default:
			return "", false
		}
	}
	return "[" + strings.Join(texts, ", ") + "]", true
}

// renderElement returns the lines of one element of a list.
func renderElement(element any, indent int) []string {
	lines := renderValue(element, indent+2)
	lines[0] = strings.Repeat(" ", indent) + "- " + lines[0]
	return lines
}

// renderValue returns the lines of a value that isn't a mapping or a list; all
// but the first are indented.
func renderValue(v any, indent int) []string {
	switch v := v.(type) {
	case scalar:
		return []string{quoted(string(v))}
	case row:
		return []string{renderRow(v)}
	case block:
		return renderBlock(string(v), indent)
	}
	return []string{fmt.Sprint(v)} // a word
}

func renderRow(r row) string {
	members := make([]string, len(r))
	for i, m := range r {
		members[i] = m.key + ": " + renderValue(m.value, 0)[0]
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// renderBlock writes a text of plain lines, such as PEM, as a literal block and
// any other in quotes.
func renderBlock(s string, indent int) []string {
	body := strings.TrimSuffix(s, "\n")
	if !blockSafe.Get().MatchString(body) {
		return []string{quoted(s)}
	}
	lines := []string{"|"}
	if body == s {
		lines[0] = "|-"
	}
	for line := range strings.SplitSeq(body, "\n") {
		lines = append(lines, strings.Repeat(" ", indent)+line)
	}
	return lines
}

var (
	// blockSafe matches lines that begin and end visibly.
	blockSafe = lazyregexp.New(`^[!-~]([ -~]*[!-~])?(\n[!-~]([ -~]*[!-~])?)*$`)
	// plainSafe matches what YAML reads as itself without quotes, also within
	// {} and []. Digits first are left to quotes: they make numbers and times.
	plainSafe = lazyregexp.New(`^[A-Za-z_/]([\w./@+=~-]|[?&=%:][\w/])*$`)
	// hexadecimal fingerprints, durations, times and IPv4 addresses are the exception.
	plainDigits = lazyregexp.New(`^([0-9A-F]{40}|[0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9]+[a-z]+|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$`)
	// reservedWords are read as something else than text.
	reservedWords = lazyregexp.New(`^(?i:true|false|yes|no|on|off|y|n|null|nan|inf)$`)
)

// quoted writes s so that it is read back as it is: plain where that is clear,
// otherwise in double quotes with YAML's escapes (YAML 1.2 §5.7).
func quoted(s string) string {
	if plainSafe.Get().MatchString(s) && !reservedWords.Get().MatchString(s) || plainDigits.Get().MatchString(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

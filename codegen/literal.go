package codegen

import (
	"fmt"
	"strings"
)

// literal returns s as a C++ string literal that holds exactly its bytes, NUL
// included, whatever they are:
//
//   - everything but printable ASCII is a three-digit octal escape, which ends
//     after three digits whatever follows (a \x escape would go on);
//   - of two question marks in a row the second is escaped, so that no trigraph
//     can arise (C++14 [lex.trigraph]; -Wall warns about them still);
//   - it is one line.
func literal(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		// mutant FuzzLiteral: c == '?' && i > 0 => c == '?' && i < 0
		case c == '"' || c == '\\', c == '?' && i > 0 && s[i-1] == '?':
			out.WriteByte('\\')
			out.WriteByte(c)
		case c < ' ' || c > '~': // mutant FuzzLiterals: c > '~' => false
			fmt.Fprintf(&out, `\%03o`, c)
		default:
			out.WriteByte(c)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// lineLength is where longLiteral breaks a literal.
const lineLength = 90

// longLiteral is literal, broken into several adjacent literals when s is long
// or has lines of its own; each part after the first stands on a line of its
// own, indented.
func longLiteral(indent, s string) string {
	var parts []string
	for {
		end := min(len(s), lineLength)
		if newline := strings.IndexByte(s[:end], '\n'); newline >= 0 {
			end = newline + 1
		}
		parts = append(parts, literal(s[:end]))
		s = s[end:]
		if s == "" {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "\n" + indent + strings.Join(parts, "\n"+indent)
}

// identifier makes a lower-case C++ identifier's tail of text: runs of anything
// but ASCII letters and digits become one underscore. It may return "". Put a
// prefix in front, so that no keyword and no leading digit can arise.
func identifier(text string) string {
	var out strings.Builder
	for i := 0; i < len(text) && out.Len() < 32; i++ {
		c := text[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		default:
			c = '_'
		}
		if c == '_' && strings.HasSuffix(out.String(), "_") {
			continue
		}
		out.WriteByte(c)
	}
	return strings.Trim(out.String(), "_")
}

// A namer gives every text an identifier of its own.
type namer struct {
	prefix string
	taken  map[string]bool
}

// name returns prefix and text's identifier, with a number where that is taken
// or empty.
func (n *namer) name(text string, row int) string {
	if n.taken == nil {
		n.taken = make(map[string]bool)
	}
	base := identifier(text)
	if base == "" {
		base = fmt.Sprintf("row_%d", row)
	}
	name := n.prefix + base
	for i := 2; n.taken[name]; i++ {
		name = fmt.Sprintf("%s%s_%d", n.prefix, base, i)
	}
	n.taken[name] = true
	return name
}

// keyName names the n-th public key in pins.h.
func keyName(n int) string {
	if n == 0 {
		return "SERVER_KEY"
	}
	return fmt.Sprintf("SERVER_KEY_%d", n+1)
}

package request

import "strings"

const upperHex = "0123456789ABCDEF"

// PercentEncode returns s's bytes with the application/x-www-form-urlencoded
// percent-encode set, and a space as "+" (WHATWG URL §1.3).
func PercentEncode(s string) string {
	var out strings.Builder
	percentEncode(&out, s)
	return out.String()
}

func percentEncode(out *strings.Builder, s string) {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			c == '*', c == '-', c == '.', c == '_':
			out.WriteByte(c)
		case c == ' ':
			out.WriteByte('+')
		default:
			out.WriteByte('%')
			out.WriteByte(upperHex[c>>4])
			out.WriteByte(upperHex[c&15])
		}
	}
}

// pathEncode returns s's bytes with everything percent-encoded that isn't
// unreserved (RFC 3986 §2.3).
func pathEncode(s string) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(PercentEncode(s))
}

// JSONString returns s in quotes, escaping only what RFC 8259 §7 demands; a byte
// that is no UTF-8 becomes U+FFFD, since JSON is UTF-8 (§8.1).
func JSONString(s string) string {
	var out strings.Builder
	jsonString(&out, s)
	return out.String()
}

func jsonString(out *strings.Builder, s string) {
	out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\b':
			out.WriteString(`\b`)
		case r == '\t':
			out.WriteString(`\t`)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\f':
			out.WriteString(`\f`)
		case r == '\r':
			out.WriteString(`\r`)
		case r < ' ':
			out.WriteString(`\u00`)
			out.WriteByte(upperHex[r>>4])
			out.WriteByte(upperHex[r&15])
		default: // an invalid byte arrives as U+FFFD
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
}

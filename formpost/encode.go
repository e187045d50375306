package formpost

import "strings"

const upperHex = "0123456789ABCDEF"

// Mask stands where a secret value would be shown.
const Mask = "••••••••"

// Body returns the request's body: the fields, encoded, in order.
func (r Request) Body() []byte { return []byte(r.body(false)) }

// body is Body; with mask, secret values are Mask.
func (r Request) body(mask bool) string {
	if r.Encoding == JSON {
		return jsonObject(r.Fields, mask)
	}
	return urlencoded(r.Fields, mask)
}

// urlencoded serialises fields as application/x-www-form-urlencoded
// (WHATWG URL §5.2).
func urlencoded(fields []Field, mask bool) string {
	var out strings.Builder
	for i, f := range fields {
		if i > 0 {
			out.WriteByte('&')
		}
		percentEncode(&out, f.Name)
		out.WriteByte('=')
		if mask && f.Secret {
			out.WriteString(Mask)
			continue
		}
		percentEncode(&out, f.Value)
	}
	return out.String()
}

// percentEncode writes s's bytes with the application/x-www-form-urlencoded
// percent-encode set, and a space as "+" (WHATWG URL §1.3).
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

// jsonObject serialises fields as one JSON object, in order (RFC 8259 §4).
func jsonObject(fields []Field, mask bool) string {
	var out strings.Builder
	out.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			out.WriteByte(',')
		}
		jsonString(&out, f.Name)
		out.WriteByte(':')
		switch {
		case mask && f.Secret:
			jsonString(&out, Mask)
		case f.Number, f.Raw:
			out.WriteString(f.Value)
		default:
			jsonString(&out, f.Value)
		}
	}
	out.WriteByte('}')
	return out.String()
}

// jsonString writes s quoted, escaping only what RFC 8259 §7 demands; a byte
// that is no UTF-8 becomes U+FFFD, since JSON is UTF-8 (§8.1).
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

// isJSONNumber reports whether s is a number by the grammar of RFC 8259 §6.
func isJSONNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	s = s[whole:]
	if rest, ok := strings.CutPrefix(s, "."); ok {
		n := digits(rest)
		if n == 0 {
			return false
		}
		s = rest[n:]
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = s[1:]
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return s != "" && digits(s) == len(s)
}

// digits counts the decimal digits that s begins with.
func digits(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}

package formpost

import (
	"bytes"
	"html"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonEscape undoes an escape of a JSON string (RFC 8259 §7), and what other
// languages' strings have beside those: \xHH, \u{H…} and \'.
func jsonEscape(out, s []byte) ([]byte, int) {
	if len(s) < 2 {
		return out, 0
	}
	switch c := s[1]; c {
	case 'b', 'f', 'n', 'r', 't':
		return append(out, "\b\f\n\r\t"[bytes.IndexByte([]byte("bfnrt"), c)]), 2
	case '"', '\\', '/', '\'', '&', '<', '>':
		return append(out, c), 2
	case 'x':
		if r, ok := hex(s[2:], 2); ok {
			return append(out, byte(r)), 4
		}
	case 'u':
		return unicodeEscape(out, s)
	}
	return out, 0
}

// unicodeEscape undoes \uXXXX, two of them for a surrogate pair, and \u{H…}.
func unicodeEscape(out, s []byte) ([]byte, int) {
	if end := bytes.IndexByte(s[:min(len(s), 10)], '}'); end > 3 && s[2] == '{' {
		if r, ok := hex(s[3:], end-3); ok {
			return utf8.AppendRune(out, r), end + 1
		}
	}
	r, ok := hex(s[2:], 4)
	if !ok {
		return out, 0
	}
	if utf16.IsSurrogate(r) && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if low, ok := hex(s[8:], 4); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			return utf8.AppendRune(out, utf16.DecodeRune(r, low)), 12
		}
	}
	return utf8.AppendRune(out, r), 6
}

// hex reads n hexadecimal digits, at most 6, at the beginning of s.
func hex(s []byte, n int) (rune, bool) {
	if len(s) < n {
		return 0, false
	}
	var r rune
	for _, c := range s[:n] {
		d := digit(c)
		if d >= 16 {
			return 0, false
		}
		r = r<<4 | d
	}
	return r, n > 0
}

// digit is the value of a digit of base 16, 16 for none.
func digit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10
	}
	return 16
}

// percentEscape undoes %XX in either case.
func percentEscape(out, s []byte) ([]byte, int) {
	if r, ok := hex(s[1:], 2); ok {
		return append(out, byte(r)), 3
	}
	return out, 0
}

// formEscape undoes %XX and the form's + for a space (WHATWG URL §5.1).
func formEscape(out, s []byte) ([]byte, int) {
	if s[0] == '+' {
		return append(out, ' '), 1
	}
	return percentEscape(out, s)
}

// htmlEntity undoes a character reference, with or without its semicolon (WHATWG
// HTML §13.2.5.72).
func htmlEntity(out, s []byte) ([]byte, int) {
	if len(s) > 1 && s[1] == '#' {
		return numericEntity(out, s)
	}
	const longest = 33 // CounterClockwiseContourIntegral; and the &
	n := 1
	for n < len(s) && n < longest && isAlphanumeric(s[n]) {
		n++
	}
	if n < len(s) && s[n] == ';' {
		n++
	}
	name := string(s[:n])
	meaning := html.UnescapeString(name)
	if meaning == name {
		return out, 0
	}
	// Without its semicolon a reference may be the name's beginning only.
	rest := 0
	for rest < min(len(meaning), n) && meaning[len(meaning)-1-rest] == name[n-1-rest] {
		rest++
	}
	if rest == len(meaning) { // &semi; is a semicolon
		rest = 0
	}
	return append(out, meaning[:len(meaning)-rest]...), n - rest
}

// numericEntity undoes &#39; and &#x27;.
func numericEntity(out, s []byte) ([]byte, int) {
	n, base := 2, rune(10)
	if n < len(s) && s[n]|0x20 == 'x' {
		n, base = 3, 16
	}
	first, r := n, rune(0)
	for ; n < len(s) && digit(s[n]) < base; n++ {
		r = min(r*base+digit(s[n]), utf8.MaxRune+1)
	}
	if n == first {
		return out, 0
	}
	if n < len(s) && s[n] == ';' {
		n++
	}
	return utf8.AppendRune(out, r), n
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

package codegen

import (
	"espost/esp8266"
	"espost/request"
)

// The most bytes that a value read on the board prints: Value::MAX for the
// user's own code, and enough for the longest of the others, an address or a time.
const (
	longestCode  = 64
	longestValue = 24
)

// widest is how many bytes one byte can take when it is encoded: %XX, or \u00XX.
func widest(json bool) int {
	if json {
		return len(`\u00XX`)
	}
	return len("%XX")
}

// rowBytes returns the most bytes that a row takes in the body, without a
// secret value: that may be changed in arduino_secrets.h later, so the sketch
// itself works its size out.
func rowBytes(f request.Field, json bool) int {
	n := encodedBytes(f.Name, json) + len("&=")
	if json {
		n = encodedBytes(f.Name, json) + len(`"":"",`)
	}
	switch {
	case f.Source.Constant() && f.Secret:
		return n
	case f.Source.Constant():
		return n + encodedBytes(f.Value, json)
	case f.Source == esp8266.SourceCode:
		return n + longestCode*widest(json)
	}
	return n + longestValue*len("%XX")
}

// encodedBytes returns how long a constant is in the body, or a little more.
func encodedBytes(s string, json bool) int {
	n := 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			n++
		case !json:
			n += len("%XX")
		case c < ' ':
			n += len(`\u00XX`)
		case c == '"' || c == '\\':
			n += 2
		case c < 0x80:
			n++
		default:
			n += 3 // an invalid byte becomes U+FFFD, three bytes of UTF-8
		}
	}
	return n
}

// bodyBytes returns the most bytes that the form takes in the board's memory.
func bodyBytes(p Project) int {
	json := p.Body == request.JSON
	n := len("{}")
	for _, f := range p.Active() {
		n += rowBytes(f, json)
		if f.Source.Constant() && f.Secret {
			n += (len(orElse(f.Value, PlaceholderSecret)) + 1) * widest(json)
		}
	}
	return n
}

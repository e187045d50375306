package hostile_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// checkClean checks that a text can do no harm on a screen. It doesn't ask
// package sanitize, which is among the things under test.
func checkClean(t testing.TB, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("not UTF-8: %q", text)
	}
	for _, r := range text {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) || strings.ContainsRune("\u115f\u1160\u3164\uffa0", r) {
			t.Errorf("%U in %q", r, text)
			return
		}
	}
}

// checkSentence checks that a text is one sentence for people: short, one line,
// with its full stop or, where others follow, without. Nothing of Go's own
// error texts leaks through.
func checkSentence(t testing.TB, text string, stop bool) {
	t.Helper()
	switch {
	case text == "" || strings.ContainsAny(text, "\r\n"):
		t.Errorf("%q is no sentence", text)
	case strings.HasSuffix(text, ".") != stop:
		t.Errorf("%q: full stop at the end: %v, want %v", text, !stop, stop)
	case utf8.RuneCountInString(text) > 400:
		t.Errorf("a sentence of %d characters: %q", utf8.RuneCountInString(text), text)
	case !unicode.IsUpper(firstRune(text)) && !strings.HasPrefix(text, "localhost") && !strings.HasPrefix(text, "http"):
		t.Errorf("%q doesn't begin like a sentence", text)
	}
	for _, jargon := range []string{"tls:", "x509:", "asn1:", "*tls.", "*ecdsa.", "*rsa.", "%!", "<nil>", "0x", "EOF", "i/o timeout", "read tcp", "goroutine"} {
		if strings.Contains(text, jargon) {
			t.Errorf("%q holds %q", text, jargon)
		}
	}
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

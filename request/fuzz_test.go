package request

import (
	"strings"
	"testing"
	"unicode"
)

// A target that is understood is written as a URL that is understood the same.
func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"host", "host:8443", "[::1]:8443", "https://host/path?x=1", "http://bücher.example:80/ä #x", "\u200ehost", "::1", "1.2.3.4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseTarget(s)
		if err != nil {
			if strings.ContainsFunc(err.Error(), unicode.IsControl) {
				t.Errorf("the error holds control characters: %q", err)
			}
			return
		}
		if got.Host == "" || got.Port < 1 || got.Port > 65535 || !strings.HasPrefix(got.Path, "/") ||
			strings.ContainsFunc(got.Path+got.Host, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			t.Errorf("%q gives %+v", s, got)
		}
		again, err := ParseTarget(got.URL())
		if err != nil || again.Host != got.Host || again.Port != got.Port || again.Path != got.Path {
			t.Errorf("%q gives %q, which reads back as %+v, %v", s, got.URL(), again, err)
		}
	})
}

package tlsinspect

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
)

// A certificate that Go's x509 takes is split into the same parts here; one that
// it refuses gives what can be had, and never a panic.
func FuzzCertificate(f *testing.F) {
	seedCertificates(f)
	f.Fuzz(func(t *testing.T, der []byte) {
		c := NewCertificate(der)
		if len(c.SHA1()) != 40 || len(c.SHA256()) != 64 || c.Name() == "" || strings.ContainsFunc(c.Name(), unicode.IsControl) {
			t.Errorf("facts are off: %v", c)
		}
		if (c.X509 == nil) != (c.ParseErr != nil) {
			t.Errorf("X509 %v, ParseErr %v", c.X509, c.ParseErr)
		}
		validate([]*Certificate{c}, []*Certificate{c}, "localhost", c.NotBefore)
		if c.X509 == nil {
			return
		}
		p := c.parts
		// x509 doesn't look at the extensions of versions before 3.
		if !bytes.Equal(p.spki, c.X509.RawSubjectPublicKeyInfo) || !bytes.Equal(p.subject, c.X509.RawSubject) ||
			!bytes.Equal(p.issuer, c.X509.RawIssuer) || !bytes.Equal(p.tbs, c.X509.RawTBSCertificate) ||
			!p.notAfter.Equal(c.NotAfter) || c.X509.Version == 3 && (!p.whole || len(p.extensions) != len(c.X509.Extensions)) {
			t.Errorf("x509 and splitCertificate differ on\n%x", der)
		}
	})
}

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

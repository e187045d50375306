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

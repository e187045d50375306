package tlsinspect

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"espost/internal/sanitize"
)

// A Certificate is one certificate as served. The texts are the certificate's
// own and may hold anything: sanitize them before they are shown, or use Name.
type Certificate struct {
	Raw                []byte // DER
	Subject, Issuer    string // distinguished names, RFC 2253 style
	Serial             string // upper-case hex
	NotBefore          time.Time
	NotAfter           time.Time
	DNSNames           []string
	IPAddresses        []string
	Key                string            // "RSA 2048", "ECDSA P-256", "Ed25519", …
	SignatureAlgorithm string            // "SHA256-RSA", "ECDSA-SHA256", …, or an OID
	X509               *x509.Certificate // nil when Go's x509 refuses it; the facts above are then best effort
	ParseErr           error             // why

	parts certificateParts
}

// NewCertificate reads DER. It never fails: what can't be read stays zero, and
// ParseErr says why.
func NewCertificate(der []byte) *Certificate {
	c := &Certificate{Raw: der}
	var partsErr error
	c.parts, partsErr = splitCertificate(der)
	c.Key = c.parts.key.String()
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		c.ParseErr = errors.Join(err, partsErr)
		c.fillFromParts()
		return c
	}
	c.X509 = parsed
	c.Subject, c.Issuer = parsed.Subject.String(), parsed.Issuer.String()
	c.Serial = strings.ToUpper(parsed.SerialNumber.Text(16))
	c.NotBefore, c.NotAfter = parsed.NotBefore, parsed.NotAfter
	c.DNSNames = parsed.DNSNames
	for _, ip := range parsed.IPAddresses {
		c.IPAddresses = append(c.IPAddresses, ip.String())
	}
	c.SignatureAlgorithm = parsed.SignatureAlgorithm.String()
	if parsed.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		c.SignatureAlgorithm = c.parts.signatureName()
	}
	return c
}

// fillFromParts sets what can be known of a certificate that x509 refuses.
func (c *Certificate) fillFromParts() {
	p := c.parts
	c.Subject, c.Issuer = nameString(p.subject), nameString(p.issuer)
	c.Serial = strings.ToUpper(hex.EncodeToString(p.serial))
	c.NotBefore, c.NotAfter = p.notBefore, p.notAfter
	c.DNSNames, c.IPAddresses = p.alternativeNames()
	c.SignatureAlgorithm = p.signatureName()
}

// SHA1 returns the SHA-1 over the DER, 40 upper-case hex digits: what the
// board's setFingerprint takes.
func (c *Certificate) SHA1() string { return fingerprint(c.Raw) }

// SHA256 returns the SHA-256 over the DER, 64 upper-case hex digits.
func (c *Certificate) SHA256() string {
	sum := sha256.Sum256(c.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// SPKISHA256 returns the SHA-256 over the SubjectPublicKeyInfo's DER, 64
// upper-case hex digits, or "" when the certificate is too broken to find it.
func (c *Certificate) SPKISHA256() string {
	if c.parts.spki == nil {
		return ""
	}
	sum := sha256.Sum256(c.parts.spki)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// PEM returns the certificate as a PEM block.
func (c *Certificate) PEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// PublicKeyPEM returns the key as a PEM block "PUBLIC KEY", or "" when the
// certificate is too broken to find it.
func (c *Certificate) PublicKeyPEM() string {
	if c.parts.spki == nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: c.parts.spki}))
}

// Name returns the shortest name a person knows the certificate by, safe to
// show: its common name, else its first DNS name or address, else its subject.
func (c *Certificate) Name() string {
	name := c.Subject
	switch names := c.parts.commonNames(); {
	case len(names) > 0:
		name = names[0]
	case len(c.DNSNames) > 0:
		name = c.DNSNames[0]
	case len(c.IPAddresses) > 0:
		name = c.IPAddresses[0]
	}
	if name == "" {
		return "a certificate without a name"
	}
	return sanitize.Clip(name, maxReason)
}

// IssuerName returns the shortest name a person knows the issuer by, safe to
// show: its common name, else all of its name.
func (c *Certificate) IssuerName() string {
	if n := name(c.parts.issuer); n != nil && n.CommonName != "" {
		return sanitize.Clip(n.CommonName, maxReason)
	}
	return sanitize.Clip(c.Issuer, maxReason)
}

// SelfIssued reports whether subject and issuer are the same name.
func (c *Certificate) SelfIssued() bool {
	return c.parts.subject != nil && string(c.parts.subject) == string(c.parts.issuer)
}

// Lifetime is how long the certificate is valid in all.
func (c *Certificate) Lifetime() time.Duration { return c.NotAfter.Sub(c.NotBefore) }

func (c *Certificate) String() string {
	return fmt.Sprintf("%s (%s, SHA-1 %s)", c.Name(), c.Key, c.SHA1())
}

func fingerprint(der []byte) string {
	sum := sha1.Sum(der)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

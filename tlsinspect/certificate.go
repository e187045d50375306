package tlsinspect

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

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

// lifetime is how long the certificate is valid in all.
func (c *Certificate) lifetime() time.Duration { return c.NotAfter.Sub(c.NotBefore) }

// Renewal is when the certificate will likely be replaced: hosts renew when a
// third of the lifetime is left, at most 30 days before the end, and certificates
// for less than ten days at half-time (Let's Encrypt's advice, and what certbot
// and acme.sh do).
func (c *Certificate) Renewal() time.Time {
	before := min(c.lifetime()/3, 30*day)
	if c.lifetime() < 10*day {
		before = c.lifetime() / 2
	}
	return c.NotAfter.Add(-before)
}

// renewals is how often a year the certificate will likely be replaced.
func (c *Certificate) renewals() int {
	every := max(c.Renewal().Sub(c.NotBefore), day)
	return int((365*day + every/2) / every)
}

func (c *Certificate) String() string {
	return fmt.Sprintf("%s (%s, SHA-1 %s)", c.Name(), c.Key, c.SHA1())
}

func fingerprint(der []byte) string {
	sum := sha1.Sum(der)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// certificateParts are the pieces of a certificate that are found without
// checking them, so that they are there for certificates that x509 refuses too.
// What comes after the first broken element stays zero.
type certificateParts struct {
	whole             bool   // everything was found
	tbs               []byte // the signed part, with its header
	version           int    // 2 for X.509 v3
	serial            []byte
	signatureOID      asn1.ObjectIdentifier
	issuer            []byte // Name, DER
	notBefore         time.Time
	notAfter          time.Time
	badDates          bool
	subject           []byte // Name, DER
	spki              []byte // SubjectPublicKeyInfo, DER
	key               publicKey
	extensions        []pkix.Extension
	outerSignatureOID asn1.ObjectIdentifier
	signature         []byte
}

var errCertificate = errors.New("the certificate's DER is broken")

// splitCertificate finds the parts (RFC 5280 §4.1). On an error the parts found
// before it are returned.
func splitCertificate(der []byte) (certificateParts, error) {
	var p certificateParts
	input := cryptobyte.String(der)
	var outer, tbs cryptobyte.String
	if !input.ReadASN1(&outer, cbasn1.SEQUENCE) || !input.Empty() {
		return p, errCertificate
	}
	var tbsElement cryptobyte.String
	if !outer.ReadASN1Element(&tbsElement, cbasn1.SEQUENCE) {
		return p, errCertificate
	}
	p.tbs = tbsElement
	if !tbsElement.ReadASN1(&tbs, cbasn1.SEQUENCE) {
		return p, errCertificate
	}
	if err := p.splitTBS(tbs); err != nil {
		return p, err
	}
	var signature asn1.BitString
	if !readAlgorithm(&outer, &p.outerSignatureOID) || !outer.ReadASN1BitString(&signature) {
		return p, errCertificate
	}
	p.signature = signature.RightAlign()
	p.whole = true
	return p, nil
}

// splitTBS reads the signed part's fields.
func (p *certificateParts) splitTBS(tbs cryptobyte.String) error {
	var serial, validity cryptobyte.String
	var issuer, subject, spki cryptobyte.String
	if !tbs.ReadOptionalASN1Integer(&p.version, cbasn1.Tag(0).Constructed().ContextSpecific(), 0) ||
		!tbs.ReadASN1(&serial, cbasn1.INTEGER) {
		return errCertificate
	}
	p.serial = serial
	if !readAlgorithm(&tbs, &p.signatureOID) || !tbs.ReadASN1Element(&issuer, cbasn1.SEQUENCE) {
		return errCertificate
	}
	p.issuer = issuer
	if !tbs.ReadASN1(&validity, cbasn1.SEQUENCE) {
		return errCertificate
	}
	var ok, okToo bool
	p.notBefore, ok = readTime(&validity)
	p.notAfter, okToo = readTime(&validity)
	p.badDates = !ok || !okToo || !validity.Empty()
	if !tbs.ReadASN1Element(&subject, cbasn1.SEQUENCE) {
		return errCertificate
	}
	p.subject = subject
	if !tbs.ReadASN1Element(&spki, cbasn1.SEQUENCE) {
		return errCertificate
	}
	p.spki = spki
	p.key = parsePublicKey(spki)
	var list cryptobyte.String
	var present bool
	if !tbs.SkipOptionalASN1(cbasn1.Tag(1).ContextSpecific()) || !tbs.SkipOptionalASN1(cbasn1.Tag(2).ContextSpecific()) ||
		!tbs.ReadOptionalASN1(&list, &present, cbasn1.Tag(3).Constructed().ContextSpecific()) {
		return errCertificate
	}
	if present {
		return p.splitExtensions(list)
	}
	return nil
}

func (p *certificateParts) splitExtensions(list cryptobyte.String) error {
	if !list.ReadASN1(&list, cbasn1.SEQUENCE) {
		return errCertificate
	}
	for !list.Empty() {
		var one, value cryptobyte.String
		var e pkix.Extension
		if !list.ReadASN1(&one, cbasn1.SEQUENCE) || !one.ReadASN1ObjectIdentifier(&e.Id) {
			return errCertificate
		}
		if one.PeekASN1Tag(cbasn1.BOOLEAN) && !one.ReadASN1Boolean(&e.Critical) {
			return errCertificate
		}
		if !one.ReadASN1(&value, cbasn1.OCTET_STRING) {
			return errCertificate
		}
		e.Value = value
		p.extensions = append(p.extensions, e)
	}
	return nil
}

// readAlgorithm reads an AlgorithmIdentifier and drops its parameters.
func readAlgorithm(s *cryptobyte.String, oid *asn1.ObjectIdentifier) bool {
	var algorithm cryptobyte.String
	return s.ReadASN1(&algorithm, cbasn1.SEQUENCE) && algorithm.ReadASN1ObjectIdentifier(oid)
}

// readTime reads a UTCTime or GeneralizedTime in UTC, to the second (RFC 5280
// §4.1.2.5). Like BearSSL it takes fractions of a second.
func readTime(s *cryptobyte.String) (t time.Time, ok bool) {
	var text cryptobyte.String
	var tag cbasn1.Tag
	if !s.ReadAnyASN1(&text, &tag) {
		return t, false
	}
	var err error
	switch tag {
	case cbasn1.UTCTime:
		t, err = time.Parse("060102150405Z", string(text))
		if t.Year() >= 2050 { // two digits stand for 1950 to 2049
			t = t.AddDate(-100, 0, 0)
		}
	case cbasn1.GeneralizedTime:
		t, err = time.Parse("20060102150405Z", string(text))
	default:
		return t, false
	}
	return t, err == nil
}

// alternativeNames returns the DNS names and addresses of subjectAltName
// (RFC 5280 §4.2.1.6).
func (p *certificateParts) alternativeNames() (names, ips []string) {
	for _, e := range p.extensions {
		if !e.Id.Equal(oidSubjectAltName) {
			continue
		}
		list := cryptobyte.String(e.Value)
		if !list.ReadASN1(&list, cbasn1.SEQUENCE) {
			return nil, nil
		}
		for !list.Empty() {
			var value cryptobyte.String
			var tag cbasn1.Tag
			if !list.ReadAnyASN1(&value, &tag) {
				return names, ips
			}
			switch {
			case tag == cbasn1.Tag(2).ContextSpecific():
				names = append(names, string(value))
			case tag == cbasn1.Tag(7).ContextSpecific() && (len(value) == 4 || len(value) == 16):
				ips = append(ips, net.IP(value).String())
			}
		}
	}
	return names, ips
}

func (c *Certificate) hasAlternativeNames() bool {
	for _, e := range c.parts.extensions {
		if e.Id.Equal(oidSubjectAltName) {
			return true
		}
	}
	return false
}

// name decodes a Name, nil when it is broken.
func name(der []byte) *pkix.Name {
	var sequence pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &sequence); err != nil || len(rest) > 0 {
		return nil
	}
	n := new(pkix.Name)
	n.FillFromRDNSequence(&sequence)
	return n
}

func nameString(der []byte) string {
	if n := name(der); n != nil {
		return n.String()
	}
	return ""
}

// commonNames returns the subject's, first to last.
func (p *certificateParts) commonNames() (names []string) {
	n := name(p.subject)
	if n == nil {
		return nil
	}
	for _, attribute := range n.Names {
		if cn, ok := attribute.Value.(string); ok && attribute.Type.Equal(oidCommonName) {
			names = append(names, cn)
		}
	}
	return names
}

// signatureNames name signature algorithms as x509.SignatureAlgorithm does.
var signatureNames = map[string]string{
	"1.2.840.113549.1.1.2": "MD2-RSA", "1.2.840.113549.1.1.4": "MD5-RSA", "1.2.840.113549.1.1.5": "SHA1-RSA",
	"1.2.840.113549.1.1.14": "SHA224-RSA", "1.2.840.113549.1.1.11": "SHA256-RSA", "1.2.840.113549.1.1.12": "SHA384-RSA",
	"1.2.840.113549.1.1.13": "SHA512-RSA", "1.2.840.113549.1.1.10": "RSAPSS",
	"1.2.840.10045.4.1": "ECDSA-SHA1", "1.2.840.10045.4.3.1": "ECDSA-SHA224", "1.2.840.10045.4.3.2": "ECDSA-SHA256",
	"1.2.840.10045.4.3.3": "ECDSA-SHA384", "1.2.840.10045.4.3.4": "ECDSA-SHA512", "1.3.101.112": "Ed25519",
}

// signatureName names the signature's algorithm, by its OID where it has no
// name here.
func (p *certificateParts) signatureName() string {
	if p.signatureOID == nil {
		return ""
	}
	oid := p.signatureOID.String()
	if name, ok := signatureNames[oid]; ok {
		return name
	}
	return oid
}

var oidCommonName = asn1.ObjectIdentifier{2, 5, 4, 3}

var oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

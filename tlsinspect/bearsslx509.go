package tlsinspect

import (
	"encoding/asn1"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"espost/esp8266"
)

const minRSABytesCA = 128 // of any key in the chain: 1024 bits, less the last byte's leading zeros

// ValidateChain does what the board's CA mode does with a served chain, leaf
// first: it returns the error number of BearSSL's X.509 engine "minimal"
// (x509_minimal.t0), or 0 when the chain is trusted for the host and the key may
// be used for the key exchange.
//
// The engine reads the certificates in the order that they come, and stops with
// success at the first one that an anchor has signed, or, for an anchor that
// isn't a CA, at a leaf with the anchor's name and key. An anchor's own dates and
// extensions count for nothing but that (core BearSSLHelpers.cpp,
// certificate_to_trust_anchor_inner).
func ValidateChain(chain, anchors []*Certificate, host string, at time.Time, exchange esp8266.KeyExchange) esp8266.SSLError {
	code, usages := validate(chain, anchors, host, at)
	wanted := uint8(usageSignature)
	if !exchange.Ephemeral() {
		wanted = usageKeyExchange
	}
	if code == 0 && usages&wanted == 0 {
		return esp8266.SSLWrongKeyUsage
	}
	return code
}

// validate is ValidateChain without the key exchange; usages is what the leaf's
// key may be used for.
func validate(chain, anchors []*Certificate, host string, at time.Time) (code esp8266.SSLError, usages uint8) {
	usages = usageKeyExchange | usageSignature
	for i, c := range chain {
		p := &c.parts
		if !p.whole || p.badDates {
			return esp8266.X509Truncated, usages // BearSSL has a number, 33 to 48, for each way to be broken
		}
		if p.version > 2 {
			return esp8266.X509Unsupported, usages
		}
		if at.Before(p.notBefore) || at.Truncate(time.Second).After(p.notAfter) {
			return esp8266.X509Expired, usages
		}
		if i > 0 && string(p.subject) != string(chain[i-1].parts.issuer) {
			return esp8266.X509DNMismatch, usages
		}
		if code := usableKey(p.key); code != 0 {
			return code, usages
		}
		if i > 0 {
			if code := chain[i-1].parts.signedBy(p.key); code != 0 {
				return code, usages
			}
		}
		if i == 0 {
			if code, usages = p.leafExtensions(host); code != 0 {
				return code, usages
			}
			if slices.ContainsFunc(anchors, p.trustedDirectly) {
				return 0, usages
			}
		} else if code := p.issuerExtensions(i); code != 0 {
			return code, usages
		}
		if _, _, ok := signatureScheme(p.outerSignatureOID); !ok {
			return esp8266.X509Unsupported, usages
		}
		if len(p.signature) > maxRSABytes {
			return esp8266.X509LimitExceeded, usages
		}
		if slices.ContainsFunc(anchors, p.issuedBy) {
			return 0, usages
		}
	}
	return esp8266.X509NotTrusted, usages
}

// trustedDirectly reports whether the anchor is no CA, and has the certificate's
// name and key.
func (p *certificateParts) trustedDirectly(anchor *Certificate) bool {
	return !anchor.parts.isCA() && string(anchor.parts.subject) == string(p.subject) && string(anchor.parts.spki) == string(p.spki)
}

// issuedBy reports whether the anchor is a CA and has signed the certificate.
func (p *certificateParts) issuedBy(anchor *Certificate) bool {
	return anchor.parts.isCA() && string(anchor.parts.subject) == string(p.issuer) && p.signedBy(anchor.parts.key) == 0
}

// usableKey checks a key's kind and size.
func usableKey(k publicKey) esp8266.SSLError {
	switch {
	case k.isRSA() && k.nLen+k.eLen > maxKeyBytes:
		return esp8266.X509LimitExceeded
	case k.isRSA() && k.nLen < minRSABytesCA:
		return esp8266.X509WeakPublicKey
	case k.isRSA(), k.isEC() && k.group != 0:
		return 0
	}
	return esp8266.X509Unsupported
}

// signedBy checks the certificate's signature.
func (p *certificateParts) signedBy(k publicKey) esp8266.SSLError {
	hash, rsa, ok := signatureScheme(p.outerSignatureOID)
	switch {
	case !ok:
		return esp8266.X509Unsupported
	case rsa && !k.isRSA(), !rsa && !k.isEC():
		return esp8266.X509WrongKeyType
	case !verifySignature(k, tlsHash(hash), rsa, p.tbs, p.signature):
		return esp8266.X509BadSignature
	}
	return 0
}

// signatureScheme returns the hash, by TLS' number, and kind of a certificate's
// signature; ok is false for those that the engine doesn't know.
func signatureScheme(oid asn1.ObjectIdentifier) (hash uint8, rsa, ok bool) {
	switch oid.String() {
	case "1.2.840.113549.1.1.5":
		return 2, true, true
	case "1.2.840.113549.1.1.14":
		return 3, true, true
	case "1.2.840.113549.1.1.11":
		return 4, true, true
	case "1.2.840.113549.1.1.12":
		return 5, true, true
	case "1.2.840.113549.1.1.13":
		return 6, true, true
	case "1.2.840.10045.4.1":
		return 2, false, true
	case "1.2.840.10045.4.3.1":
		return 3, false, true
	case "1.2.840.10045.4.3.2":
		return 4, false, true
	case "1.2.840.10045.4.3.3":
		return 5, false, true
	case "1.2.840.10045.4.3.4":
		return 6, false, true
	}
	return 0, false, false
}

// Extensions that the engine reads or passes over even when they are critical
// (x509_minimal.t0).
var (
	oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidPolicies         = asn1.ObjectIdentifier{2, 5, 29, 32}
	oidCPS              = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 2, 1}

	passedOver = []string{
		"2.5.29.35", "2.5.29.14", "2.5.29.18", "2.5.29.9", "2.5.29.31", "2.5.29.46",
		"1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11",
	}
)

// What a key may be used for; without a key usage extension, for all.
const (
	usageKeyExchange = 0x10
	usageSignature   = 0x20
)

// leafExtensions reads a leaf's extensions and checks its name. A common name
// counts only where there is no subjectAltName.
func (p *certificateParts) leafExtensions(host string) (code esp8266.SSLError, usages uint8) {
	usages = usageKeyExchange | usageSignature
	named := slices.ContainsFunc(p.commonNames(), func(cn string) bool { return boardNameMatches(cn, host) })
	for _, e := range p.extensions {
		switch {
		case e.Id.Equal(oidBasicConstraints):
		case e.Id.Equal(oidKeyUsage):
			bits, ok := keyUsage(e.Value)
			if !ok {
				return esp8266.X509ForbiddenKeyUsage, usages
			}
			usages = 0
			if bits&0x38 != 0 { // keyEncipherment, dataEncipherment, keyAgreement
				usages |= usageKeyExchange
			}
			if bits&0xc0 != 0 { // digitalSignature, nonRepudiation
				usages |= usageSignature
			}
		case e.Id.Equal(oidSubjectAltName):
			names, _ := p.alternativeNames()
			named = slices.ContainsFunc(names, func(n string) bool { return boardNameMatches(n, host) })
		default:
			if e.Critical && !passable(e.Id, e.Value) {
				return esp8266.X509CriticalExtension, usages
			}
		}
	}
	if !named {
		return esp8266.X509BadServerName, usages
	}
	return 0, usages
}

// issuerExtensions reads the extensions of a certificate above the leaf, which
// has below certificates under it.
func (p *certificateParts) issuerExtensions(below int) esp8266.SSLError {
	constrained := false
	for _, e := range p.extensions {
		switch {
		case e.Id.Equal(oidBasicConstraints):
			ca, pathLen := basicConstraints(e.Value)
			if !ca || pathLen >= 0 && pathLen < below-1 {
				return esp8266.X509NotCA
			}
			constrained = true
		case e.Id.Equal(oidKeyUsage):
			if bits, ok := keyUsage(e.Value); !ok || bits&0x04 == 0 { // keyCertSign
				return esp8266.X509ForbiddenKeyUsage
			}
		case e.Id.Equal(oidSubjectAltName):
		default:
			if e.Critical && !passable(e.Id, e.Value) {
				return esp8266.X509CriticalExtension
			}
		}
	}
	if !constrained {
		return esp8266.X509NotCA
	}
	return 0
}

// isCA reports what the core takes for a CA: basicConstraints with its flag set
// (BearSSLHelpers.cpp, certificate_to_trust_anchor_inner).
func (p *certificateParts) isCA() bool {
	for _, e := range p.extensions {
		if e.Id.Equal(oidBasicConstraints) {
			ca, _ := basicConstraints(e.Value)
			return ca
		}
	}
	return false
}

// boardNameMatches compares as BearSSL does: letter case aside, and with a
// wildcard only as a leading "*." for exactly one label
// (x509_minimal.t0, match-server-name).
func boardNameMatches(pattern, host string) bool {
	equal := func(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) } // ASCII folds only
	if equal(pattern, host) {
		return true
	}
	rest, wild := strings.CutPrefix(pattern, "*.")
	_, parent, found := strings.Cut(host, ".")
	return wild && found && equal(rest, parent)
}

// basicConstraints returns the CA flag and the path length, -1 for none.
func basicConstraints(value []byte) (ca bool, pathLen int) {
	s := cryptobyte.String(value)
	pathLen = -1
	if !s.ReadASN1(&s, cbasn1.SEQUENCE) || !s.PeekASN1Tag(cbasn1.BOOLEAN) || !s.ReadASN1Boolean(&ca) {
		return false, -1
	}
	if s.PeekASN1Tag(cbasn1.INTEGER) && !s.ReadASN1Integer(&pathLen) {
		return false, -1
	}
	return ca, pathLen
}

// keyUsage returns the first byte of the bits; ok is false when there is none.
func keyUsage(value []byte) (bits byte, ok bool) {
	s := cryptobyte.String(value)
	var b asn1.BitString
	if !s.ReadASN1BitString(&b) || len(b.Bytes) == 0 {
		return 0, false
	}
	return b.Bytes[0], true
}

// passable reports whether a critical extension does no harm: those that the
// engine ignores, and policies without qualifiers other than a CPS pointer.
func passable(id asn1.ObjectIdentifier, value []byte) bool {
	if slices.Contains(passedOver, id.String()) {
		return true
	}
	s := cryptobyte.String(value)
	if !id.Equal(oidPolicies) || !s.ReadASN1(&s, cbasn1.SEQUENCE) {
		return false
	}
	for !s.Empty() {
		var policy, qualifiers, qualifier cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !s.ReadASN1(&policy, cbasn1.SEQUENCE) || !policy.ReadASN1ObjectIdentifier(&oid) {
			return false
		}
		if policy.Empty() {
			continue
		}
		if !policy.ReadASN1(&qualifiers, cbasn1.SEQUENCE) {
			return false
		}
		for !qualifiers.Empty() {
			if !qualifiers.ReadASN1(&qualifier, cbasn1.SEQUENCE) || !qualifier.ReadASN1ObjectIdentifier(&oid) || !oid.Equal(oidCPS) {
				return false
			}
		}
	}
	return true
}

package tlsinspect

import (
	"encoding/asn1"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"espost/esp8266"
)

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

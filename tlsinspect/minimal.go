package tlsinspect

import (
	"encoding/asn1"
	"slices"
	"time"

	"espost/esp8266"
)

// BearSSL's error numbers of its X.509 engine "minimal" (bearssl_x509.h).
const (
	bearX509Broken         = 34 // several numbers, 33 to 48, for DER that is broken in several ways
	bearX509Unsupported    = 49
	bearX509LimitExceeded  = 50
	bearX509WrongKeyType   = 51
	bearX509BadSignature   = 52
	bearX509Expired        = 54 // too early as well
	bearX509DNMismatch     = 55
	bearX509BadServerName  = 56
	bearX509Critical       = 57
	bearX509NotCA          = 58
	bearX509ForbiddenUsage = 59
	bearX509WeakKey        = 60
	bearX509NotTrusted     = 62
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
func ValidateChain(chain, anchors []*Certificate, host string, at time.Time, exchange esp8266.KeyExchange) int {
	code, usages := validate(chain, anchors, host, at)
	wanted := uint8(usageSignature)
	if !exchange.Ephemeral() {
		wanted = usageKeyExchange
	}
	if code == 0 && usages&wanted == 0 {
		return bearWrongKeyUsage
	}
	return code
}

// validate is ValidateChain without the key exchange; usages is what the leaf's
// key may be used for.
func validate(chain, anchors []*Certificate, host string, at time.Time) (code int, usages uint8) {
	usages = usageKeyExchange | usageSignature
	for i, c := range chain {
		p := &c.parts
		if !p.whole || p.badDates {
			return bearX509Broken, usages
		}
		if p.version > 2 {
			return bearX509Unsupported, usages
		}
		if at.Before(p.notBefore) || at.Truncate(time.Second).After(p.notAfter) {
			return bearX509Expired, usages
		}
		if i > 0 && string(p.subject) != string(chain[i-1].parts.issuer) {
			return bearX509DNMismatch, usages
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
			return bearX509Unsupported, usages
		}
		if len(p.signature) > maxRSABytes {
			return bearX509LimitExceeded, usages
		}
		if slices.ContainsFunc(anchors, p.issuedBy) {
			return 0, usages
		}
	}
	return bearX509NotTrusted, usages
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
func usableKey(k publicKey) int {
	switch {
	case k.isRSA() && k.nLen+k.eLen > maxKeyBytes:
		return bearX509LimitExceeded
	case k.isRSA() && k.nLen < minRSABytesCA:
		return bearX509WeakKey
	case k.isRSA(), k.isEC() && k.group != 0:
		return 0
	}
	return bearX509Unsupported
}

// signedBy checks the certificate's signature.
func (p *certificateParts) signedBy(k publicKey) int {
	hash, rsa, ok := signatureScheme(p.outerSignatureOID)
	switch {
	case !ok:
		return bearX509Unsupported
	case rsa && !k.isRSA(), !rsa && !k.isEC():
		return bearX509WrongKeyType
	case !verifySignature(k, tlsHash(hash), rsa, p.tbs, p.signature):
		return bearX509BadSignature
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

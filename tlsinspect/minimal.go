package tlsinspect

import (
	"encoding/asn1"
	"slices"
	"time"

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

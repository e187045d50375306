package formpost

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cryptobyte_asn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// judgeChain is BearSSL's "minimal" validator (BearSSL src/x509/
// x509_minimal.t0): it walks the certificates in the order served, each the
// issuer of the one before, until one was signed by a trust anchor. It returns
// BearSSL's error, or 0 if the chain is trusted.
func (p *pinCheck) judgeChain(chain []*x509.Certificate) int {
	for i, cert := range chain {
		if i == 0 {
			if code := judgeLeaf(cert, p.host, p.now()); code != 0 {
				return code
			}
			if directlyTrusted(cert, p.anchors) {
				return 0
			}
		} else if code := judgeIssuer(cert, chain[i-1], i, p.now()); code != 0 {
			return code
		}
		if !signatureKnown(cert.SignatureAlgorithm) {
			return bearX509Unsupported
		}
		for _, anchor := range p.anchors {
			// The anchor's own dates and extensions count for nothing
			// (core BearSSLHelpers.cpp, certificate_to_trust_anchor_inner).
			if anchor.IsCA && bytes.Equal(anchor.RawSubject, cert.RawIssuer) && signedBy(cert, anchor.PublicKey) {
				return 0
			}
		}
	}
	return bearX509NotTrusted
}

// judgeLeaf checks what is checked of the server's own certificate, in
// BearSSL's order: dates, key, critical extensions, name.
func judgeLeaf(cert *x509.Certificate, host string, now time.Time) int {
	if outdated(cert, now) {
		return bearX509Expired
	}
	if code := judgeChainKey(cert); code != 0 {
		return code
	}
	if criticalUnknown(cert) {
		return bearX509CriticalExtension
	}
	if !nameMatches(cert, host) {
		return bearX509BadServerName
	}
	return 0
}

// judgeIssuer checks the i-th certificate as the issuer of the one before.
func judgeIssuer(cert, subject *x509.Certificate, i int, now time.Time) int {
	switch {
	case outdated(cert, now):
		return bearX509Expired
	case !bytes.Equal(cert.RawSubject, subject.RawIssuer):
		return bearX509DNMismatch
	}
	if code := judgeChainKey(cert); code != 0 {
		return code
	}
	pathLen := cert.MaxPathLen // -1 or 0 without MaxPathLenZero: none
	limited := pathLen > 0 || cert.MaxPathLenZero
	switch {
	case !signedBy(subject, cert.PublicKey):
		return bearX509BadSignature
	case !cert.BasicConstraintsValid || !cert.IsCA, limited && pathLen < i-1:
		return bearX509NotCA
	case cert.KeyUsage != 0 && cert.KeyUsage&x509.KeyUsageCertSign == 0:
		return bearX509ForbiddenKeyUsage
	case criticalUnknown(cert):
		return bearX509CriticalExtension
	}
	return 0
}

func outdated(cert *x509.Certificate, now time.Time) bool {
	return now.Before(cert.NotBefore) || now.After(cert.NotAfter)
}

// judgeChainKey checks a certificate's own key: RSA of 1017 bits and more (the
// default minimum is 128 bytes), P-256, P-384, P-521.
func judgeChainKey(cert *x509.Certificate) int {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		switch bytes := (key.N.BitLen() + 7) / 8; {
		case bytes < 128:
			return bearX509WeakPublicKey
		case bytes > 512:
			return bearX509LimitExceeded
		}
		return 0
	case *ecdsa.PublicKey:
		switch key.Curve.Params().Name {
		case "P-256", "P-384", "P-521":
			return 0
		}
	}
	return bearX509Unsupported
}

// criticalUnknown reports whether a critical extension stops BearSSL. It
// understands or ignores those of the list; critical policies with a qualifier
// other than a CPS pointer are rare enough to be let pass here.
func criticalUnknown(cert *x509.Certificate) bool {
	for _, e := range cert.Extensions {
		if e.Critical && !slices.ContainsFunc(toleratedExtensions(), e.Id.Equal) {
			return true
		}
	}
	return false
}

func toleratedExtensions() []asn1.ObjectIdentifier {
	return []asn1.ObjectIdentifier{
		{2, 5, 29, 19},               // basicConstraints
		{2, 5, 29, 15},               // keyUsage
		{2, 5, 29, 17},               // subjectAltName
		{2, 5, 29, 32},               // certificatePolicies
		{2, 5, 29, 35},               // authorityKeyIdentifier
		{2, 5, 29, 14},               // subjectKeyIdentifier
		{2, 5, 29, 18},               // issuerAltName
		{2, 5, 29, 9},                // subjectDirectoryAttributes
		{2, 5, 29, 31},               // crlDistributionPoints
		{2, 5, 29, 46},               // freshestCRL
		{1, 3, 6, 1, 5, 5, 7, 1, 1},  // authorityInfoAccess
		{1, 3, 6, 1, 5, 5, 7, 1, 11}, // subjectInfoAccess
	}
}

// nameMatches applies BearSSL's match-server-name: dNSNames only, whatever
// addresses the extension holds, and the CN only where there is no
// subjectAltName at all.
func nameMatches(cert *x509.Certificate, host string) bool {
	oidSAN := asn1.ObjectIdentifier{2, 5, 29, 17}
	for _, e := range cert.Extensions {
		if e.Id.Equal(oidSAN) {
			return slices.ContainsFunc(dnsNames(e.Value), func(name string) bool { return matches(name, host) })
		}
	}
	oidCN := asn1.ObjectIdentifier{2, 5, 4, 3}
	for _, attr := range cert.Subject.Names {
		if name, ok := attr.Value.(string); ok && attr.Type.Equal(oidCN) && matches(name, host) {
			return true
		}
	}
	return false
}

// dnsNames reads the dNSNames of a subjectAltName, up to the first malformed
// one; unlike crypto/x509's parser it doesn't judge them.
func dnsNames(value []byte) []string {
	var names []string
	list := cryptobyte.String(value)
	if !list.ReadASN1(&list, cryptobyte_asn1.SEQUENCE) {
		return nil
	}
	for !list.Empty() {
		var name cryptobyte.String
		var tag cryptobyte_asn1.Tag
		if !list.ReadAnyASN1(&name, &tag) {
			break
		}
		if tag == cryptobyte_asn1.Tag(2).ContextSpecific() {
			names = append(names, string(name))
		}
	}
	return names
}

// matches compares without regard to the case of ASCII letters; a name that
// begins with "*." stands for exactly one first label.
func matches(name, host string) bool {
	if asciiEqualFold(name, host) {
		return true
	}
	rest, wildcard := strings.CutPrefix(name, "*.")
	_, parent, dotted := strings.Cut(host, ".")
	return wildcard && dotted && asciiEqualFold(rest, parent)
}

func asciiEqualFold(a, b string) bool {
	return len(a) == len(b) && strings.EqualFold(a, b)
}

// directlyTrusted reports whether an anchor that is no CA is the leaf itself:
// same name, same key.
func directlyTrusted(leaf *x509.Certificate, anchors []*x509.Certificate) bool {
	return slices.ContainsFunc(anchors, func(a *x509.Certificate) bool {
		return !a.IsCA && bytes.Equal(a.RawSubject, leaf.RawSubject) &&
			bytes.Equal(a.RawSubjectPublicKeyInfo, leaf.RawSubjectPublicKeyInfo)
	})
}

// hashOf returns the hash of a signature algorithm that BearSSL knows. The
// ones with SHA-224, which it knows as well, are unknown to crypto/x509.
func hashOf(a x509.SignatureAlgorithm) (crypto.Hash, bool) {
	switch a {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1:
		return crypto.SHA1, true
	case x509.SHA256WithRSA, x509.ECDSAWithSHA256:
		return crypto.SHA256, true
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384:
		return crypto.SHA384, true
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512:
		return crypto.SHA512, true
	}
	return 0, false
}

func signatureKnown(a x509.SignatureAlgorithm) bool {
	_, ok := hashOf(a)
	return ok
}

// signedBy verifies cert's signature. crypto/x509's own check would refuse
// SHA-1, which BearSSL accepts.
func signedBy(cert *x509.Certificate, key any) bool {
	hash, ok := hashOf(cert.SignatureAlgorithm)
	if !ok {
		return false
	}
	h := hash.New()
	h.Write(cert.RawTBSCertificate)
	digest := h.Sum(nil)
	switch cert.SignatureAlgorithm {
	case x509.SHA1WithRSA, x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA:
		k, ok := key.(*rsa.PublicKey)
		return ok && rsa.VerifyPKCS1v15(k, hash, digest, cert.Signature) == nil
	default:
		k, ok := key.(*ecdsa.PublicKey)
		return ok && ecdsa.VerifyASN1(k, digest, cert.Signature)
	}
}

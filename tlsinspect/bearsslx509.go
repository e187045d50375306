package tlsinspect

import (
	"encoding/asn1"
	"slices"
	"strings"
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
	seconds := at.Unix()
	m := x509Minimal{host: host, usages: usageKeyExchange | usageSignature}
	m.now = boardTime{int32(floorDiv(seconds, 86400) + daysTo1970), int32(seconds - floorDiv(seconds, 86400)*86400)}
	for _, c := range anchors {
		if a, ok := readAnchor(c.Raw); ok {
			m.anchors = append(m.anchors, a)
		}
	}
	for i, c := range chain {
		if len(c.Raw) == 0 { // xm_start_cert
			return esp8266.X509Truncated, m.usages
		}
		m.asn1Reader = asn1Reader{in: c.Raw}
		trusted := false
		if code := m.run(func() { trusted = m.certificate(i) }); code != 0 || trusted {
			return code, m.usages
		}
	}
	if len(chain) == 0 { // xm_end_chain
		return esp8266.X509EmptyChain, m.usages
	}
	return esp8266.X509NotTrusted, m.usages
}

func floorDiv(a, b int64) int64 {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}

// An x509Minimal is BearSSL's engine of that name: one pass over a chain, which
// ends at the first certificate that an anchor vouches for. Its methods follow
// src/x509/x509_minimal.t0, in that file's order; where a comment gives numbers
// they are what that step fails with, besides those of asn1Reader's methods.
type x509Minimal struct {
	asn1Reader
	anchors []trustAnchor
	host    string
	now     boardTime
	usages  uint8

	issuer []byte // Name, DER, of the last certificate
	signed signedCertificate
}

// A signedCertificate is what is kept of a certificate until its issuer's key is
// known.
type signedCertificate struct {
	tbs, signature []byte
	hash           uint8
	rsa            bool
}

// verify is verify_signature: 51 and 52.
func (s signedCertificate) verify(k publicKey) esp8266.SSLError {
	switch {
	case s.rsa != k.isRSA():
		return esp8266.X509WrongKeyType
	case !verifySignature(k, tlsHash(s.hash), s.rsa, s.tbs, s.signature):
		return esp8266.X509BadSignature
	}
	return 0
}

// certificate is "decode-certificate": 57 to 60 and 49 in places, 54 for the
// dates, 55 for a certificate that isn't its forerunner's issuer, 56 for the
// leaf's name.
func (m *x509Minimal) certificate(index int) (trusted bool) {
	total := int32(len(m.in))
	outer := m.sequence(&total)
	start := m.pos
	tbs := m.sequence(&outer)
	m.version(&tbs)
	inner := m.sequence(&tbs) // the signature algorithm: the one outside counts
	m.skip(&inner)
	issuer := m.name(&tbs)
	m.validity(&tbs)
	nameStart, named := m.pos, false
	if index == 0 {
		named = m.leafName(&tbs)
	} else if string(m.name(&tbs)) != string(m.issuer) {
		m.fail(esp8266.X509DNMismatch)
	}
	subject := m.in[nameStart:m.pos]
	m.issuer = issuer
	var key publicKey
	m.publicKey(&tbs, minRSABytesCA, &key)
	if index > 0 {
		if code := m.signed.verify(key); code != 0 {
			m.fail(code)
		}
	}
	constrained := m.extensions(&tbs, index, &named)
	m.close(tbs)
	m.signed = signedCertificate{tbs: m.in[start:m.pos]}
	switch {
	case index == 0 && !named && m.host != "":
		m.fail(esp8266.X509BadServerName)
	case index == 0 && slices.ContainsFunc(m.anchors, func(a trustAnchor) bool { return a.is(subject, key) }):
		return true // check-direct-trust: what follows isn't read
	case index > 0 && !constrained:
		m.fail(esp8266.X509NotCA)
	}
	m.signature(&outer)
	m.close(outer)
	m.close(total)
	return slices.ContainsFunc(m.anchors, func(a trustAnchor) bool { // check-trust-anchor-CA
		return a.ca && string(a.subject) == string(m.issuer) && m.signed.verify(a.key) == 0
	})
}

// version reads the version and the serial number: 49 past version 3.
func (r *asn1Reader) version(tbs *int32) {
	t := r.tag(tbs)
	if t.value == tagContext {
		r.constructed(t, tagContext)
		inner := r.open(tbs)
		r.primitive(r.tag(&inner), tagInteger)
		if r.smallInt(&inner) > 2 {
			r.fail(esp8266.X509Unsupported)
		}
		r.close(inner)
		t = r.tag(tbs)
	}
	r.primitive(t, tagInteger)
	r.skipElement(tbs)
}

// name is "read-DN": a Name's DER, whose inside isn't looked at.
func (r *asn1Reader) name(lim *int32) []byte {
	start := r.pos
	inner := r.sequence(lim)
	r.skip(&inner)
	return r.in[start:r.pos]
}

// leafName is "read-DN-EE": it reports whether a common name is the host's; 47
// for a set of no attribute.
func (m *x509Minimal) leafName(lim *int32) (named bool) {
	name := m.sequence(lim)
	for name != 0 {
		m.constructed(m.tag(&name), tagSet)
		set := m.open(&name)
		if set == 0 {
			m.fail(esp8266.X509BadDN)
		}
		for set != 0 {
			attribute := m.sequence(&set)
			oid := m.oid(&attribute)
			if text, ok := m.text(&attribute); ok && oid == derCommonName && boardNameMatches(text, m.host) {
				named = true
			}
			m.close(attribute)
		}
	}
	return named
}

// validity fails with 54.
func (m *x509Minimal) validity(lim *int32) {
	inner := m.sequence(lim)
	notBefore, notAfter := m.date(&inner), m.date(&inner)
	if m.now.before(notBefore) || notAfter.before(m.now) {
		m.fail(esp8266.X509Expired)
	}
	m.close(inner)
}

// extensions reads what follows the key in the signed part. It reports whether
// there were basic constraints that were read, and sets named by subjectAltName.
func (m *x509Minimal) extensions(tbs *int32, index int, named *bool) (constrained bool) {
	m.extensionList(tbs, func(oid string, critical bool, value *int32) {
		switch {
		case oid == derBasicConstraints && index > 0:
			m.basicConstraints(value, index)
			constrained = true
		case oid == derKeyUsage:
			m.keyUsage(value, index == 0)
		case oid == derSubjectAltName && index == 0:
			*named = m.alternativeNames(value)
		case oid == derPolicies && critical:
			m.policies(value)
		case critical && !slices.Contains(passedOver[:], oid):
			m.fail(esp8266.X509CriticalExtension)
		default:
			m.skip(value)
		}
	})
	return constrained
}

// extensionList calls f with each extension, whose value it reads: 41 for
// something else in their place.
func (r *asn1Reader) extensionList(tbs *int32, f func(oid string, critical bool, value *int32)) {
	t := r.tagOrEnd(tbs)
	for _, unique := range []int{tagContext + 1, tagContext + 2} { // the unique identifiers
		if t.value == unique {
			r.skipElement(tbs)
			t = r.tagOrEnd(tbs)
		}
	}
	if t.value == noTag {
		return
	}
	r.constructed(t, tagContext+3)
	wrapper := r.open(tbs)
	list := r.sequence(&wrapper)
	for list != 0 {
		one := r.sequence(&list)
		oid := r.oid(&one)
		critical := false
		t := r.tag(&one)
		if t.value == tagBoolean {
			critical = r.boolean(&one, t)
			t = r.tag(&one)
		}
		r.primitive(t, tagOctets)
		value := r.open(&one)
		f(oid, critical, &value)
		r.close(value)
		r.close(one)
	}
	r.close(wrapper)
}

// basicConstraints is "process-basicConstraints": 58 for a certificate that
// isn't a CA's or has more below it than its path length, 41 for what follows.
func (m *x509Minimal) basicConstraints(lim *int32, below int) {
	inner := m.sequence(lim)
	t := m.tagOrEnd(&inner)
	if t.value != tagBoolean || !m.boolean(&inner, t) {
		m.fail(esp8266.X509NotCA)
	}
	t = m.tagOrEnd(&inner)
	if t.value == tagInteger {
		m.primitive(t, tagInteger)
		if m.smallInt(&inner) < int32(below-1) {
			m.fail(esp8266.X509NotCA)
		}
		t = m.tagOrEnd(&inner)
	}
	if t.value != noTag {
		m.fail(esp8266.X509Unexpected)
	}
	m.close(inner)
}

// What a key may be used for; without a key usage extension, for all.
const (
	usageKeyExchange = 0x10
	usageSignature   = 0x20
)

// keyUsage is "process-keyUsage": 41 for more than 7 unused bits, 59 for no
// bits, and for an issuer's without keyCertSign.
func (m *x509Minimal) keyUsage(lim *int32, leaf bool) {
	m.primitive(m.tag(lim), tagBits)
	inner := m.open(lim)
	unused := m.read8(&inner)
	if unused > 7 {
		m.fail(esp8266.X509Unexpected)
	}
	if inner == 0 {
		m.fail(esp8266.X509ForbiddenKeyUsage)
	}
	only := inner == 1
	bits := m.read8(&inner)
	if only {
		bits = bits >> unused << unused
	}
	if leaf {
		m.usages = 0
		if bits&0x38 != 0 { // keyEncipherment, dataEncipherment, keyAgreement
			m.usages |= usageKeyExchange
		}
		if bits&0xc0 != 0 { // digitalSignature, nonRepudiation
			m.usages |= usageSignature
		}
	} else if bits&0x04 == 0 {
		m.fail(esp8266.X509ForbiddenKeyUsage)
	}
	m.skip(&inner)
}

// policies is "process-certPolicies": 57 for qualifiers other than a CPS pointer.
func (m *x509Minimal) policies(lim *int32) {
	list := m.sequence(lim)
	for list != 0 {
		policy := m.sequence(&list)
		m.oid(&policy)
		if policy != 0 {
			qualifiers := m.sequence(&policy)
			for qualifiers != 0 {
				qualifier := m.sequence(&qualifiers)
				if oid := m.oid(&qualifier); oid != derCPS {
					m.fail(esp8266.X509CriticalExtension)
				}
				m.skip(&qualifier)
			}
		}
		m.close(policy)
	}
}

// alternativeNames is "process-SAN": it reports whether a DNS name is the host's.
func (m *x509Minimal) alternativeNames(lim *int32) (named bool) {
	list := m.sequence(lim)
	for list != 0 {
		switch t := m.tag(&list); t.value {
		case tagContext: // otherName
			m.constructed(t, tagContext)
			inner := m.open(&list)
			m.oid(&inner)
			m.constructed(m.tag(&inner), tagContext)
			value := m.open(&inner)
			m.text(&value)
			m.close(value)
			m.close(inner)
		case tagContext + 1, tagContext + 6: // rfc822Name, uniformResourceIdentifier
			m.primitive(t, t.value)
			m.ia5(&list)
		case tagContext + 2: // dNSName
			m.primitive(t, t.value)
			if name, ok := m.ia5(&list); ok && boardNameMatches(name, m.host) {
				named = true
			}
		default:
			m.skipElement(&list)
		}
	}
	return named
}

// signature reads the algorithm and value of the signature: 49 for one that the
// engine doesn't know, 50 for one past 512 bytes.
func (m *x509Minimal) signature(outer *int32) {
	algorithm := m.sequence(outer)
	oid := m.oid(&algorithm)
	scheme, ok := signatureSchemes[oid]
	if !ok {
		m.fail(esp8266.X509Unsupported)
	}
	m.signed.hash, m.signed.rsa = scheme.hash, scheme.rsa
	m.skip(&algorithm)
	value := m.bits(outer)
	if value > maxRSABytes {
		m.fail(esp8266.X509LimitExceeded)
	}
	m.signed.signature = m.take(value)
}

// signedBy reports whether the certificate's signature was made with the key,
// as far as that can be told of one that BearSSL might not read.
func (p *certificateParts) signedBy(k publicKey) bool {
	scheme, ok := signatureSchemes[derOID(p.outerSignatureOID)]
	return ok && signedCertificate{p.tbs, p.signature, scheme.hash, scheme.rsa}.verify(k) == 0
}

// derOID encodes an object identifier as asn1Reader returns it.
func derOID(oid asn1.ObjectIdentifier) string {
	der, err := asn1.Marshal(oid)
	if err != nil {
		return ""
	}
	return string(der[2:])
}

// A signatureScheme is a certificate's kind of signature: the hash, by TLS'
// number, and RSA or ECDSA.
type signatureScheme struct {
	hash uint8
	rsa  bool
}

// signatureSchemes are those that the engine knows, by the algorithm's OID.
var signatureSchemes = map[string]signatureScheme{
	"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05": {2, true},  // sha1WithRSAEncryption
	"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e": {3, true},  // sha224WithRSAEncryption
	"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b": {4, true},  // sha256WithRSAEncryption
	"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c": {5, true},  // sha384WithRSAEncryption
	"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d": {6, true},  // sha512WithRSAEncryption
	"\x2a\x86\x48\xce\x3d\x04\x01":         {2, false}, // ecdsa-with-SHA1
	"\x2a\x86\x48\xce\x3d\x04\x03\x01":     {3, false}, // ecdsa-with-SHA224
	"\x2a\x86\x48\xce\x3d\x04\x03\x02":     {4, false}, // ecdsa-with-SHA256
	"\x2a\x86\x48\xce\x3d\x04\x03\x03":     {5, false}, // ecdsa-with-SHA384
	"\x2a\x86\x48\xce\x3d\x04\x03\x04":     {6, false}, // ecdsa-with-SHA512
}

// Object identifiers as asn1Reader returns them.
const (
	derCommonName       = "\x55\x04\x03"
	derSubjectAltName   = "\x55\x1d\x11"
	derBasicConstraints = "\x55\x1d\x13"
	derKeyUsage         = "\x55\x1d\x0f"
	derPolicies         = "\x55\x1d\x20"
	derCPS              = "\x2b\x06\x01\x05\x05\x07\x02\x01"
)

// passedOver are the extensions that the engine ignores even when they are
// critical, of its own and those that another kind of certificate has.
var passedOver = [...]string{
	derBasicConstraints, derSubjectAltName,
	"\x55\x1d\x23",                     // authorityKeyIdentifier
	"\x55\x1d\x0e",                     // subjectKeyIdentifier
	"\x55\x1d\x12",                     // issuerAltName
	"\x55\x1d\x09",                     // subjectDirectoryAttributes
	"\x55\x1d\x1f",                     // crlDistributionPoints
	"\x55\x1d\x2e",                     // freshestCRL
	"\x2b\x06\x01\x05\x05\x07\x01\x01", // authorityInfoAccess
	"\x2b\x06\x01\x05\x05\x07\x01\x0b", // subjectInfoAccess
}

// boardNameMatches is "match-server-name": letter case aside, and with a
// wildcard only as a leading "*." for exactly one label. Without a host nothing
// matches.
func boardNameMatches(pattern, host string) bool {
	if host == "" {
		return false
	}
	if equalFoldASCII(pattern, host) {
		return true
	}
	rest, wild := strings.CutPrefix(pattern, "*.")
	_, parent, found := strings.Cut(host, ".")
	return wild && found && equalFoldASCII(rest, parent)
}

func equalFoldASCII(a, b string) bool {
	lower := func(c byte) byte {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

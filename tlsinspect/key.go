package tlsinspect

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/asn1"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"espost/esp8266"
)

// A publicKey is a SubjectPublicKeyInfo, understood as far as BearSSL would:
// RSA or EC, or neither.
type publicKey struct {
	algorithm asn1.ObjectIdentifier
	curveOID  asn1.ObjectIdentifier // EC only

	n *big.Int // RSA
	e *big.Int
	// encoded lengths, for what BearSSL's decoder can hold
	nLen, eLen int

	group esp8266.Group // EC on a curve the board knows
	point []byte
}

// Algorithms of keys and their curves (RFC 3279, RFC 5480, RFC 8410).
var (
	oidRSA     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidRSAPSS  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidEC      = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidEd25519 = asn1.ObjectIdentifier{1, 3, 101, 112}
	oidEd448   = asn1.ObjectIdentifier{1, 3, 101, 113}
	oidDSA     = asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}
)

var keyNames = map[string]string{
	oidRSA.String(): "RSA", oidRSAPSS.String(): "RSA-PSS", oidEC.String(): "ECDSA",
	oidEd25519.String(): "Ed25519", oidEd448.String(): "Ed448", oidDSA.String(): "DSA",
}

var curveNames = map[string]string{
	"1.2.840.10045.3.1.1": "P-192", "1.2.840.10045.3.1.7": "P-256",
	"1.3.132.0.33": "P-224", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521", "1.3.132.0.10": "secp256k1",
}

var curveGroups = map[string]esp8266.Group{
	"1.2.840.10045.3.1.7": esp8266.P256, "1.3.132.0.34": esp8266.P384, "1.3.132.0.35": esp8266.P521,
}

// parsePublicKey reads SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). What is broken
// leaves a key that is neither RSA nor EC.
func parsePublicKey(spki []byte) publicKey {
	var k publicKey
	s := cryptobyte.String(spki)
	var algorithm cryptobyte.String
	var bits asn1.BitString
	if !s.ReadASN1(&s, cbasn1.SEQUENCE) || !s.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!algorithm.ReadASN1ObjectIdentifier(&k.algorithm) || !s.ReadASN1BitString(&bits) {
		return k
	}
	switch {
	case k.algorithm.Equal(oidRSA), k.algorithm.Equal(oidRSAPSS):
		k.parseRSA(bits.RightAlign())
	case k.algorithm.Equal(oidEC):
		if !algorithm.ReadASN1ObjectIdentifier(&k.curveOID) {
			return k
		}
		k.group = curveGroups[k.curveOID.String()]
		k.point = bits.RightAlign()
	}
	return k
}

// parseRSA reads RSAPublicKey (RFC 8017 §A.1.1).
func (k *publicKey) parseRSA(der []byte) {
	s := cryptobyte.String(der)
	var n, e cryptobyte.String
	if !s.ReadASN1(&s, cbasn1.SEQUENCE) || !s.ReadASN1(&n, cbasn1.INTEGER) || !s.ReadASN1(&e, cbasn1.INTEGER) {
		return
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	k.n, k.e = modulus, exponent
	k.nLen, k.eLen = (modulus.BitLen()+7)/8, (exponent.BitLen()+7)/8
}

// isRSA reports an ordinary RSA key: BearSSL knows no RSA-PSS keys.
func (k publicKey) isRSA() bool { return k.n != nil && k.algorithm.Equal(oidRSA) }

func (k publicKey) isEC() bool { return k.algorithm.Equal(oidEC) }

// bits is the size of an RSA modulus, else 0.
func (k publicKey) bits() int {
	if k.n == nil {
		return 0
	}
	return k.n.BitLen()
}

// ecdsa returns an EC key, nil when its point isn't on a curve of the board.
func (k publicKey) ecdsa() *ecdsa.PublicKey {
	var curve elliptic.Curve
	switch k.group {
	case esp8266.P256:
		curve = elliptic.P256()
	case esp8266.P384:
		curve = elliptic.P384()
	case esp8266.P521:
		curve = elliptic.P521()
	default:
		return nil
	}
	key, err := ecdsa.ParseUncompressedPublicKey(curve, k.point)
	if err != nil {
		return nil
	}
	return key
}

// String names algorithm and size: "RSA 2048", "ECDSA P-256", "Ed25519".
func (k publicKey) String() string {
	if k.algorithm == nil {
		return ""
	}
	name, ok := keyNames[k.algorithm.String()]
	if !ok {
		return k.algorithm.String()
	}
	switch {
	case k.n != nil:
		return fmt.Sprintf("%s %d", name, k.bits())
	case k.curveOID != nil:
		if curve, ok := curveNames[k.curveOID.String()]; ok {
			return name + " " + curve
		}
		return name + " " + k.curveOID.String()
	}
	return name
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

// validPoint reports whether a server's ECDHE point lies on its curve.
func validPoint(group esp8266.Group, point []byte) bool {
	if group == esp8266.X25519 {
		return len(point) == 32
	}
	return publicKey{group: group, point: point}.ecdsa() != nil
}

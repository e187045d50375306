package hostile

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// serverKey is the key of every server here. It is no secret.
func serverKey() *ecdsa.PrivateKey {
	scalar := sha256.Sum256([]byte("the key of the hostile servers"))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
	if err != nil {
		panic(fmt.Sprintf("hostile: the fixed key is none: %v", err))
	}
	return key
}

// point is a key's public half, uncompressed.
func point(key *ecdsa.PrivateKey) []byte {
	b, err := key.PublicKey.Bytes()
	if err != nil {
		panic(fmt.Sprintf("hostile: the fixed key has no point: %v", err))
	}
	return b
}

// signDigest signs without randomness (RFC 6979).
func signDigest(key *ecdsa.PrivateKey, digest []byte, hash crypto.Hash) []byte {
	signature, err := key.Sign(nil, digest, hash)
	if err != nil {
		panic(fmt.Sprintf("hostile: signing failed: %v", err))
	}
	return signature
}

// A certificate is an X.509 certificate's parts, each as DER that nobody
// checked: package x509 would refuse to make most of them.
type certificate struct {
	serial              []byte // contents of the INTEGER
	issuer, subject     []byte // whole Names
	notBefore, notAfter []byte // whole times
	spki                []byte // whole SubjectPublicKeyInfo
	extensions          [][]byte
}

// goodLeaf is an ordinary certificate of localhost, signed by itself.
func goodLeaf() certificate {
	return certificate{
		serial:     []byte{1},
		issuer:     commonName("localhost"),
		subject:    commonName("localhost"),
		notBefore:  element(asn1.UTCTime, []byte("200101000000Z")),
		notAfter:   element(asn1.UTCTime, []byte("491231235959Z")),
		spki:       ecKey(oidP256, point(serverKey())),
		extensions: [][]byte{alternativeNames(dnsName([]byte("localhost")))},
	}
}

// der is the certificate, signed with serverKey whatever it says.
func (c certificate) der() []byte {
	kind := algorithm(oidECDSA256)
	tbs := c.tbs(kind)
	digest := sha256.Sum256(tbs)
	return element(asn1.SEQUENCE, tbs, kind, bits(signDigest(serverKey(), digest[:], crypto.SHA256)))
}

// tbs is the part that is signed (RFC 5280 §4.1.2).
func (c certificate) tbs(signature []byte) []byte {
	const version, extensions = 0, 3 // tags
	return element(asn1.SEQUENCE,
		element(asn1.Tag(version).Constructed().ContextSpecific(), element(asn1.INTEGER, []byte{2})),
		element(asn1.INTEGER, c.serial),
		signature,
		c.issuer,
		element(asn1.SEQUENCE, c.notBefore, c.notAfter),
		c.subject,
		c.spki,
		element(asn1.Tag(extensions).Constructed().ContextSpecific(), element(asn1.SEQUENCE, c.extensions...)),
	)
}

// served is what crypto/tls needs to show der: it doesn't read it.
func served(chain ...[]byte) tls.Certificate {
	return tls.Certificate{Certificate: chain, PrivateKey: serverKey()}
}

// Object identifiers, encoded (RFC 5280, RFC 5480).
const (
	oidECDSA256 = "\x2a\x86\x48\xce\x3d\x04\x03\x02"
	oidEC       = "\x2a\x86\x48\xce\x3d\x02\x01"
	oidP256     = "\x2a\x86\x48\xce\x3d\x03\x01\x07"
	oidRSA      = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
	oidCN       = "\x55\x04\x03"
	oidSAN      = "\x55\x1d\x11"
)

// element is one DER element around the given contents.
func element(tag asn1.Tag, contents ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag, func(b *cryptobyte.Builder) {
		for _, c := range contents {
			b.AddBytes(c)
		}
	})
	return b.BytesOrPanic() // the contents are bytes: nothing can fail
}

func oid(encoded string) []byte { return element(asn1.OBJECT_IDENTIFIER, []byte(encoded)) }

func algorithm(encoded string) []byte { return element(asn1.SEQUENCE, oid(encoded)) }

// bits is a BIT STRING of whole bytes.
func bits(b []byte) []byte { return element(asn1.BIT_STRING, []byte{0}, b) }

// attribute is one RelativeDistinguishedName with one attribute of any string type.
func attribute(encoded string, tag asn1.Tag, value []byte) []byte {
	return element(asn1.SET, element(asn1.SEQUENCE, oid(encoded), element(tag, value)))
}

// commonName is a Name with nothing but a CN.
func commonName(value string) []byte {
	return element(asn1.SEQUENCE, attribute(oidCN, asn1.UTF8String, []byte(value)))
}

func ecKey(curve string, point []byte) []byte {
	return element(asn1.SEQUENCE, element(asn1.SEQUENCE, oid(oidEC), oid(curve)), bits(point))
}

// rsaKey is a key with any contents of modulus and exponent.
func rsaKey(modulus, exponent []byte) []byte {
	numbers := element(asn1.SEQUENCE, element(asn1.INTEGER, modulus), element(asn1.INTEGER, exponent))
	return element(asn1.SEQUENCE, element(asn1.SEQUENCE, oid(oidRSA), element(asn1.NULL)), bits(numbers))
}

// extra is an extension of a certificate.
func extra(encoded string, critical bool, value []byte) []byte {
	if critical {
		return element(asn1.SEQUENCE, oid(encoded), element(asn1.BOOLEAN, []byte{0xff}), element(asn1.OCTET_STRING, value))
	}
	return element(asn1.SEQUENCE, oid(encoded), element(asn1.OCTET_STRING, value))
}

func alternativeNames(names ...[]byte) []byte {
	return extra(oidSAN, false, element(asn1.SEQUENCE, names...))
}

// dnsName is a dNSName of subjectAltName (RFC 5280 §4.2.1.6).
func dnsName(value []byte) []byte { return element(asn1.Tag(2).ContextSpecific(), value) }

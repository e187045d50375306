package hostile

import (
	"bytes"
	"crypto/tls"

	"golang.org/x/crypto/cryptobyte/asn1"
)

// keyTricks are certificates with keys that nobody should use.
func keyTricks() []Behaviour {
	ec, rsa := strangeECKeys(), strangeRSAKeys()
	return []Behaviour{
		{
			Name: "odd curves", About: "has an EC key on a curve that the board doesn't know, or on none", Layer: Certificate, Variants: len(ec),
			serve: afterHello(func(c *Conn, client [32]byte) {
				f, leaf := goodFlight(client), goodLeaf()
				leaf.spki = ec[c.variant]
				f.chain = [][]byte{leaf.der()}
				c.say(f.records())
			}),
		},
		{
			Name: "odd RSA keys", About: "has an RSA key of no bits, of 64,000, or one that divides by two", Layer: Certificate, Variants: len(rsa),
			serve: afterHello(func(c *Conn, client [32]byte) {
				leaf := goodLeaf()
				leaf.spki = rsa[c.variant]
				c.say(staticFlight(client, leaf.der()).records())
			}),
		},
	}
}

// strangeECKeys are keys that no EC implementation can use, or the board's can't.
func strangeECKeys() [][]byte {
	good := point(serverKey())
	infinity := []byte{0}
	compressed := append([]byte{2}, good[1:33]...)
	offCurve := append([]byte{4}, bytes.Repeat([]byte{1}, 64)...)
	explicit := element(asn1.SEQUENCE, // parameters written out, as CVE-2020-0601 had them
		element(asn1.SEQUENCE, oid(oidEC), element(asn1.SEQUENCE, element(asn1.INTEGER, []byte{1}))), bits(good))
	const p192, p224, secp256k1, brainpool = "\x2a\x86\x48\xce\x3d\x03\x01\x01", "\x2b\x81\x04\x00\x21", "\x2b\x81\x04\x00\x0a", "\x2b\x24\x03\x03\x02\x08\x01\x01\x07"
	return [][]byte{
		ecKey(p192, good[:49]), ecKey(p224, good[:57]), ecKey(secp256k1, good), ecKey(brainpool, good), ecKey("\x2a\x03", good),
		ecKey(oidP256, nil), ecKey(oidP256, infinity), ecKey(oidP256, compressed), ecKey(oidP256, offCurve),
		ecKey(oidP256, bytes.Repeat(good, 900)),
		explicit,
		element(asn1.SEQUENCE, element(asn1.SEQUENCE, oid("\x2b\x65\x70")), bits(good[:32])), // Ed25519
		element(asn1.SEQUENCE, element(asn1.SEQUENCE, oid("\x2b\x65\x6e")), bits(good[:32])), // X25519
		element(asn1.SEQUENCE, element(asn1.SEQUENCE, oid("\x2a\x03\x04")), bits(good)),
	}
}

// strangeRSAKeys are keys that BearSSL can't encrypt with.
func strangeRSAKeys() [][]byte {
	e := []byte{1, 0, 1}
	odd := func(bytesLong int) []byte { return append(bytes.Repeat([]byte{0x7f}, bytesLong-1), 0x7f) }
	even := append(bytes.Repeat([]byte{0x7f}, 255), 0x7e)
	return [][]byte{
		rsaKey(nil, nil), rsaKey([]byte{0}, e), rsaKey([]byte{1}, e), rsaKey(odd(16), e), rsaKey(even, e),
		rsaKey(odd(513), e), rsaKey(odd(1024), e), rsaKey(odd(8000), e), rsaKey(odd(60000), e),
		rsaKey(odd(256), odd(300)), rsaKey(odd(512), odd(512)),
		element(asn1.SEQUENCE, element(asn1.SEQUENCE, oid(oidRSA), element(asn1.NULL)), bits([]byte("no key"))),
	}
}

// chainTricks are chains that are strange as a whole.
func chainTricks() []Behaviour {
	return []Behaviour{
		{
			Name: "1,000 certificates", About: "shows a chain of 1,000 certificates", Layer: Certificate,
			serve: afterHello(func(c *Conn, client [32]byte) {
				f := goodFlight(client)
				leaf := f.chain[0]
				for range 999 {
					f.chain = append(f.chain, leaf)
				}
				c.say(f.records())
			}),
		},
		{
			Name: "circular chain", About: "shows CAs that vouch for each other, and none that began it", Layer: Certificate, Usable: true,
			serve: func(c *Conn) {
				chain := [][]byte{signedBy("localhost", "CA 0").der()}
				for i := range 24 {
					chain = append(chain, signedBy(names[i%len(names)], names[(i+1)%len(names)]).der())
				}
				c.serveTLS(served(chain...), func(conn *tls.Conn) { c.answer(conn, okAnswer) })
			},
		},
		{
			Name: "issuer with a huge key", About: "shows an issuer whose key takes minutes to check a signature with", Layer: Certificate, Variants: 2, Usable: true,
			serve: func(c *Conn) {
				size, exponent := []int{40000, 512}[c.variant], []int{4, 40000}[c.variant]
				issuer := signedBy("CA 0", "CA 0")
				issuer.spki = rsaKey(bytes.Repeat([]byte{0x7f}, size), bytes.Repeat([]byte{0x7f}, exponent))
				chain := [][]byte{signedBy("localhost", "CA 0").signedWithRSA(size), issuer.signedWithRSA(size)}
				c.serveTLS(served(chain...), func(conn *tls.Conn) { c.answer(conn, okAnswer) })
			},
		},
		{
			Name: "another each time", About: "shows every client another certificate", Layer: Certificate, Usable: true, Fickle: true,
			serve: func(c *Conn) {
				leaf := goodLeaf()
				leaf.serial = []byte{1, byte(c.nth >> 8), byte(c.nth)}
				c.serveTLS(served(leaf.der()), func(conn *tls.Conn) { c.answer(conn, okAnswer) })
			},
		},
	}
}

// names are those of the CAs in a circular chain.
var names = [...]string{"CA 0", "CA 1", "CA 2", "CA 3"}

// signedBy is a certificate that names an issuer. It is a CA.
func signedBy(subject, issuer string) certificate {
	c := goodLeaf()
	c.subject, c.issuer = commonName(subject), commonName(issuer)
	c.extensions = append(c.extensions, extra("\x55\x1d\x13", true, element(asn1.SEQUENCE, element(asn1.BOOLEAN, []byte{0xff}))))
	return c
}

// signedWithRSA is the certificate with a signature of that many bytes, which
// claims to be RSA's and is none.
func (c certificate) signedWithRSA(size int) []byte {
	const sha256WithRSA = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
	kind := element(asn1.SEQUENCE, oid(sha256WithRSA), element(asn1.NULL))
	return element(asn1.SEQUENCE, c.tbs(kind), kind, bits(bytes.Repeat([]byte{0x11}, size)))
}

package tlsinspect

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha1"

	// the hashes that verifySignature picks by number
	_ "crypto/sha256"
	_ "crypto/sha512"
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

// Sizes of BearSSL's buffers, in bytes (bearssl_x509.h, BR_X509_BUFSIZE_KEY;
// ssl_hs_client.t0; inner.h, BR_MAX_RSA_SIZE).
const (
	maxKeyBytes   = 520 // modulus and exponent together
	maxRSABytes   = 512 // modulus, and a ServerKeyExchange's signature
	minRSABytes   = 59  // modulus, for RSA key exchange
	maxPointBytes = 133 // ECDHE point: P-521's
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

// HoldsKey reports whether the certificate's key is the one given, and whether
// it is at least of the same kind.
func (c *Certificate) HoldsKey(key crypto.PublicKey) (holds, sameKind bool) {
	k := pinnedKey(c)
	switch key := key.(type) {
	case *rsa.PublicKey:
		return k.isRSA() && k.n.Cmp(key.N) == 0 && k.e.Cmp(big.NewInt(int64(key.E))) == 0, k.isRSA()
	case *ecdsa.PublicKey:
		own := k.ecdsa()
		return k.isEC() && own != nil && own.Equal(key), k.isEC()
	}
	return false, false
}

// bits is the size of an RSA modulus, else 0.
func (k publicKey) bits() int {
	if k.n == nil {
		return 0
	}
	return k.n.BitLen()
}

// size is what the board needs to keep a key, in bytes; 0 for a key that it
// doesn't know.
func (k publicKey) size() int {
	switch {
	case k.isRSA():
		return k.nLen + k.eLen
	case k.isEC() && k.group != 0:
		return len(k.point)
	}
	return 0
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

// validPoint reports whether a server's ECDHE point lies on its curve.
func validPoint(group esp8266.Group, point []byte) bool {
	if group == esp8266.X25519 {
		return len(point) == 32
	}
	return publicKey{group: group, point: point}.ecdsa() != nil
}

// Signature algorithms as TLS 1.2 numbers them (RFC 5246 §7.4.1.4.1).
const (
	signatureRSA   = 1
	signatureECDSA = 3
)

// tlsHash returns the hash of a TLS number, 0 for those that the board refuses (RFC 5246 §7.4.1.4.1).
func tlsHash(number uint8) crypto.Hash {
	switch number {
	case 2:
		return crypto.SHA1
	case 3:
		return crypto.SHA224
	case 4:
		return crypto.SHA256
	case 5:
		return crypto.SHA384
	case 6:
		return crypto.SHA512
	}
	return 0
}

// digestPrefixes begin the DigestInfo of PKCS#1 v1.5 (RFC 8017 §9.2, notes).
// The algorithm's parameters are NULL; BearSSL takes them left out as well, but
// nothing writes that in TLS.
var digestPrefixes = map[crypto.Hash]string{
	crypto.SHA1:   "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
	crypto.SHA224: "\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00\x04\x1c",
	crypto.SHA256: "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
	crypto.SHA384: "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30",
	crypto.SHA512: "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
}

// signedParams returns what ServerKeyExchange signs: both randoms and the key
// exchange's parameters (RFC 8422 §5.4).
func (f *flight) signedParams() []byte {
	b := cryptobyte.NewBuilder(nil)
	b.AddBytes(f.clientRandom[:])
	b.AddBytes(f.hello.random[:])
	b.AddUint8(f.exchange.curveType)
	b.AddUint16(uint16(f.exchange.group))
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(f.exchange.point) })
	return b.BytesOrPanic() // the point came with a length of one byte
}

// verifyServerKeyExchange reports whether the ServerKeyExchange's signature was made with the
// key, that is, whether the server really holds it. rsa is the kind of key that
// the cipher suite asks for.
func (f *flight) verifyServerKeyExchange(k publicKey, rsa bool) bool {
	signed, signature := f.signedParams(), f.exchange.signature
	if f.hello.version < esp8266.VersionTLS12 {
		// MD5 and SHA-1 together with RSA, SHA-1 with ECDSA (RFC 4346 §7.4.3, RFC 4492 §5.4)
		digest := sha1.Sum(signed)
		if rsa {
			first := md5.Sum(signed)
			return verifyRSA(k, "", append(first[:], digest[:]...), signature)
		}
		return verifyECDSA(k, digest[:], signature)
	}
	return verifySignature(k, tlsHash(f.exchange.algorithm.Hash()), rsa, signed, signature)
}

// verifySignature checks a signature over signed.
func verifySignature(k publicKey, hash crypto.Hash, rsa bool, signed, signature []byte) bool {
	if hash == 0 {
		return false
	}
	h := hash.New()
	h.Write(signed)
	if rsa {
		return verifyRSA(k, digestPrefixes[hash], h.Sum(nil), signature)
	}
	return verifyECDSA(k, h.Sum(nil), signature)
}

// pssHashes are RSASSA-PSS's signature algorithms with ordinary RSA keys (RFC 8446 §4.2.3).
var pssHashes = map[esp8266.SignatureAlgorithm]crypto.Hash{0x0804: crypto.SHA256, 0x0805: crypto.SHA384, 0x0806: crypto.SHA512}

// verifyPSS checks an RSASSA-PSS signature over signed. Package crypto/rsa
// refuses keys below 1024 bits.
func (k publicKey) verifyPSS(hash crypto.Hash, signed, signature []byte) bool {
	if !k.isRSA() || !k.e.IsInt64() {
		return false
	}
	h := hash.New()
	h.Write(signed)
	return rsa.VerifyPSS(&rsa.PublicKey{N: k.n, E: int(k.e.Int64())}, hash, h.Sum(nil), signature, nil) == nil
}

// verifyRSA checks a PKCS#1 v1.5 signature (RFC 8017 §8.2.2). Package
// crypto/rsa won't do: it refuses keys that the board accepts (below 1024 bits)
// and does not know how long a signature BearSSL can hold.
func verifyRSA(k publicKey, prefix string, digest, signature []byte) bool {
	if !k.isRSA() || k.nLen > maxRSABytes || k.nLen+k.eLen > maxKeyBytes || len(signature) != k.nLen || k.n.Bit(0) == 0 || k.e.Sign() == 0 {
		return false
	}
	s := new(big.Int).SetBytes(signature)
	if s.Cmp(k.n) >= 0 {
		return false
	}
	padding := k.nLen - 3 - len(prefix) - len(digest)
	if padding < 8 {
		return false
	}
	want := append(make([]byte, 0, k.nLen), 0, 1)
	for range padding {
		want = append(want, 0xff)
	}
	want = append(append(append(want, 0), prefix...), digest...)
	got := s.Exp(s, k.e, k.n).FillBytes(make([]byte, k.nLen))
	return string(got) == string(want)
}

// verifyECDSA checks a signature of two INTEGERs in a SEQUENCE, whose lengths and
// signs BearSSL doesn't mind (src/ec/ecdsa_atr.c, br_ecdsa_asn1_to_raw).
func verifyECDSA(k publicKey, digest, signature []byte) bool {
	key := k.ecdsa()
	if key == nil || len(signature) < 8 || signature[0] != 0x30 {
		return false
	}
	length, rest := int(signature[1]), signature[2:]
	if length == 0x81 {
		length, rest = int(rest[0]), rest[1:]
	} else if length > 0x80 {
		return false
	}
	whole := length == len(rest)
	r, rest, ok := takeInteger(rest)
	s, end, okToo := takeInteger(rest)
	return ok && okToo && whole && len(end) == 0 && ecdsa.Verify(key, digest, r, s)
}

// takeInteger reads an INTEGER of up to 127 bytes as a positive number.
func takeInteger(b []byte) (n *big.Int, rest []byte, ok bool) {
	if len(b) < 2 || b[0] != tagInteger || b[1] >= 0x80 || int(b[1]) > len(b)-2 {
		return nil, nil, false
	}
	end := 2 + int(b[1])
	return new(big.Int).SetBytes(b[2:end]), b[end:], true
}

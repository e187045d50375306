package tlsinspect

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/md5"
	"crypto/sha1"
	// the hashes that verifySignature picks by number
	_ "crypto/sha256"
	_ "crypto/sha512"
	"math/big"

	"golang.org/x/crypto/cryptobyte"

	"espost/esp8266"
)

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

// proves reports whether the ServerKeyExchange's signature was made with the
// key, that is, whether the server really holds it. rsa is the kind of key that
// the cipher suite asks for.
func (f *flight) proves(k publicKey, rsa bool) bool {
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

func verifyECDSA(k publicKey, digest, signature []byte) bool {
	key := k.ecdsa()
	return key != nil && ecdsa.VerifyASN1(key, digest, signature)
}

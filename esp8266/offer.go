package esp8266

import "fmt"

// KeyExchange says how a cipher suite agrees on keys, and so which kind of key
// the server's certificate must hold.
type KeyExchange string

// The key exchanges that the board's suites use. Static ECDH needs an EC key;
// the suffix names the algorithm that signed the certificate (RFC 8422 §2).
const (
	ECDHEECDSA KeyExchange = "ECDHE-ECDSA"
	ECDHERSA   KeyExchange = "ECDHE-RSA"
	ECDHECDSA  KeyExchange = "ECDH-ECDSA"
	ECDHRSA    KeyExchange = "ECDH-RSA"
	RSA        KeyExchange = "RSA"
)

// Ephemeral reports whether the server sends a signed ServerKeyExchange.
func (k KeyExchange) Ephemeral() bool { return k == ECDHEECDSA || k == ECDHERSA }

// A CipherSuite is one entry of the board's ClientHello.
type CipherSuite struct {
	ID          uint16
	Name        string // OpenSSL's name
	KeyExchange KeyExchange
	TLS12       bool // needs TLS 1.2: AEAD suites and those with a SHA-2 MAC (RFC 5246 §A.5, RFC 5289 §3)
}

// cipherSuites in the board's order of preference
// (core WiFiClientSecureBearSSL.cpp, suites_P; measured).
var cipherSuites = [...]CipherSuite{
	{0xcca9, "ECDHE-ECDSA-CHACHA20-POLY1305", ECDHEECDSA, true},
	{0xcca8, "ECDHE-RSA-CHACHA20-POLY1305", ECDHERSA, true},
	{0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256", ECDHEECDSA, true},
	{0xc02f, "ECDHE-RSA-AES128-GCM-SHA256", ECDHERSA, true},
	{0xc02c, "ECDHE-ECDSA-AES256-GCM-SHA384", ECDHEECDSA, true},
	{0xc030, "ECDHE-RSA-AES256-GCM-SHA384", ECDHERSA, true},
	{0xc0ac, "ECDHE-ECDSA-AES128-CCM", ECDHEECDSA, true},
	{0xc0ad, "ECDHE-ECDSA-AES256-CCM", ECDHEECDSA, true},
	{0xc0ae, "ECDHE-ECDSA-AES128-CCM8", ECDHEECDSA, true},
	{0xc0af, "ECDHE-ECDSA-AES256-CCM8", ECDHEECDSA, true},
	{0xc023, "ECDHE-ECDSA-AES128-SHA256", ECDHEECDSA, true},
	{0xc027, "ECDHE-RSA-AES128-SHA256", ECDHERSA, true},
	{0xc024, "ECDHE-ECDSA-AES256-SHA384", ECDHEECDSA, true},
	{0xc028, "ECDHE-RSA-AES256-SHA384", ECDHERSA, true},
	{0xc009, "ECDHE-ECDSA-AES128-SHA", ECDHEECDSA, false},
	{0xc013, "ECDHE-RSA-AES128-SHA", ECDHERSA, false},
	{0xc00a, "ECDHE-ECDSA-AES256-SHA", ECDHEECDSA, false},
	{0xc014, "ECDHE-RSA-AES256-SHA", ECDHERSA, false},
	{0xc02d, "ECDH-ECDSA-AES128-GCM-SHA256", ECDHECDSA, true},
	{0xc031, "ECDH-RSA-AES128-GCM-SHA256", ECDHRSA, true},
	{0xc02e, "ECDH-ECDSA-AES256-GCM-SHA384", ECDHECDSA, true},
	{0xc032, "ECDH-RSA-AES256-GCM-SHA384", ECDHRSA, true},
	{0xc025, "ECDH-ECDSA-AES128-SHA256", ECDHECDSA, true},
	{0xc029, "ECDH-RSA-AES128-SHA256", ECDHRSA, true},
	{0xc026, "ECDH-ECDSA-AES256-SHA384", ECDHECDSA, true},
	{0xc02a, "ECDH-RSA-AES256-SHA384", ECDHRSA, true},
	{0xc004, "ECDH-ECDSA-AES128-SHA", ECDHECDSA, false},
	{0xc00e, "ECDH-RSA-AES128-SHA", ECDHRSA, false},
	{0xc005, "ECDH-ECDSA-AES256-SHA", ECDHECDSA, false},
	{0xc00f, "ECDH-RSA-AES256-SHA", ECDHRSA, false},
	{0x009c, "AES128-GCM-SHA256", RSA, true},
	{0x009d, "AES256-GCM-SHA384", RSA, true},
	{0xc09c, "AES128-CCM", RSA, true},
	{0xc09d, "AES256-CCM", RSA, true},
	{0xc0a0, "AES128-CCM8", RSA, true},
	{0xc0a1, "AES256-CCM8", RSA, true},
	{0x003c, "AES128-SHA256", RSA, true},
	{0x003d, "AES256-SHA256", RSA, true},
	{0x002f, "AES128-SHA", RSA, false},
	{0x0035, "AES256-SHA", RSA, false},
	{0xc008, "ECDHE-ECDSA-DES-CBC3-SHA", ECDHEECDSA, false},
	{0xc012, "ECDHE-RSA-DES-CBC3-SHA", ECDHERSA, false},
	{0xc003, "ECDH-ECDSA-DES-CBC3-SHA", ECDHECDSA, false},
	{0xc00d, "ECDH-RSA-DES-CBC3-SHA", ECDHRSA, false},
	{0x000a, "DES-CBC3-SHA", RSA, false},
}

// CipherSuites returns the suites of an ordinary build ("ssl=all"), in the
// order of the ClientHello.
func CipherSuites() []CipherSuite {
	all := cipherSuites
	return all[:]
}

// BasicCipherSuites returns the suites of a build with "Basic SSL ciphers"
// (BEARSSL_SSL_BASIC): four, all with static RSA.
func BasicCipherSuites() []CipherSuite {
	var basic []CipherSuite
	for _, s := range cipherSuites {
		switch s.ID {
		case 0x003c, 0x003d, 0x002f, 0x0035:
			basic = append(basic, s)
		}
	}
	return basic
}

// CipherSuiteByID returns the suite with that number, if the board offers it.
func CipherSuiteByID(id uint16) (CipherSuite, bool) {
	for _, s := range cipherSuites {
		if s.ID == id {
			return s, true
		}
	}
	return CipherSuite{}, false
}

// TLS protocol versions the board speaks (core: BR_TLS10 … BR_TLS12).
const (
	VersionTLS10 uint16 = 0x0301
	VersionTLS11 uint16 = 0x0302
	VersionTLS12 uint16 = 0x0303
)

// VersionName names a protocol version for people: "TLS 1.2".
func VersionName(v uint16) string {
	switch v {
	case 0x0300:
		return "SSL 3.0"
	case VersionTLS10, VersionTLS11, VersionTLS12, 0x0304:
		return fmt.Sprintf("TLS 1.%d", v-VersionTLS10)
	}
	return fmt.Sprintf("version 0x%04x", v)
}

// A Group is a key-exchange group as supported_groups numbers it (RFC 8422 §5.1.1).
type Group uint16

// The groups that the board offers.
const (
	P256   Group = 0x0017
	P384   Group = 0x0018
	P521   Group = 0x0019
	X25519 Group = 0x001d
)

// Groups returns the offered groups in order (measured).
func Groups() []Group { return []Group{P256, P384, P521, X25519} }

func (g Group) String() string {
	switch g {
	case P256:
		return "P-256"
	case P384:
		return "P-384"
	case P521:
		return "P-521"
	case X25519:
		return "X25519"
	}
	return fmt.Sprintf("group 0x%04x", uint16(g))
}

// A SignatureAlgorithm is a hash and signature pair (RFC 5246 §7.4.1.4.1).
type SignatureAlgorithm uint16

// SignatureAlgorithms returns the offered pairs in order (measured): ECDSA with
// SHA-256, -384, -512, -224, -1, then RSA PKCS#1 v1.5 with SHA-256, -224, -384, -512, -1.
// There is no RSA-PSS and no Ed25519.
func SignatureAlgorithms() []SignatureAlgorithm {
	return []SignatureAlgorithm{
		0x0403, 0x0303, 0x0503, 0x0603, 0x0203,
		0x0401, 0x0301, 0x0501, 0x0601, 0x0201,
	}
}

// Hash returns the pair's hash as TLS numbers it: 2 SHA-1, 3 SHA-224, 4 SHA-256,
// 5 SHA-384, 6 SHA-512.
func (s SignatureAlgorithm) Hash() uint8 { return uint8(s >> 8) }

// Signature returns the pair's signature algorithm: 1 RSA PKCS#1 v1.5, 3 ECDSA.
func (s SignatureAlgorithm) Signature() uint8 { return uint8(s) }

func (s SignatureAlgorithm) String() string {
	hash := map[uint8]string{1: "MD5", 2: "SHA1", 3: "SHA224", 4: "SHA256", 5: "SHA384", 6: "SHA512"}[s.Hash()]
	sig := map[uint8]string{1: "RSA", 3: "ECDSA"}[s.Signature()]
	if hash == "" || sig == "" {
		return fmt.Sprintf("signature 0x%04x", uint16(s))
	}
	return sig + "-" + hash
}

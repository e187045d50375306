package esp8266

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"espost/internal/problem"
	"espost/internal/sanitize"
)

// Limits of pins.
const (
	maxWays = 8    // fingerprints, keys and all CAs together, which the board tries one after the other, a handshake each
	maxCAs  = 40   // which fit into a profile, and take 62 KB of flash
	maxRSA  = 4096 // bits of an RSA key (BearSSL inc/bearssl_x509.h, BR_X509_BUFSIZE_KEY)
)

// Lists of CAs: from manyCAs on the one in memory while it is compared costs less than all of
// them; more than maxListed are never in memory together.
const (
	manyCAs   = 3
	maxListed = 8
)

// A Pinned is what a Pin's modes name, read.
type Pinned struct {
	SHA1 []string // 40 upper-case hex digits, each once
	Keys []PinnedKey
	CAs  [][]byte // certificates, DER
}

// A PinnedKey is a public key, read.
type PinnedKey struct {
	Public crypto.PublicKey // *rsa.PublicKey or *ecdsa.PublicKey
	SPKI   []byte           // its SubjectPublicKeyInfo, DER
}

// Ways counts the ways by which the board may know its server.
func (p Pinned) Ways() int {
	n := len(p.SHA1) + len(p.Keys)
	if len(p.CAs) > 0 {
		n++
	}
	return n
}

// Read reads what p's modes name, and returns everything that keeps the board
// from using it, by where it is: "pin.mode", "pin.sha1[1]", "pin.ca[0]".
func (p Pin) Read() (Pinned, problem.List) {
	var out Pinned
	var l problem.List
	for _, mode := range p.Modes() {
		switch mode {
		case PinFingerprint:
			if len(p.SHA1) == 0 { // mutant TestUnusablePin in ./formpost: len(p.SHA1) == 0 => false
				l.Add(problem.At("pin", "there is no fingerprint to pin", "connect to the host first, or paste its SHA-1 fingerprint"))
			}
			out.SHA1 = readFingerprints(p.SHA1, &l)
		case PinPublicKey:
			out.Keys = p.readKeys(&l)
		case PinCA:
			out.CAs = readCAs(p.CAs, &l)
		case PinInsecure:
		default:
			l.Add(mode.Check())
		}
	}
	l.Add(p.CheckBackup())
	if n := out.Ways(); n > maxWays && len(out.SHA1) < n {
		l.Add(problem.At("pin", fmt.Sprintf("%d fingerprints, keys and CAs are more than the board can try in good time", n), fmt.Sprintf("keep at most %d", maxWays)))
	}
	return out, l
}

// CheckBackup returns why p can have no such backup, nil when it can.
func (p Pin) CheckBackup() *problem.Problem {
	switch {
	case p.Backup == "" && (p.Mode != PinInsecure || len(p.Reserve) == 0):
		return nil
	case p.Mode == PinInsecure:
		return problem.At("pin.backup", "a board that trusts everybody needs no backup", "pin the server, or remove the backup")
	case p.Backup == PinCA && p.Mode != PinCA, p.Backup == PinPublicKey && p.Mode != PinPublicKey:
		return nil
	}
	return problem.At("pin.backup", fmt.Sprintf("%q can't be the backup of a pin by %s", sanitize.Clip(string(p.Backup), 40), p.Mode), "use ca or public-key, whichever the mode isn't, or remove it")
}

// readKeys reads the keys that p accepts, each once.
func (p Pin) readKeys(l *problem.List) []PinnedKey {
	var keys []PinnedKey
	at := make([]string, 0, 1+len(p.Reserve)) // of each
	if len(p.Keys()) > len(p.Reserve) {
		at = append(at, "pin.public-key")
	}
	for i := range p.Reserve {
		at = append(at, fmt.Sprintf("pin.reserve[%d]", i))
	}
	for i, text := range p.Keys() {
		public, spki, err := readPublicKey(text)
		switch {
		case err != nil && at[i] == "pin.public-key":
			l.Add(problem.At(at[i], "the public key can't be pinned, since "+err.Error(), "connect to the host again and pin the key it shows"))
		case err != nil:
			l.Add(problem.At(at[i], "the reserve key can't be pinned, since "+err.Error(), "give the key's own PEM: espost pins reserve takes it from its file"))
		case !slices.ContainsFunc(keys, func(k PinnedKey) bool { return bytes.Equal(k.SPKI, spki) }):
			keys = append(keys, PinnedKey{public, spki})
		}
	}
	return keys
}

func readCAs(texts []string, l *problem.List) (out [][]byte) {
	if len(texts) == 0 {
		l.Add(problem.At("pin", "there is no CA certificate to pin", "connect to the host first, or give the CA's PEM"))
	}
	if len(texts) > maxCAs {
		l.Add(problem.At("pin.ca", fmt.Sprintf("%d CA certificates are more than a board is given", len(texts)), fmt.Sprintf("keep at most %d", maxCAs)))
		texts = texts[:maxCAs]
	}
	for i, text := range texts {
		der, err := readCertificate(text)
		if err != nil {
			l.Add(problem.At(fmt.Sprintf("pin.ca[%d]", i), fmt.Sprintf("CA certificate %d can't be used, since %s", i+1, err), "give the PEM of the CA's own certificate"))
			continue
		}
		out = append(out, der)
	}
	if len(out) <= maxListed {
		return out
	}
	if a, b := namesakes(out); b > 0 {
		l.Add(problem.At(fmt.Sprintf("pin.ca[%d]", b), fmt.Sprintf("CA certificates %d and %d have the same name, and of so many the board compares one of a name only", a+1, b+1), fmt.Sprintf("keep one of them, or at most %d in all", maxListed)))
	}
	return out
}

// OneCAAtATime reports whether the board finds its CAs by their names, with one of them in memory at a
// time. BearSSL asks for one CA of a name only, so that of namesakes there is a list.
func (p Pinned) OneCAAtATime() bool {
	if len(p.CAs) < manyCAs {
		return false
	}
	_, twin := namesakes(p.CAs)
	return twin == 0
}

// namesakes returns the first two certificates of one name, zeros for none.
func namesakes(ders [][]byte) (a, b int) {
	seen := make(map[string]int)
	for i, der := range ders {
		name := string(HashedName(der))
		if first, known := seen[name]; known {
			return first, i
		}
		seen[name] = i
	}
	return 0, 0
}

// HashedName is the SHA-256 of a certificate's subject, DER, as BearSSL hashes names (src/x509/x509_minimal.t0,
// read-DN); nil for what is no certificate.
func HashedName(der []byte) []byte {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(cert.RawSubject)
	return sum[:]
}

// Check returns why there is no such mode, nil when there is.
func (m PinMode) Check() *problem.Problem {
	if m.Valid() {
		return nil
	}
	var names []string
	for _, known := range PinModes() {
		names = append(names, string(known))
	}
	return problem.At("pin.mode", fmt.Sprintf("there is no pin mode %q", sanitize.Clip(string(m), 40)), "use one of "+strings.Join(names, ", "))
}

func readFingerprints(texts []string, l *problem.List) []string {
	if len(texts) > maxWays {
		l.Add(problem.At("pin.sha1", fmt.Sprintf("%d fingerprints are more than the board can try in good time", len(texts)), fmt.Sprintf("keep at most %d", maxWays)))
		texts = texts[:maxWays]
	}
	var out []string
	seen := make(map[string]bool)
	for i, s := range texts {
		digits, err := ParseFingerprint(s)
		if err != nil {
			l.Add(problem.At(fmt.Sprintf("pin.sha1[%d]", i), fmt.Sprintf("fingerprint %d is unusable", i+1), err.Error()).Because(err))
			continue
		}
		if !seen[digits] {
			seen[digits] = true
			out = append(out, digits)
		}
	}
	return out
}

// readPublicKey reads one SubjectPublicKeyInfo in PEM.
func readPublicKey(text string) (crypto.PublicKey, []byte, error) {
	der, err := onePEM(text, "PUBLIC KEY")
	if err != nil {
		return nil, nil, err
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, nil, errors.New("it holds no key that is understood")
	}
	return key, der, CheckKey(key)
}

// PublicKeyIn returns the public key that a PEM file holds, as PEM: of a public or a
// private key, a certificate, or a request for one (RFC 7468). The error, part of a sentence, says
// why there is none that the board can use.
func PublicKeyIn(text []byte) (string, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		key, err := publicKeyOf(block)
		if err != nil {
			return "", err
		}
		if key == nil {
			continue
		}
		der, err := x509.MarshalPKIXPublicKey(key)
		if err == nil {
			err = CheckKey(key)
		}
		if err != nil {
			return "", err
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
	}
	return "", errors.New("it holds no key, no certificate and no request for one in PEM")
}

// publicKeyOf is nil for a block that holds none, such as EC PARAMETERS.
func publicKeyOf(block *pem.Block) (key crypto.PublicKey, err error) {
	var private any
	switch block.Type {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "CERTIFICATE":
		var c *x509.Certificate
		if c, err = x509.ParseCertificate(block.Bytes); err == nil {
			key = c.PublicKey
		}
	case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
		var r *x509.CertificateRequest
		if r, err = x509.ParseCertificateRequest(block.Bytes); err == nil {
			key = r.PublicKey
		}
	case "PRIVATE KEY":
		private, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		private, err = x509.ParseECPrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		private, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("its key is encrypted: give its public half (openssl pkey -pubout) or its certificate request")
	}
	if signer, ok := private.(crypto.Signer); ok {
		key = signer.Public()
	}
	if err != nil {
		return nil, fmt.Errorf("its %s can't be read", strings.ToLower(block.Type))
	}
	return key, nil
}

// CertificatesIn returns the certificates that a PEM file holds, such as a bundle of CAs, as PEM each. The error, part of a
// sentence, says why there is none.
func CertificatesIn(text []byte) ([]string, error) {
	var list []string
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		if one := string(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes})); !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("it holds no certificate in PEM")
	}
	return list, nil
}

// readCertificate reads one certificate in PEM.
func readCertificate(text string) ([]byte, error) {
	der, err := onePEM(text, "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errors.New("it holds no certificate that is understood")
	}
	return der, CheckKey(cert.PublicKey)
}

func onePEM(text, kind string) ([]byte, error) {
	block, rest := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return nil, errors.New("it is not PEM")
	case block.Type != kind:
		return nil, fmt.Errorf("it is not a %s", strings.ToLower(kind))
	case strings.Contains(string(rest), "-----BEGIN"):
		return nil, errors.New("it holds more than one PEM block")
	}
	return block.Bytes, nil
}

// CheckKey returns why the board can't verify signatures of that key, as part
// of a sentence; nil when it can (BearSSL src/ec, src/rsa).
func CheckKey(key crypto.PublicKey) error {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() > maxRSA {
			return fmt.Errorf("its RSA key has %d bits and the board stops at %d", key.N.BitLen(), maxRSA)
		}
		return nil
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256(), elliptic.P384(), elliptic.P521():
			return nil
		}
		return errors.New("its curve is none of P-256, P-384 and P-521")
	}
	return errors.New("the board knows RSA and ECDSA keys only")
}

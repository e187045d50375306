package esp8266

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"espost/internal/problem"
	"espost/internal/sanitize"
)

// Limits of pins.
const (
	maxFingerprints = 8    // which the board tries one after the other, a handshake each
	maxRSA          = 4096 // bits of an RSA key (BearSSL inc/bearssl_x509.h, BR_X509_BUFSIZE_KEY)
)

// A Pinned is what a Pin's mode names, read.
type Pinned struct {
	SHA1 []string         // 40 upper-case hex digits, each once
	Key  crypto.PublicKey // *rsa.PublicKey or *ecdsa.PublicKey
	SPKI []byte           // Key's SubjectPublicKeyInfo, DER
	CAs  [][]byte         // certificates, DER
}

// Read reads what p's mode names, and returns everything that keeps the board
// from using it, by where it is: "pin.mode", "pin.sha1[1]", "pin.ca[0]".
func (p Pin) Read() (Pinned, problem.List) {
	var out Pinned
	var l problem.List
	switch p.Mode {
	case PinFingerprint:
		if len(p.SHA1) == 0 { // mutant TestUnusablePin in ./formpost: len(p.SHA1) == 0 => false
			l.Add(problem.At("pin", "there is no fingerprint to pin", "connect to the host first, or paste its SHA-1 fingerprint"))
		}
		out.SHA1 = readFingerprints(p.SHA1, &l)
	case PinPublicKey:
		var err error
		if out.Key, out.SPKI, err = readPublicKey(p.PublicKey); err != nil {
			l.Add(problem.At("pin.public-key", "the public key can't be pinned, since "+err.Error(), "connect to the host again and pin the key it shows"))
		}
	case PinCA:
		if len(p.CAs) == 0 {
			l.Add(problem.At("pin", "there is no CA certificate to pin", "connect to the host first, or give the CA's PEM"))
		}
		for i, text := range p.CAs {
			der, err := readCertificate(text)
			if err != nil {
				l.Add(problem.At(fmt.Sprintf("pin.ca[%d]", i), fmt.Sprintf("CA certificate %d can't be used, since %s", i+1, err), "give the PEM of the CA's own certificate"))
				continue
			}
			out.CAs = append(out.CAs, der)
		}
	case PinInsecure:
	default:
		l.Add(p.Mode.Check())
	}
	return out, l
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
	if len(texts) > maxFingerprints {
		l.Add(problem.At("pin.sha1", fmt.Sprintf("%d fingerprints are more than the board can try in good time", len(texts)), fmt.Sprintf("keep at most %d", maxFingerprints)))
		texts = texts[:maxFingerprints]
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

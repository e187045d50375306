package codegen

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"espost/esp8266"
)

// maxRSA is the longest RSA key that the board accepts, in bits.
const maxRSA = 4096

func (v *validator) checkPin() {
	switch v.Pin.Mode {
	case esp8266.PinFingerprint:
		v.checkFingerprints()
	case esp8266.PinPublicKey:
		if _, err := publicKey(v.Pin.PublicKey); err != nil {
			v.add(PartPin, "the public key can't be pinned, since "+err.Error(), "connect to the host again and pin the key it shows")
		}
	case esp8266.PinCA:
		v.checkCAs()
	case esp8266.PinInsecure:
	default:
		v.add(PartPin, fmt.Sprintf("there is no pin mode %q", string(v.Pin.Mode)), "use fingerprint, public-key, ca or insecure")
	}
}

func (v *validator) checkFingerprints() {
	if len(v.Pin.SHA1) == 0 {
		v.add(PartPin, "there is no fingerprint to pin", "connect to the host first, or paste its SHA-1 fingerprint")
	}
	if len(v.Pin.SHA1) > maxCandidates {
		v.add(PartPin, fmt.Sprintf("%d fingerprints are more than the board can try in good time", len(v.Pin.SHA1)), fmt.Sprintf("keep at most %d", maxCandidates))
	}
	for i, s := range v.Pin.SHA1 {
		if _, err := esp8266.ParseFingerprint(s); err != nil {
			v.addRow(PartPin, i, fmt.Sprintf("fingerprint %d is unusable", i+1), err.Error())
		}
	}
}

func (v *validator) checkCAs() {
	if len(v.Pin.CAs) == 0 {
		v.add(PartPin, "there is no CA certificate to pin", "connect to the host first, or give the CA's PEM")
	}
	for i, text := range v.Pin.CAs {
		if _, err := certificate(text); err != nil {
			v.addRow(PartPin, i, fmt.Sprintf("CA certificate %d can't be used, since %s", i+1, err), "give the PEM of the CA's own certificate")
		}
	}
}

// publicKey reads one SubjectPublicKeyInfo in PEM and returns it rewritten, so
// that nothing but base64 remains of the input.
func publicKey(text string) (string, error) {
	block, err := onePEM(text, "PUBLIC KEY")
	if err != nil {
		return "", err
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return "", errors.New("it holds no key that is understood")
	}
	if err := usableKey(key); err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes})), nil
}

// certificate reads one certificate in PEM and returns it rewritten.
func certificate(text string) (string, error) {
	block, err := onePEM(text, "CERTIFICATE")
	if err != nil {
		return "", err
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", errors.New("it holds no certificate that is understood")
	}
	if err := usableKey(cert.PublicKey); err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes})), nil
}

func onePEM(text, kind string) (*pem.Block, error) {
	block, rest := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return nil, errors.New("it is not PEM")
	case block.Type != kind:
		return nil, fmt.Errorf("it is not a %s", strings.ToLower(kind))
	case strings.Contains(string(rest), "-----BEGIN"):
		return nil, errors.New("it holds more than one PEM block")
	}
	return block, nil
}

// usableKey reports why the board can't verify signatures of that key
// (BearSSL src/ec, src/rsa).
func usableKey(key any) error {
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

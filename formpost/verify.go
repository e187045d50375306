package formpost

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"

	"espost/esp8266"
	"espost/tlsinspect"
)

// A PinError says why a pin can't be used.
type PinError struct {
	Message string // one plain sentence without its full stop
	Fix     string
	Err     error
}

func (e *PinError) Error() string { return e.Message + ": " + e.Fix }
func (e *PinError) Unwrap() error { return e.Err }

// A pinCheck decides, by the board's rules for its pin's mode, whether a server
// is the right one. It serves one handshake.
type pinCheck struct {
	mode    esp8266.PinMode
	sha1    []string
	key     any // *rsa.PublicKey or *ecdsa.PublicKey
	anchors []*tlsinspect.Certificate
	host    string
	now     func() time.Time

	leafSHA1 string // of the certificate served; set by verify
	failure  *Error // why verify refused the server
}

// newPinCheck reads pin. The error is a *PinError.
func newPinCheck(pin esp8266.Pin, host string, now func() time.Time) (*pinCheck, error) {
	check := &pinCheck{mode: pin.Mode, host: host, now: now}
	switch pin.Mode {
	case esp8266.PinFingerprint:
		if len(pin.SHA1) == 0 {
			return nil, &PinError{Message: "there is no fingerprint to hold the server against", Fix: "look at the certificate first"}
		}
		for _, s := range pin.SHA1 {
			digits, err := esp8266.ParseFingerprint(s)
			if err != nil {
				return nil, &PinError{Message: fmt.Sprintf("%q is no fingerprint", s), Fix: "give the 40 hexadecimal digits of the SHA-1", Err: err}
			}
			check.sha1 = append(check.sha1, digits)
		}
	case esp8266.PinPublicKey:
		key, err := parsePublicKey(pin.PublicKey)
		if err != nil {
			return nil, &PinError{Message: "the pinned public key can't be read", Fix: "look at the certificate again and pin its key", Err: err}
		}
		check.key = key
	case esp8266.PinCA:
		for _, text := range pin.CAs {
			anchor, err := parseCertificate(text)
			if err != nil {
				return nil, &PinError{Message: "a pinned CA certificate can't be read", Fix: "give it as PEM, from BEGIN CERTIFICATE to END CERTIFICATE", Err: err}
			}
			check.anchors = append(check.anchors, anchor)
		}
		if len(check.anchors) == 0 {
			return nil, &PinError{Message: "there is no CA to hold the server against", Fix: "look at the certificate first and choose its CA"}
		}
	case esp8266.PinInsecure:
	default:
		return nil, &PinError{Message: fmt.Sprintf("there is no pin mode %q", string(pin.Mode)), Fix: "use fingerprint, public-key, ca or insecure"}
	}
	return check, nil
}

func parsePublicKey(text string) (any, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("no PEM block in it")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	switch key.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey:
		return key, nil
	}
	return nil, fmt.Errorf("the board knows RSA and ECDSA keys only, not %T", key)
}

func parseCertificate(text string) (*tlsinspect.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("no PEM certificate in it")
	}
	c := tlsinspect.NewCertificate(block.Bytes)
	return c, c.ParseErr
}

// verify is tls.Config.VerifyConnection: crypto/tls calls it when the server's
// certificates are read, before any key is agreed on and long before any
// application data.
func (p *pinCheck) verify(state tls.ConnectionState) error {
	leaf := state.PeerCertificates[0]
	p.leafSHA1 = fmt.Sprintf("%X", sha1.Sum(leaf.Raw))
	if p.failure = p.judge(state); p.failure != nil {
		return p.failure
	}
	return nil
}

// judge returns nil when the board would go on with the handshake.
func (p *pinCheck) judge(state tls.ConnectionState) *Error {
	leaf := state.PeerCertificates[0]
	switch p.mode {
	case esp8266.PinFingerprint:
		if !slices.Contains(p.sha1, p.leafSHA1) {
			return fingerprintDiffers(p.host, p.leafSHA1)
		}
	case esp8266.PinPublicKey:
		return p.judgeKey(leaf, state.CipherSuite)
	case esp8266.PinCA:
		if code := p.judgeChain(state.PeerCertificates, state.CipherSuite); code != 0 {
			return chainRefused(p.host, code, state.PeerCertificates, p.now())
		}
	}
	if err := keyUnfit(leaf); err != nil {
		return err
	}
	return nil
}

// judgeKey holds the leaf's key against the pinned one. The board never reads
// the certificate in this mode: another key shows as a wrong key type, a bad
// signature in ServerKeyExchange, or, without one, as the server's alert
// (BearSSL src/x509/x509_knownkey.c, src/ssl/ssl_hs_client.t0).
func (p *pinCheck) judgeKey(leaf *x509.Certificate, suite uint16) *Error {
	equal := false
	code := esp8266.SSLWrongKeyUsage
	switch key := p.key.(type) {
	case *rsa.PublicKey:
		equal = key.Equal(leaf.PublicKey)
		if _, same := leaf.PublicKey.(*rsa.PublicKey); same {
			code = esp8266.SSLBadSignature
		}
	case *ecdsa.PublicKey:
		equal = key.Equal(leaf.PublicKey)
		if _, same := leaf.PublicKey.(*ecdsa.PublicKey); same {
			code = esp8266.SSLBadSignature
		}
	}
	if equal {
		return nil
	}
	s, _ := esp8266.CipherSuiteByID(suite)
	if code == esp8266.SSLBadSignature && !s.KeyExchange.Ephemeral() {
		code = esp8266.AlertReceived + 20 // bad_record_mac: the premaster secret was garbled
	}
	return keyDiffers(p.host, code)
}

// keyUnfit says whether the board can use the leaf's key at all, whatever the
// pin: RSA to 4096 bits (BearSSL inc/bearssl_x509.h, BR_X509_BUFSIZE_KEY), and
// P-256, P-384, P-521.
func keyUnfit(leaf *x509.Certificate) *Error {
	switch key := leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() <= 4096 {
			return nil
		}
		return unusableKey(esp8266.SSLWrongKeyUsage, fmt.Sprintf("an RSA key of %d bits", key.N.BitLen()))
	case *ecdsa.PublicKey:
		switch name := key.Curve.Params().Name; name {
		case "P-256", "P-384", "P-521":
			return nil
		default:
			return unusableKey(esp8266.SSLWrongKeyUsage, "a key on "+name)
		}
	}
	// The board offers no signature algorithm for other keys, so the server
	// that has none but these ends the handshake with alert 40.
	return unusableKey(esp8266.AlertReceived+40, fmt.Sprintf("an %s key", strings.ToUpper(leaf.PublicKeyAlgorithm.String()[:1])+leaf.PublicKeyAlgorithm.String()[1:]))
}

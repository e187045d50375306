package formpost

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"espost/esp8266"
	"espost/tlsinspect"
)

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

// newPinCheck reads pin. The error is a *problem.ListError.
func newPinCheck(pin esp8266.Pin, host string, now func() time.Time) (*pinCheck, error) {
	pinned, problems := pin.Read()
	if err := problems.Err(); err != nil {
		return nil, err
	}
	check := &pinCheck{mode: pin.Mode, sha1: pinned.SHA1, key: pinned.Key, host: host, now: now}
	for _, der := range pinned.CAs {
		check.anchors = append(check.anchors, tlsinspect.NewCertificate(der))
	}
	return check, nil
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
		if !slices.Contains(p.sha1, p.leafSHA1) { // mutant TestPinModes: !slices.Contains(p.sha1, p.leafSHA1) => slices.Contains([]string(nil), p.leafSHA1)
			return fingerprintDiffers(p.host, p.leafSHA1)
		}
	case esp8266.PinPublicKey:
		return p.judgeKey(leaf, state.CipherSuite)
	case esp8266.PinCA:
		if code := p.judgeChain(state.PeerCertificates, state.CipherSuite); code != 0 { // mutant TestPinModes: code != 0 => code < 0
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
	if equal { // mutant TestPinModes: equal => equal || true
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

// judgeChain returns BearSSL's error for the chain as served, or 0 if the board
// trusts it: the judge is tlsinspect's, so that what a look said about a CA holds
// for the test POST.
func (p *pinCheck) judgeChain(chain []*x509.Certificate, suite uint16) esp8266.SSLError {
	var served []*tlsinspect.Certificate
	for _, c := range chain {
		served = append(served, tlsinspect.NewCertificate(c.Raw))
	}
	s, _ := esp8266.CipherSuiteByID(suite)
	return tlsinspect.ValidateChain(served, p.anchors, p.host, p.now(), s.KeyExchange)
}

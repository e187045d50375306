package formpost

import (
	"crypto/tls"
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
	spki    []byte
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
	check := &pinCheck{mode: pin.Mode, sha1: pinned.SHA1, key: pinned.Key, spki: pinned.SPKI, host: host, now: now}
	for _, der := range pinned.CAs {
		check.anchors = append(check.anchors, tlsinspect.NewCertificate(der))
	}
	return check, nil
}

// verify is tls.Config.VerifyConnection: crypto/tls calls it when the server's
// certificates are read, before any key is agreed on and long before any
// application data.
func (p *pinCheck) verify(state tls.ConnectionState) error {
	served := tlsinspect.Served{}
	served.Suite, _ = esp8266.CipherSuiteByID(state.CipherSuite)
	for _, c := range state.PeerCertificates {
		served.Chain = append(served.Chain, tlsinspect.NewCertificate(c.Raw))
	}
	if p.failure = p.evaluate(served); p.failure != nil {
		return p.failure
	}
	return nil
}

// evaluate returns nil when the board would go on with the handshake. What judges
// certificates is tlsinspect's, so that what a look said holds for the test POST.
func (p *pinCheck) evaluate(served tlsinspect.Served) *Error {
	leaf, exchange := served.Chain[0], served.Suite.KeyExchange
	p.leafSHA1 = leaf.SHA1()
	switch p.mode {
	case esp8266.PinFingerprint:
		if !slices.Contains(p.sha1, p.leafSHA1) { // mutant TestPinModes: !slices.Contains(p.sha1, p.leafSHA1) => slices.Contains([]string(nil), p.leafSHA1)
			return fingerprintDiffers(p.host, p.leafSHA1)
		}
	case esp8266.PinPublicKey:
		return p.evaluateKey(leaf, exchange)
	case esp8266.PinCA:
		if code := tlsinspect.ValidateChain(served.Chain, p.anchors, p.host, p.now(), exchange); code != 0 { // mutant TestPinModes: code != 0 => code < 0
			return chainRefused(p.host, code, served.Chain, p.now())
		}
	}
	if code := tlsinspect.ValidateLeaf(leaf, exchange); code != 0 {
		return keyUnfit(leaf, code)
	}
	return nil
}

// evaluateKey holds the leaf's key against the pinned one. The board never reads
// the certificate in this mode: another key shows as a wrong key type, a bad
// signature in ServerKeyExchange, or, without one, as the server's alert
// (BearSSL src/x509/x509_knownkey.c, src/ssl/ssl_hs_client.t0).
func (p *pinCheck) evaluateKey(leaf *tlsinspect.Certificate, exchange esp8266.KeyExchange) *Error {
	switch holds, sameKind := leaf.HoldsKey(p.key); {
	case holds: // mutant TestPinModes: holds => holds || true
		return nil
	case !sameKind:
		return keyDiffers(p.host, esp8266.SSLWrongKeyUsage)
	case exchange.Ephemeral():
		return keyDiffers(p.host, esp8266.SSLBadSignature)
	}
	return keyDiffers(p.host, esp8266.AlertReceived+20) // bad_record_mac: the premaster secret was garbled
}

// keyUnfit says why the board can't use the leaf's key, whatever the pin: RSA to
// 4096 bits (BearSSL inc/bearssl_x509.h, BR_X509_BUFSIZE_KEY), and P-256, P-384,
// P-521.
func keyUnfit(leaf *tlsinspect.Certificate, code esp8266.SSLError) *Error {
	kind, size, _ := strings.Cut(leaf.Key, " ")
	switch {
	case kind == "RSA" && code != esp8266.SSLWrongKeyUsage:
		return unusableKey(code, "an RSA key of "+size+" bits")
	case kind == "RSA", kind == "ECDSA" && slices.Contains([]string{"P-256", "P-384", "P-521"}, size):
		return refused(code, "The server's certificate is malformed, so the board finds no key in it",
			"Pin the public key instead, or have the certificate issued anew")
	case kind == "ECDSA":
		return unusableKey(code, "a key on "+size)
	case kind == "", strings.Contains(kind, "."): // an OID
		return unusableKey(code, "a key of an unknown kind")
	}
	// The board offers no signature algorithm for other keys, so the server
	// that has none but these ends the handshake with alert 40.
	return unusableKey(esp8266.AlertReceived+40, "an "+kind+" key")
}

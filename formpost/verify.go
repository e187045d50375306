package formpost

import (
	"crypto/tls"
	"slices"
	"strings"
	"time"

	"espost/esp8266"
	"espost/tlsinspect"
)

// A pinCheck decides, by the board's rules for its pin's modes, whether a server
// is the right one. It serves one handshake.
type pinCheck struct {
	modes   []esp8266.PinMode
	pinned  esp8266.Pinned
	anchors []*tlsinspect.Certificate
	host    string
	now     func() time.Time

	mode     esp8266.PinMode // by which verify took the server
	backup   bool            // that isn't the pin's own, or the key one in reserve
	leafSHA1 string          // of the certificate served; set by verify
	failure  *Error          // why verify refused the server
}

// newPinCheck reads pin. The error is a *problem.ListError.
func newPinCheck(pin esp8266.Pin, host string, now func() time.Time) (*pinCheck, error) {
	pinned, problems := pin.Read()
	if err := problems.Err(); err != nil {
		return nil, err
	}
	check := &pinCheck{modes: pin.Modes(), pinned: pinned, host: host, now: now}
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

// evaluate returns nil when the board would go on with the handshake, by one mode of
// its pin or another. It tells of the last one, as the board does. What judges certificates is
// tlsinspect's, so that what a look said holds for the test POST.
func (p *pinCheck) evaluate(served tlsinspect.Served) *Error {
	return p.anyMode(func(mode esp8266.PinMode) *Error { return p.evaluateBy(mode, served) })
}

// anyMode has the pin's modes tried until one doesn't fail.
func (p *pinCheck) anyMode(try func(esp8266.PinMode) *Error) (failure *Error) {
	for _, p.mode = range p.modes {
		p.backup = p.mode != p.modes[0]
		if failure = try(p.mode); failure == nil { // mutant TestBackupPins: failure == nil => true
			return nil
		}
	}
	return failure
}

func (p *pinCheck) evaluateBy(mode esp8266.PinMode, served tlsinspect.Served) *Error {
	leaf, exchange := served.Chain[0], served.Suite.KeyExchange
	p.leafSHA1 = leaf.SHA1()
	switch mode {
	case esp8266.PinFingerprint:
		if !slices.Contains(p.pinned.SHA1, p.leafSHA1) { // mutant TestPinModes: !slices.Contains(p.pinned.SHA1, p.leafSHA1) => slices.Contains([]string(nil), p.leafSHA1)
			return fingerprintDiffers(p.host, p.leafSHA1)
		}
	case esp8266.PinPublicKey:
		var failure *Error
		for i, key := range p.pinned.Keys {
			if failure = p.evaluateKey(key, leaf, exchange); failure == nil {
				p.backup = p.backup || i > 0
				break
			}
		}
		return failure
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

// evaluateKey holds the leaf's key against a pinned one. The board never reads
// the certificate in this mode: another key shows as a wrong key type, a bad
// signature in ServerKeyExchange, or, without one, as the server's alert
// (BearSSL src/x509/x509_knownkey.c, src/ssl/ssl_hs_client.t0).
func (p *pinCheck) evaluateKey(key esp8266.PinnedKey, leaf *tlsinspect.Certificate, exchange esp8266.KeyExchange) *Error {
	switch holds, sameKind := leaf.HoldsKey(key.Public); {
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

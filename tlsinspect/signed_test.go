package tlsinspect_test

import (
	"crypto/elliptic"
	"crypto/tls"
	"testing"

	"espost/esp8266"
	"espost/tlsinspect"
)

// What the owner has signed vouches for the certificate, the key or the CA that it
// names, and for nothing beside it. The profile's pin is of another time.
func TestTrustOfSignedPins(t *testing.T) {
	root := issue(t, authority("Private Root"), p521(), nil) // which no browser knows
	private := pki{root, issue(t, authority("Private Intermediate"), ecKey(elliptic.P256())(), root)}
	old, renewed, other := selfSigned(t, rsa2048()), private.leaf(t, p256()), selfSigned(t, p384())
	elsewhere := private.leaf(t, p256(), named("other.test"))
	only := func(mode esp8266.PinMode, pin esp8266.Pin) esp8266.Pin { // as a file of pins has it
		switch mode {
		case esp8266.PinFingerprint:
			return esp8266.Pin{Mode: mode, SHA1: pin.SHA1}
		case esp8266.PinPublicKey:
			return esp8266.Pin{Mode: mode, PublicKey: pin.PublicKey}
		}
		return esp8266.Pin{Mode: mode, CAs: pin.CAs}
	}
	fingerprint, key, ca := only(esp8266.PinFingerprint, keyPin(renewed)), only(esp8266.PinPublicKey, keyPin(renewed)), only(esp8266.PinCA, caPin(root, renewed))
	for _, tt := range []struct {
		name   string
		server *tls.Config
		signed []esp8266.Pin
		mode   esp8266.PinMode // to be pinned
		want   bool
	}{
		{"its fingerprint", same(renewed), []esp8266.Pin{fingerprint}, esp8266.PinFingerprint, true},
		{"its fingerprint, for a key", same(renewed), []esp8266.Pin{fingerprint}, esp8266.PinPublicKey, true},
		{"its key", same(renewed), []esp8266.Pin{key}, esp8266.PinPublicKey, true},
		{"its key, the second of two", same(renewed), []esp8266.Pin{only(esp8266.PinPublicKey, keyPin(old)), key}, esp8266.PinPublicKey, true},
		{"its key, not proved", staticRSA(old), []esp8266.Pin{only(esp8266.PinPublicKey, keyPin(old))}, esp8266.PinFingerprint, false},
		{"its CA", same(renewed), []esp8266.Pin{ca}, esp8266.PinCA, true},
		{"its CA, for a key", same(renewed), []esp8266.Pin{ca}, esp8266.PinPublicKey, true},
		{"its CA, not proved", staticRSA(private.leaf(t, rsa2048())), []esp8266.Pin{ca}, esp8266.PinFingerprint, false},
		{"its CA, for another name", same(elsewhere), []esp8266.Pin{ca}, esp8266.PinPublicKey, false},
		{"its key, for a CA", same(renewed), []esp8266.Pin{key, fingerprint}, esp8266.PinCA, false},
		{"another server's", same(other), []esp8266.Pin{fingerprint, key, ca}, esp8266.PinFingerprint, false},
		{"nothing", same(renewed), nil, esp8266.PinFingerprint, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report := inspect(t, &tlsinspect.Client{Roots: newPKI(t).pool()}, goServer(t, tt.server))
			g := tlsinspect.Grounds{Pin: keyPin(old), Signed: tt.signed}
			if tt.server == nil || !report.Board.Connects {
				t.Fatalf("the board can't connect: %v", report.Findings)
			}
			choice, _ := report.Best(tt.mode, g)
			pin, err := report.Take(choice, g)
			if taken := err == nil && pin.Pinned(); taken != tt.want {
				t.Errorf("taken: %v, %v", taken, err)
			}
			if signed := report.Evidence(g) == tlsinspect.TrustSigned; tt.want && !signed {
				t.Errorf("trust is %s", report.Evidence(g))
			}
		})
	}
}

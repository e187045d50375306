package tlsinspect_test

import (
	"crypto/elliptic"
	"crypto/tls"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/esp8266"
	"espost/request"
	"espost/tlsinspect"
)

// looks serves browsers, whose first message names protocols (ALPN), one
// certificate and boards another.
func looks(browser, board *identity, suites ...uint16) *tls.Config {
	config := func(id *identity) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{id.tls()}, CipherSuites: suites}
	}
	return &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if len(hello.SupportedProtos) > 0 {
			return config(browser), nil
		}
		return config(board), nil
	}}
}

// same serves everybody the same.
func same(id *identity) *tls.Config { return looks(id, id) }

// staticRSA serves a certificate whose key it need not have.
func staticRSA(id *identity) *tls.Config {
	shown := &identity{cert: id.cert, key: rsaKey(2048)(), chain: id.chain}
	return looks(id, shown, tls.TLS_RSA_WITH_AES_128_GCM_SHA256)
}

func keyPin(id *identity) esp8266.Pin {
	c := tlsinspect.NewCertificate(id.cert.Raw)
	return esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: c.PublicKeyPEM(), SHA1: []string{c.SHA1()}}
}

func fingerprintPin(id *identity) esp8266.Pin {
	pin := keyPin(id)
	pin.Mode = esp8266.PinFingerprint
	return pin
}

func caPin(ca, leaf *identity) esp8266.Pin {
	pin := keyPin(leaf)
	pin.Mode, pin.CAs = esp8266.PinCA, []string{tlsinspect.NewCertificate(ca.cert.Raw).PEM()}
	return pin
}

// What vouches for a certificate, to whom.
func TestTrust(t *testing.T) {
	p := newPKI(t)
	root := issue(t, authority("Private Root"), p521(), nil) // which no browser knows
	foreign := pki{root, issue(t, authority("Private Intermediate"), ecKey(elliptic.P256())(), root)}
	old := p.leaf(t, rsa2048())
	renewed := p.leaf(t, p256())
	sameKey := foreign.leaf(t, rsa2048())
	impostor := selfSigned(t, p384())
	insecure := keyPin(old)
	insecure.Mode = esp8266.PinInsecure
	ownAndExpired := selfSigned(t, rsa2048())
	bare := &identity{cert: renewed.cert, key: renewed.key}
	none := esp8266.Pin{}
	tests := []struct {
		name   string
		server *tls.Config
		pin    esp8266.Pin
		want   tlsinspect.Trust
	}{
		{"public", same(old), none, tlsinspect.TrustPublic},
		{"public, renewed with a new key", same(renewed), keyPin(old), tlsinspect.TrustPublic},
		{"public, for another name", same(p.leaf(t, p256(), named("other.test"))), none, tlsinspect.TrustNone},
		{"public, but browsers are served another", looks(renewed, old), none, tlsinspect.TrustNone},
		{"public for browsers, another for boards", looks(old, impostor), none, tlsinspect.TrustNone},
		{"the same, with a fingerprint", looks(old, impostor), fingerprintPin(old), tlsinspect.TrustNone},
		{"the same, with a key", looks(old, impostor), keyPin(old), tlsinspect.TrustNone},
		{"the same, with a CA", looks(old, impostor), caPin(p.root, old), tlsinspect.TrustNone},
		{"public for browsers, without its issuer for boards", looks(renewed, bare), none, tlsinspect.TrustNone},
		{"self-signed", same(impostor), none, tlsinspect.TrustNone},
		{"self-signed, the pinned certificate", same(ownAndExpired), fingerprintPin(ownAndExpired), tlsinspect.TrustSameKey},
		{"the pinned key under another certificate", same(sameKey), fingerprintPin(old), tlsinspect.TrustSameKey},
		{"the pinned key, with its own pin", same(sameKey), keyPin(old), tlsinspect.TrustSameKey},
		{"the pinned key counts for nothing under a pinned CA", same(sameKey), caPin(p.root, old), tlsinspect.TrustNone},
		{"the key of a server that was never checked", same(sameKey), insecure, tlsinspect.TrustNone},
		{"the pinned key, not proved", staticRSA(sameKey), keyPin(old), tlsinspect.TrustNone},
		{"the pinned key, not proved, with a fingerprint", staticRSA(sameKey), fingerprintPin(old), tlsinspect.TrustNone},
		{"under the pinned CA, which no browser knows", same(foreign.leaf(t, p256())), caPin(foreign.root, old), tlsinspect.TrustPinnedCA},
		{"under the pinned CA, not proved", staticRSA(sameKey), caPin(foreign.root, old), tlsinspect.TrustNone},
		{"under the pinned CA, for another name", same(foreign.leaf(t, p256(), named("other.test"))), caPin(foreign.root, old), tlsinspect.TrustNone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := inspect(t, &tlsinspect.Client{Roots: p.pool()}, goServer(t, tt.server))
			if !report.Board.Connects {
				t.Fatalf("the board can't connect: %v", report.Findings)
			}
			if got := report.Trust(tt.pin); got != tt.want {
				t.Errorf("trust is %s, want %s", got, tt.want)
			}
			choice, _ := report.Best(esp8266.PinFingerprint, tlsinspect.Grounds{Pin: tt.pin})
			pin, err := report.Take(choice, tlsinspect.Grounds{Pin: tt.pin})
			if (err == nil) != (tt.want != tlsinspect.TrustNone) || (err == nil) != (len(pin.SHA1) > 0) {
				t.Errorf("taken with %s: %v, %v", tt.want, pin.SHA1, err)
			}
		})
	}
}

// Who signs with another key than the certificate's has proved nothing.
func TestBadSignatureProvesNothing(t *testing.T) {
	old := selfSigned(t, rsa2048())
	forged := &identity{cert: old.cert, key: rsaKey(2048)()}
	report := inspect(t, new(tlsinspect.Client), goServer(t, same(forged)))
	if got := report.Trust(keyPin(old)); report.Fingerprint() == "" || got != tlsinspect.TrustNone {
		t.Errorf("trust in %q is %s", report.Fingerprint(), got)
	}
}

// Somebody in the path answers boards, and lets browsers through: nothing is
// advised.
func TestSplitIsTold(t *testing.T) {
	p := newPKI(t)
	report := inspect(t, &tlsinspect.Client{Roots: p.pool()}, goServer(t, looks(p.leaf(t, p256()), selfSigned(t, p384()))))
	for _, c := range report.Pins.Working() {
		if c.Recommended {
			t.Errorf("%s is advised", c.Name)
		}
	}
	if f := finding(t, report, tlsinspect.CodeBrowserSeesAnother); len(f.Fix) < 10 || !slices.Contains([]string{"Pin"}, f.Fix[:3]) {
		t.Errorf("the advice is %q", f.Fix)
	}
}

// A CA needs more than a public certificate below it: whoever copies a chain can
// add issuers of his own to it.
func TestTrustOfCAs(t *testing.T) {
	p := newPKI(t)
	attacker := issue(t, authority("Attacker's Root"), p521(), nil)
	again := authority("Test Intermediate")
	twin := issue(t, again, p.intermediate.key, attacker) // the intermediate's name and key, another issuer
	leaf := p.leaf(t, p256())
	leaf.chain = [][]byte{twin.cert.Raw, p.intermediate.cert.Raw, attacker.cert.Raw}
	report := inspect(t, &tlsinspect.Client{Roots: p.pool()}, goServer(t, same(leaf)))
	planted := slices.IndexFunc(report.Pins.CAs, func(c tlsinspect.PinChoice) bool { return c.Name == "Attacker's Root" && c.Works })
	if report.Trust(esp8266.Pin{}) != tlsinspect.TrustPublic || planted < 0 {
		t.Fatalf("trust is %s, the CAs are %+v", report.Trust(esp8266.Pin{}), report.Pins.CAs)
	}
	choice := report.Pins.CAs[planted]
	if _, err := report.Take(choice, tlsinspect.Grounds{}); err == nil {
		t.Error("a CA that nobody vouches for is pinned")
	}
	if _, err := report.Take(choice, tlsinspect.Grounds{Named: []string{report.Fingerprint()}}); err == nil {
		t.Error("the leaf's name vouches for the CA")
	}
	named := tlsinspect.Grounds{Named: []string{tlsinspect.NewCertificate(attacker.cert.Raw).SHA1()}}
	if _, err := report.Take(choice, named); err != nil {
		t.Errorf("a CA that the user names: %v", err)
	}
	best, ok := report.Best(esp8266.PinCA, tlsinspect.Grounds{})
	if pin, err := report.Take(best, tlsinspect.Grounds{}); !ok || err != nil || pin.CAs[0] == choice.Pin.CAs[0] {
		t.Errorf("the best CA is %s: %v", best.Name, err)
	}
}

// The certificate of another address is pinned only with evidence of its own.
func TestTrustOfAddresses(t *testing.T) {
	p := newPKI(t)
	first, sameKey := p.leaf(t, p256()), selfSigned(t, p256())
	public, impostor := p.leaf(t, rsa2048()), selfSigned(t, p384())
	unproved := looks(public, &identity{cert: public.cert, key: rsaKey(2048)(), chain: public.chain}, tls.TLS_RSA_WITH_AES_128_GCM_SHA256)
	old := selfSigned(t, p384())
	tests := []struct {
		name   string
		second *tls.Config
		sha1   string
		pin    esp8266.Pin
		want   bool
	}{
		{"public", same(public), sha1Of(public), esp8266.Pin{}, true},
		{"public, not proved", unproved, sha1Of(public), esp8266.Pin{}, false},
		{"the key of the first", same(sameKey), sha1Of(sameKey), esp8266.Pin{}, true},
		{"self-signed", same(impostor), sha1Of(impostor), esp8266.Pin{}, false},
		{"the certificate that was pinned", same(old), sha1Of(old), fingerprintPin(old), true},
		{"self-signed, browsers let through", looks(first, impostor), sha1Of(impostor), esp8266.Pin{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := network{"192.0.2.1": goServer(t, same(first)), "192.0.2.2": goServer(t, tt.second)}.client("192.0.2.1", "192.0.2.2")
			c.Roots = p.pool()
			report, err := c.Inspect(t.Context(), request.Target{Host: "localhost", Port: 443, Path: "/"})
			if err != nil {
				t.Fatal(err)
			}
			want := []string{sha1Of(first)}
			if tt.want {
				want = append(want, tt.sha1)
			}
			choice, _ := report.Best(esp8266.PinFingerprint, tlsinspect.Grounds{Pin: tt.pin})
			pin, err := report.Take(choice, tlsinspect.Grounds{Pin: tt.pin})
			if diff := cmp.Diff(want, pin.SHA1); diff != "" || err != nil {
				t.Errorf("%v, pinned (-want +got):\n%s", err, diff)
			}
			if left := report.LeftOut(tlsinspect.Grounds{Pin: tt.pin}); (len(left) == 0) != tt.want {
				t.Errorf("left out: %+v", left)
			}
			if tt.pin.Mode == "" && tt.want == report.Findings.Has(tlsinspect.CodeAddressUnvouched) {
				t.Errorf("findings: %v", report.Findings)
			}
			pin, err = report.Take(choice, tlsinspect.Grounds{Pin: tt.pin, Named: []string{tt.sha1}})
			if err != nil || !slices.Contains(pin.SHA1, tt.sha1) {
				t.Errorf("named by the user: %v, %v", pin.SHA1, err)
			}
		})
	}
}

func sha1Of(id *identity) string { return tlsinspect.NewCertificate(id.cert.Raw).SHA1() }

// The pin that Enter alone takes is the key, unless the board can't be given it.
func TestDefaultMode(t *testing.T) {
	report := inspect(t, new(tlsinspect.Client), goServer(t, same(selfSigned(t, p256()))))
	if got := report.Pins.Mode(); got != esp8266.PinPublicKey {
		t.Errorf("%s", got)
	}
	report.Pins.PublicKey.Pin.PublicKey = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
	if got := report.Pins.Mode(); got != esp8266.PinFingerprint {
		t.Errorf("of a key that can't be read: %s", got)
	}
	if got := new(tlsinspect.Report).Pins.Mode(); got != esp8266.PinFingerprint {
		t.Errorf("without a key: %s", got)
	}
}

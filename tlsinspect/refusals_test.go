package tlsinspect_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/tlsinspect"
)

// tinyKey is a leaf whose RSA key is shorter than the 59 bytes that BearSSL wants
// for RSA key exchange (ssl_hs_client.t0). Nobody makes such keys any more, so
// the number is no product of primes: nothing ever decrypts with it.
func tinyKey(t *testing.T) []byte {
	t.Helper()
	n := new(big.Int).Lsh(big.NewInt(3), 8*58-2)
	key := &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}
	der, err := x509.CreateCertificate(rand.Reader, template(), authority("Signs anything"), key, rsa2048())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// What a server does to the board, and the finding and words that come of it.
func TestRefusals(t *testing.T) {
	alert := func(n byte) script { return script{raw: []byte{21, 3, 3, 0, 2, 2, n}} }
	odd := serving(selfSigned(t, rsa2048()).cert.Raw)
	odd.extensions = []byte{0, 16, 0, 0} // ALPN, which the board doesn't send
	tiny := serving(tinyKey(t))
	tiny.suite, tiny.omitSKE = 0x009c, true
	for _, tt := range []struct {
		name   string
		server script
		code   string
		says   string
	}{
		{"wants another version", alert(70), tlsinspect.CodeVersionTooOld, "no version of TLS that the board knows"},
		{"wants another suite", alert(40), tlsinspect.CodeNoSharedSuite, "alert 40"},
		{"finds them too weak", alert(71), tlsinspect.CodeNoSharedSuite, "alert 71"},
		{"doesn't know the name", alert(112), tlsinspect.CodeRefused, "does not know the name localhost"},
		{"gives no reason", alert(80), tlsinspect.CodeRefused, "alert 80, internal_error"},
		{"answers what was not asked", odd, tlsinspect.CodeBadHello, "BearSSL error 20"},
		{"has a tiny key", tiny, tlsinspect.CodeKeyTooSmall, "RSA 464"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report := inspect(t, new(tlsinspect.Client), tt.server.play(t))
			f := finding(t, report, tt.code)
			if report.Board.Connects || f.Severity != problem.Fatal || !strings.Contains(f.Message, tt.says) || f.Fix == "" {
				t.Errorf("connects is %t; %+v", report.Board.Connects, f)
			}
			var served []byte
			if len(tt.server.chain) > 0 {
				served = tt.server.chain[0]
			}
			agrees(t, report, served)
		})
	}
}

// An answer that is no TLS is an error, and the report that comes with it says
// so to scripts.
func TestNotTLSFinding(t *testing.T) {
	report, err := new(tlsinspect.Client).Inspect(t.Context(), script{raw: []byte("SSH-2.0-OpenSSH_9.9\r\n")}.play(t))
	var e *problem.Problem
	if !errors.As(err, &e) || e.Code != netdial.CodeNotTLS {
		t.Fatalf("the error is %v", err)
	}
	if f := finding(t, report, tlsinspect.CodeNotTLS); f.Severity != problem.Fatal || !strings.Contains(f.Message, "SSH server") {
		t.Errorf("%+v", f)
	}
}

// The board does not look at addresses in certificates: a fingerprint works, a CA
// pin doesn't.
func TestAddressesInCertificates(t *testing.T) {
	at := openssl(t, selfSigned(t, p256(), withIPs("127.0.0.1")))
	at.Host = "127.0.0.1"
	report := inspect(t, &tlsinspect.Client{Roots: x509.NewCertPool()}, at)
	finding(t, report, tlsinspect.CodeIPSANIgnored)
	byCA := slices.IndexFunc(report.Pins.CAs, func(c tlsinspect.PinChoice) bool { return c.Works })
	if !report.Board.Connects || !report.Pins.Fingerprint.Works || byCA >= 0 {
		t.Errorf("connects is %t, fingerprint works is %t, CAs are %+v", report.Board.Connects, report.Pins.Fingerprint.Works, report.Pins.CAs)
	}
	agrees(t, report, nil)
}

package tlsinspect_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"testing"

	"espost/request"
	"espost/tlsinspect"
)

// A setup is a real server and what has to be said of it.
type setup struct {
	name     string
	start    func(t *testing.T) (request.Target, []byte) // and the certificate to pin where the board is shown none
	roots    *x509.CertPool
	connects bool
	codes    []string // findings that must be there
	not      []string // and some that must not
}

func run(t *testing.T, setups []setup) {
	for _, s := range setups {
		t.Run(s.name, func(t *testing.T) {
			at, pinned := s.start(t)
			roots := s.roots
			if roots == nil {
				roots = x509.NewCertPool()
			}
			c := &tlsinspect.Client{Roots: roots}
			report, err := c.Inspect(context.Background(), at)
			if err != nil {
				t.Fatal(err)
			}
			if report.Board.Connects != s.connects {
				t.Errorf("connects is %v (error %d, alert %d), want %v", report.Board.Connects, report.Board.Error, report.Board.Alert, s.connects)
			}
			got := codes(report)
			for _, code := range s.codes {
				if !strings.Contains(got, " "+code+" ") {
					t.Errorf("finding %s is missing", code)
				}
			}
			for _, code := range s.not {
				if strings.Contains(got, " "+code+" ") {
					t.Errorf("finding %s must not be there", code)
				}
			}
			for _, f := range report.Findings {
				if f.Message == "" || f.Fix == "" {
					t.Errorf("finding %s lacks its sentence or cure: %+v", f.Code, f)
				}
			}
			for _, p := range report.Pins.CAs {
				ca := tlsinspect.NewCertificate(der(t, p.Pin.CAs[0]))
				issued := func(c *tlsinspect.Certificate) bool { return c.Issuer == ca.Subject && c.SHA1() != ca.SHA1() }
				if !slices.ContainsFunc(report.Chain, issued) && ca.SHA1() != report.Fingerprint() {
					t.Errorf("%s is offered as a CA, and issued nothing here", p.Name)
				}
			}
			agrees(t, report, pinned)
			if t.Failed() {
				for _, f := range report.Findings {
					t.Logf("%s %s: %s. %s", f.Severity, f.Code, f.Message, f.Fix)
				}
			}
		})
	}
}

// codes lists a report's findings, each between spaces.
func codes(r *tlsinspect.Report) string {
	var list strings.Builder
	list.WriteString(" ")
	for _, f := range r.Findings {
		list.WriteString(f.Code + " ")
	}
	return list.String()
}

func der(t *testing.T, text string) []byte {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatalf("no PEM: %q", text)
	}
	return block.Bytes
}

// withOpenSSL, withNginx, withGnuTLS and withGo are ways to start a setup.

func withOpenSSL(id *identity, args ...string) func(*testing.T) (request.Target, []byte) {
	return func(t *testing.T) (request.Target, []byte) { return openssl(t, id, args...), id.cert.Raw }
}

func withNginx(id *identity, directives ...string) func(*testing.T) (request.Target, []byte) {
	return func(t *testing.T) (request.Target, []byte) { return nginx(t, id, directives...), id.cert.Raw }
}

func withGnuTLS(id *identity, args ...string) func(*testing.T) (request.Target, []byte) {
	return func(t *testing.T) (request.Target, []byte) { return gnutls(t, id, args...), id.cert.Raw }
}

func withGo(id *identity, change ...func(*tls.Config)) func(*testing.T) (request.Target, []byte) {
	return func(t *testing.T) (request.Target, []byte) {
		config := &tls.Config{Certificates: []tls.Certificate{id.tls()}, MinVersion: tls.VersionTLS10}
		for _, f := range change {
			f(config)
		}
		return goServer(t, config), id.cert.Raw
	}
}

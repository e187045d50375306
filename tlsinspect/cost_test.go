package tlsinspect_test

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"espost/tlsinspect"
)

// Of thirty certificates of one name, each of which could have signed the
// others, only a few are tried: every one costs a signature for each of the rest.
func TestNamesakesAreBounded(t *testing.T) {
	leaf := issue(t, template(), p256(), issue(t, authority("Namesake"), p384(), nil))
	for range 30 {
		leaf.chain = append(leaf.chain, issue(t, authority("Namesake"), p384(), nil).cert.Raw)
	}
	at := goServer(t, &tls.Config{Certificates: []tls.Certificate{leaf.tls()}, MaxVersion: tls.VersionTLS12})
	report := inspect(t, &tlsinspect.Client{Roots: x509.NewCertPool(), Timeout: time.Minute}, at)
	if len(report.Chain) != 31 || len(report.Pins.CAs) != 4 {
		t.Errorf("of %d certificates %d are choices", len(report.Chain), len(report.Pins.CAs))
	}
}

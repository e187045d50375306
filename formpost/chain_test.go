package formpost_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"strconv"
	"testing"
	"time"

	"espost/esp8266"
)

// CA mode by the rules of BearSSL's minimal validator, each with the code that
// it would give.
func TestChainRules(t *testing.T) {
	root := newCA(t, "root")
	ca := x509.Certificate{Subject: pkix.Name{CommonName: "intermediate"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	middle := issue(t, root, ca, nil)
	leaf := func(change func(*x509.Certificate)) *testCA {
		template := x509.Certificate{Subject: pkix.Name{CommonName: "h.example"}, DNSNames: []string{"h.example"}}
		if change != nil {
			change(&template)
		}
		return issue(t, middle, template, nil)
	}
	changed := func(change func(*x509.Certificate)) *testCA {
		template := ca
		change(&template)
		return issue(t, root, template, middle.key) // same name, same key as middle
	}
	names := func(names ...string) *testCA {
		return leaf(func(c *x509.Certificate) { c.DNSNames = names })
	}
	good := leaf(nil)
	selfSigned := issue(t, nil, x509.Certificate{Subject: pkix.Name{CommonName: "self"}, DNSNames: []string{"h.example"}}, nil)
	forged := issue(t, newCA(t, "root"), ca, middle.key) // signed by another root of that name

	tests := []struct {
		name    string
		host    string // "h.example" if empty
		leaf    *testCA
		chain   []*testCA
		anchor  *testCA
		now     time.Duration
		bearSSL esp8266.SSLError
		says    string
	}{
		{name: "whole chain", leaf: good, chain: []*testCA{middle, root}, anchor: root},
		{name: "root not served", leaf: good, chain: []*testCA{middle}, anchor: root},
		{name: "intermediate as anchor", leaf: good, anchor: middle},
		{name: "leaf as anchor", leaf: selfSigned, anchor: selfSigned},
		{name: "CA served as the leaf is no direct trust", leaf: issue(t, nil, x509.Certificate{
			Subject: pkix.Name{CommonName: "both"}, DNSNames: []string{"h.example"}, IsCA: true, BasicConstraintsValid: true,
		}, nil), anchor: newCA(t, "both"), bearSSL: 62, says: "pinned CA"},
		{name: "rubbish after the trusted part", leaf: good, chain: []*testCA{middle, selfSigned}, anchor: root},

		{name: "other root", leaf: good, chain: []*testCA{middle}, anchor: newCA(t, "other"), bearSSL: 62, says: "pinned CA"},
		{name: "intermediate missing", leaf: good, anchor: root, bearSSL: 62, says: "pinned CA"},
		{name: "root of the same name", leaf: good, chain: []*testCA{middle}, anchor: newCA(t, "root"), bearSSL: 62, says: "pinned CA"},
		{name: "out of order", leaf: good, chain: []*testCA{root, middle}, anchor: newCA(t, "other"), bearSSL: 55, says: "out of order"},
		{name: "wrong signature", leaf: good, chain: []*testCA{issue(t, root, ca, nil)}, anchor: root, bearSSL: 52, says: "signature"},
		{name: "forged intermediate", leaf: good, chain: []*testCA{forged, root}, anchor: root, bearSSL: 52, says: "signature"},

		{name: "expired", leaf: good, anchor: middle, now: 48 * time.Hour, bearSSL: 54, says: "expired on"},
		{name: "not yet valid", leaf: good, anchor: middle, now: -48 * time.Hour, bearSSL: 54, says: "holds only from"},
		{name: "intermediate expired", leaf: good, chain: []*testCA{changed(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })}, anchor: root, bearSSL: 54, says: "expired"},
		{name: "anchor expired", leaf: good, chain: []*testCA{middle}, anchor: issue(t, nil, x509.Certificate{
			Subject: pkix.Name{CommonName: "root"}, IsCA: true, BasicConstraintsValid: true, NotAfter: time.Now().Add(-time.Minute),
		}, root.key)},

		{name: "wildcard", host: "a.h.example", leaf: names("*.h.example"), chain: []*testCA{middle}, anchor: root},
		{name: "wildcard, case", host: "a.h.example", leaf: names("*.H.EXAMPLE"), chain: []*testCA{middle}, anchor: root},
		{name: "wildcard, two labels", host: "a.b.h.example", leaf: names("*.h.example"), chain: []*testCA{middle}, anchor: root, bearSSL: 56, says: "isn't for a.b.h.example"},
		{name: "wildcard, none", host: "h.example", leaf: names("*.h.example"), chain: []*testCA{middle}, anchor: root, bearSSL: 56, says: "isn't for"},
		{name: "partial wildcard", host: "ab.example", leaf: names("a*.example"), chain: []*testCA{middle}, anchor: root, bearSSL: 56, says: "isn't for"},
		{name: "second name", leaf: names("x.example", "h.example"), chain: []*testCA{middle}, anchor: root},
		{name: "CN without SAN", leaf: names(), chain: []*testCA{middle}, anchor: root},
		{name: "CN with SAN", leaf: names("x.example"), chain: []*testCA{middle}, anchor: root, bearSSL: 56, says: "isn't for"},
		{name: "IP SAN", host: "127.0.0.1", leaf: leaf(func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)} }), chain: []*testCA{middle}, anchor: root, bearSSL: 56, says: "isn't for 127.0.0.1"},
		{name: "IP as DNS name", host: "127.0.0.1", leaf: names("127.0.0.1"), chain: []*testCA{middle}, anchor: root},

		{name: "no CA", leaf: good, chain: []*testCA{changed(func(c *x509.Certificate) { c.IsCA = false })}, anchor: root, bearSSL: 58, says: "may not sign"},
		{name: "no CertSign", leaf: good, chain: []*testCA{changed(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature })}, anchor: root, bearSSL: 59, says: "may not sign"},
		{name: "key may only encrypt", leaf: leaf(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), chain: []*testCA{middle}, anchor: root, bearSSL: 28, says: "may not be used for this key exchange"},
		{name: "critical name constraints", leaf: good, chain: []*testCA{changed(func(c *x509.Certificate) {
			c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"example"}, true
		})}, anchor: root, bearSSL: 57, says: "critical extension"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := listenTLS(t, tt.leaf.served(tt.chain...), okAnswer, func(c *tls.Config) { c.SessionTicketsDisabled = true })
			r := form(s)
			if r.Target.Host = tt.host; r.Target.Host == "" {
				r.Target.Host = "h.example"
			}
			c := client()
			c.Now = func() time.Time { return time.Now().Add(tt.now) }
			c.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)))
			}
			_, err := c.Send(t.Context(), r, esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{pemOf(tt.anchor.cert)}})
			if tt.bearSSL != 0 {
				wantError(t, err, -1, tt.bearSSL, tt.says)
			} else if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// The firmware may hold several CAs; one that signed the chain is enough.
func TestSeveralAnchors(t *testing.T) {
	root := newCA(t, "root")
	leaf := issue(t, root, x509.Certificate{Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}}, nil)
	s := listenTLS(t, leaf.served(), okAnswer)
	pin := esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{pemOf(newCA(t, "other").cert), pemOf(root.cert)}}
	if _, err := client().Send(t.Context(), form(s), pin); err != nil {
		t.Error(err)
	}
	pin.CAs = pin.CAs[:1]
	_, err := client().Send(t.Context(), form(s), pin)
	wantError(t, err, -1, 62, "pinned CA")
}

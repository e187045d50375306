package tlsinspect_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/request"
	"espost/tlsinspect"
)

// A network maps the addresses of one host to servers on loopback; an address
// without a server refuses.
type network map[string]request.Target

func (n network) client(order ...string) *tlsinspect.Client {
	return &tlsinspect.Client{
		Lookup: func(context.Context, string, string) ([]netip.Addr, error) {
			var ips []netip.Addr
			for _, s := range order {
				ips = append(ips, netip.MustParseAddr(s))
			}
			return ips, nil
		},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			at, ok := n[host]
			if !ok {
				return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
			}
			return new(net.Dialer).DialContext(ctx, network, at.Addr())
		},
	}
}

func TestAddresses(t *testing.T) {
	one, two := selfSigned(t, p256()), selfSigned(t, rsa2048())
	config := func(id *identity) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{id.tls()}} }
	first, second := goServer(t, config(one)), goServer(t, config(two))
	oneSHA1, twoSHA1 := tlsinspect.NewCertificate(one.cert.Raw).SHA1(), tlsinspect.NewCertificate(two.cert.Raw).SHA1()

	tests := []struct {
		name     string
		network  network
		order    []string
		connects bool
		served   string
		pinned   []string
		codes    []string
		not      []string
	}{
		{"all the same", network{"192.0.2.1": first, "192.0.2.2": first}, []string{"192.0.2.1", "192.0.2.2"}, true, oneSHA1, []string{oneSHA1}, nil,
			[]string{"addresses-differ", "address-unreachable", "ipv6-only"}},
		{"they differ", network{"192.0.2.1": first, "192.0.2.2": second}, []string{"192.0.2.1", "192.0.2.2"}, true, oneSHA1, []string{oneSHA1, twoSHA1}, []string{"addresses-differ"}, nil},
		{"the second is down", network{"192.0.2.1": first}, []string{"192.0.2.1", "192.0.2.2"}, true, oneSHA1, []string{oneSHA1}, []string{"address-unreachable"}, nil},
		{"the first is down", network{"192.0.2.2": second}, []string{"192.0.2.1", "192.0.2.2"}, true, twoSHA1, []string{twoSHA1}, []string{"address-unreachable"}, []string{"addresses-differ"}},
		{"IPv6 beside IPv4", network{"192.0.2.1": first}, []string{"2001:db8::1", "192.0.2.1"}, true, oneSHA1, []string{oneSHA1}, nil, []string{"ipv6-only", "address-unreachable"}},
		{"IPv6 only", network{"2001:db8::1": first}, []string{"2001:db8::1"}, false, oneSHA1, []string{oneSHA1}, []string{"ipv6-only"}, nil},
		{"twice, and as IPv6", network{"192.0.2.1": first}, []string{"192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"}, true, oneSHA1, []string{oneSHA1}, nil, []string{"ipv6-only"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.network.client(tt.order...)
			at := request.Target{Host: "localhost", Port: 443, Path: "/"}
			report, err := c.Inspect(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			if report.Fingerprint() != tt.served || report.Board.Connects != tt.connects {
				t.Errorf("served %q, connects %v; want %q, %v", report.Fingerprint(), report.Board.Connects, tt.served, tt.connects)
			}
			if diff := cmp.Diff(tt.pinned, report.Pins.Fingerprint.Pin.SHA1); diff != "" {
				t.Errorf("fingerprints to pin (-want +got):\n%s", diff)
			}
			got := codes(report)
			missing := func(code string) bool { return !strings.Contains(got, " "+code+" ") }
			if slices.ContainsFunc(tt.codes, missing) {
				t.Errorf("findings are%s; want %v", got, tt.codes)
			}
			for _, code := range tt.not {
				if !missing(code) {
					t.Errorf("finding %s must not be there", code)
				}
			}
			if sha1, err := c.Fingerprint(t.Context(), at); sha1 != tt.served || err != nil {
				t.Errorf("Fingerprint = %q, %v; want %q", sha1, err, tt.served)
			}
		})
	}
}

func TestLookupErrors(t *testing.T) {
	tests := []struct {
		name string
		err  error
		says string
	}{
		{"no such host", &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}, "There is no host named nowhere.example"},
		{"no addresses", nil, "There is no host named nowhere.example"},
		{"timeout", &net.DNSError{Err: "timeout", Name: "x", IsTimeout: true}, "took longer than"},
		{"servfail", &net.DNSError{Err: "server misbehaving", Name: "x", IsTemporary: true}, "failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &tlsinspect.Client{Lookup: func(context.Context, string, string) ([]netip.Addr, error) { return nil, tt.err }}
			report, err := c.Inspect(t.Context(), request.Target{Host: "nowhere.example", Port: 443, Path: "/"})
			var e *problem.Problem
			if !errors.As(err, &e) || e.Code != netdial.CodeLookup || !strings.Contains(e.Message, tt.says) || e.Fix == "" {
				t.Errorf("error is %v, want %s saying %q", err, netdial.CodeLookup, tt.says)
			}
			if len(report.Findings) != 1 || report.Findings[0].Code != tlsinspect.CodeUnreachable {
				t.Errorf("findings are %+v", report.Findings)
			}
		})
	}
}

package tlsinspect_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/request"
	"espost/tlsinspect"
)

func TestReport(t *testing.T) {
	p := newPKI(t)
	at := openssl(t, p.leaf(t, p256()), "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256", "-groups", "P-256")
	report, err := (&tlsinspect.Client{Roots: p.pool()}).Inspect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	suite, _ := esp8266.CipherSuiteByID(0xc02b)
	want := tlsinspect.Board{
		Connects: true, Version: 0x0303, CipherSuite: suite, Group: esp8266.P256, SignatureAlgorithm: 0x0403,
		MaxFragmentLengths: []int{512, 1024, 2048, 4096}, Buffers: esp8266.Buffers{RX: 512, TX: 512}, Heap: 12466,
	}
	if diff := cmp.Diff(want, report.Board); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	if b := report.Browser; !b.Trusted || b.Err != nil || b.Version != tls.VersionTLS12 || b.Fingerprint != report.Fingerprint() {
		t.Errorf("browser: %+v", b)
	}
	ca, _ := report.Pins.Choice(esp8266.PinCA)
	if !ca.Recommended || ca.Name != "Test Root" || !ca.Works || ca.Pin.Expires.Before(time.Now().AddDate(9, 0, 0)) {
		t.Errorf("the CA is %+v; the reason %q", ca, report.Pins.Reason)
	}
	key, _ := report.Pins.Choice(esp8266.PinPublicKey)
	if want := report.Board.Buffers.Heap(esp8266.PinPublicKey) + 65; key.Heap != want || key.Bytes != 65 {
		t.Errorf("the key pin takes %d bytes, %d in all; want 65 and %d", key.Bytes, key.Heap, want)
	}
}

func TestJSONKeys(t *testing.T) {
	at := openssl(t, selfSigned(t, rsa2048()))
	report, err := new(tlsinspect.Client).Inspect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	keys := func(v any) string {
		m, ok := v.(map[string]any)
		if !ok {
			return "not an object"
		}
		return strings.Join(slices.Sorted(maps.Keys(m)), " ")
	}
	first := func(v any) any { return v.([]any)[0] }
	board := got["board"].(map[string]any)
	for _, tt := range []struct {
		of        string
		got, want string
	}{
		{"the report", keys(got), "addresses board browser chain elapsed_ms findings fingerprint pins target trust"},
		{"target", keys(got["target"]), "host path port"},
		{"a certificate", keys(first(got["chain"])), "dns_names ip_addresses issuer key not_after not_before serial sha1 sha256 signature_algorithm spki_sha256 subject"},
		{"board", keys(board), "alert buffers cipher_suite connects error group max_fragment_lengths signature_algorithm tls_version"},
		{"buffers", keys(board["buffers"]), "heap rx tx"},
		{"browser", keys(got["browser"]), "error fingerprint tls_version trusted"},
		{"a pin", keys(first(got["pins"])), "bytes error heap holds mode name pem reason recommended sha1 until works"},
		{"an address", keys(first(got["addresses"])), "fingerprint ip pinned"},
		{"a finding", keys(first(got["findings"])), "code fix message severity"},
	} {
		if tt.got != tt.want {
			t.Errorf("keys of %s are %q, want %q", tt.of, tt.got, tt.want)
		}
	}
	if board["alert"] != nil || board["connects"] != true || got["fingerprint"] != report.Fingerprint() {
		t.Errorf("values are off: %s", data)
	}
	empty, err := json.Marshal(&tlsinspect.Report{})
	if err != nil || strings.Count(string(empty), "[]") != 5 {
		t.Errorf("an empty report is %s, %v; want empty lists, not null", empty, err)
	}
}

// A server that leaves one kind of hello without an answer must not hold up or
// spoil what the others found, beyond the time limit, which is a bubble's.
func TestSlowProbeSpoilsNothing(t *testing.T) {
	id := selfSigned(t, p256())
	config := &tls.Config{Certificates: []tls.Certificate{id.tls()}}
	synctest.Test(t, func(t *testing.T) {
		report := inspect(t, piped(func(conn net.Conn) {
			tls.Server(conn, &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
				if h.ServerName == "" || slices.Contains(h.SupportedVersions, tls.VersionTLS13) {
					io.Copy(io.Discard, conn) // says nothing until the client gives up
					return nil, errors.New("gone")
				}
				return config, nil
			}}).Handshake()
		}), request.Target{Host: "localhost", Port: 443, Path: "/"})
		if !report.Board.Connects || report.Fingerprint() == "" || report.Pins.Fingerprint.Pin.SHA1 == nil {
			t.Errorf("the board's view is spoilt: %+v", report.Board)
		}
		if b := report.Browser; b == nil || b.Fingerprint != "" || b.Err == nil {
			t.Errorf("the browser's view should say that it failed: %+v", b)
		}
	})
}

// piped is a client that is connected to a server without a network, as a synctest
// bubble wants it: handle serves each connection.
func piped(handle func(net.Conn)) *tlsinspect.Client {
	return &tlsinspect.Client{
		Lookup: func(context.Context, string, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
		},
		Dial: func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go func() {
				defer far.Close()
				handle(far)
			}()
			return near, nil
		},
	}
}

// silent takes everything and says nothing.
func silent(conn net.Conn) { io.Copy(io.Discard, conn) }

// In a bubble of fake time: a server that accepts and is silent ends an Inspect
// at its time limit, to the millisecond: that of the connections that begin 1 ms
// after the board's.
func TestSilenceEndsAtTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := piped(silent)
		c.Timeout = 7 * time.Second
		started := time.Now()
		fails(t, c, request.Target{Host: "localhost", Port: 443, Path: "/"}, netdial.CodeTimeout, "said nothing for 7s")
		if took := time.Since(started); took != 2*c.Timeout+time.Millisecond { // Fingerprint and Inspect
			t.Errorf("after %v", took)
		}
	})
}

// Cancelling ends an Inspect at once, whatever it waits for.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		c := piped(silent)
		started := time.Now()
		_, err := c.Inspect(ctx, request.Target{Host: "192.0.2.1", Port: 443, Path: "/"})
		var e *problem.Problem
		if !errors.As(err, &e) || e.Code != netdial.CodeCanceled || !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want %s", err, netdial.CodeCanceled)
		}
		if took := time.Since(started); took != time.Second {
			t.Errorf("it took %v to notice a cancellation after a second", took)
		}
	})
}

func TestProgress(t *testing.T) {
	at := goServer(t, &tls.Config{Certificates: []tls.Certificate{selfSigned(t, p256()).tls()}})
	last := make(map[tlsinspect.Part]tlsinspect.Event)
	var inside atomic.Int32
	c := &tlsinspect.Client{Progress: func(e tlsinspect.Event) {
		if inside.Add(1) != 1 {
			t.Error("two calls at once")
		}
		if _, seen := last[e.Part]; !seen && e.State != tlsinspect.Started {
			t.Errorf("%s began with %s", e.Part, e.State)
		}
		last[e.Part] = e
		inside.Add(-1)
	}}
	if _, err := c.Inspect(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	for part, says := range map[tlsinspect.Part]string{
		tlsinspect.PartLookup:    "found 1 address",
		tlsinspect.PartBoard:     "certificate, as the board is served it",
		tlsinspect.PartFragments: "shorter records, for less memory",
		tlsinspect.PartBrowser:   "certificate, as a browser is served it",
	} {
		if e := last[part]; e.State != tlsinspect.Done || e.Title != says {
			t.Errorf("%s ended as %+v, want %q done", part, e, says)
		}
	}
	if got := last[tlsinspect.PartFragments].Detail; got != "512 ✗ 1024 ✗ 2048 ✗ 4096 ✗" {
		t.Errorf("the ladder ended as %q", got)
	}
}

// A root and its cross-signed twin have one name; the advice is for one of all
// the CAs that would do.
func TestOnePinIsRecommended(t *testing.T) {
	p := newPKI(t)
	old := issue(t, authority("Old Root"), p256(), nil)
	leaf := p.leaf(t, p256())
	leaf.chain = append(leaf.chain, issue(t, authority("Test Root"), p.root.key, old).cert.Raw)
	roots := p.pool()
	roots.AddCert(old.cert)
	report := inspect(t, &tlsinspect.Client{Roots: roots}, goServer(t, &tls.Config{Certificates: []tls.Certificate{leaf.tls()}}))
	works, recommended := 0, 0
	for _, c := range report.Pins.Working() {
		if c.Pin.Mode == esp8266.PinCA {
			works++
		}
		if c.Recommended {
			recommended++
		}
	}
	if works < 3 || recommended != 1 || !report.Pins.CAs[0].Recommended {
		t.Errorf("%d CAs work and %d pins are recommended, want 3 and the first CA: %+v", works, recommended, report.Pins.CAs)
	}
	data, err := json.Marshal(report)
	if n := strings.Count(string(data), `"recommended":true`); err != nil || n != 1 {
		t.Errorf("%d pins are recommended in JSON (%v): %s", n, err, data)
	}
}

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
		{"they differ", network{"192.0.2.1": first, "192.0.2.2": second}, []string{"192.0.2.1", "192.0.2.2"}, true, oneSHA1, []string{oneSHA1}, []string{"address-unvouched"}, nil},
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

const (
	trip  = 50 * time.Millisecond
	round = 2 * trip
)

// distant is a connection between two ends a trip apart.
func distant() (near, far net.Conn) {
	near, a := net.Pipe()
	b, far := net.Pipe()
	go carry(b, a, trip)
	go carry(a, b, trip)
	return near, far
}

// carry passes bytes on, each delay after it came.
func carry(to, from net.Conn, delay time.Duration) {
	type parcel struct {
		data []byte
		due  time.Time
	}
	road := make(chan parcel, 256)
	go func() {
		defer to.Close()
		for p := range road {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.data); err != nil {
				from.Close()
			}
		}
	}()
	defer close(road)
	for {
		buffer := make([]byte, 4096)
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		road <- parcel{buffer[:n], time.Now().Add(delay)}
	}
}

// An Inspect takes two round trips, however much it looks at: one to connect and
// one for the flight. The time is a bubble's, so that trips are counted, not
// measured.
func TestInspectTakesTwoRoundTrips(t *testing.T) {
	id := selfSigned(t, p256())
	for name, version := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3 for browsers": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dials := make(chan bool, 100)
				c := &tlsinspect.Client{
					Lookup: func(context.Context, string, string) ([]netip.Addr, error) {
						return []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")}, nil
					},
					Dial: func(context.Context, string, string) (net.Conn, error) {
						dials <- true
						time.Sleep(round)
						near, far := distant()
						go func() {
							defer far.Close()
							tls.Server(far, &tls.Config{Certificates: []tls.Certificate{id.tls()}, MaxVersion: version}).Handshake()
						}()
						return near, nil
					},
				}
				started := time.Now()
				report, err := c.Inspect(t.Context(), request.Target{Host: "localhost", Port: 443, Path: "/"})
				took := time.Since(started)
				if err != nil || !report.Board.Connects || report.Browser.Version != version {
					t.Fatalf("%v, %+v, %+v", err, report.Board, report.Browser)
				}
				if took > 24*round/10 {
					t.Errorf("Inspect took %.2f round trips, want 2.4 at most", float64(took)/float64(round))
				}
				if n := len(dials); n != 10 {
					t.Errorf("%d connections, want 10: two addresses, four more fragment lengths, a browser and three other hellos", n)
				}
				time.Sleep(10 * round) // until the last farewells have arrived
			})
		})
	}
}

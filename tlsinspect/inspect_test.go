package tlsinspect_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync/atomic"
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
	if report.Pins.Recommended != esp8266.PinCA || ca.Name != "Test Root" || !ca.Works || ca.Until.Before(time.Now().AddDate(9, 0, 0)) {
		t.Errorf("recommended is %s (%s); the CA is %+v", report.Pins.Recommended, report.Pins.Reason, ca)
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
		{"the report", keys(got), "addresses board browser chain elapsed_ms findings fingerprint pins target"},
		{"target", keys(got["target"]), "host path port"},
		{"a certificate", keys(first(got["chain"])), "dns_names ip_addresses issuer key not_after not_before serial sha1 sha256 signature_algorithm spki_sha256 subject"},
		{"board", keys(board), "alert buffers cipher_suite connects error group max_fragment_lengths signature_algorithm tls_version"},
		{"buffers", keys(board["buffers"]), "heap rx tx"},
		{"browser", keys(got["browser"]), "error fingerprint tls_version trusted"},
		{"a pin", keys(first(got["pins"])), "bytes error heap holds mode name pem reason recommended sha1 until works"},
		{"an address", keys(first(got["addresses"])), "fingerprint ip"},
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
// spoil what the others found, beyond the time limit.
func TestSlowProbeSpoilsNothing(t *testing.T) {
	id := selfSigned(t, p256())
	config := &tls.Config{Certificates: []tls.Certificate{id.tls()}}
	at := serve(t, func(conn net.Conn) {
		tls.Server(conn, &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
			if h.ServerName == "" || slices.Contains(h.SupportedVersions, tls.VersionTLS13) {
				io.Copy(io.Discard, conn) // says nothing until the client gives up
				return nil, errors.New("gone")
			}
			return config, nil
		}}).Handshake()
	})
	report, err := (&tlsinspect.Client{Timeout: time.Second}).Inspect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if !report.Board.Connects || report.Fingerprint() == "" || report.Pins.Fingerprint.Pin.SHA1 == nil {
		t.Errorf("the board's view is spoilt: %+v", report.Board)
	}
	if b := report.Browser; b == nil || b.Fingerprint != "" || b.Err == nil {
		t.Errorf("the browser's view should say that it failed: %+v", b)
	}
}

// silent dials a server that takes everything and says nothing.
func silent(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	go func() {
		io.Copy(io.Discard, far)
		far.Close()
	}()
	return near, nil
}

// In a bubble of fake time: a server that accepts and is silent ends an Inspect
// at its time limit, to the millisecond.
func TestSilenceEndsAtTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &tlsinspect.Client{
			Timeout: 7 * time.Second,
			Dial:    silent,
		}
		started := time.Now()
		_, err := c.Inspect(t.Context(), request.Target{Host: "192.0.2.1", Port: 443, Path: "/"})
		var e *problem.Problem
		if !errors.As(err, &e) || e.Code != netdial.CodeTimeout || time.Since(started) != 7*time.Second {
			t.Errorf("after %v: %v", time.Since(started), err)
		}
	})
}

// Cancelling ends an Inspect at once, whatever it waits for.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		c := &tlsinspect.Client{Dial: silent}
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
		tlsinspect.PartFragments: "fragment lengths",
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

// A root and its cross-signed twin have one name; the advice is for one of them.
func TestOnePinIsRecommended(t *testing.T) {
	choice := func(mode esp8266.PinMode, name string) tlsinspect.PinChoice {
		return tlsinspect.PinChoice{Pin: esp8266.Pin{Mode: mode}, Name: name, Works: true}
	}
	data, err := json.Marshal(&tlsinspect.Report{Pins: tlsinspect.Pins{
		Fingerprint: choice(esp8266.PinFingerprint, "this certificate"),
		CAs:         []tlsinspect.PinChoice{choice(esp8266.PinCA, "Twin Root"), choice(esp8266.PinCA, "Twin Root")},
		Recommended: esp8266.PinCA, Reason: "it lasts",
	}})
	if n := strings.Count(string(data), `"recommended":true`); err != nil || n != 1 {
		t.Errorf("%d pins are recommended, want 1 (%v): %s", n, err, data)
	}
}

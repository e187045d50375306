package tlsinspect_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"espost/request"
	"espost/tlsinspect"
)

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

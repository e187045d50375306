package tlsinspect_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"espost/tlsinspect"
)

// A server that takes few connections at a time, and hangs up on the others, is
// judged as one that takes all.
func TestCrowdedServers(t *testing.T) {
	id := selfSigned(t, p256())
	config := &tls.Config{Certificates: []tls.Certificate{id.tls()}, MaxVersion: tls.VersionTLS12}
	client := &tlsinspect.Client{Roots: x509.NewCertPool()}
	want := codes(inspect(t, client, goServer(t, config)))
	for _, room := range []int32{1, 2, 4} {
		for round := range 5 {
			t.Run(fmt.Sprintf("%d at a time, %d", room, round), func(t *testing.T) {
				var open atomic.Int32
				at := serve(t, func(conn net.Conn) {
					defer open.Add(-1)
					if open.Add(1) > room {
						return
					}
					server := tls.Server(conn, config)
					if server.Handshake() == nil {
						io.Copy(io.Discard, server)
					}
				})
				report := inspect(t, client, at)
				if got := codes(report); !report.Board.Connects || got != want {
					t.Errorf("connects %v, findings%s, want%s", report.Board.Connects, got, want)
				}
			})
		}
	}
}

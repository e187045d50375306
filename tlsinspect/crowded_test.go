package tlsinspect_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"testing"

	"espost/tlsinspect"
)

// A server that takes few connections at a time, and hangs up on the others, is
// judged as one that takes all, each time, whatever way it hangs up in.
// ESPOST_TEST_CROWDED=1 looks twenty times.
func TestCrowdedServers(t *testing.T) {
	id := selfSigned(t, p256())
	config := &tls.Config{Certificates: []tls.Certificate{id.tls()}, MaxVersion: tls.VersionTLS12}
	client := &tlsinspect.Client{Roots: x509.NewCertPool()}
	want := codes(inspect(t, client, goServer(t, config)))
	rounds := 3
	if os.Getenv("ESPOST_TEST_CROWDED") != "" {
		rounds = 20
	}
	ways := map[string]func(net.Conn){
		"hangs up": func(net.Conn) {},
		"is in trouble": func(conn net.Conn) {
			io.ReadFull(conn, make([]byte, 5))
			conn.Write([]byte{21, 3, 3, 0, 2, 2, 80})
		},
		"refuses": func(conn net.Conn) { // as if it were the board's hello that it doesn't like
			io.ReadFull(conn, make([]byte, 5))
			conn.Write([]byte{21, 3, 3, 0, 2, 2, 40})
		},
	}
	for name, turnAway := range ways {
		for _, room := range []int32{1, 2, 4} {
			for round := range rounds {
				if name == "refuses" && room < 4 { // then every other look is refused, which is what they tell
					continue
				}
				t.Run(fmt.Sprintf("%s, %d at a time, %d", name, room, round), func(t *testing.T) {
					t.Parallel()
					var open atomic.Int32
					at := serve(t, func(conn net.Conn) {
						defer open.Add(-1)
						if open.Add(1) > room {
							turnAway(conn)
							return
						}
						server := tls.Server(conn, config)
						if server.Handshake() == nil {
							io.Copy(io.Discard, server)
						}
					})
					report := inspect(t, client, at)
					if got := codes(report); !report.Board.Connects || name != "refuses" && got != want {
						t.Errorf("connects %v, findings%s, want%s", report.Board.Connects, got, want)
					}
				})
			}
		}
	}
}

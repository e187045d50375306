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
	"testing/synctest"
	"time"

	"espost/request"
	"espost/tlsinspect"
)

// A server that takes few connections at a time, and hangs up on the others, is
// judged as one that takes all, each time, whatever way it hangs up in. The time is a
// bubble's: a server that is slow to see that a connection is closed has no room yet.
// ESPOST_TEST_CROWDED=1 looks twenty times.
func TestCrowdedServers(t *testing.T) {
	id := selfSigned(t, p256())
	config := &tls.Config{Certificates: []tls.Certificate{id.tls()}, MaxVersion: tls.VersionTLS12}
	look := func(t *testing.T, handle func(net.Conn)) (report *tlsinspect.Report) {
		synctest.Test(t, func(t *testing.T) {
			client := piped(handle)
			client.Roots = x509.NewCertPool()
			report = inspect(t, client, request.Target{Host: "localhost", Port: 443, Path: "/"})
		})
		return report
	}
	answer := func(conn net.Conn) {
		time.Sleep(round) // meanwhile the others come
		server := tls.Server(conn, config)
		if server.Handshake() == nil {
			io.Copy(io.Discard, server)
		}
	}
	want := codes(look(t, answer))
	rounds := 3
	if os.Getenv("ESPOST_TEST_CROWDED") != "" {
		rounds = 20
	}
	ways := map[string]func(net.Conn){
		"hangs up": func(net.Conn) {},
		"is in trouble": func(conn net.Conn) {
			readRecord(conn)
			conn.Write([]byte{21, 3, 3, 0, 2, 2, 80})
		},
		"refuses": func(conn net.Conn) { // as if it were the board's hello that it doesn't like
			readRecord(conn)
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
					report := look(t, func(conn net.Conn) {
						defer open.Add(-1)
						if open.Add(1) > room {
							turnAway(conn)
							return
						}
						answer(conn)
					})
					if got := codes(report); !report.Board.Connects || name != "refuses" && got != want {
						t.Errorf("connects %v, findings%s, want%s", report.Board.Connects, got, want)
					}
				})
			}
		}
	}
}

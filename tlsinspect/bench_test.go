//go:build unix

package tlsinspect_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"espost/internal/testkit/need"
	"espost/request"
	"espost/tlsinspect"
)

// farAway relays to a server as if it were a round trip away. Loopback connects
// at once, so the first bytes pay for the handshake of TCP too.
func farAway(b *testing.B, at request.Target) request.Target {
	return serve(b, func(conn net.Conn) {
		server, err := net.Dial("tcp", at.Addr())
		if err != nil {
			return
		}
		defer server.Close()
		var back sync.WaitGroup
		back.Go(func() { carry(conn, server, trip) })
		time.Sleep(round)
		carry(server, conn, trip)
		back.Wait()
	})
}

// BenchmarkInspectFarAway reports a full Inspect over a round trip of 100 ms, and
// openssl s_client's handshake over the same road.
func BenchmarkInspectFarAway(b *testing.B) {
	at := farAway(b, nginx(b, selfSigned(b, rsa2048()))) // s_server would take one connection after the other
	c := new(tlsinspect.Client)
	var inspect, client time.Duration
	for b.Loop() {
		report, err := c.Inspect(b.Context(), at)
		if err != nil {
			b.Fatal(err)
		}
		inspect += report.Elapsed
		started := time.Now()
		cmd := exec.Command(need.Program(b, "openssl"), "s_client", "-connect", "127.0.0.1"+at.Addr()[len("localhost"):], "-tls1_2")
		cmd.Stdin = strings.NewReader("Q\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		client += time.Since(started)
	}
	perOp := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(b.N) }
	b.ReportMetric(perOp(inspect), "ms-inspect")
	b.ReportMetric(perOp(client), "ms-s_client")
	b.ReportMetric(perOp(inspect)/float64(round.Milliseconds()), "round-trips")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkFingerprintCPU reports this process's CPU time for a target: 2,000
// targets, eight at a time. Beside it stand a crypto/tls dial of the same server
// and the bare exchange beneath both: connect, write a hello, read what comes,
// close. The server is another process, set up as servers are today: a leaf under
// an intermediate, TLS 1.2 and 1.3.
func BenchmarkFingerprintCPU(b *testing.B) {
	p := newPKI(b)
	for _, key := range []struct {
		name string
		leaf *identity
	}{{"RSA-2048", p.leaf(b, rsa2048())}, {"P-256", p.leaf(b, p256())}} {
		b.Run(key.name, func(b *testing.B) { compareCPU(b, nginx(b, key.leaf, "ssl_protocols TLSv1.2 TLSv1.3;")) })
	}
}

func compareCPU(b *testing.B, at request.Target) {
	b.Helper()
	at.Host = "127.0.0.1" // the name lookup would cost both the same
	c := new(tlsinspect.Client)
	const targets = 2000
	measure := func(look func() error) time.Duration {
		started := cpu(b)
		var group errgroup.Group
		group.SetLimit(8)
		for range targets {
			group.Go(look)
		}
		if err := group.Wait(); err != nil {
			b.Fatal(err)
		}
		return cpu(b) - started
	}
	hello := recordedHellos(b)[0]
	var ours, theirs, bare time.Duration
	for b.Loop() {
		bare += measure(func() error {
			conn, err := net.Dial("tcp", at.Addr())
			if err != nil {
				return err
			}
			defer conn.Close()
			conn.Write(hello)
			_, err = conn.Read(make([]byte, 4096))
			return err
		})
		ours += measure(func() error {
			_, err := c.Fingerprint(b.Context(), at)
			return err
		})
		theirs += measure(func() error {
			conn, err := tls.Dial("tcp", at.Addr(), &tls.Config{InsecureSkipVerify: true})
			if err == nil {
				conn.Close()
			}
			return err
		})
	}
	n := float64(b.N * targets)
	b.ReportMetric(float64(ours.Microseconds())/n, "µs-fingerprint")
	b.ReportMetric(float64(theirs.Microseconds())/n, "µs-crypto/tls")
	b.ReportMetric(float64(bare.Microseconds())/n, "µs-bare")
	b.ReportMetric(float64(theirs)/float64(ours), "times")
	b.ReportMetric(float64(theirs-bare)/float64(ours-bare), "times-above-bare")
	b.ReportMetric(0, "ns/op")
}

// cpu is the CPU time that this process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFingerprintMemory reports the most heap in use while many targets are
// looked at, sixteen at a time.
func BenchmarkFingerprintMemory(b *testing.B) {
	at := nginx(b, selfSigned(b, rsa2048()))
	c := new(tlsinspect.Client)
	for _, targets := range []int{200, 2000, 20000} {
		b.Run(fmt.Sprint(targets), func(b *testing.B) {
			var most uint64
			for b.Loop() {
				group, ctx := errgroup.WithContext(context.Background())
				group.SetLimit(16)
				for i := range targets {
					group.Go(func() error {
						_, err := c.Fingerprint(ctx, at)
						return err
					})
					if i%100 == 0 {
						var m runtime.MemStats
						runtime.ReadMemStats(&m)
						most = max(most, m.HeapInuse)
					}
				}
				if err := group.Wait(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(most)/(1<<20), "MiB")
		})
	}
}

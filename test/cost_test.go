//go:build unix

package test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"espost/curl"
	"espost/esp8266"
	"espost/imports"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// A costly is something that is read from outside: how long it may be, one that is
// n bytes long and dear for its size, and what reads it.
type costly struct {
	name string
	most int
	make func(t testing.TB, n int) []byte
	read func(b []byte)
}

func repeated(before, s, after string) func(testing.TB, int) []byte {
	return func(_ testing.TB, n int) []byte {
		return []byte(before + strings.Repeat(s, max(n-len(before+after), 0)/len(s)) + after)
	}
}

func costlies() []costly {
	parseProfile := func(b []byte) { _, _ = profile.Parse(b) }
	importAs := func(name string) func([]byte) { return func(b []byte) { _, _ = imports.Read(b, name) } }
	const head = "espost: 2\ntarget: https://h.example/post\n"
	answer := request.Answer{Contains: `"ok":true`}
	return []costly{
		{"profile of fingerprints", profile.MaxFile, repeated(head+"pin:\n  mode: fingerprint\n  sha1:\n", "    - "+strings.Repeat("AB", 20)+"\n", ""), parseProfile},
		{"profile of fields", profile.MaxFile, repeated(head+"request:\n  fields:\n", "    - {name: a, value: b}\n", ""), parseProfile},
		{"curl of headers", curl.MaxCommand, repeated("curl https://h.example/post", " -H 'a: b'", ""), importAs("")},
		{"curl of data", curl.MaxCommand, repeated("curl https://h.example/post -d '", "a=b&", "'"), importAs("")},
		{"YAML of paths", 330 << 10, repeated("openapi: 3.0.0\nservers: [{url: 'https://h.example'}]\npaths:\n", "  /a:\n    post: {summary: b}\n", ""), importAs("a.yaml")},
		{"YAML of a list", 170 << 10, repeated("openapi: 3.0.0\npaths: [", "a, ", "]\n"), importAs("a.yaml")},
		{"JSON of a HAR", imports.MaxFile, repeated(`{"log":{"entries":[`, `{"request":{"method":"POST","url":"https://h.example/","headers":[],"postData":{"text":"a=b"}}},`, `{}]}}`), importAs("a.har")},
		{"JSON answer", 1 << 20, repeated(`{"a":[`, `{"b":"\u001b"},`, `0]}`), func(b []byte) {
			answer.Judge(request.Reply{Method: "POST", Status: 200, Body: b, Whole: true})
			_ = sanitize.Text(string(b))
		}},
		{"certificate of names", 128 << 10, certificateOf, func(b []byte) {
			c := tlsinspect.NewCertificate(b)
			chain := []*tlsinspect.Certificate{c}
			_ = tlsinspect.ValidateLeaf(c, esp8266.ECDHEECDSA)
			_ = tlsinspect.ValidateChain(chain, chain, "h.example", time.Now(), esp8266.ECDHEECDSA)
			_ = c.Name()
		}},
	}
}

// certificateOf makes a certificate of some n bytes, nearly all of them names.
func certificateOf(t testing.TB, n int) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	for i := range n / 14 {
		c.DNSNames = append(c.DNSNames, fmt.Sprintf("a%06d.test", i))
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// What is read from outside costs in proportion to its size, and little where it
// is too long or holds too much: what is allocated is counted, which depends on no
// clock.
func TestCostIsLinear(t *testing.T) {
	const room, most = 1 << 20, 300 << 20 // of what doesn't depend on the size, and of all that is ever allocated
	for _, c := range costlies() {
		t.Run(c.name, func(t *testing.T) {
			cost := func(n int) uint64 {
				input := c.make(t, n)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				c.read(input)
				runtime.ReadMemStats(&after)
				return after.TotalAlloc - before.TotalAlloc
			}
			c.read(c.make(t, 1000)) // what is made once
			last := cost(c.most / 8)
			for n := c.most / 4; n <= 4*c.most; n *= 2 {
				now := cost(n)
				if now > 5*last/2+room || now > most {
					t.Errorf("%d KB cost %d KB, half of it %d KB", n>>10, now>>10, last>>10)
				}
				last = now
			}
		})
	}
}

// BenchmarkCost is the table in docs/hostile.md.
func BenchmarkCost(b *testing.B) {
	for _, c := range costlies() {
		for _, times := range []int{1, 2, 4} {
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(c.name, " ", "_"), times), func(b *testing.B) {
				input := bytes.Clone(c.make(b, times*c.most))
				peak := make(chan uint64)
				stop := make(chan struct{})
				go func() { peak <- peakHeap(stop) }()
				before := processor(b)
				for b.Loop() {
					c.read(input)
				}
				spent := processor(b) - before
				close(stop)
				b.ReportMetric(float64(spent.Microseconds())/1000/float64(b.N), "cpu-ms")
				b.ReportMetric(float64(<-peak)/(1<<20), "MB-peak")
				b.ReportMetric(float64(len(input))/(1<<10), "KB-read")
			})
		}
	}
}

// peakHeap returns the most heap in use until stop is closed.
func peakHeap(stop chan struct{}) (peak uint64) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return peak
		case <-tick.C:
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}
	}
}

// processor is the time that this process has had of it.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

//go:build unix

package test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"espost/demo"
	"espost/internal/testkit/loopback"
	"espost/profile"
)

// With few descriptors every one of many servers is told what it is told with
// many: by inspect, by inspect --fingerprint and by check. ESPOST_TEST_STARVED=1
// takes 20,000 fingerprints, 2,000 inspections and 2,000 profiles, at each of
// three limits.
func TestFewDescriptors(t *testing.T) {
	fingerprints, inspections, profiles, limits := 200, 20, 60, []int{64}
	if os.Getenv("ESPOST_TEST_STARVED") != "" {
		fingerprints, inspections, profiles, limits = 20000, 20000, 2000, []int{64, 256, 1024}
	}
	s := newStarved(t)
	for _, limit := range limits {
		t.Run(fmt.Sprintf("fingerprints of %d at %d", fingerprints, limit), func(t *testing.T) {
			lines := s.run(t, limit, s.mixed(fingerprints), "inspect", "--fingerprint", "-j", "300", "-f", "-")
			for i, line := range lines {
				if want := s.servers[i%len(s.servers)].fingerprint; line != want {
					t.Errorf("%d: %q, want %q", i, line, want)
				}
			}
		})
		t.Run(fmt.Sprintf("inspections of %d at %d", inspections, limit), func(t *testing.T) {
			for i, line := range s.run(t, limit, s.mixed(inspections), "inspect", "--json", "-j", "50", "-f", "-") {
				if got, want := verdictOf(t, line), s.servers[i%len(s.servers)].verdict; got != want {
					t.Errorf("%d: %s, want %s", i, got, want)
				}
			}
		})
		t.Run(fmt.Sprintf("checks of %d at %d", profiles, limit), func(t *testing.T) {
			lines := s.run(t, limit, nil, append([]string{"check", "--json"}, s.profiles(t, profiles)...)...)
			for i, line := range lines {
				if !strings.Contains(line, `"standing":"right"`) {
					t.Errorf("%d: %s", i, line)
				}
			}
			if len(lines) != profiles {
				t.Errorf("%d answers", len(lines))
			}
		})
	}
}

// A starved is servers of each kind, and espost.
type starved struct {
	espost  string
	dir     string
	demo    *demo.Server
	servers []starvedServer
}

type starvedServer struct {
	addr, fingerprint, verdict string
}

func newStarved(t *testing.T) *starved {
	t.Helper()
	s := &starved{espost: linkToSelf(t), dir: t.TempDir()}
	var err error
	if s.demo, err = demo.Start(demo.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.demo.Close() })
	dead, err := loopback.Hold()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(dead.Close)
	good, goodPrint := plainServer(t, time.Hour, tls.VersionTLS12)
	expired, expiredPrint := plainServer(t, -time.Hour, tls.VersionTLS12)
	refusing, _ := plainServer(t, time.Hour, tls.VersionTLS13)
	s.servers = []starvedServer{
		{addr: s.demo.Addr(), fingerprint: s.demo.Fingerprint()},
		{addr: good, fingerprint: goodPrint}, {addr: expired, fingerprint: expiredPrint},
		{addr: refusing, fingerprint: "-"}, {addr: dead.Addr(), fingerprint: "-"},
	}
	for i, line := range s.run(t, 4096, s.mixed(len(s.servers)), "inspect", "--json", "-j", "1", "-f", "-") {
		s.servers[i].verdict = verdictOf(t, line)
	}
	return s
}

// plainServer serves a certificate that signs itself and ends after so long, in
// exactly the version or, for TLS 1.2, up to it.
func plainServer(t *testing.T, lasts time.Duration, version uint16) (addr, fingerprint string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(lasts),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: version}
	if version == tls.VersionTLS12 {
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, version
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(io.Discard, conn)
				conn.Close()
			}()
		}
	}()
	return listener.Addr().String(), fmt.Sprintf("%X", sha1.Sum(der))
}

// mixed is so many targets, of each server in turn.
func (s *starved) mixed(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "https://%s/%d\n", s.servers[i%len(s.servers)].addr, i)
	}
	return b.Bytes()
}

// profiles writes so many, which pin the demo server, and returns their names.
func (s *starved) profiles(t *testing.T, n int) (names []string) {
	t.Helper()
	first := filepath.Join(s.dir, "first.yaml")
	s.run(t, 4096, nil, "generate", "--target", s.demo.URL(), "-o", filepath.Join(s.dir, "porch"), "--save", first, "--pin", "fingerprint", "--trust-new", s.demo.Fingerprint())
	p, err := profile.Load(first)
	if err != nil {
		t.Fatal(err)
	}
	p.Folder = ""
	for i := range n {
		names = append(names, filepath.Join(s.dir, fmt.Sprintf("%d.yaml", i)))
		if err := os.WriteFile(names[i], p.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// run returns the lines that a command prints with so many descriptors, and logs
// what it cost.
func (s *starved) run(t *testing.T, limit int, stdin []byte, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, limit), s.espost}, args...)...)
	cmd.Stdin = bytes.NewReader(stdin)
	started := time.Now()
	out, _ := cmd.Output() // some servers are dead
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok && runtime.GOOS == "linux" {
		t.Logf("%v, of the processor %v, at most %d MB (it begins with this process's own)", time.Since(started).Round(time.Millisecond),
			(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Round(time.Millisecond), usage.Maxrss>>10)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// verdictOf is what a line of inspect's JSON says: whether the board connects, and
// the findings' codes.
func verdictOf(t *testing.T, line string) string {
	t.Helper()
	var report struct {
		Board    struct{ Connects bool }
		Findings []struct{ Code string }
	}
	if err := json.Unmarshal([]byte(line), &report); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return fmt.Sprint(report.Board.Connects, report.Findings)
}

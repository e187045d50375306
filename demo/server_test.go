package demo_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"espost/demo"
)

func start(t *testing.T, o demo.Options) *demo.Server {
	t.Helper()
	s, err := demo.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// client returns an HTTP client that trusts s's root and nothing else.
func client(t *testing.T, s *demo.Server) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(s.Root())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}

// served returns the chain as the server presents it.
func served(t *testing.T, s *demo.Server, version uint16) tls.ConnectionState {
	t.Helper()
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	roots := x509.NewCertPool()
	roots.AddCert(s.Root())
	conn, err := tls.DialWithDialer(dialer, "tcp", s.Addr(), &tls.Config{
		RootCAs: roots, ServerName: "localhost", MinVersion: version, MaxVersion: version,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState()
}

func TestServer(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, key := range []demo.Key{"", demo.RSA} {
		t.Run("key "+string(key), func(t *testing.T) {
			s := start(t, demo.Options{Key: key, Names: []string{"demo.espost.test", "10.1.2.3"}})
			defer s.Close()
			for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
				state := served(t, s, version)
				leaf := state.PeerCertificates[0]
				if got := fmt.Sprintf("%X", sha1.Sum(leaf.Raw)); got != s.Fingerprint() || len(got) != 40 {
					t.Errorf("Fingerprint() = %s, served %s", s.Fingerprint(), got)
				}
				if n := len(state.PeerCertificates); n != 2 {
					t.Errorf("served %d certificates, want leaf and intermediate", n)
				}
				if _, isRSA := leaf.PublicKey.(*rsa.PublicKey); isRSA != (key == demo.RSA) {
					t.Errorf("the key is a %T", leaf.PublicKey)
				}
				for _, name := range []string{"localhost", "127.0.0.1", "demo.espost.test", "10.1.2.3"} {
					if err := leaf.VerifyHostname(name); err != nil {
						t.Error(err)
					}
				}
				if days := time.Until(leaf.NotAfter).Hours() / 24; days < 89.9 || days > 90.1 {
					t.Errorf("the leaf holds for %.1f days", days)
				}
			}
			response, err := client(t, s).Get(strings.Replace(s.URL(), "localhost", "127.0.0.1", 1))
			if err != nil {
				t.Fatalf("by IP address: %v", err)
			}
			_ = response.Body.Close()
		})
	}
}

// Two servers never share a key or a certificate.
func TestServersAreDistinct(t *testing.T) {
	a, b := start(t, demo.Options{}), start(t, demo.Options{})
	if a.Fingerprint() == b.Fingerprint() || a.Addr() == b.Addr() || a.Root().Equal(b.Root()) {
		t.Errorf("%s %s and %s %s", a.Addr(), a.Fingerprint(), b.Addr(), b.Fingerprint())
	}
}

func TestRenew(t *testing.T) {
	tests := []struct {
		renewal                 demo.Renewal
		key, intermediate, root bool // stays
	}{
		{demo.SameKey, true, true, true},
		{demo.NewKey, false, true, true},
		{demo.NewIntermediate, false, false, true},
		{demo.NewRoot, false, false, false},
	}
	for _, tt := range tests {
		t.Run(string(tt.renewal), func(t *testing.T) {
			s := start(t, demo.Options{})
			before, root := served(t, s, tls.VersionTLS12).PeerCertificates, s.Root()
			if err := s.Renew(tt.renewal); err != nil {
				t.Fatal(err)
			}
			after := served(t, s, tls.VersionTLS12).PeerCertificates
			if after[0].Equal(before[0]) {
				t.Error("the leaf is still the old one")
			}
			got := []bool{
				bytes.Equal(after[0].RawSubjectPublicKeyInfo, before[0].RawSubjectPublicKeyInfo),
				after[1].Equal(before[1]),
				s.Root().Equal(root),
			}
			if diff := cmp.Diff([]bool{tt.key, tt.intermediate, tt.root}, got); diff != "" {
				t.Errorf("key, intermediate, root stay (-want +got):\n%s", diff)
			}
		})
	}
	if err := start(t, demo.Options{}).Renew("sideways"); err == nil || !strings.Contains(err.Error(), "sideways") {
		t.Errorf("an unknown renewal: %v", err)
	}
}

func TestKeepAliveAndLog(t *testing.T) {
	entries := make(chan demo.Entry, 10)
	s := start(t, demo.Options{Log: func(e demo.Entry) { entries <- e }})
	conn, err := tls.Dial("tcp", s.Addr(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 3 { // on one connection, as the board does
		fmt.Fprintf(conn, "POST /post HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\na=b")
		head := make([]byte, 15)
		if _, err := io.ReadFull(conn, head); err != nil || string(head) != "HTTP/1.1 200 OK" {
			t.Fatalf("%q, %v", head, err)
		}
		if e := <-entries; e.Method != "POST" || e.URI != "/post" || e.Status != 200 || e.Remote != conn.LocalAddr().String() {
			t.Errorf("entry %+v", e)
		}
		rest := make([]byte, 1<<16)
		if n, err := conn.Read(rest); err != nil || !bytes.HasSuffix(rest[:n], []byte("}\n")) {
			t.Fatalf("%q, %v", rest[:n], err)
		}
	}

	plain, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	fmt.Fprintf(plain, "GET / HTTP/1.1\r\n\r\n")
	if e := <-entries; !strings.Contains(e.Failure, "an HTTP request to an HTTPS server") || e.Remote != plain.LocalAddr().String() {
		t.Errorf("entry %+v", e)
	}
}

func TestStartFails(t *testing.T) {
	taken := start(t, demo.Options{})
	for _, o := range []demo.Options{{Listen: taken.Addr()}, {Listen: "nonsense"}, {Key: "dsa"}} {
		if s, err := demo.Start(o); err == nil {
			_ = s.Close()
			t.Errorf("%+v: no error", o)
		} else if !strings.Contains(err.Error(), "starting the demo server") {
			t.Error(err)
		}
	}
}

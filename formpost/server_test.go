package formpost_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"espost/esp8266"
	"espost/formpost"
	"espost/request"
)

// A testCA signs leaves for the tests.
type testCA struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// pemOf is cert as PEM.
func pemOf(cert *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
}

// issue makes a certificate from template, filling in what it leaves out,
// signed by ca, or by itself when ca is nil.
func issue(t testing.TB, ca *testCA, template x509.Certificate, key crypto.Signer) *testCA {
	t.Helper()
	if key == nil {
		var err error
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = serial
	if template.NotBefore.IsZero() {
		template.NotBefore = time.Now().Add(-time.Hour)
	}
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(24 * time.Hour)
	}
	parent, signer := &template, key
	if ca != nil {
		parent, signer = ca.cert, ca.key
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &testCA{cert, key}
}

func newCA(t testing.TB, name string) *testCA {
	return issue(t, nil, x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil)
}

// leafFor is an ordinary certificate for localhost.
func leafFor(t testing.TB, names ...string) *testCA {
	return issue(t, newCA(t, "test CA"), x509.Certificate{Subject: pkix.Name{CommonName: "leaf"}, DNSNames: names}, nil)
}

func rsaKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// served is what a server presents.
func (c *testCA) served(more ...*testCA) tls.Certificate {
	out := tls.Certificate{Certificate: [][]byte{c.cert.Raw}, PrivateKey: c.key}
	for _, m := range more {
		out.Certificate = append(out.Certificate, m.cert.Raw)
	}
	return out
}

func (c *testCA) fingerprint() string { return fmt.Sprintf("%X", sha1.Sum(c.cert.Raw)) }

func (c *testCA) pin() esp8266.Pin {
	return esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{c.fingerprint()}}
}

func (c *testCA) publicKeyPin(t testing.TB) esp8266.Pin {
	der, err := x509.MarshalPKIXPublicKey(c.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return esp8266.Pin{
		Mode:      esp8266.PinPublicKey,
		PublicKey: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
	}
}

// A server takes connections on a loopback port and hands each to serve. What
// arrives in plain text (after TLS, if there is any) is recorded.
type server struct {
	port int

	mu   sync.Mutex
	got  bytes.Buffer
	recs []int // plaintext sizes of the records that arrived, as crypto/tls hands them out
	done sync.WaitGroup
}

// listen starts a server; serve is given each raw connection.
func listen(t testing.TB, serve func(s *server, conn net.Conn)) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{port: l.Addr().(*net.TCPAddr).Port}
	s.done.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.done.Go(func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(2 * time.Minute))
				serve(s, conn)
			})
		}
	})
	t.Cleanup(func() { l.Close(); s.done.Wait() })
	return s
}

// listenTLS starts a TLS server that reads one request, answers with answer
// and closes.
func listenTLS(t testing.TB, cert tls.Certificate, answer string, change ...func(*tls.Config)) *server {
	t.Helper()
	return listenTLSFunc(t, cert, func(conn net.Conn) { io.WriteString(conn, answer) }, change...)
}

// listenTLSFunc is listenTLS with a function that answers.
func listenTLSFunc(t testing.TB, cert tls.Certificate, answer func(net.Conn), change ...func(*tls.Config)) *server {
	t.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	for _, f := range change {
		f(config)
	}
	return listen(t, func(s *server, raw net.Conn) {
		conn := tls.Server(raw, config)
		defer conn.Close()
		if s.readRequest(conn) {
			answer(conn)
		}
	})
}

// readRequest reads and records until a whole request came, or the end.
func (s *server) readRequest(conn net.Conn) bool {
	buf := make([]byte, 32<<10)
	var mine bytes.Buffer
	for {
		n, err := conn.Read(buf)
		s.mu.Lock()
		s.got.Write(buf[:n])
		if n > 0 {
			s.recs = append(s.recs, n)
		}
		s.mu.Unlock()
		mine.Write(buf[:n])
		if complete(mine.Bytes()) {
			return true
		}
		if err != nil {
			return false
		}
	}
}

// complete reports whether b holds a head and as much body as it announces.
func complete(b []byte) bool {
	head, body, ok := bytes.Cut(b, []byte("\r\n\r\n"))
	if !ok {
		return false
	}
	_, length, _ := bytes.Cut(head, []byte("Content-Length: "))
	var n int
	fmt.Sscanf(string(length), "%d", &n)
	return len(body) >= n
}

func (s *server) received() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.String()
}

// patience is for servers that answer at once, on a computer that may be held up.
var patience = formpost.Timeouts{DNS: time.Minute, TCP: time.Minute, Handshake: time.Minute, Response: time.Minute, Total: time.Minute}

// client returns a Client whose names all lead to loopback.
func client() *formpost.Client {
	return &formpost.Client{Timeouts: patience, Lookup: func(context.Context, string, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}}
}

// form is an ordinary request to s.
func form(s *server) request.Request {
	return request.Request{
		Method: "POST", Target: request.Target{Host: "localhost", Port: s.port, Path: "/post"}, Body: request.Form,
		Fields: []request.Field{{Name: "name1", Value: "value1"}},
	}
}

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"

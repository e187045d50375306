package codegen_test

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// An identity is a certificate with its key and its issuer.
type identity struct {
	tls  tls.Certificate
	leaf *x509.Certificate
	key  crypto.Signer
}

func (i identity) sha1() string {
	sum := sha1.Sum(i.leaf.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func (i identity) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.leaf.Raw}))
}

func (i identity) publicKey(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(i.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// anIdentity is the same in all tests that don't care, so that their sketches
// are the same, too.
func anIdentity(t *testing.T) identity {
	t.Helper()
	shared.once.Do(func() { shared.id = newIdentity(t, nil, nil) })
	return shared.id
}

var shared struct {
	once sync.Once
	id   identity
}

// newIdentity makes a certificate for localhost, signed by issuer or by itself.
func newIdentity(t *testing.T, issuer *identity, change func(*x509.Certificate)) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return certify(t, key, issuer, change)
}

// certify makes a certificate for a key.
func certify(t *testing.T, key crypto.Signer, issuer *identity, change func(*x509.Certificate)) identity {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "espost test " + serial.String()},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		DNSNames:     []string{"localhost"},
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	if issuer == nil {
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage |= x509.KeyUsageCertSign
	}
	if change != nil {
		change(template)
	}
	parent, parentKey := template, key
	if issuer != nil {
		parent, parentKey = issuer.leaf, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return identity{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, leaf, key}
}

// A server takes requests over TLS and remembers their bytes.
type server struct {
	listener net.Listener
	answer   func(n int, body string) string // raw response to the n-th request, from 1; "" closes

	mu          sync.Mutex
	requests    []string
	bodies      []string
	connections int
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// serve starts a server; answer may be nil for 200s.
func serve(t *testing.T, config *tls.Config, answer func(n int, body string) string) *server {
	t.Helper()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plain.Close() })
	return serveOn(plain, config, answer)
}

func serveOn(plain net.Listener, config *tls.Config, answer func(n int, body string) string) *server {
	if answer == nil {
		answer = func(int, string) string { return ok }
	}
	s := &server{listener: plain, answer: answer}
	go func() {
		for {
			conn, err := plain.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.connections++
			s.mu.Unlock()
			go s.talk(tls.Server(conn, config))
		}
	}()
	return s
}

func (s *server) port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// talk answers the requests of one connection.
func (s *server) talk(conn net.Conn) {
	defer conn.Close()
	var raw bytes.Buffer
	in := bufio.NewReader(io.TeeReader(conn, &raw))
	for {
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.requests = append(s.requests, raw.String())
		s.bodies = append(s.bodies, string(body))
		n := len(s.requests)
		raw.Reset()
		s.mu.Unlock()
		response := s.answer(n, string(body))
		if _, err := io.WriteString(conn, response); err != nil || response == "" {
			return
		}
	}
}

func (s *server) seen() (requests, bodies []string, connections int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...), append([]string(nil), s.bodies...), s.connections
}

// tls12 is a configuration that a board can talk to.
func tls12(id identity) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{id.tls}, MaxVersion: tls.VersionTLS12}
}

// status is a response without a body.
func status(code int) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: 0\r\n\r\n", code, http.StatusText(code))
}

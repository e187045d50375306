package trust

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"espost/tlsinspect"
)

// An identity is a certificate with its key and what is sent after it.
type identity struct {
	cert  *x509.Certificate
	key   crypto.Signer
	chain []*x509.Certificate
}

func (id *identity) facts() *tlsinspect.Certificate { return tlsinspect.NewCertificate(id.cert.Raw) }

func ecKey() crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func rsaKey() crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// sign makes a certificate for a key; a nil issuer means the key itself.
func sign(c *x509.Certificate, key crypto.Signer, issuer *identity, chain ...*x509.Certificate) *identity {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		panic(err)
	}
	c.SerialNumber = serial
	parent, signer := c, key
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return &identity{cert, key, chain}
}

func authority(name string) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
	}
}

// A ca is a root with an intermediate.
type ca struct{ root, intermediate *identity }

func newCA(name string) ca {
	root := sign(authority(name+" Root"), ecKey(), nil)
	return ca{root, sign(authority(name+" Intermediate"), ecKey(), root)}
}

func leaf(names ...string) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, 90),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

// issue makes a certificate for the tests' hosts.
func (c ca) issue(key crypto.Signer) *identity { return c.sign(leaf(hostOne, hostTwo), key) }

func (c ca) sign(cert *x509.Certificate, key crypto.Signer) *identity {
	return sign(cert, key, c.intermediate, c.intermediate.cert)
}

func selfSigned(key crypto.Signer) *identity { return sign(leaf(hostOne, hostTwo), key, nil) }

// A look says what a connection is shown, by its first message.
type look func(*tls.ClientHelloInfo) (*tls.Config, error)

func config(id *identity, suites ...uint16) *tls.Config {
	shown := [][]byte{id.cert.Raw}
	for _, c := range id.chain {
		shown = append(shown, c.Raw)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: shown, PrivateKey: id.key}}, CipherSuites: suites}
}

// all shows everybody the same.
func all(id *identity) look {
	return func(*tls.ClientHelloInfo) (*tls.Config, error) { return config(id), nil }
}

// split tells browsers, which name protocols (ALPN), from boards.
func split(browser, board *identity) look {
	return func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if len(hello.SupportedProtos) > 0 {
			return config(browser), nil
		}
		return config(board), nil
	}
}

// staticRSA shows a certificate over static RSA, where nothing proves its key.
func staticRSA(id *identity) look {
	return func(*tls.ClientHelloInfo) (*tls.Config, error) {
		c := config(id, tls.TLS_RSA_WITH_AES_128_GCM_SHA256)
		c.MaxVersion = tls.VersionTLS12
		return c, nil
	}
}

// joined shows one thing to those who ask for short fragments, as the board's own
// hello does, and another to all others.
func joined(short, others look) look {
	const maxFragmentLength = 1
	return func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.Contains(hello.Extensions, maxFragmentLength) {
			return short(hello)
		}
		return others(hello)
	}
}

// A running server answers every request with 200, and counts them, and the
// browsers' looks: there is one in each inspection.
type running struct {
	port     int
	requests atomic.Int32
	browsers atomic.Int32
}

// start serves one look on 127.0.0.1 and, if there is a second, that on 127.0.0.2
// and the same port.
func start(t *testing.T, looks ...look) *running {
	t.Helper()
	r := new(running)
	for range 20 {
		first, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		r.port = first.Addr().(*net.TCPAddr).Port
		listeners := []net.Listener{first}
		if len(looks) > 1 {
			second, err := net.Listen("tcp", fmt.Sprintf("127.0.0.2:%d", r.port))
			if err != nil { // taken: another port
				first.Close()
				continue
			}
			listeners = append(listeners, second)
		}
		for i, l := range listeners {
			t.Cleanup(func() { l.Close() })
			go r.serve(l, looks[i])
		}
		return r
	}
	t.Fatal("no port is free on both addresses")
	return nil
}

func (r *running) serve(l net.Listener, show look) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(time.Minute))
			server := tls.Server(conn, &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
				if len(hello.SupportedProtos) > 0 {
					r.browsers.Add(1)
				}
				return show(hello)
			}})
			if _, err := http.ReadRequest(bufio.NewReader(server)); err == nil {
				r.requests.Add(1)
				fmt.Fprint(server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
		}()
	}
}

func pemOf(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

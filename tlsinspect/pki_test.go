package tlsinspect_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// An identity is a certificate with its key and what a server sends besides.
type identity struct {
	cert  *x509.Certificate
	key   crypto.Signer
	chain [][]byte // sent after the certificate
}

// Keys are made once a run: the tests care for their kinds, not their secrecy.
var (
	rsa1024 = rsaKey(1024)
	rsa2048 = rsaKey(2048)
	rsa4096 = rsaKey(4096)
	p256    = ecKey(elliptic.P256())
	p384    = ecKey(elliptic.P384())
	p521    = ecKey(elliptic.P521())
)

func rsaKey(bits int) func() crypto.Signer {
	return sync.OnceValue(func() crypto.Signer {
		k, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			panic(err)
		}
		return k
	})
}

func ecKey(curve elliptic.Curve) func() crypto.Signer {
	return sync.OnceValue(func() crypto.Signer {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			panic(err)
		}
		return k
	})
}

func ed25519Key() crypto.Signer {
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

// template is a leaf for localhost that holds for 90 days from yesterday.
func template() *x509.Certificate {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		panic(err)
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "localhost"},
		DNSNames:     []string{"localhost"},
		NotBefore:    time.Now().Add(-24 * time.Hour),
		NotAfter:     time.Now().Add(89 * 24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageKeyAgreement,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

func authority(name string) *x509.Certificate {
	c := template()
	c.Subject.CommonName, c.DNSNames, c.ExtKeyUsage = name, nil, nil
	c.IsCA, c.BasicConstraintsValid = true, true
	c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	c.NotAfter = time.Now().Add(10 * 365 * 24 * time.Hour)
	return c
}

// issue signs a certificate; a nil issuer means itself.
func issue(t testing.TB, c *x509.Certificate, key crypto.Signer, issuer *identity) *identity {
	t.Helper()
	parent, signer := c, key
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		t.Fatalf("issuing %q: %v", c.Subject, err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("parsing %q: %v", c.Subject, err)
	}
	id := &identity{cert: parsed, key: key}
	if issuer != nil && issuer.cert.Issuer.String() != issuer.cert.Subject.String() {
		id.chain = append([][]byte{issuer.cert.Raw}, issuer.chain...)
	}
	return id
}

// selfSigned is a leaf that signs itself, changed by the functions.
func selfSigned(t testing.TB, key crypto.Signer, change ...func(*x509.Certificate)) *identity {
	t.Helper()
	c := template()
	for _, f := range change {
		f(c)
	}
	return issue(t, c, key, nil)
}

// pki is root → intermediate → leaf.
type pki struct{ root, intermediate *identity }

func newPKI(t testing.TB) pki {
	t.Helper()
	root := issue(t, authority("Test Root"), p256(), nil)
	return pki{root, issue(t, authority("Test Intermediate"), p384(), root)}
}

func (p pki) leaf(t testing.TB, key crypto.Signer, change ...func(*x509.Certificate)) *identity {
	t.Helper()
	c := template()
	for _, f := range change {
		f(c)
	}
	return issue(t, c, key, p.intermediate)
}

func (p pki) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(p.root.cert)
	return pool
}

// tls is the identity for a Go server.
func (id *identity) tls() tls.Certificate {
	return tls.Certificate{Certificate: append([][]byte{id.cert.Raw}, id.chain...), PrivateKey: id.key}
}

// files writes the chain and the key as PEM.
func (id *identity) files(t testing.TB) (chain, key string) {
	t.Helper()
	dir := t.TempDir()
	chain, key = filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	der, err := x509.MarshalPKCS8PrivateKey(id.key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, chain, pemOf(append([][]byte{id.cert.Raw}, id.chain...)...))
	write(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	return chain, key
}

func pemOf(certificates ...[]byte) []byte {
	var out []byte
	for _, der := range certificates {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return out
}

func write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// withIPs gives the leaf addresses as subject alternative names, nothing else.
func withIPs(ips ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.DNSNames = nil
		for _, ip := range ips {
			c.IPAddresses = append(c.IPAddresses, net.ParseIP(ip))
		}
	}
}

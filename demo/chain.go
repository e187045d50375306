package demo

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"time"
)

// A Key is the kind of key that every certificate of the chain holds.
type Key string

// The kinds of key. The zero value means ECDSA.
const (
	ECDSA Key = "ecdsa" // P-256
	RSA   Key = "rsa"   // 2048 bits
)

func (k Key) generate() (crypto.Signer, error) {
	switch k {
	case "", ECDSA:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case RSA:
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return nil, fmt.Errorf("key %q: there are only %q and %q", string(k), ECDSA, RSA)
}

// Lifetimes of the three certificates. Ninety days is what the public CAs give.
const (
	LeafLifetime         = 90 * 24 * time.Hour
	intermediateLifetime = 5 * 365 * 24 * time.Hour
	rootLifetime         = 10 * 365 * 24 * time.Hour

	// backdate covers a clock that is a little behind.
	backdate = time.Hour
)

// A link is one certificate with its key, which never leaves the memory.
type link struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// A chain is a root, an intermediate that it signed, and a leaf that the
// intermediate signed.
type chain struct {
	root, intermediate, leaf link
}

// made is about when the leaf was made.
func (c chain) made() time.Time { return c.leaf.cert.NotBefore.Add(backdate) }

// newChain makes three new keys and certificates. The leaf is valid for the
// names (host names and IP addresses) and for LeafLifetime.
func newChain(o Options, names []string) (chain, error) {
	var c chain
	var err error
	kind, notBefore := o.Key, o.Trouble.notBefore(o.now())
	if c.root, err = newAuthority(kind, "espost demo root", link{}, notBefore, rootLifetime); err != nil {
		return chain{}, err
	}
	if c.intermediate, err = newAuthority(kind, "espost demo intermediate", c.root, notBefore, intermediateLifetime); err != nil {
		return chain{}, err
	}
	key, err := o.Trouble.leafKey(kind)
	if err != nil {
		return chain{}, err
	}
	c.leaf, err = newLeaf(key, names, c.intermediate, notBefore)
	return c, err
}

// newAuthority makes a certificate that may sign others, signed by issuer or,
// if that is empty, by itself.
func newAuthority(kind Key, name string, issuer link, notBefore time.Time, lifetime time.Duration) (link, error) {
	key, err := kind.generate()
	if err != nil {
		return link{}, err
	}
	return sign(&x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"espost demo, for tests only"}, CommonName: name},
		NotBefore:             notBefore.Add(-backdate),
		NotAfter:              notBefore.Add(lifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        issuer.cert != nil,
	}, key, issuer)
}

// newLeaf makes a server's certificate for key. The first name is its subject.
func newLeaf(key crypto.Signer, names []string, issuer link, notBefore time.Time) (link, error) {
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: names[0]},
		NotBefore:             notBefore.Add(-backdate),
		NotAfter:              notBefore.Add(LeafLifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	if _, ok := key.Public().(*rsa.PublicKey); ok {
		template.KeyUsage |= x509.KeyUsageKeyEncipherment // static RSA
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	return sign(template, key, issuer)
}

// sign completes template with a random serial number and key's public half,
// and signs it with issuer's key or, if issuer is empty, with key itself.
func sign(template *x509.Certificate, key crypto.Signer, issuer link) (link, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return link{}, err
	}
	template.SerialNumber = serial.Add(serial, big.NewInt(1)) // zero is not allowed
	if issuer.cert == nil {
		issuer = link{cert: template, key: key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer.cert, key.Public(), issuer.key)
	if err != nil {
		return link{}, fmt.Errorf("signing a certificate for %q: %w", template.Subject.CommonName, err)
	}
	cert, err := x509.ParseCertificate(der)
	return link{cert: cert, key: key}, err
}

// certificate is what the server presents: the leaf and the intermediate.
func (c chain) certificate() *tls.Certificate {
	return &tls.Certificate{
		Certificate: [][]byte{c.leaf.cert.Raw, c.intermediate.cert.Raw},
		PrivateKey:  c.leaf.key,
		Leaf:        c.leaf.cert,
	}
}

package rig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha1"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

// An Identity is a certificate with its key and its issuer.
type Identity struct {
	TLS  tls.Certificate
	Leaf *x509.Certificate
	Key  crypto.Signer
}

// SHA1 returns the certificate's fingerprint.
func (i Identity) SHA1() string {
	sum := sha1.Sum(i.Leaf.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// PEM returns the certificate.
func (i Identity) PEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Leaf.Raw}))
}

// PublicKey returns the certificate's key.
func (i Identity) PublicKey(t testing.TB) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(i.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// NewKey returns the key of that name, the same one in each run.
func NewKey(t testing.TB, curve elliptic.Curve, name string) *ecdsa.PrivateKey {
	t.Helper()
	digest := sha512.Sum512([]byte(name))
	n := (curve.Params().BitSize + 7) / 8
	scalar := make([]byte, n)
	copy(scalar[max(1, n-len(digest)):], digest[:]) // less than the order of any curve
	key, err := ecdsa.ParseRawPrivateKey(curve, scalar)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// NewIdentity makes the certificate of that name for localhost, signed by issuer
// or by itself. It is the same in each run, unless change says otherwise.
func NewIdentity(t testing.TB, name string, issuer *Identity, change func(*x509.Certificate)) Identity {
	t.Helper()
	return Certify(t, NewKey(t, elliptic.P256(), name), name, issuer, change)
}

// Certify makes a certificate of that name for a key.
func Certify(t testing.TB, key crypto.Signer, name string, issuer *Identity, change func(*x509.Certificate)) Identity {
	t.Helper()
	digest := sha1.Sum([]byte(name))
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(append([]byte{1}, digest[:8]...)),
		Subject:      pkix.Name{CommonName: fmt.Sprintf("espost test %x", digest[:8])},
		NotBefore:    time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2049, time.January, 1, 0, 0, 0, 0, time.UTC),
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
		parent, parentKey = issuer.Leaf, issuer.Key
	}
	// Without a source of randomness, ECDSA signs as RFC 6979 says: the same each time.
	der, err := x509.CreateCertificate(nil, template, parent, key.Public(), parentKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return Identity{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, leaf, key}
}

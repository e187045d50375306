// Package malformed makes chains with one certificate that isn't quite DER, or
// not quite X.509: each element of the leaf, the intermediate and the anchor, in
// each of a list of ways.
package malformed

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

// Host is the name that the leaves are for.
const Host = "localhost"

// A Chain is a leaf and an intermediate as served, and the anchor to pin.
type Chain struct {
	Name   string
	Served [][]byte
	Anchor []byte
	Sound  []byte // the leaf as it was
	Key    crypto.Signer
}

// A link is one certificate of the sound chain, and who signs it.
type link struct {
	name   string
	der    []byte
	signer crypto.Signer
}

// Chains returns one of step chains: all of them, some 8,700, for 1.
func Chains(t testing.TB, step int) []Chain {
	t.Helper()
	var all []Chain
	number := 0
	picked := func() bool { number++; return number%step == 0 }
	for _, key := range []crypto.Signer{ecKey(t), rsaKey(t)} {
		links := soundChain(t, key)
		for place := range links {
			for _, c := range changes(t, links[place], picked) {
				served := [][]byte{links[0].der, links[1].der, links[2].der}
				served[place] = c.der
				all = append(all, Chain{
					Name:   fmt.Sprintf("%T/%s/%s", key, links[place].name, c.name),
					Served: served[:2], Anchor: served[2], Sound: links[0].der, Key: key,
				})
			}
		}
	}
	return all
}

func ecKey(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func rsaKey(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// soundChain is leaf, intermediate and root; all have the kind of key given.
func soundChain(t testing.TB, key crypto.Signer) []link {
	t.Helper()
	other := func() crypto.Signer {
		if _, ok := key.(*rsa.PrivateKey); ok {
			return rsaKey(t)
		}
		return ecKey(t)
	}
	rootKey, middleKey := other(), other()
	template := func(name string, ca bool) *x509.Certificate {
		c := &x509.Certificate{
			SerialNumber: big.NewInt(1 << 40), Subject: pkix.Name{CommonName: name, Organization: []string{"Test"}},
			NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
			IsCA:     ca, BasicConstraintsValid: true,
		}
		if ca {
			c.KeyUsage, c.MaxPathLen = x509.KeyUsageCertSign, 3
		} else {
			c.DNSNames = []string{Host}
			c.URIs, c.EmailAddresses = nil, []string{"a@b.example"}
		}
		return c
	}
	sign := func(c, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, c, parent, public, signer)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	root := template("Root", true)
	root = sign(root, root, rootKey.Public(), rootKey)
	middle := sign(template("Intermediate", true), root, middleKey.Public(), rootKey)
	leaf := sign(template(Host, false), middle, key.Public(), middleKey)
	return []link{{"leaf", leaf.Raw, middleKey}, {"intermediate", middle.Raw, rootKey}, {"anchor", root.Raw, rootKey}}
}

type changed struct {
	name string
	der  []byte
}

// changes returns the certificate with each of its elements changed in each way
// that is picked, signed anew where the change is in what is signed.
func changes(t testing.TB, l link, picked func() bool) (list []changed) {
	t.Helper()
	paths := 0
	root := newNode(0x30, mustParse(t, l.der).content())
	root.walk("", func(string, *node) { paths++ })
	for i := range paths {
		for w := 0; ; w++ {
			tree := mustParse(t, l.der)
			var path string
			var target *node
			n := 0
			tree.walk("", func(p string, at *node) {
				if n == i {
					path, target = p, at
				}
				n++
			})
			before := tree.encode()
			ways := waysFor(target)
			if w == len(ways) {
				break
			}
			if !picked() {
				continue
			}
			ways[w].change(target)
			if strings.HasPrefix(path, ".0") {
				sign(t, tree, l.signer)
			}
			if after := tree.encode(); !bytes.Equal(before, after) {
				list = append(list, changed{path + " " + ways[w].name, after})
			}
		}
	}
	return list
}

func mustParse(t testing.TB, der []byte) *node {
	t.Helper()
	nodes, ok := parse(der)
	if !ok || len(nodes) != 1 {
		t.Fatal("package x509 made no DER")
	}
	return nodes[0]
}

// sign puts a signature over the first element into the last.
func sign(t testing.TB, tree *node, signer crypto.Signer) {
	t.Helper()
	sum := sha256.Sum256(tree.kids[0].encode())
	signature, err := signer.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	last := tree.kids[len(tree.kids)-1]
	last.prefix, last.kids, last.value = nil, nil, append([]byte{0}, signature...)
}

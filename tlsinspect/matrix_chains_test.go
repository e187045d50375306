package tlsinspect_test

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"
	"time"

	"espost/esp8266"
	"espost/tlsinspect"
)

type change = func(*x509.Certificate)

func expired(c *x509.Certificate) {
	c.NotBefore, c.NotAfter = time.Now().Add(-90*24*time.Hour), time.Now().Add(-24*time.Hour)
}

func tomorrow(c *x509.Certificate) { c.NotBefore = time.Now().Add(24 * time.Hour) }

func named(names ...string) change {
	return func(c *x509.Certificate) { c.DNSNames = names }
}

func onlyCommonName(c *x509.Certificate) { c.DNSNames = nil }

func signedWith(a x509.SignatureAlgorithm) change {
	return func(c *x509.Certificate) { c.SignatureAlgorithm = a }
}

func lasting(d time.Duration) change {
	return func(c *x509.Certificate) { c.NotAfter = c.NotBefore.Add(d) }
}

func endsIn(d time.Duration) change {
	return func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(d-90*24*time.Hour), time.Now().Add(d)
	}
}

func TestMatrixChains(t *testing.T) {
	p := newPKI(t)
	roots := p.pool()
	rsaRoot := issue(t, authority("RSA Root"), rsa2048(), nil)
	under := func(issuer *identity, c *x509.Certificate, key crypto.Signer) *identity {
		return issue(t, c, key, issuer)
	}
	pathless := authority("No Path")
	pathless.MaxPathLenZero = true
	short := under(p.root, pathless, p256())
	notCA := template()
	notCA.Subject.CommonName = "Not a CA"
	leafAsCA := under(p.root, notCA, p256())
	with := func(id *identity, chain ...[]byte) *identity { return &identity{id.cert, id.key, chain} }
	plain := p.leaf(t, p256())

	run(t, []setup{
		{"whole chain", withGo(plain), roots, true, []string{"renewal-forecast"}, []string{"missing-intermediate", "chain-order", "self-signed", "browser-distrusts", "name-mismatch", "no-ca-pin"}},
		{"with the root", withGo(with(plain, p.intermediate.cert.Raw, p.root.cert.Raw)), roots, true, nil, []string{"chain-order"}},
		{"leaf only", withGo(with(plain)), roots, true, []string{"missing-intermediate", "browser-distrusts"}, nil},
		{"out of order", withGo(with(plain, p.root.cert.Raw, p.intermediate.cert.Raw)), roots, true, []string{"chain-order"}, nil},
		{"a stranger between", withGo(with(plain, rsaRoot.cert.Raw, p.intermediate.cert.Raw)), roots, true, []string{"chain-order"}, nil},
		{"leaf twice", withGo(with(plain, plain.cert.Raw, p.intermediate.cert.Raw)), roots, true, []string{"chain-order"}, nil},
		{"unknown root", withGo(plain), nil, true, []string{"browser-distrusts"}, []string{"missing-intermediate"}},
		{"expired", withGo(p.leaf(t, p256(), expired)), roots, true, []string{"expired", "browser-distrusts"}, []string{"renewal-forecast"}},
		{"expired, leaf only", withGo(with(p.leaf(t, p256(), expired))), roots, true, []string{"expired"}, []string{"missing-intermediate"}},
		{"not yet valid", withGo(p.leaf(t, p256(), tomorrow)), roots, true, []string{"not-yet-valid"}, nil},
		{"expires soon", withGo(p.leaf(t, p256(), endsIn(5*24*time.Hour))), roots, true, []string{"expires-soon", "renewal-forecast"}, nil},
		{"six days", withGo(p.leaf(t, p256(), lasting(6*24*time.Hour))), roots, true, []string{"renewal-forecast"}, []string{"expires-soon"}},
		{"ten years", withGo(p.leaf(t, p256(), lasting(3650*24*time.Hour))), roots, true, nil, []string{"renewal-forecast"}},
		{"another name", withGo(p.leaf(t, p256(), named("example.com"))), roots, true, []string{"name-mismatch"}, nil},
		{"common name only", withGo(p.leaf(t, p256(), onlyCommonName)), roots, true, []string{"browser-distrusts"}, []string{"name-mismatch"}},
		{"SHA-1 signed", withGo(under(rsaRoot, template(), p256()), func(c *tls.Config) {
			leaf := template()
			leaf.SignatureAlgorithm = x509.SHA1WithRSA
			id := issue(t, leaf, p256(), rsaRoot)
			c.Certificates = []tls.Certificate{id.tls()}
		}), nil, true, []string{"sha1-chain"}, nil},
		{"path length", withGo(under(under(short, authority("Too Deep"), p256()), template(), p256())), roots, true, nil, nil},
		{"signed by a leaf", withGo(under(leafAsCA, template(), p256())), roots, true, nil, nil},
		{"signature use only, RSA key exchange", withOpenSSL(p.leaf(t, rsa2048(), func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature }),
			"-tls1_2", "-cipher", "AES128-SHA"), roots, true, nil, nil},
		{"self-signed CA", withGo(selfSigned(t, p256(), func(c *x509.Certificate) {
			c.IsCA, c.BasicConstraintsValid = true, true
			c.KeyUsage |= x509.KeyUsageCertSign
		})), nil, true, []string{"self-signed"}, nil},
		{"gnutls chain", withGnuTLS(p.leaf(t, rsa2048())), roots, true, nil, []string{"chain-order"}},
		{"nginx chain", withNginx(p.leaf(t, p384())), roots, true, nil, []string{"chain-order"}},
	})
}

// Every chain is served by a Go server to real BearSSL in CA mode; our reading
// of its rules must come to the same number.
func TestValidateAgreesWithBearSSL(t *testing.T) {
	p := newPKI(t)
	root, rsaRoot := p.root, issue(t, authority("RSA Root"), rsa4096(), nil)
	t.Setenv("GODEBUG", "rsa1024min=0") // to make the next one
	tiny := issue(t, authority("Tiny Root"), rsaKey(896)(), nil)
	authorityWith := func(issuer *identity, f func(*x509.Certificate)) *identity {
		c := authority("Changed Intermediate")
		f(c)
		return issue(t, c, p384(), issuer)
	}
	leafOf := func(issuer *identity, f ...change) *identity {
		c := template()
		for _, g := range f {
			g(c)
		}
		return issue(t, c, p256(), issuer)
	}
	serverAuth, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 1}})
	if err != nil {
		t.Fatal(err)
	}
	critical := func(oid ...int) change {
		return func(c *x509.Certificate) {
			c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: oid, Critical: true, Value: serverAuth})
		}
	}
	// older says version 1 or 2, which have no extensions, and has some all the same.
	older := func(version byte, f ...change) *identity {
		id := leafOf(root, f...)
		var parts struct {
			TBS, Algorithm asn1.RawValue
			Signature      asn1.BitString
		}
		if _, err := asn1.Unmarshal(id.cert.Raw, &parts); err != nil {
			t.Fatal(err)
		}
		tbs := bytes.Replace(parts.TBS.FullBytes, []byte{0xa0, 3, 2, 1, 2}, []byte{0xa0, 3, 2, 1, version - 1}, 1)
		digest := sha256.Sum256(tbs)
		signature, err := root.key.Sign(rand.Reader, digest[:], crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		parts.TBS.FullBytes, parts.Signature = tbs, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
		der, err := asn1.Marshal(parts)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return &identity{cert: cert, key: id.key}
	}
	policies := func(qualifier ...int) change {
		return func(c *x509.Certificate) {
			type info struct {
				ID    asn1.ObjectIdentifier
				Value string
			}
			type policy struct {
				ID         asn1.ObjectIdentifier
				Qualifiers []info
			}
			value, err := asn1.Marshal([]policy{{asn1.ObjectIdentifier{2, 5, 29, 32, 0}, []info{{qualifier, "x"}}}})
			if err != nil {
				t.Fatal(err)
			}
			c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 32}, Critical: true, Value: value})
		}
	}
	plain, self := leafOf(p.intermediate), selfSigned(t, p256())
	other := issue(t, authority("Test Root"), p256(), nil) // the same name and key, another certificate
	rsaTwin, ecTwin := issue(t, authority("Test Root"), rsa2048(), nil), issue(t, authority("Test Intermediate"), p521(), nil)
	stranger := issue(t, authority("Test Root"), ecKey(elliptic.P256())(), nil)
	with := func(id *identity, chain ...*identity) *identity {
		out := &identity{cert: id.cert, key: id.key}
		for _, c := range chain {
			out.chain = append(out.chain, c.cert.Raw)
		}
		return out
	}
	mayNotSign := authority("Not a CA")
	mayNotSign.IsCA = false
	noBasic := authority("No Constraints")
	noBasic.IsCA, noBasic.BasicConstraintsValid = false, false
	constraints := func(c *x509.Certificate) {
		c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"localhost"}
	}

	tests := []struct {
		name   string
		served *identity
		anchor *identity
		host   string
		code   int
	}{
		{"root", plain, root, "localhost", 0},
		{"root, served too", with(plain, p.intermediate, root), root, "localhost", 0},
		{"root with the same name and key", plain, other, "localhost", 0},
		{"root with the same name only", plain, stranger, "localhost", 62},
		{"intermediate", plain, p.intermediate, "localhost", 0},
		{"intermediate, not served", with(plain), p.intermediate, "localhost", 0},
		{"root, intermediate not served", with(plain), root, "localhost", 62},
		{"out of order", with(plain, root, p.intermediate), root, "localhost", 55},
		{"out of order above the anchor", with(plain, root, p.intermediate), p.intermediate, "localhost", 0},
		{"wrong anchor", plain, rsaRoot, "localhost", 62},
		{"leaf itself", self, self, "localhost", 0},
		{"leaf below a CA, itself", plain, plain, "localhost", 0},
		{"RSA root", leafOf(rsaRoot), rsaRoot, "localhost", 0},
		{"key type differs from signature", with(leafOf(rsaTwin), root), rsaRoot, "localhost", 51},
		{"bad signature", with(leafOf(ecTwin), p.intermediate), root, "localhost", 52},
		{"weak issuer", with(leafOf(tiny), tiny), root, "localhost", 60},
		{"weak anchor", leafOf(tiny), tiny, "localhost", 0},
		{"expired", leafOf(p.intermediate, expired), root, "localhost", 54},
		{"not yet valid", leafOf(p.intermediate, tomorrow), root, "localhost", 54},
		{"expired intermediate", leafOf(authorityWith(root, expired)), root, "localhost", 54},
		{"expired intermediate as anchor", leafOf(authorityWith(root, expired)), authorityWith(root, expired), "localhost", 0},
		{"another name", leafOf(p.intermediate, named("example.com")), root, "localhost", 56},
		{"letter case", leafOf(p.intermediate, named("LocalHost")), root, "localhost", 0},
		{"wildcard", leafOf(p.intermediate, named("*.example.com")), root, "a.example.com", 0},
		{"wildcard, two labels", leafOf(p.intermediate, named("*.example.com")), root, "a.b.example.com", 56},
		{"wildcard, no label", leafOf(p.intermediate, named("*.example.com")), root, "example.com", 56},
		{"wildcard inside a label", leafOf(p.intermediate, named("a*.example.com")), root, "ab.example.com", 56},
		{"wildcard for one label", leafOf(p.intermediate, named("*.localhost")), root, "localhost", 56},
		{"common name", leafOf(p.intermediate, onlyCommonName), root, "localhost", 0},
		{"common name beside other names", leafOf(p.intermediate, named("example.com")), root, "localhost", 56},
		{"address", leafOf(p.intermediate, withIPs("127.0.0.1")), root, "127.0.0.1", 56},
		{"address as name", leafOf(p.intermediate, named("127.0.0.1")), root, "127.0.0.1", 0},
		{"not a CA", leafOf(issue(t, mayNotSign, p256(), p.intermediate)), root, "localhost", 58},
		{"a leaf as issuer", with(leafOf(plain), plain, p.intermediate), root, "localhost", 59},
		{"no basic constraints", leafOf(issue(t, noBasic, p256(), root)), root, "localhost", 58},
		{"path length 0", leafOf(authorityWith(authorityWith(root, func(c *x509.Certificate) { c.MaxPathLenZero = true }), func(c *x509.Certificate) { c.Subject.CommonName = "Below" })), root, "localhost", 58},
		{"no certificate signing", leafOf(authorityWith(root, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature })), root, "localhost", 59},
		{"critical name constraints", leafOf(authorityWith(root, constraints)), root, "localhost", 57},
		{"critical unknown", leafOf(p.intermediate, critical(1, 2, 3, 4)), root, "localhost", 57},
		{"critical extended key usage", leafOf(p.intermediate, critical(2, 5, 29, 37), func(c *x509.Certificate) { c.ExtKeyUsage = nil }), root, "localhost", 57},
		{"critical passed over", leafOf(p.intermediate, critical(2, 5, 29, 18)), root, "localhost", 0},
		{"critical policies, CPS", leafOf(p.intermediate, policies(1, 3, 6, 1, 5, 5, 7, 2, 1)), root, "localhost", 0},
		{"critical policies, notice", leafOf(p.intermediate, policies(1, 3, 6, 1, 5, 5, 7, 2, 2)), root, "localhost", 57},
		{"version 1, with a name in an extension", older(1, named("x.example")), root, "x.example", 0},
		{"version 2, with a name in an extension", older(2, named("x.example")), root, "x.example", 0},
		{"version 1, with a critical extension", older(1, critical(1, 2, 3, 4)), root, "localhost", 57},
		{"SHA-1", leafOf(rsaRoot, signedWith(x509.SHA1WithRSA)), rsaRoot, "localhost", 0},
		{"SHA-512", leafOf(rsaRoot, signedWith(x509.SHA512WithRSA)), rsaRoot, "localhost", 0},
		{"RSA-PSS", leafOf(rsaRoot, signedWith(x509.SHA256WithRSAPSS)), rsaRoot, "localhost", 49},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var chain []*tlsinspect.Certificate
			for _, der := range append([][]byte{tt.served.cert.Raw}, tt.served.chain...) {
				chain = append(chain, tlsinspect.NewCertificate(der))
			}
			anchors := []*tlsinspect.Certificate{tlsinspect.NewCertificate(tt.anchor.cert.Raw)}
			code := tlsinspect.ValidateChain(chain, anchors, tt.host, time.Now(), esp8266.ECDHEECDSA)
			at := goServer(t, &tls.Config{Certificates: []tls.Certificate{tt.served.tls()}, MaxVersion: tls.VersionTLS12})
			at.Host = tt.host
			r := ask(t, at, "full", "ca", tt.anchor.cert.Raw)
			if int(code) != r.code || int(code) != tt.code {
				t.Errorf("we say %d, BearSSL says %d, want %d", code, r.code, tt.code)
			}
		})
	}
}

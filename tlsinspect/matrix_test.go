package tlsinspect_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"espost/esp8266"
	"espost/internal/testkit/need"
	"espost/request"
	"espost/tlsinspect"
)

// A setup is a real server and what has to be said of it.
type setup struct {
	name     string
	start    func(t *testing.T) (request.Target, []byte) // and the certificate to pin where the board is shown none
	roots    *x509.CertPool
	connects bool
	codes    []string // findings that must be there
	not      []string // and some that must not
}

func run(t *testing.T, setups []setup) {
	for i, s := range setups {
		if testing.Short() && i%4 != 0 { // under the race detector, which has seen the same goroutines by then
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			at, pinned := s.start(t)
			roots := s.roots
			if roots == nil {
				roots = x509.NewCertPool()
			}
			c := &tlsinspect.Client{Roots: roots}
			report, err := c.Inspect(context.Background(), at)
			if err != nil {
				t.Fatal(err)
			}
			if report.Board.Connects != s.connects {
				t.Errorf("connects is %v (error %d, alert %d), want %v", report.Board.Connects, report.Board.Error, report.Board.Alert, s.connects)
			}
			got := codes(report)
			for _, code := range s.codes {
				if !strings.Contains(got, " "+code+" ") {
					t.Errorf("finding %s is missing", code)
				}
			}
			for _, code := range s.not {
				if strings.Contains(got, " "+code+" ") {
					t.Errorf("finding %s must not be there", code)
				}
			}
			for _, f := range report.Findings {
				if f.Message == "" || f.Fix == "" {
					t.Errorf("finding %s lacks its sentence or cure: %+v", f.Code, f)
				}
			}
			for _, p := range report.Pins.CAs {
				ca := tlsinspect.NewCertificate(der(t, p.Pin.CAs[0]))
				issued := func(c *tlsinspect.Certificate) bool { return c.Issuer == ca.Subject && c.SHA1() != ca.SHA1() }
				if !slices.ContainsFunc(report.Chain, issued) && ca.SHA1() != report.Fingerprint() {
					t.Errorf("%s is offered as a CA, and issued nothing here", p.Name)
				}
			}
			agrees(t, report, pinned)
			if t.Failed() {
				for _, f := range report.Findings {
					t.Logf("%s %s: %s. %s", f.Severity, f.Code, f.Message, f.Fix)
				}
			}
		})
	}
}

// codes lists a report's findings, each between spaces.
func codes(r *tlsinspect.Report) string {
	var list strings.Builder
	list.WriteString(" ")
	for _, f := range r.Findings {
		list.WriteString(f.Code + " ")
	}
	return list.String()
}

func der(t *testing.T, text string) []byte {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatalf("no PEM: %q", text)
	}
	return block.Bytes
}

// withOpenSSL, withNginx, withGnuTLS and withGo are ways to start a setup.

func withOpenSSL(id *identity, args ...string) func(*testing.T) (request.Target, []byte) {
	return func(t *testing.T) (request.Target, []byte) { return openssl(t, id, args...), id.cert.Raw }
}

func withNginx(id *identity, directives ...string) func(*testing.T) (request.Target, []byte) {
	return func(t *testing.T) (request.Target, []byte) { return nginx(t, id, directives...), id.cert.Raw }
}

func withGnuTLS(id *identity, args ...string) func(*testing.T) (request.Target, []byte) {
	return func(t *testing.T) (request.Target, []byte) { return gnutls(t, id, args...), id.cert.Raw }
}

func withGo(id *identity, change ...func(*tls.Config)) func(*testing.T) (request.Target, []byte) {
	return func(t *testing.T) (request.Target, []byte) {
		config := &tls.Config{Certificates: []tls.Certificate{id.tls()}, MinVersion: tls.VersionTLS10}
		for _, f := range change {
			f(config)
		}
		return goServer(t, config), id.cert.Raw
	}
}

func TestMatrixProtocols(t *testing.T) {
	rsa, ec := selfSigned(t, rsa2048()), selfSigned(t, p256())
	const old = "ALL:@SECLEVEL=0"
	setups := []setup{
		{"TLS 1.0 only", withOpenSSL(rsa, "-tls1", "-cipher", old), nil, true, []string{"old-tls"}, nil},
		{"TLS 1.0 only, ECDSA", withOpenSSL(ec, "-tls1", "-cipher", old), nil, true, []string{"old-tls"}, nil},
		{"TLS 1.1 only", withOpenSSL(rsa, "-tls1_1", "-cipher", old), nil, true, []string{"old-tls"}, nil},
		{"TLS 1.2 only", withOpenSSL(rsa, "-tls1_2"), nil, true, nil, []string{"old-tls"}},
		{"TLS 1.3 only", withOpenSSL(rsa, "-tls1_3"), nil, false, []string{"tls13-only"}, nil},
		{"TLS 1.3 only, Go", withGo(ec, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }), nil, false, []string{"tls13-only"}, nil},
		{"TLS 1.3 only, nginx", withNginx(rsa, "ssl_protocols TLSv1.3;"), nil, false, []string{"tls13-only"}, nil},
		{"TLS 1.3 only, gnutls", withGnuTLS(rsa, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3"), nil, false, []string{"tls13-only"}, nil},
		{"TLS 1.2 only, gnutls", withGnuTLS(rsa, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2"), nil, true, nil, nil},
		{"DHE only", withOpenSSL(rsa, "-tls1_2", "-cipher", "DHE-RSA-AES128-SHA256"), nil, false, []string{"no-shared-suite"}, nil},
		{"Camellia only", withOpenSSL(rsa, "-tls1_2", "-cipher", "ECDHE-RSA-CAMELLIA128-SHA256"), nil, false, []string{"no-shared-suite"}, nil},
		{"X25519 only", withOpenSSL(rsa, "-cipher", "ECDHE", "-groups", "X25519"), nil, true, nil, nil},
		{"P-384 only", withOpenSSL(rsa, "-cipher", "ECDHE", "-groups", "P-384"), nil, true, nil, nil},
		{"P-521 only", withOpenSSL(ec, "-groups", "P-521:P-256"), nil, true, nil, nil},
		{"X448 only", withOpenSSL(rsa, "-cipher", "ECDHE", "-groups", "X448"), nil, false, nil, nil},
		{"optional client certificate", withOpenSSL(rsa, "-verify", "1", "-tls1_2"), nil, true, []string{"client-certificate-wanted"}, nil},
		{"client certificate, nginx", withNginx(rsa, "ssl_verify_client optional_no_ca;"), nil, true, []string{"client-certificate-wanted"}, nil},
		{"client certificate required", withOpenSSL(rsa, "-Verify", "1", "-tls1_2"), nil, false, []string{"client-certificate-wanted"}, nil},
		{"client certificate required, Go", withGo(ec, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }), nil, false, []string{"client-certificate-wanted"}, nil},
		{"no session tickets, gnutls", withGnuTLS(ec, "--noticket"), nil, true, nil, nil},
		{"needs a name", withGo(ec, func(c *tls.Config) {
			c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
				if h.ServerName == "" {
					return nil, errors.New("who?")
				}
				return nil, nil
			}
		}), nil, true, []string{"sni-needed"}, nil},
		{"serves another without a name", withGo(ec, func(c *tls.Config) {
			mine, other := c.Certificates[0], rsa.tls()
			c.Certificates = nil
			c.GetCertificate = func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
				if h.ServerName == "" {
					return &other, nil
				}
				return &mine, nil
			}
		}), nil, true, []string{"sni-needed"}, nil},
		{"serves browsers another", withGo(rsa, func(c *tls.Config) {
			other := ec.tls()
			c.GetCertificate = func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
				if slices.Contains(h.SupportedVersions, tls.VersionTLS13) {
					return &other, nil
				}
				return nil, nil
			}
		}), nil, true, []string{"browser-sees-another"}, nil},
		{"another's certificate", withGo(&identity{cert: rsa.cert, key: rsa1024()}), nil, false, []string{"bad-key-proof"}, nil},
		{"another's certificate, ECDSA", withGo(&identity{cert: ec.cert, key: ecKey(elliptic.P256())()}), nil, false, []string{"bad-key-proof"}, nil},
		{"TLS 1.0, another's key", withGo(&identity{cert: rsa.cert, key: rsa4096()}, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS10 }), nil, false, []string{"bad-key-proof"}, nil},
	}
	for _, suite := range []string{
		"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA",
		"AES128-GCM-SHA256", "AES256-CCM", "AES128-CCM8", "AES256-SHA256", "AES128-SHA",
	} {
		setups = append(setups, setup{suite, withOpenSSL(rsa, "-tls1_2", "-cipher", suite), nil, true, nil, nil})
	}
	for _, suite := range []string{"ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-AES256-CCM8", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA256"} {
		setups = append(setups, setup{suite, withOpenSSL(ec, "-tls1_2", "-cipher", suite), nil, true, []string{"basic-ciphers-refused"}, nil})
	}
	run(t, setups)
}

// made is a key and a self-signed certificate that openssl makes: of kinds that
// Go makes slowly or not at all.
func made(options ...string) func(*testing.T) (request.Target, []byte) {
	return func(t *testing.T) (request.Target, []byte) {
		t.Helper()
		dir := t.TempDir()
		key, cert := filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
		command := func(args ...string) {
			t.Helper()
			if out, err := exec.Command(need.Program(t, "openssl"), args...).CombinedOutput(); err != nil {
				t.Fatalf("openssl %v: %v\n%s", args, err, out)
			}
		}
		command(append([]string{"genpkey", "-out", key}, options...)...)
		command("req", "-x509", "-new", "-key", key, "-out", cert, "-days", "90",
			"-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
		data, err := os.ReadFile(cert)
		if err != nil {
			t.Fatal(err)
		}
		return opensslFiles(t, "-cert", cert, "-key", key, "-cipher", "ALL:@SECLEVEL=0"), der(t, string(data))
	}
}

func TestMatrixKeys(t *testing.T) {
	need.Once(t) // TestMatrixProtocols
	const algorithm, option = "-algorithm", "-pkeyopt"
	run(t, []setup{
		{"RSA 512", made(algorithm, "RSA", option, "rsa_keygen_bits:512"), nil, true, nil, nil},
		{"RSA 1024", withOpenSSL(selfSigned(t, rsa1024()), "-cipher", "ALL:@SECLEVEL=0"), nil, true, nil, nil},
		{"RSA 2048", withOpenSSL(selfSigned(t, rsa2048())), nil, true, []string{"self-signed", "mfln-accepted", "memory", "session-id"}, []string{"basic-ciphers-refused"}},
		{"RSA 4096", withOpenSSL(selfSigned(t, rsa4096())), nil, true, nil, []string{"key-too-big"}},
		{"RSA 8192", made(algorithm, "RSA", option, "rsa_keygen_bits:8192", option, "rsa_keygen_primes:5"), nil, false, []string{"key-too-big"}, nil},
		{"RSA 4128", made(algorithm, "RSA", option, "rsa_keygen_bits:4128", option, "rsa_keygen_primes:4"), nil, false, []string{"key-too-big"}, nil},
		{"P-256", withOpenSSL(selfSigned(t, p256())), nil, true, []string{"basic-ciphers-refused"}, nil},
		{"P-384", withOpenSSL(selfSigned(t, p384())), nil, true, nil, nil},
		{"P-521", withOpenSSL(selfSigned(t, p521())), nil, true, nil, nil},
		{"secp256k1", made(algorithm, "EC", option, "ec_paramgen_curve:secp256k1"), nil, false, []string{"key-unsupported"}, nil},
		{"P-224", made(algorithm, "EC", option, "ec_paramgen_curve:P-224"), nil, false, []string{"key-unsupported"}, nil},
		{"Ed25519", made(algorithm, "ED25519"), nil, false, []string{"key-unsupported"}, nil},
		{"Ed448", made(algorithm, "ED448"), nil, false, []string{"key-unsupported"}, nil},
		{"RSA-PSS key", made(algorithm, "RSA-PSS", option, "rsa_keygen_bits:2048"), nil, false, []string{"pss"}, nil},
		{"RSA-PSS signatures only", withOpenSSL(selfSigned(t, rsa2048()), "-cipher", "ECDHE", "-sigalgs", "RSA-PSS+SHA256"), nil, false, []string{"pss"}, nil},
		{"Go RSA", withGo(selfSigned(t, rsa2048())), nil, true, []string{"mfln-refused"}, []string{"mfln-accepted"}},
		{"Go P-256", withGo(selfSigned(t, p256())), nil, true, []string{"mfln-refused", "memory"}, nil},
		{"Go Ed25519", withGo(selfSigned(t, ed25519Key())), nil, false, []string{"key-unsupported"}, nil},
		{"nginx RSA", withNginx(selfSigned(t, rsa2048())), nil, true, []string{"mfln-accepted"}, nil},
		{"gnutls P-256", withGnuTLS(selfSigned(t, p256())), nil, true, nil, nil},
		{"two certificates", func(t *testing.T) (request.Target, []byte) {
			rsa, ec := selfSigned(t, rsa2048()), selfSigned(t, p256())
			cert, key := ec.files(t)
			return openssl(t, rsa, "-dcert", cert, "-dkey", key), nil
		}, nil, true, []string{"basic-ciphers-see-another"}, []string{"basic-ciphers-refused"}},
	})
}

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
	need.Once(t) // TestMatrixProtocols
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

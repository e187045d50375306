package tlsinspect_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/request"
	"espost/tlsinspect"
)

func inspect(t *testing.T, c *tlsinspect.Client, at request.Target) *tlsinspect.Report {
	t.Helper()
	report, err := c.Inspect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func finding(t *testing.T, r *tlsinspect.Report, code string) problem.Problem {
	t.Helper()
	for _, f := range r.Findings {
		if f.Code == code {
			return f
		}
	}
	t.Errorf("finding %s is missing from%s", code, codes(r))
	return problem.Problem{}
}

// serving is a script that serves the chain with RSA.
func serving(chain ...[]byte) script {
	return script{key: rsa2048(), record: 0x0303, version: 0x0303, suite: 0xc02f, chain: chain,
		group: 0x0017, point: p256Point(), scheme: 0x0401}
}

func p256Point() []byte {
	point, err := p256().Public().(*ecdsa.PublicKey).Bytes()
	if err != nil {
		panic(err)
	}
	return point
}

// A server that agrees on 512 bytes and then sends longer records needs the full
// buffer, and BearSSL is content with that.
func TestFragmentLengthIgnored(t *testing.T) {
	s := serving(selfSigned(t, rsa2048()).cert.Raw)
	s.extensions = []byte{0, 1, 0, 1, 1}
	report := inspect(t, new(tlsinspect.Client), s.play(t))
	f := finding(t, report, tlsinspect.CodeMFLNIgnored)
	if f.Severity != problem.Warning || report.Board.Buffers != esp8266.DefaultBuffers() || len(report.Board.MaxFragmentLengths) != 0 {
		t.Errorf("%+v; buffers %v, lengths %v", f, report.Board.Buffers, report.Board.MaxFragmentLengths)
	}
	s.split = 400
	report = inspect(t, new(tlsinspect.Client), s.play(t))
	if b := report.Board; b.Buffers != (esp8266.Buffers{RX: 512, TX: 512}) || len(b.MaxFragmentLengths) != 1 {
		t.Errorf("with records of 400 bytes: %+v", b)
	}
}

// A certificate that Go refuses counts all the same: the board doesn't mind.
func TestUnparsableCertificate(t *testing.T) {
	good := selfSigned(t, rsa2048(), func(c *x509.Certificate) { c.SerialNumber = big.NewInt(0x123456789abcde) })
	positive := []byte{2, 7, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde}
	negative := bytes.Clone(good.cert.Raw)
	negative[bytes.Index(negative, positive)+2] |= 0x80
	report := inspect(t, new(tlsinspect.Client), serving(negative).play(t))
	finding(t, report, tlsinspect.CodeUnparsable)
	c, want := report.Chain[0], tlsinspect.NewCertificate(good.cert.Raw)
	if c.X509 != nil || c.ParseErr == nil {
		t.Fatalf("Go's x509 takes it: %v", c.ParseErr)
	}
	if !report.Board.Connects || c.SHA1() == want.SHA1() || c.SPKISHA256() != want.SPKISHA256() || c.Subject != want.Subject ||
		c.Key != want.Key || c.SignatureAlgorithm != want.SignatureAlgorithm || !c.NotAfter.Equal(want.NotAfter) || c.DNSNames[0] != "localhost" {
		t.Errorf("facts are off: %+v", c)
	}
	if key, ok := report.Pins.Choice(esp8266.PinPublicKey); !ok || key.Pin.PublicKey != want.PublicKeyPEM() {
		t.Error("its key can't be pinned")
	}
}

func TestWeakSignature(t *testing.T) {
	root := issue(t, authority("RSA Root"), rsa2048(), nil)
	id := issue(t, template(), rsa2048(), root)
	sha256WithRSA, md5WithRSA := []byte{42, 134, 72, 134, 247, 13, 1, 1, 11}, []byte{42, 134, 72, 134, 247, 13, 1, 1, 4}
	report := inspect(t, new(tlsinspect.Client), serving(bytes.ReplaceAll(id.cert.Raw, sha256WithRSA, md5WithRSA)).play(t))
	if f := finding(t, report, tlsinspect.CodeWeakSignature); !strings.Contains(f.Message, "MD5") {
		t.Error(f.Message)
	}
}

// What a certificate says must not reach the terminal as it is.
func TestHostileNames(t *testing.T) {
	id := selfSigned(t, rsa2048(), func(c *x509.Certificate) { c.Subject.CommonName = "evil\x1b[2J\u202e" })
	report := inspect(t, new(tlsinspect.Client), serving(id.cert.Raw).play(t))
	data, err := report.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	shown := string(data) + report.Chain[0].Name()
	for _, f := range report.Findings {
		shown += f.Message + f.Fix
	}
	if strings.ContainsAny(shown, "\x1b\u202e") || strings.Contains(shown, `\u001b`) || strings.Contains(shown, `\u202e`) {
		t.Errorf("control characters get through: %q", shown)
	}
}

// A server that hangs up on the board without an alert, but serves browsers, is
// a verdict too.
func TestHangsUpOnTheBoardOnly(t *testing.T) {
	id := selfSigned(t, p256())
	at := serve(t, func(conn net.Conn) {
		hello := readRecord(conn)
		if bytes.Contains(hello, []byte{0, 43, 0, 5, 4, 3, 4}) { // supported_versions with TLS 1.3 first
			replay := &replayed{conn, io.MultiReader(bytes.NewReader(hello), conn)}
			tls.Server(replay, &tls.Config{Certificates: []tls.Certificate{id.tls()}}).Handshake()
		}
	})
	report := inspect(t, new(tlsinspect.Client), at)
	f := finding(t, report, tlsinspect.CodeTLS13Only)
	if report.Board.Connects || report.Fingerprint() != "" || report.Browser.Fingerprint == "" || f.Severity != problem.Fatal {
		t.Errorf("%+v %+v", report.Board, report.Browser)
	}
}

type replayed struct {
	net.Conn
	in io.Reader
}

func (r *replayed) Read(p []byte) (int, error) { return r.in.Read(p) }

func TestPlainHTTPNoteStays(t *testing.T) {
	at := openssl(t, selfSigned(t, p256()))
	noted, err := request.ParseTarget("http://" + at.Addr())
	if err != nil {
		t.Fatal(err)
	}
	finding(t, inspect(t, new(tlsinspect.Client), noted), request.CodePlainHTTP)
}

func TestRenewal(t *testing.T) {
	start := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for days, before := range map[int]float64{6: 3, 47: 47. / 3, 90: 30, 398: 30} {
		c := &tlsinspect.Certificate{NotBefore: start, NotAfter: start.AddDate(0, 0, days)}
		if got := c.NotAfter.Sub(c.Renewal()).Hours() / 24; got < before-0.01 || got > before+0.01 {
			t.Errorf("a certificate of %d days is renewed %.1f days before its end, want %.1f", days, got, before)
		}
	}
}

func TestAdvice(t *testing.T) {
	p := newPKI(t)
	years := func(n int) change { return lasting(time.Duration(n) * 365 * 24 * time.Hour) }
	tests := []struct {
		name  string
		id    *identity
		roots *x509.CertPool
		want  esp8266.PinMode
		says  string
	}{
		{"public", p.leaf(t, p256()), p.pool(), esp8266.PinCA, "Test Root"},
		{"wrong name", p.leaf(t, p256(), named("example.com")), p.pool(), esp8266.PinPublicKey, "BearSSL error 56"},
		{"made to last", p.leaf(t, p256(), years(10)), p.pool(), esp8266.PinPublicKey, "needs no clock"},
		{"self-signed for 90 days", selfSigned(t, p256()), nil, esp8266.PinPublicKey, "signs itself"},
		{"self-signed for 10 years", selfSigned(t, p256(), years(10)), nil, esp8266.PinPublicKey, "needs no clock"},
		{"leaf without its issuer", &identity{cert: p.leaf(t, p256()).cert, key: p256()}, p.pool(), esp8266.PinPublicKey, "no CA of this chain"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &tlsinspect.Client{Roots: tt.roots}
			if c.Roots == nil {
				c.Roots = x509.NewCertPool()
			}
			pins := inspect(t, c, goServer(t, &tls.Config{Certificates: []tls.Certificate{tt.id.tls()}})).Pins
			if got, _ := pins.Choice(tt.want); !got.Recommended || !strings.Contains(pins.Reason, tt.says) {
				t.Errorf("%+v: %s; want %s recommended, saying %q", got, pins.Reason, tt.want, tt.says)
			}
			if _, ok := pins.Choice(esp8266.PinInsecure); ok {
				t.Error("nobody is to be led to setInsecure")
			}
		})
	}
}

// A new code comes with a test that provokes it.
func TestEveryCodeIsTested(t *testing.T) {
	source, err := os.ReadFile("findings.go")
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(text)
	}
	found := regexp.MustCompile(`(?m)^\t(Code\w+) += ("[a-z0-9-]+")$`).FindAllStringSubmatch(string(source), -1)
	if len(found) < 40 {
		t.Fatalf("findings.go has %d codes; is it read right?", len(found))
	}
	for _, code := range found {
		if !strings.Contains(tests.String(), code[2]) && !regexp.MustCompile(`\b`+code[1]+`\b`).MatchString(tests.String()) {
			t.Errorf("no test mentions %s, %s", code[1], code[2])
		}
	}
}

// tinyKey is a leaf whose RSA key is shorter than the 59 bytes that BearSSL wants
// for RSA key exchange (ssl_hs_client.t0). Nobody makes such keys any more, so
// the number is no product of primes: nothing ever decrypts with it.
func tinyKey(t *testing.T) []byte {
	t.Helper()
	n := new(big.Int).Lsh(big.NewInt(3), 8*58-2)
	key := &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}
	der, err := x509.CreateCertificate(rand.Reader, template(), authority("Signs anything"), key, rsa2048())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// What a server does to the board, and the finding and words that come of it.
func TestRefusals(t *testing.T) {
	alert := func(n byte) script { return script{raw: []byte{21, 3, 3, 0, 2, 2, n}} }
	odd := serving(selfSigned(t, rsa2048()).cert.Raw)
	odd.extensions = []byte{0, 16, 0, 0} // ALPN, which the board doesn't send
	tiny := serving(tinyKey(t))
	tiny.suite, tiny.omitSKE = 0x009c, true
	for _, tt := range []struct {
		name   string
		server script
		code   string
		says   string
	}{
		{"wants another version", alert(70), tlsinspect.CodeVersionTooOld, "no version of TLS that the board knows"},
		{"wants another suite", alert(40), tlsinspect.CodeNoSharedSuite, "alert 40"},
		{"finds them too weak", alert(71), tlsinspect.CodeNoSharedSuite, "alert 71"},
		{"doesn't know the name", alert(112), tlsinspect.CodeRefused, "does not know the name localhost"},
		{"gives no reason", alert(80), tlsinspect.CodeRefused, "alert 80, internal_error"},
		{"answers what was not asked", odd, tlsinspect.CodeBadHello, "BearSSL error 20"},
		{"has a tiny key", tiny, tlsinspect.CodeKeyTooSmall, "RSA 464"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report := inspect(t, new(tlsinspect.Client), tt.server.play(t))
			f := finding(t, report, tt.code)
			if report.Board.Connects || f.Severity != problem.Fatal || !strings.Contains(f.Message, tt.says) || f.Fix == "" {
				t.Errorf("connects is %t; %+v", report.Board.Connects, f)
			}
			var served []byte
			if len(tt.server.chain) > 0 {
				served = tt.server.chain[0]
			}
			agrees(t, report, served)
		})
	}
}

// An answer that is no TLS is an error, and the report that comes with it says
// so to scripts.
func TestNotTLSFinding(t *testing.T) {
	report, err := new(tlsinspect.Client).Inspect(t.Context(), script{raw: []byte("SSH-2.0-OpenSSH_9.9\r\n")}.play(t))
	var e *problem.Problem
	if !errors.As(err, &e) || e.Code != netdial.CodeNotTLS {
		t.Fatalf("the error is %v", err)
	}
	if f := finding(t, report, tlsinspect.CodeNotTLS); f.Severity != problem.Fatal || !strings.Contains(f.Message, "SSH server") {
		t.Errorf("%+v", f)
	}
}

// The board does not look at addresses in certificates: a fingerprint works, a CA
// pin doesn't.
func TestAddressesInCertificates(t *testing.T) {
	at := openssl(t, selfSigned(t, p256(), withIPs("127.0.0.1")))
	at.Host = "127.0.0.1"
	report := inspect(t, &tlsinspect.Client{Roots: x509.NewCertPool()}, at)
	finding(t, report, tlsinspect.CodeIPSANIgnored)
	byCA := slices.IndexFunc(report.Pins.CAs, func(c tlsinspect.PinChoice) bool { return c.Works })
	if !report.Board.Connects || !report.Pins.Fingerprint.Works || byCA >= 0 {
		t.Errorf("connects is %t, fingerprint works is %t, CAs are %+v", report.Board.Connects, report.Pins.Fingerprint.Works, report.Pins.CAs)
	}
	agrees(t, report, nil)
}

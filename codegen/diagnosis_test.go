package codegen_test

import (
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/rig"
)

// listen starts a server that does with each connection whatever talk does.
func listen(t *testing.T, talk func(*net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go talk(conn.(*net.TCPConn))
		}
	}()
	return rig.Port(l.Addr().(*net.TCPAddr).Port)
}

// neverAnswers holds a connection until the test ends.
func neverAnswers(t *testing.T) func(*net.TCPConn) {
	return func(conn *net.TCPConn) {
		<-t.Context().Done()
		conn.Close() // not before: the garbage collector closes what nobody holds
	}
}

// hello waits for the board's ClientHello.
func hello(conn net.Conn) {
	_, _ = conn.Read(make([]byte, 1024))
}

// raw answers the ClientHello with bytes that aren't TLS, or an alert.
func raw(t *testing.T, bytes string) string {
	return listen(t, func(conn *net.TCPConn) {
		hello(conn)
		_, _ = conn.Write([]byte(bytes))
		_ = conn.CloseWrite()
		hello(conn)
		conn.Close()
	})
}

func answering(t *testing.T, config *tls.Config, response string) string {
	return rig.Serve(t, config, func(int, string) string { return response }).Port()
}

// A diagnosis is a trouble, and what the board must say about it.
type diagnosis struct {
	name string
	env  []string
	says []string
}

func (d diagnosis) test(t *testing.T, program string) {
	t.Run(d.name, func(t *testing.T) {
		rig.Boot(t, program, append([]string{"RIG_MILLIS=4000"}, d.env...)...).Says(t, d.says...)
	})
}

func TestDiagnosisWithFingerprint(t *testing.T) {
	t.Parallel()
	id, other := anIdentity(t), rig.NewIdentity(t, "other", nil, nil)
	p := tutorial()
	p.Pin.SHA1 = []string{id.SHA1()}
	program := rig.Sanitized.Build(t, p)
	closed := listen(t, func(*net.TCPConn) {})
	thirteen := rig.TLS12(id)
	thirteen.MinVersion, thirteen.MaxVersion = tls.VersionTLS13, tls.VersionTLS13
	long := "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + string(make([]byte, 3000))

	for _, d := range []diagnosis{
		{"another certificate", []string{answering(t, rig.TLS12(other), ok)},
			[]string{"HTTPClient -1, BearSSL 62", "PIN MISMATCH", "only pins.h changes"}},
		{"TLS 1.3 only", []string{answering(t, thirteen, ok)},
			[]string{"alert 70 from the server", "refuses TLS 1.2", "enable TLS 1.2"}},
		{"handshake failure", []string{raw(t, "\x15\x03\x03\x00\x02\x02\x28")},
			[]string{"alert 40 from the server", "nothing in common"}},
		{"long records", []string{answering(t, rig.TLS12(id), long)},
			[]string{"BearSSL 6", "longer records than RX_BUFFER takes", "RX_BUFFER = 16384"}},
		{"reset in the handshake", []string{listen(t, func(conn *net.TCPConn) {
			hello(conn)
			_ = conn.SetLinger(0)
			conn.Close()
		})}, []string{"HTTPClient -1\n", "broke the TLS handshake off"}},
		{"end in the handshake", []string{raw(t, "")},
			[]string{"HTTPClient -1\n", "broke the TLS handshake off"}},
		{"silence in the handshake", []string{listen(t, neverAnswers(t)), silence, "RIG_MILLIS=20000"},
			[]string{"HTTPClient -1\n", "did not finish the TLS handshake in time"}},
		{"silence after the request", []string{rig.Serve(t, rig.TLS12(id), func(int, string) string {
			<-t.Context().Done()
			return ""
		}).Port(), silence, "RIG_MILLIS=9000"},
			[]string{"HTTPClient -11", "did not answer in time"}},
		{"end after the request", []string{answering(t, rig.TLS12(id), "")},
			[]string{"FAILED: HTTPClient -", "closed the connection before it answered"}},
		{"plain HTTP", []string{raw(t, "HTTP/1.1 400 Bad Request\r\n\r\n")},
			[]string{"BearSSL", "does not speak TLS", "SERVER_PORT"}},
		{"SSH", []string{raw(t, "SSH-2.0-OpenSSH_9.2p1\r\n")},
			[]string{"BearSSL", "does not speak TLS", "SERVER_PORT"}},
		{"TLS, but no HTTP", []string{answering(t, rig.TLS12(id), "220 mail.example.com ESMTP\r\n\r\n")},
			[]string{"HTTPClient -7", "no web server"}},
		{"a closed port", []string{"RIG_PORT=1"},
			[]string{"HTTPClient -1\n", "nothing listens on that port"}},
		{"no such host", []string{closed, "RIG_DNS=fail"},
			[]string{"HTTPClient -1\n", "the host name was not found"}},
		{"no memory", []string{closed, "RIG_HEAP=9000"},
			[]string{"BearSSL -1000", "not enough memory"}},
		{"500", []string{answering(t, rig.TLS12(id), rig.Status(500))},
			[]string{"POST: 500", "a problem of its own"}},
		{"404", []string{answering(t, rig.TLS12(id), rig.Status(404))},
			[]string{"POST: 404", "SERVER_PATH"}},
		{"401", []string{answering(t, rig.TLS12(id), rig.Status(401))},
			[]string{"POST: 401", "credentials"}},
		{"a redirect", []string{answering(t, rig.TLS12(id), "HTTP/1.1 307 Go\r\nLocation: https://x/\x1b[2J\r\nContent-Length: 0\r\n\r\n")},
			[]string{"It points to https://x/ [2J\n", "redirects"}},
		{"an interim answer", []string{answering(t, rig.TLS12(id), "HTTP/1.1 103 Early Hints\r\n\r\n"+ok)},
			[]string{"POST: 103", "interim answer", "Early Hints off"}},
		{"compressed transfer", []string{answering(t, rig.TLS12(id), "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")},
			[]string{"HTTPClient -9", "transfer encoding"}},
		{"no such Wi-Fi", []string{closed, "RIG_WIFI=missing", "RIG_MILLIS=25000"},
			[]string{"no network of that name", "SECRET_SSID"}},
		{"wrong Wi-Fi password", []string{closed, "RIG_WIFI=refused", "RIG_MILLIS=25000"},
			[]string{"Check SECRET_PASS"}},
		{"Wi-Fi out of reach", []string{closed, "RIG_WIFI=silent", "RIG_MILLIS=25000"},
			[]string{"Wi-Fi: no answer"}},
	} {
		d.test(t, program)
	}
}

// Keys of all kinds can be pinned; another key is told from an outage.
func TestDiagnosisWithPublicKey(t *testing.T) {
	t.Parallel()
	other := rig.NewIdentity(t, "other", nil, nil)
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	keys := []struct {
		name string
		key  crypto.Signer
	}{
		{"P-256", rig.NewKey(t, elliptic.P256(), "porch")},
		{"P-384", rig.NewKey(t, elliptic.P384(), "porch")},
		{"P-521", rig.NewKey(t, elliptic.P521(), "porch")},
		{"RSA 2048", old},
	}
	var ids []rig.Identity
	var projects []codegen.Project
	for _, k := range keys {
		id := rig.Certify(t, k.key, k.name, nil, nil)
		p := tutorial()
		p.Pin = esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: id.PublicKey(t)}
		ids, projects = append(ids, id), append(projects, p)
	}
	program := rig.Sanitized.BuildJoined(t, projects)
	for i, k := range keys {
		diagnosis{k.name, []string{answering(t, rig.TLS12(ids[i]), ok), rig.Sketch(i)}, []string{"POST: 200"}}.test(t, program)
		diagnosis{k.name + " pinned, another shown", []string{answering(t, rig.TLS12(other), ok), rig.Sketch(i)},
			[]string{"BearSSL 2", "PIN MISMATCH", "only pins.h changes"}}.test(t, program)
	}
}

func TestDiagnosisWithCA(t *testing.T) {
	t.Parallel()
	ca, stranger := rig.NewIdentity(t, "ca", nil, nil), rig.NewIdentity(t, "stranger", nil, nil)
	good := rig.NewIdentity(t, "good", &ca, nil)
	expired := rig.NewIdentity(t, "expired", &ca, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-time.Hour)
	})
	elsewhere := rig.NewIdentity(t, "elsewhere", &ca, func(c *x509.Certificate) { c.DNSNames = []string{"example.com"} })
	p := tutorial()
	p.Pin = esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{stranger.PEM(), ca.PEM()}}
	program := rig.Sanitized.Build(t, p)
	unknown := rig.NewIdentity(t, "unknown ca", nil, nil)
	unknown = rig.NewIdentity(t, "unknown", &unknown, nil)
	for _, d := range []diagnosis{
		{"a certificate of that CA", []string{answering(t, rig.TLS12(good), ok)}, []string{"POST: 200"}},
		{"an expired certificate", []string{answering(t, rig.TLS12(expired), ok)},
			[]string{"BearSSL 54", "has expired, or the board's clock is wrong", "NTP"}},
		{"another name", []string{answering(t, rig.TLS12(elsewhere), ok)},
			[]string{"BearSSL 56", "for another name", "SERVER_HOST"}},
		{"another CA", []string{answering(t, rig.TLS12(unknown), ok)},
			[]string{"BearSSL 62", "PIN MISMATCH", "no pinned authority"}},
		{"no time", []string{answering(t, rig.TLS12(good), ok), "RIG_NTP=never", "RIG_MILLIS=40000"},
			[]string{"Waiting for the time from the network", "UDP port 123"}},
	} {
		d.test(t, program)
	}
}

func TestInsecureIsLoud(t *testing.T) {
	t.Parallel()
	p := tutorial()
	p.Pin = esp8266.Pin{Mode: esp8266.PinInsecure}
	id := anIdentity(t)
	rig.Boot(t, rig.Plain.Build(t, p), answering(t, rig.TLS12(id), ok), "RIG_MILLIS=4000").
		Says(t, "WARNING: INSECURE", "POST: 200")
}

// The next certificate can be pinned before the server switches to it.
func TestSeveralFingerprints(t *testing.T) {
	t.Parallel()
	id, next, stranger := anIdentity(t), rig.NewIdentity(t, "next", nil, nil), rig.NewIdentity(t, "stranger", nil, nil)
	p := tutorial()
	p.Pin.SHA1 = []string{id.SHA1(), next.SHA1()}
	program := rig.Plain.Build(t, p)
	for _, d := range []diagnosis{
		{"the first", []string{answering(t, rig.TLS12(id), ok)}, []string{"POST: 200"}},
		{"the second", []string{answering(t, rig.TLS12(next), ok)}, []string{"trying the next one", "POST: 200"}},
		{"neither", []string{answering(t, rig.TLS12(stranger), ok)}, []string{"trying the next one", "PIN MISMATCH"}},
	} {
		d.test(t, program)
	}
}

// An unusable fingerprint (edited by hand) is noticed at the start.
func TestUnusableFingerprint(t *testing.T) {
	t.Parallel()
	program := rig.Plain.BuildEdited(t, tutorial(), func(path, text string) string {
		if path == "pins.h" {
			return replaceOnce(t, text, someFingerprint, "\u200e"+someFingerprint)
		}
		return text
	})
	rig.Boot(t, program, "RIG_MILLIS=15000").Says(t, "a fingerprint is not 40 hexadecimal digits", "Not ready")
}

package tlsinspect_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"

	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/internal/testkit/loopback"
	"espost/internal/testkit/need"
	"espost/request"
	"espost/tlsinspect"
)

// opensslSHA1 is what openssl says of the identity's certificate, without colons.
func opensslSHA1(t *testing.T, id *identity) string {
	t.Helper()
	chain, _ := id.files(t)
	out, err := exec.Command(need.Program(t, "openssl"), "x509", "-in", chain, "-noout", "-fingerprint", "-sha1").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, digits, _ := strings.Cut(strings.TrimSpace(string(out)), "=")
	return strings.ReplaceAll(digits, ":", "")
}

func TestFingerprintEqualsOpenSSL(t *testing.T) {
	p := newPKI(t)
	rsa, ec := p.leaf(t, rsa2048()), p.leaf(t, p256())
	tests := []struct {
		name  string
		id    *identity
		serve func() request.Target
	}{
		{"openssl RSA", rsa, func() request.Target { return openssl(t, rsa) }},
		{"openssl ECDSA", ec, func() request.Target { return openssl(t, ec) }},
		{"nginx", ec, func() request.Target { return nginx(t, ec) }},
		{"gnutls-serv", rsa, func() request.Target { return gnutls(t, rsa) }},
		{"Go", ec, func() request.Target { return goServer(t, &tls.Config{Certificates: []tls.Certificate{ec.tls()}}) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, want := tt.serve(), opensslSHA1(t, tt.id)
			c := &tlsinspect.Client{Roots: p.pool()}
			got, err := c.Fingerprint(t.Context(), at)
			if err != nil || got != want {
				t.Errorf("Fingerprint = %q, %v; openssl says %q", got, err, want)
			}
			report, err := c.Inspect(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			if report.Fingerprint() != want || !report.Board.Connects {
				t.Errorf("Inspect: %q, connects %v (error %d); openssl says %q",
					report.Fingerprint(), report.Board.Connects, report.Board.Error, want)
			}
			if len(report.Chain) != 2 || report.Chain[1].SHA1() != opensslSHA1(t, p.intermediate) {
				t.Errorf("the chain is not leaf and intermediate: %v", report.Chain)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	closed, err := loopback.Hold()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closed.Close)
	say := func(s string) request.Target {
		return serve(t, func(c net.Conn) {
			io.WriteString(c, s)
			io.Copy(io.Discard, c)
		})
	}
	tests := []struct {
		name string
		at   request.Target
		code string
		says string
	}{
		{"closed port", target(t, closed.Addr()), netdial.CodeRefused, "Nothing listens at localhost"},
		{"plain HTTP", say("HTTP/1.1 400 Bad Request\r\n\r\n"), netdial.CodeNotTLS, `plain HTTP, not HTTPS: it answered "HTTP/1.1 400 Bad Request"`},
		{"SSH", say("SSH-2.0-OpenSSH_9.2\r\n"), netdial.CodeNotTLS, `SSH server: it said "SSH-2.0-OpenSSH_9.2"`},
		{"mail", say("220 mx\x1b[31m\r\n"), netdial.CodeNotTLS, "220 mx\ufffd[31m"},
		{"few bytes", serve(t, func(c net.Conn) { io.WriteString(c, "no"); c.(*net.TCPConn).CloseWrite(); io.Copy(io.Discard, c) }), netdial.CodeNotTLS, `"no"`},
		{"closes", serve(t, func(c net.Conn) { c.Read(make([]byte, 512)) }), netdial.CodeClosed, "closed the connection"},
		{"resets", serve(t, func(c net.Conn) {
			c.Read(make([]byte, 512))
			c.(*net.TCPConn).SetLinger(0)
		}), netdial.CodeReset, "broke the connection off"},
		{"oversized record", say("\x16\x03\x03\xff\xff"), netdial.CodeMalformed, "longer than TLS allows"},
		{"application data", say("\x17\x03\x03\x00\x01x"), netdial.CodeMalformed, "type 23 has no place"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fails(t, new(tlsinspect.Client), tt.at, tt.code, tt.says)
		})
	}
}

// fails wants that neither a fingerprint nor an inspection is to be had, and why.
func fails(t *testing.T, c *tlsinspect.Client, at request.Target, code, says string) {
	t.Helper()
	check := func(err error) {
		t.Helper()
		var e *problem.Problem
		if !errors.As(err, &e) {
			t.Fatalf("error is %v, want an *Error", err)
		}
		if e.Code != code || !strings.Contains(e.Error(), says) || e.Fix == "" {
			t.Errorf("error is %s: %s; want %s saying %q, and a fix", e.Code, e, code, says)
		}
	}
	_, err := c.Fingerprint(t.Context(), at)
	check(err)
	report, err := c.Inspect(t.Context(), at)
	check(err)
	if report == nil || len(report.Findings) == 0 || report.Findings[0].Severity != problem.Fatal {
		t.Errorf("the report does not tell the problem: %+v", report)
	}
}

func TestTLS13OnlyIsAVerdict(t *testing.T) {
	id := selfSigned(t, p256())
	at := openssl(t, id, "-tls1_3")
	c := new(tlsinspect.Client)
	report, err := c.Inspect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if b := report.Board; b.Connects || b.Alert != 70 || b.Error != 326 || report.Findings[0].Code != tlsinspect.CodeTLS13Only {
		t.Errorf("board %+v, findings %+v; want alert 70 and %s", b, report.Findings, tlsinspect.CodeTLS13Only)
	}
	if report.Browser.Fingerprint != opensslSHA1(t, id) {
		t.Errorf("the browser's view is missing: %+v", report.Browser)
	}
	var e *problem.Problem
	if _, err := c.Fingerprint(t.Context(), at); !errors.As(err, &e) || e.Code != tlsinspect.CodeNoCertificate || !strings.Contains(e.Message, "alert 70, protocol_version): most likely it is set to TLS 1.3 only") {
		t.Errorf("Fingerprint's error is %v, want %s with alert 70 and its likely reason", err, tlsinspect.CodeNoCertificate)
	}
}

func TestLeavesPolitely(t *testing.T) {
	id := selfSigned(t, p256())
	ended := make(chan []byte, 1)
	at := serve(t, func(conn net.Conn) {
		var received bytes.Buffer
		tls.Server(&replayed{conn, io.TeeReader(conn, &received)}, &tls.Config{Certificates: []tls.Certificate{id.tls()}}).Handshake()
		ended <- received.Bytes()
	})
	if _, err := new(tlsinspect.Client).Fingerprint(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	userCanceled, closeNotify := []byte{21, 3, 3, 0, 2, 1, 90}, []byte{21, 3, 3, 0, 2, 1, 0}
	if got := <-ended; !bytes.HasSuffix(got, append(userCanceled, closeNotify...)) {
		t.Errorf("the last the server heard was % x, want user_canceled and close_notify", got[max(0, len(got)-14):])
	}
}

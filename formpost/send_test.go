package formpost_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/internal/testkit/loopback"
	"espost/request"
)

// The request of the recording, as real HTTPClient sent it.
func recorded(port int) request.Request {
	return request.Request{
		Method: "POST", Target: request.Target{Host: "localhost", Port: port, Path: "/post?a=b"}, Body: request.Form,
		Headers: []request.Header{{Name: "X-Device", Value: "porch"}},
		Fields:  []request.Field{{Name: "name1", Value: "value1"}, {Name: "name2", Value: "value2"}},
	}
}

func TestSentBytesAreTheRecordedOnes(t *testing.T) {
	want, err := os.ReadFile("testdata/post_request.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(recorded(8445).Bytes())); diff != "" {
		t.Errorf("Bytes (-recorded +got):\n%s", diff)
	}

	leaf := leafFor(t, "localhost")
	s := listenTLS(t, leaf.served(), okAnswer)
	c := client()
	c.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return net.Dial(network, net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)))
	}
	resp, err := c.Send(t.Context(), recorded(8445), leaf.pin())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), s.received()); diff != "" {
		t.Errorf("on the wire (-recorded +got):\n%s", diff)
	}
	if resp.Status != 200 || resp.BoardStatus != 200 || string(resp.Body) != "ok" || resp.LeafSHA1 != leaf.fingerprint() {
		t.Errorf("got %d (board %d) %q, leaf %s", resp.Status, resp.BoardStatus, resp.Body, resp.LeafSHA1)
	}
	if resp.Version != tls.VersionTLS12 {
		t.Errorf("version %#x, want TLS 1.2", resp.Version)
	}
	if string(resp.HeadRaw) != strings.TrimSuffix(okAnswer, "ok") {
		t.Errorf("HeadRaw = %q", resp.HeadRaw)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.recs) != 2 || s.recs[1] != 25 {
		t.Errorf("records of %v bytes, want the head's and then the body's", s.recs)
	}
}

func TestRecordsFitTheBoardsBuffer(t *testing.T) {
	leaf := leafFor(t, "localhost")
	for _, tx := range []int{0, 512, 1024, 4096} {
		s := listenTLS(t, leaf.served(), okAnswer)
		r := form(s)
		r.Fields[0].Value = strings.Repeat("x", 3000)
		c := client()
		if tx > 0 {
			c.Buffers = esp8266.Buffers{RX: 16384, TX: tx}
		}
		if _, err := c.Send(t.Context(), r, leaf.pin()); err != nil {
			t.Fatal(err)
		}
		if got := s.received(); got != string(r.Bytes()) {
			t.Errorf("tx %d: %d bytes arrived, want %d", tx, len(got), len(r.Bytes()))
		}
		want := max(tx, 512)
		s.mu.Lock()
		for _, n := range s.recs {
			if n > want {
				t.Errorf("tx %d: a record of %d bytes", tx, n)
			}
		}
		s.mu.Unlock()
	}
}

func TestPinModes(t *testing.T) {
	ca := newCA(t, "the CA")
	leaf := issue(t, ca, x509.Certificate{DNSNames: []string{"localhost"}}, nil)
	other := leafFor(t, "localhost")
	rsaLeaf := issue(t, ca, x509.Certificate{DNSNames: []string{"localhost"}}, rsaKey(t))
	caPin := func(cas ...*testCA) esp8266.Pin {
		p := esp8266.Pin{Mode: esp8266.PinCA}
		for _, c := range cas {
			p.CAs = append(p.CAs, pemOf(c.cert))
		}
		return p
	}
	static := func(c *tls.Config) {
		c.MaxVersion = tls.VersionTLS12
		c.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
	}
	tests := []struct {
		name    string
		leaf    *testCA
		pin     esp8266.Pin
		change  func(*tls.Config)
		bearSSL esp8266.SSLError // 0: passes
		says    string
	}{
		{name: "fingerprint", leaf: leaf, pin: leaf.pin()},
		{name: "fingerprint, second of two", leaf: leaf, pin: esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{other.fingerprint(), leaf.fingerprint()}}},
		{name: "fingerprint differs", leaf: leaf, pin: other.pin(), bearSSL: 62, says: "fingerprint differs"},
		{name: "key", leaf: leaf, pin: leaf.publicKeyPin(t)},
		{name: "key, RSA", leaf: rsaLeaf, pin: rsaLeaf.publicKeyPin(t)},
		{name: "another key", leaf: leaf, pin: other.publicKeyPin(t), bearSSL: 27, says: "key differs"},
		{name: "another kind of key", leaf: rsaLeaf, pin: leaf.publicKeyPin(t), bearSSL: 28, says: "key differs"},
		{name: "another key, static RSA", leaf: rsaLeaf, pin: issue(t, ca, x509.Certificate{}, rsaKey(t)).publicKeyPin(t), change: static, bearSSL: 276, says: "key differs"},
		{name: "static RSA", leaf: rsaLeaf, pin: rsaLeaf.pin(), change: static},
		{name: "ca", leaf: leaf, pin: caPin(other, ca)},
		{name: "another ca", leaf: leaf, pin: caPin(newCA(t, "the CA")), bearSSL: 62, says: "signed by the pinned CA"},
		{name: "insecure", leaf: leaf, pin: esp8266.Pin{Mode: esp8266.PinInsecure}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			change := tt.change
			if change == nil {
				change = func(*tls.Config) {}
			}
			s := listenTLS(t, tt.leaf.served(), okAnswer, change)
			resp, err := client().Send(t.Context(), form(s), tt.pin)
			if tt.bearSSL == 0 {
				if err != nil || resp.Status != 200 {
					t.Fatalf("Send: %v", err)
				}
				return
			}
			wantError(t, err, -1, tt.bearSSL, tt.says)
			if got := s.received(); got != "" {
				t.Errorf("%q was sent to a server that failed the pin", got)
			}
		})
	}
}

// A server that the pin itself doesn't fit passes by its backup, and the answer says so; one that
// nothing fits gets the error of the last way, as on the board.
func TestBackupPins(t *testing.T) {
	ca := newCA(t, "the CA")
	leaf := issue(t, ca, x509.Certificate{DNSNames: []string{"localhost"}}, nil)
	renewed := issue(t, ca, x509.Certificate{DNSNames: []string{"localhost"}}, nil)
	reserve, other := leafFor(t, "localhost"), leafFor(t, "localhost")
	backedBy := func(pin esp8266.Pin) esp8266.Pin {
		pin.Backup, pin.CAs = esp8266.PinCA, []string{pemOf(ca.cert)}
		return pin
	}
	inReserve := func(pin esp8266.Pin) esp8266.Pin {
		pin.Reserve = []string{reserve.publicKeyPin(t).PublicKey}
		return pin
	}
	for _, tt := range []struct {
		name    string
		shown   *testCA
		pin     esp8266.Pin
		backup  bool
		bearSSL esp8266.SSLError
	}{
		{"itself", leaf, inReserve(backedBy(leaf.pin())), false, 0},
		{"the reserve key", reserve, inReserve(leaf.publicKeyPin(t)), true, 0},
		{"the reserve key, of three ways", reserve, inReserve(backedBy(leaf.pin())), true, 0},
		{"the CA", renewed, backedBy(leaf.pin()), true, 0},
		{"the CA, of three ways", renewed, inReserve(backedBy(leaf.publicKeyPin(t))), true, 0},
		{"a stranger to two keys", other, inReserve(leaf.publicKeyPin(t)), false, 27},
		{"a stranger to all", other, inReserve(backedBy(leaf.pin())), false, 62},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := listenTLS(t, tt.shown.served(), okAnswer, func(*tls.Config) {})
			resp, err := client().Send(t.Context(), form(s), tt.pin)
			if tt.bearSSL != 0 {
				wantError(t, err, -1, tt.bearSSL, "")
				if got := s.received(); got != "" {
					t.Errorf("%q was sent to a server that failed the pin", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if told := resp.Notes.Has(formpost.NoteBackupPin); told != tt.backup {
				t.Errorf("told of the backup: %v", told)
			}
		})
	}
}

// wantError checks err's codes and words.
func wantError(t *testing.T, err error, httpClient int, bearSSL esp8266.SSLError, says string) {
	t.Helper()
	var e *formpost.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want an *Error", err)
	}
	if e.HTTPClient != httpClient || e.BearSSL != bearSSL || !strings.Contains(e.Message, says) {
		t.Errorf("HTTPClient %d, BearSSL %d, %q; want %d, %d, …%s…", e.HTTPClient, e.BearSSL, e.Message, httpClient, bearSSL, says)
	}
	for _, sentence := range []string{e.Message, e.Fix} {
		if sentence == "" || strings.HasSuffix(sentence, ".") || strings.Contains(sentence, "\n") {
			t.Errorf("%q is no plain sentence", sentence)
		}
	}
}

func TestNoAnswer(t *testing.T) {
	leaf := leafFor(t, "localhost")
	closed := listen(t, func(*server, net.Conn) {})
	unused, err := loopback.Hold()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(unused.Close)
	refused := &server{port: unused.Number()}

	raw := func(answer string) *server {
		return listen(t, func(_ *server, conn net.Conn) {
			io.ReadAtLeast(conn, make([]byte, 1024), 50)
			io.WriteString(conn, answer)
			io.Copy(io.Discard, conn)
		})
	}
	overTLS := func(serve func(net.Conn), change ...func(*tls.Config)) *server {
		return listenTLSFunc(t, leaf.served(), serve, change...)
	}
	tests := []struct {
		name       string
		server     *server
		httpClient int
		bearSSL    esp8266.SSLError
		says       string
	}{
		{"refused", refused, -1, 0, "Nothing listens"},
		{"closed at once", closed, -1, 0, " the connection "},
		{"plain HTTP", raw("HTTP/1.1 400 Bad Request\r\n\r\n"), -1, 3, "plain HTTP"},
		{"SSH", raw("SSH-2.0-OpenSSH_9.2\r\n"), -1, 3, "an SSH server"},
		{"TLS 1.3 only", overTLS(func(net.Conn) {}, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }), -1, 256 + 70, "none of TLS 1.0 to 1.2"},
		{"alert 40", raw("\x15\x03\x03\x00\x02\x02\x28"), -1, 256 + 40, "refused the board's offer"},
		{"unknown name", raw("\x15\x03\x03\x00\x02\x02\x70"), -1, 256 + 112, "doesn't know the name"},
		{"client certificate", overTLS(func(net.Conn) {}, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }), -1, 256 + 40, "demands a client certificate"},
		{"closed without an answer", overTLS(func(net.Conn) {}), -5, 0, "without an answer"},
		{"reset after TLS", overTLS(reset), -5, 0, "without an answer"},
		{"half a head", overTLS(func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-") }), -5, 0, "in the middle"},
		{"not HTTP", overTLS(func(c net.Conn) { io.WriteString(c, "220 mail.example ESMTP\r\n\r\n") }), -7, 0, "no HTTP server"},
		{"transfer encoding", overTLS(func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n") }), -9, 0, `"gzip, chunked"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := client().Send(t.Context(), form(tt.server), leaf.pin())
			wantError(t, err, tt.httpClient, tt.bearSSL, tt.says)
		})
	}
}

// reset closes conn so that the peer sees a TCP reset.
func reset(conn net.Conn) {
	tcp := conn.(*tls.Conn).NetConn().(*net.TCPConn)
	tcp.SetLinger(0)
	tcp.Close()
}

func TestSendEndsWithItsContext(t *testing.T) {
	leaf := leafFor(t, "localhost")
	ctx, cancel := context.WithCancel(t.Context())
	s := listenTLSFunc(t, leaf.served(), func(c net.Conn) { cancel(); io.Copy(io.Discard, c) })
	_, err := client().Send(ctx, form(s), leaf.pin())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestUnusablePin(t *testing.T) {
	for _, pin := range []esp8266.Pin{
		{},
		{Mode: esp8266.PinFingerprint},
		{Mode: esp8266.PinFingerprint, SHA1: []string{"12:34"}},
		{Mode: esp8266.PinPublicKey, PublicKey: "nonsense"},
		{Mode: esp8266.PinCA},
		{Mode: esp8266.PinCA, CAs: []string{"nonsense"}},
	} {
		c := &formpost.Client{Dial: func(context.Context, string, string) (net.Conn, error) {
			t.Error("dialled with an unusable pin")
			return nil, net.ErrClosed
		}}
		_, err := c.Send(t.Context(), recorded(443), pin)
		if problems := problem.All(err); len(problems) == 0 || !strings.HasPrefix(problems[0].Where, "pin") {
			t.Errorf("%+v: error %v, want one about the pin", pin, err)
		}
	}
}

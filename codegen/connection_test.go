package codegen_test

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/loopback"
	"espost/internal/testkit/rig"
	"espost/request"
)

// everySecond is the tutorial's project with an interval of a second.
func everySecond(id rig.Identity) codegen.Project {
	p := tutorial()
	p.Every = time.Second
	p.Pin.SHA1 = []string{id.SHA1()}
	return p
}

// Where the server allows it, all requests go over one connection.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	program := rig.Plain.Build(t, everySecond(id))
	for _, c := range []struct {
		name     string
		response string
		one      bool // connection for all
	}{
		{"length", ok, true},
		{"no content", "HTTP/1.1 204 No Content\r\n\r\n", true},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=1\r\nok\r\n0\r\n\r\n", true},
		{"404", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", true},
		{"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", false},
		{"more than is read", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + strings.Repeat("x", 5000), false},
		{"500", rig.Status(500), false},
		{"an interim answer", "HTTP/1.1 103 Early Hints\r\n\r\n" + ok, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := rig.Serve(t, rig.TLS12(id), func(int, string) string { return c.response })
			rig.Boot(t, program, s.Port(), "RIG_MILLIS=60000")
			requests, _, connections := s.Seen()
			if len(requests) < 4 {
				t.Fatalf("the server got %d requests only", len(requests))
			}
			if (connections == 1) != c.one {
				t.Errorf("%d requests over %d connections", len(requests), connections)
			}
		})
	}
}

func TestTwoHundredPostsOnOneConnection(t *testing.T) {
	id := anIdentity(t)
	s := rig.Serve(t, rig.TLS12(id), nil)
	rig.Boot(t, rig.Plain.Build(t, everySecond(id)), s.Port(), "RIG_MILLIS=205000")
	requests, _, connections := s.Seen()
	if len(requests) < 200 || connections != 1 {
		t.Errorf("%d requests over %d connections, want 200 or more over 1", len(requests), connections)
	}
}

// A server that drops kept connections costs no reading and no pause.
func TestDroppedKeepAlive(t *testing.T) {
	id := anIdentity(t)
	s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
		if n%5 == 0 {
			return "" // hangs up instead of answering
		}
		return ok
	})
	board := rig.Boot(t, rig.Plain.Build(t, everySecond(id)), s.Port(), "RIG_MILLIS=21000")
	board.Says(t, "had closed the kept connection")
	board.Never(t, "FAILED", "is lost")
}

// Nor does it where readings are paced: what met a dead connection was no attempt
// that the server could count.
func TestDroppedKeepAliveCostsNoPause(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	for name, bulk := range map[string]request.Bulk{"one by one": {}, "together": {Most: 2}} {
		t.Run(name, func(t *testing.T) {
			p := everySecond(id)
			p.Every, p.Answer.Pause = time.Minute, 50*time.Second
			if bulk.On() {
				p.Request.Body, p.Request.Template, p.Request.Bulk = request.Text, "a=b", bulk
			}
			s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
				if n%2 == 0 {
					return "" // hangs up instead of answering: it had forgotten the connection meanwhile
				}
				return ok
			})
			board := rig.Boot(t, rig.Plain.Build(t, p), s.Port(), "RIG_MILLIS=310000")
			board.Says(t, "had closed the kept connection")
			if delivered := strings.Count(board.Serial, "Reading: delivered"); delivered < 5 {
				t.Errorf("%d readings were delivered in five minutes, one was taken each minute:\n%s", delivered, board.Serial)
			}
		})
	}
}

// The board offers the session that it had, and a server that knows session
// ids resumes it.
func TestSessionResumption(t *testing.T) {
	id := anIdentity(t)
	port := rig.Nginx(t, id, `
		keepalive_timeout 0;
		ssl_session_cache shared:tls:1m;
		ssl_session_tickets off;
		location / { return 200 "resumed=$ssl_session_reused"; }`)
	board := rig.Boot(t, rig.Plain.Build(t, everySecond(id)), rig.Port(port), "RIG_MILLIS=4500")
	board.Says(t, "resumed=.")
	if n := strings.Count(board.Serial, "resumed=r"); n < 2 {
		t.Errorf("%d sessions were resumed, want 2 or more:\n%s", n, board.Serial)
	}
}

// OpenSSL agrees to short records, and the board says so.
func TestFragmentsAgreed(t *testing.T) {
	id := anIdentity(t)
	port := rig.Nginx(t, id, `location / { return 200 "`+strings.Repeat("long ", 300)+`"; }`)
	board := rig.Boot(t, rig.Plain.Build(t, everySecond(id)), rig.Port(port), "RIG_MILLIS=2500")
	board.Says(t, "Records of at most 512 bytes: agreed", "over the kept connection")
	board.Never(t, "FAILED")
}

// The board waits as long as the server asks for, in a header or in its text.
func TestRetryAfter(t *testing.T) {
	id := anIdentity(t)
	p := everySecond(id)
	p.Every = time.Hour
	p.Answer.RetryAfter = "parameters.retry_after"
	program := rig.Plain.Build(t, p)
	for name, busy := range map[string]string{
		"header": with(503, "Retry-After: 40\r\n", ""),
		"text":   with(429, "", `{"ok":false,"parameters":{"retry_after":39.5}}`),
		"longer": with(429, "Retry-After: 1\r\n", `{"parameters":{"retry_after":40}}`),
	} {
		t.Run(name, func(t *testing.T) {
			s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
				if n == 1 {
					return busy
				}
				return ok
			})
			rig.Boot(t, program, s.Port(), "RIG_MILLIS=38000")
			if requests, _, _ := s.Seen(); len(requests) != 1 {
				t.Errorf("%d requests within 38 s, want 1", len(requests))
			}
			rig.Boot(t, program, s.Port(), "RIG_MILLIS=5000")
			if requests, _, _ := s.Seen(); len(requests) != 2 {
				t.Errorf("%d requests, want 2", len(requests))
			}
		})
	}
}

// Failures come at growing distances, not in a storm.
func TestBackoff(t *testing.T) {
	p := tutorial()
	p.Every = time.Second
	board := rig.Boot(t, rig.Plain.Build(t, p), "RIG_PORT=1", "RIG_MILLIS=600000")
	if n := strings.Count(board.Serial, "FAILED"); n < 4 || n > 9 {
		t.Errorf("%d attempts in ten minutes, want 5 to 8:\n%s", n, board.Serial)
	}
}

// A Wi-Fi that goes away comes back by itself.
func TestWiFiComesBack(t *testing.T) {
	id := anIdentity(t)
	s := rig.Serve(t, rig.TLS12(id), nil)
	board := rig.Boot(t, rig.Plain.Build(t, everySecond(id)), s.Port(), "RIG_WIFI_DOWN=5000-60000", "RIG_MILLIS=120000")
	board.Says(t, "The Wi-Fi is gone")
	if n := strings.Count(board.Serial, "Wi-Fi: connected"); n != 2 {
		t.Errorf("connected %d times, want 2:\n%s", n, board.Serial)
	}
	requests, _, _ := s.Seen()
	if len(requests) < 20 {
		t.Errorf("%d requests, want those of a minute and more", len(requests))
	}
}

// Whatever a server sends, the board reads at most RESPONSE_MAX of it and goes on.
func TestResponsesAreCapped(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := everySecond(id)
	p.Buffers.RX = esp8266.MaxBuffer
	program := rig.Sanitized.Build(t, p)
	for _, response := range []string{
		"HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 9000),
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + strings.Repeat("x", 9000),
		"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n" + strings.Repeat("x", 9000),
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s", 6000, strings.Repeat("x", 9000)),
	} {
		s := rig.Serve(t, rig.TLS12(id), func(int, string) string { return response })
		board := rig.Boot(t, program, s.Port(), "RIG_MILLIS=12000", silence)
		board.Says(t, "POST: 200")
		if requests, _, connections := s.Seen(); len(requests) < 2 || connections < 2 {
			t.Errorf("%d requests over %d connections after %.60q", len(requests), connections, response)
		}
	}
}

// After a handshake that never ended, the next attempt is a fresh one: it
// doesn't wait for the dead handshake once more (the core's stop would).
func TestDeadHandshakeIsNotWaitedForTwice(t *testing.T) {
	t.Parallel()
	board := rig.Boot(t, rig.Plain.Build(t, everySecond(anIdentity(t))), listen(t, neverAnswers(t)), silence, "RIG_MILLIS=52000")
	if n := strings.Count(board.Serial, "did not finish the TLS handshake in time"); n != 3 {
		t.Errorf("%d attempts in 52 seconds, want 3, of 15 s each, with pauses of 5 and 10 s:\n%s", n, board.Serial)
	}
}

// A failure is explained by itself, not by the one before it.
func TestOldErrorsAreForgotten(t *testing.T) {
	port, err := loopback.Hold()
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	l, err := port.Listen()
	if err != nil {
		t.Fatal(err)
	}
	config := rig.TLS12(rig.NewIdentity(t, "other", nil, nil))
	go func() {
		conn, err := l.Accept()
		l.Close()
		if err == nil {
			_ = tls.Server(conn, config).Handshake()
			conn.Close()
		}
	}()
	board := rig.Boot(t, rig.Plain.Build(t, everySecond(anIdentity(t))), rig.Port(port.Number()), "RIG_MILLIS=9000")
	board.Says(t, "PIN MISMATCH", "nothing listens on that port")
	if n := strings.Count(board.Serial, "BearSSL 62"); n != 1 {
		t.Errorf("the mismatch is reported %d times:\n%s", n, board.Serial)
	}
}

package codegen_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"espost/internal/testkit/loopback"
	"espost/internal/testkit/rig"
)

// A flaky is a server that can be killed and started again on the same port.
// It counts what arrives by the outbox's keys.
type flaky struct {
	config *tls.Config
	port   *loopback.Port
	reply  func(conn *tls.Conn, key, body string) bool // answers; false ends the connection; nil for 200s

	mu       sync.Mutex
	listener net.Listener
	conns    []*net.TCPConn
	bodies   map[string]string // by key
	clash    string            // a key that came with two bodies
	posts    int
}

func (f *flaky) up() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.listener != nil
}

func (f *flaky) start(t *testing.T) {
	t.Helper()
	var err error
	if f.port == nil {
		if f.port, err = loopback.Hold(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(f.port.Close)
	}
	l, err := f.port.Listen()
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	f.listener = l
	f.mu.Unlock()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f.mu.Lock()
			f.conns = append(f.conns, conn.(*net.TCPConn))
			f.mu.Unlock()
			go f.talk(conn)
		}
	}()
}

func (f *flaky) talk(conn net.Conn) {
	if f.reply != nil {
		f.talkBadly(tls.Server(conn, f.config))
		return
	}
	one := &rig.Server{}
	one.Answer = func(n int, body string) string {
		requests, _, _ := one.Seen()
		f.count(requests[n-1], body)
		return ok
	}
	one.Talk(tls.Server(conn, f.config))
}

// talkBadly has reply answer each request.
func (f *flaky) talkBadly(conn *tls.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || !f.reply(conn, strings.Trim(r.Header.Get("Idempotency-Key"), `"`), string(body)) {
			return
		}
	}
}

func (f *flaky) count(request, body string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posts++
	m := keyLine.FindStringSubmatch(request)
	if m == nil {
		f.clash = "a request without a key"
		return
	}
	if had, dup := f.bodies[m[1]]; dup && had != body {
		f.clash = m[1] + " stands for " + had + " and " + body
	}
	f.bodies[m[1]] = body
}

// kill ends the server as a crash would: every connection is reset.
func (f *flaky) kill() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listener != nil {
		f.listener.Close()
	}
	for _, conn := range f.conns {
		_ = conn.SetLinger(0)
		conn.Close()
	}
	f.listener, f.conns = nil, nil
}

func (f *flaky) entries() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.bodies)
}

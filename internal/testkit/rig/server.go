package rig

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
)

// A Server takes requests over TLS and remembers their bytes.
type Server struct {
	listener net.Listener
	Answer   func(n int, body string) string // raw response to the n-th request, from 1; "" closes

	mu          sync.Mutex
	requests    []string
	bodies      []string
	connections int
}

// OK is a response that the board is content with.
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// Serve starts a server. answer gives the raw response to the n-th request, from
// 1, and "" to hang up; it may be nil for 200s.
func Serve(t testing.TB, config *tls.Config, answer func(n int, body string) string) *Server {
	t.Helper()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plain.Close() })
	if answer == nil {
		answer = func(int, string) string { return OK }
	}
	s := &Server{listener: plain, Answer: answer}
	go func() {
		for {
			conn, err := plain.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.connections++
			s.mu.Unlock()
			go s.Talk(tls.Server(conn, config))
		}
	}()
	return s
}

// PortNumber returns the port that the server listens on.
func (s *Server) PortNumber() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Talk answers the requests of one connection.
func (s *Server) Talk(conn net.Conn) {
	defer conn.Close()
	var raw bytes.Buffer
	in := bufio.NewReader(io.TeeReader(conn, &raw))
	for {
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.requests = append(s.requests, raw.String())
		s.bodies = append(s.bodies, string(body))
		n := len(s.requests)
		raw.Reset()
		s.mu.Unlock()
		response := s.Answer(n, string(body))
		if _, err := io.WriteString(conn, response); err != nil || response == "" {
			return
		}
	}
}

// Seen returns the requests so far, whole and their bodies.
func (s *Server) Seen() (requests, bodies []string, connections int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...), append([]string(nil), s.bodies...), s.connections
}

// TLS12 is a configuration that a board can talk to.
func TLS12(id Identity) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{id.TLS}, MaxVersion: tls.VersionTLS12}
}

// Status is a response without a body.
func Status(code int) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: 0\r\n\r\n", code, http.StatusText(code))
}

// Port is the variable of the board's that leads all its connections to a port,
// whatever the sketch says.
func Port(port int) string { return fmt.Sprint("RIG_PORT=", port) }

// Port leads the board's connections to the server.
func (s *Server) Port() string { return Port(s.PortNumber()) }

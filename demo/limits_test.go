package demo

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"net/http"
	"testing"
)

// The server has its limits: headers without end are refused, and no client may
// keep it waiting for ever.
func TestLimits(t *testing.T) {
	s, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h := s.http
	if h.ReadHeaderTimeout != headerTimeout || h.ReadTimeout != readTimeout || h.WriteTimeout != writeTimeout || h.IdleTimeout != idleTimeout {
		t.Errorf("the timeouts are %v, %v, %v, %v", h.ReadHeaderTimeout, h.ReadTimeout, h.WriteTimeout, h.IdleTimeout)
	}
	conn, err := tls.Dial("tcp", s.Addr(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /post HTTP/1.1\r\nHost: localhost\r\n%s", bytes.Repeat([]byte("X: y\r\n"), 2*maxHeaderBytes/6))
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", answer.StatusCode)
	}
}

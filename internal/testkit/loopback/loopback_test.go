package loopback_test

import (
	"net"
	"testing"

	"espost/internal/testkit/loopback"
)

// Nothing listens, again and again; nobody else is given the port.
func TestPort(t *testing.T) {
	p, err := loopback.Hold()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	for range 3 {
		if conn, err := net.Dial("tcp", p.Addr()); err == nil {
			conn.Close()
			t.Fatal("something listens at a port that is only held")
		}
		l, err := p.Listen()
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", p.Addr())
		if err != nil {
			t.Fatal(err)
		}
		accepted, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		// As a crash does: the server's end is closed first, and its port waits.
		accepted.Close()
		conn.Close()
		l.Close()
	}
}

package loopback_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"testing"

	"espost/internal/testkit/loopback"
)

// Nothing listens, and something, again and again, while programs are started.
func TestPort(t *testing.T) {
	ended := make(chan struct{})
	t.Cleanup(func() { <-ended })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			_ = exec.Command(os.Args[0], "-test.run=^$").Run()
		}
	}()
	p, err := loopback.Hold()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	for range 300 {
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

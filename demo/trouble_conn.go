package demo

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// silence is how long a silent connection is kept.
const silence = time.Minute

// serve runs the server until its listener is closed.
func (s *Server) serve() {
	switch s.options.Trouble {
	case Reset, Silence:
		s.refuse()
	case PlainHTTP:
		_ = s.http.Serve(s.listener) // ends with Close, whose error says nothing
	default:
		_ = s.http.ServeTLS(metered{s.listener}, "", "")
	}
}

// refuse accepts connections and resets them after their first byte, or listens
// to them in silence.
func (s *Server) refuse() {
	var open sync.WaitGroup
	defer open.Wait()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		open.Go(func() {
			defer conn.Close()
			defer context.AfterFunc(ctx, func() { conn.Close() })()
			_ = conn.SetReadDeadline(time.Now().Add(silence))
			if s.options.Trouble == Silence {
				_, _ = io.Copy(io.Discard, conn)
				return
			}
			_, _ = conn.Read(make([]byte, 1))
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // Close sends a reset
			}
		})
	}
}

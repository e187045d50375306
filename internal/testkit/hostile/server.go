package hostile

import (
	"net"
	"sync"
	"testing"
	"time"
)

// Bounds of every server, so that no test can be hurt by the tests' own tools.
const (
	maxConnections = 256              // that a server takes in all
	maxFlood       = 64 << 20         // bytes that a flood sends over one connection
	lifetime       = 30 * time.Minute // of one connection; beyond what a test waits, so that no server hangs up first
	tick           = time.Second      // what "a while" means unless Options say otherwise
)

// Options choose how a behaviour is shown.
type Options struct {
	Variant int           // from 0 to Behaviour.Count()-1
	Tick    time.Duration // the pause of servers that drip; 0 means a second
}

// A Server shows one behaviour to every client.
type Server struct {
	behaviour Behaviour
	options   Options
	listener  net.Listener
	asked     chan struct{} // closed when the first connection came
	done      chan struct{} // closed when the server ends
	running   sync.WaitGroup

	mu    sync.Mutex
	open  map[net.Conn]bool
	taken int
}

// Start serves a behaviour on a loopback port until the test ends.
func Start(t testing.TB, b Behaviour, o Options) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if o.Tick <= 0 {
		o.Tick = tick
	}
	s := &Server{
		behaviour: b, options: o, listener: l,
		asked: make(chan struct{}), done: make(chan struct{}), open: make(map[net.Conn]bool),
	}
	s.running.Go(s.accept)
	t.Cleanup(s.Close)
	return s
}

// Port is where the server listens on 127.0.0.1.
func (s *Server) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Asked is closed as soon as a client has connected.
func (s *Server) Asked() <-chan struct{} { return s.asked }

// Connections is how many connections were taken so far.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// Close ends every connection, and returns when nothing of the server runs any
// more. It may be called more than once.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.done:
	default:
		close(s.done)
		s.listener.Close()
	}
	for conn := range s.open {
		conn.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
}

func (s *Server) accept() {
	for range maxConnections {
		raw, err := s.listener.Accept()
		if err != nil {
			return
		}
		conn, ok := s.admit(raw)
		if !ok {
			return
		}
		s.running.Go(func() {
			defer s.dismiss(raw)
			raw.SetDeadline(time.Now().Add(lifetime))
			s.behaviour.serve(conn)
			conn.finish()
		})
	}
}

// admit registers a connection, unless the server is ending.
func (s *Server) admit(raw net.Conn) (*Conn, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.done:
		raw.Close()
		return nil, false
	default:
	}
	if s.taken == 0 {
		close(s.asked)
	}
	conn := &Conn{Conn: raw, nth: s.taken, variant: s.options.Variant, tick: s.options.Tick, done: s.done}
	s.taken++
	s.open[raw] = true
	return conn, true
}

func (s *Server) dismiss(raw net.Conn) {
	raw.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, raw)
}

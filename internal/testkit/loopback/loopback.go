// Package loopback gives a test a port of its own at which nothing listens until the test wants it.
package loopback

import "net"

// A Port is a port of 127.0.0.1. A port that a test has merely closed can be given to any other server or client
// at any time; this one has an open connection, so that the system neither chooses it for anybody nor refuses
// a listener that asks for it by its number.
type Port struct {
	addr *net.TCPAddr
	ends [2]net.Conn
}

// Hold returns a port that the system has picked.
func Hold() (*Port, error) {
	l, err := listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	p := &Port{addr: l.Addr().(*net.TCPAddr)}
	if p.ends[0], err = net.Dial("tcp", p.Addr()); err != nil {
		return nil, err
	}
	if p.ends[1], err = l.Accept(); err != nil { // what the listener accepts has its port
		p.ends[0].Close()
		return nil, err
	}
	return p, nil
}

// Addr returns the port with its address, as net.Dial takes it.
func (p *Port) Addr() string { return p.addr.String() }

// Number returns the port's number.
func (p *Port) Number() int { return p.addr.Port }

// Listen serves the port. It may be closed and opened again any number of times.
func (p *Port) Listen() (net.Listener, error) { return listen(p.Addr()) }

// A listener ends when Close returns. A program that is being started has a copy of this process's
// sockets until it runs, so that closing them alone would leave somebody listening.
type listener struct{ *net.TCPListener }

func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	return listener{l.(*net.TCPListener)}, nil
}

func (l listener) Close() error {
	if raw, err := l.SyscallConn(); err == nil {
		_ = raw.Control(shutdown) // fails where it was closed before
	}
	return l.TCPListener.Close()
}

// Close gives the port back.
func (p *Port) Close() {
	p.ends[0].Close()
	p.ends[1].Close()
}

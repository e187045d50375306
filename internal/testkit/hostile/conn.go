package hostile

import (
	"encoding/binary"
	"io"
	"net"
	"time"
)

// A Conn is one connection to a hostile server, with what a behaviour needs to
// misbehave on it. A behaviour that returns has closed its side.
type Conn struct {
	net.Conn
	nth     int           // connections that came before it
	variant int           // of the behaviour, from 0
	tick    time.Duration // how long a pause is
	done    <-chan struct{}
	request []byte // of a client that got as far as HTTP
}

// say sends b and reports whether the client still listens.
func (c *Conn) say(b []byte) bool {
	_, err := c.Write(b)
	return err == nil
}

// flood sends b again and again, up to maxFlood bytes in all.
func (c *Conn) flood(b []byte) {
	for sent := 0; sent < maxFlood; sent += len(b) {
		if !c.say(b) {
			return
		}
	}
}

// drip sends b byte by byte, with a pause after each.
func (c *Conn) drip(b []byte) {
	for i := range b {
		if !c.say(b[i:i+1]) || !c.pause() {
			return
		}
	}
}

// pause waits a tick; it reports false when the server ends meanwhile.
func (c *Conn) pause() bool {
	timer := time.NewTimer(c.tick)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.done:
		return false
	}
}

// hold keeps the connection open, and says no more, until the client leaves.
func (c *Conn) hold() { io.Copy(io.Discard, c.Conn) }

// reset breaks the connection off with a TCP RST.
func (c *Conn) reset() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
		tcp.Close()
	}
}

// finish closes the server's side and takes what the client still sends: a
// close with bytes unread would be a reset.
func (c *Conn) finish() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
	c.hold()
}

// clientRandom reads the client's first record, a ClientHello, and returns its
// random (RFC 5246 §7.4.1.2), or false when none comes.
func (c *Conn) clientRandom() (random [32]byte, ok bool) {
	var header [5]byte
	if _, err := io.ReadFull(c.Conn, header[:]); err != nil {
		return random, false
	}
	payload := make([]byte, binary.BigEndian.Uint16(header[3:]))
	if _, err := io.ReadFull(c.Conn, payload); err != nil || len(payload) < 38 {
		return random, false
	}
	return [32]byte(payload[6:]), true // after the message's header and the version
}

// afterHello is a behaviour that begins when the ClientHello has come.
func afterHello(f func(c *Conn, client [32]byte)) func(*Conn) {
	return func(c *Conn) {
		if client, ok := c.clientRandom(); ok {
			f(c, client)
		}
	}
}

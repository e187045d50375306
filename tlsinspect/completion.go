package tlsinspect

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
)

// insist finds out whether a server that asks for a client certificate insists
// on one: only finishing the handshake without one can tell. It returns the alert
// that the server refuses with, or 0 when it goes on or nothing can be learnt. It
// is the one look that takes more than a flight, and is made only after a
// CertificateRequest.
func (in *inspection) insist(ctx context.Context, l look) (alert int) {
	c, hello := in.client, l.flight.hello
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	conn, err := c.dial(ctx, in.target, l.ip)
	if err != nil {
		return 0
	}
	defer conn.Close()
	defer obey(ctx, conn)()
	received := new(bytes.Buffer)
	client := tls.Client(tapped{conn, io.TeeReader(io.LimitReader(conn, maxFlight), received)}, &tls.Config{
		ServerName: in.target.Host, InsecureSkipVerify: true, // the board's pin is not the question here
		MinVersion: hello.version, MaxVersion: hello.version,
		CipherSuites: []uint16{hello.suite},
	})
	if client.HandshakeContext(ctx) == nil {
		client.Close()
		return 0
	}
	// without an alert it failed for crypto/tls' own reasons, such as a suite that
	// it doesn't know
	return lastAlert(received)
}

// tapped is a connection whose reads can be looked into.
type tapped struct {
	net.Conn
	in io.Reader
}

func (t tapped) Read(p []byte) (int, error) { return t.in.Read(p) }

// lastAlert returns the fatal alert that records end with, 0 for none. Alerts
// that come before encryption starts are in plain text.
func lastAlert(received io.Reader) (alert int) {
	const fatal = 2
	r := newRecordReader(received)
	for {
		rec, err := r.next()
		if err != nil {
			return alert
		}
		alert = 0
		if rec.kind == recordAlert && len(rec.payload) == 2 && rec.payload[0] == fatal {
			alert = int(rec.payload[1])
		}
	}
}

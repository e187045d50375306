package tlsinspect

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/request"
)

// A probe is one connection and one flight.
type probe struct {
	ip     netip.Addr
	flight *flight          // what came, also with an error; nil when there was no connection
	err    *problem.Problem // why the flight is missing or cut short, nil for a whole flight and for a refusal
}

// refused reports that the server spoke TLS and ended the handshake itself.
func (p probe) refused() bool {
	return p.err == nil && p.flight != nil && !p.flight.complete
}

// answered reports that a flight came, or a refusal.
func (p probe) answered() bool { return p.served() != "" || p.refused() }

// served returns the leaf's fingerprint, "" when none came.
func (p probe) served() string {
	if p.flight == nil || p.flight.chain == nil {
		return ""
	}
	return fingerprint(p.flight.chain[0])
}

// refusal is the error of a probe that found a server which won't show a
// certificate. One probe can't tell the reason for sure; the alert names the
// likely one.
func (p probe) refusal() *problem.Problem {
	e := problem.New(CodeNoCertificate, "", "Look at it with espost inspect, which finds out why")
	switch alert := p.flight.alert; alert {
	case alertProtocolVersion:
		e.Message = fmt.Sprintf("The server speaks no version of TLS that the board knows (%s): most likely it is set to TLS 1.3 only", alertText(alert))
		e.Fix = "Ask the host to enable TLS 1.2"
	case alertUnrecognizedName:
		e.Message = fmt.Sprintf("The server doesn't know the host name (%s)", alertText(alert))
		e.Fix = "Use the name that the server is set up for"
	case -1:
		e.Message = "The server speaks TLS, but closed the connection before it showed the board a certificate"
	default:
		e.Message = "The server speaks TLS, but shows the board no certificate: it answered with " + alertText(alert)
	}
	return e
}

// probe connects to one of the target's addresses, sends the offer's ClientHello,
// reads the flight and says goodbye.
func (c *Client) probe(ctx context.Context, t request.Target, ip netip.Addr, o offer) probe {
	p := probe{ip: ip}
	timeout := c.timeoutWithin(ctx)
	// mutant TestLimitsOfConnections: context.WithTimeout(ctx, c.timeout()) => context.WithCancel(ctx)
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	fail := func(err error, stage netdial.Stage) probe {
		if errors.Is(context.Cause(ctx), context.Canceled) { // the connection reports a deadline instead
			err = context.Canceled
		}
		p.err = netdial.Explain(err, shownAddr(t, ip), stage, timeout)
		return p
	}
	random, err := clientRandom(c.rand())
	if err != nil {
		return fail(err, netdial.Dialling)
	}
	hello, err := o.marshal(random)
	if err != nil {
		return fail(err, netdial.Dialling)
	}
	conn, err := c.dial(ctx, t, ip)
	if err != nil {
		return fail(err, netdial.Dialling)
	}
	defer conn.Close()
	stop := closeOnCancel(ctx, conn)
	defer stop()
	if _, err = conn.Write(hello); err != nil {
		return fail(err, netdial.Handshaking)
	}
	p.flight, err = readFlight(conn, o, random)
	stop()
	if err != nil && !errors.Is(err, errRefused) {
		var malformed *netdial.MalformedError
		if errors.As(err, &malformed) {
			p.flight.board = esp8266.SSLError(malformed.Board)
		}
		return fail(err, netdial.Handshaking)
	}
	p.flight.sendCloseNotify(conn)
	return p
}

// closeOnCancel makes the connection end with the context. The stop function may be
// called more than once.
func closeOnCancel(ctx context.Context, conn net.Conn) (stop func()) {
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline) // an error shows in the next read or write
	}
	release := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	return func() { release() }
}

// sendCloseNotify tells the server that nobody means harm: the handshake is cancelled
// (RFC 5246 §7.2.2, user_canceled) and the connection closed. Nobody waits for
// an answer, and what goes wrong here no longer matters.
func (f *flight) sendCloseNotify(conn net.Conn) {
	if f.alert >= 0 || f.closed {
		return
	}
	const warning, userCanceled, closeNotify = 1, 90, 0
	major, minor := byte(f.hello.version>>8), byte(f.hello.version)
	conn.SetDeadline(time.Now().Add(closeNotifyTimeout))
	_, _ = conn.Write([]byte{
		recordAlert, major, minor, 0, 2, warning, userCanceled,
		recordAlert, major, minor, 0, 2, warning, closeNotify,
	})
}

// shownAddr is an address for people: the host's name, and the IP address where
// that says more.
func shownAddr(t request.Target, ip netip.Addr) string {
	if t.Host == ip.String() {
		return t.Addr()
	}
	return fmt.Sprintf("%s (%s)", t.Addr(), ip)
}

// describe is the probe's outcome in few words.
func (p probe) describe() string {
	if p.refused() && p.flight.alert >= 0 {
		return "refused with " + alertText(p.flight.alert)
	}
	if p.flight == nil || p.flight.hello == nil {
		return ""
	}
	suite, ok := esp8266.CipherSuiteByID(p.flight.hello.suite)
	if !ok {
		return esp8266.VersionName(p.flight.hello.version)
	}
	return esp8266.VersionName(p.flight.hello.version) + " · " + suite.Name
}

// probeMFLN asks for each max_fragment_length, and for none, to see which are
// accepted and how long the server's records really are. What the board's own
// hello asks for (boardFragment) is not asked again: who makes that probe hands
// it to own.
func (in *inspection) probeMFLN(ip netip.Addr, as func(netip.Addr, offer, func(probe)) func() attempt) (all []func() attempt, own func(probe)) {
	progress := in.client.startPart(PartFragments)
	in.mfln = make(map[int]probe)
	lengths := append(esp8266.FragmentLengths(), 0)
	var mu sync.Mutex
	step := func(length int, p probe) {
		mu.Lock()
		defer mu.Unlock()
		in.mfln[length] = p
		state := Started
		if len(in.mfln) == len(lengths) {
			state = Done
		}
		progress.tell(state, in.mflnDetail())
	}
	for _, length := range lengths {
		if length == boardFragment() {
			continue
		}
		buffers := esp8266.Buffers{RX: length, TX: length}
		if length == 0 {
			buffers = esp8266.Buffers{RX: esp8266.MaxBuffer, TX: esp8266.MaxBuffer}
		}
		all = append(all, as(ip, offer{serverName: in.target.Host, buffers: buffers}, func(p probe) { step(length, p) }))
	}
	return all, func(p probe) { step(boardFragment(), p) }
}

// boardFragment is the fragment length that boardOffer asks for.
func boardFragment() int { return esp8266.DefaultBuffers().FragmentLength() }

// mflnDetail says what is known: "512 ✓ 1024 ✓ 2048 … 4096 ✗".
func (in *inspection) mflnDetail() string {
	var steps []string
	for _, length := range esp8266.FragmentLengths() {
		mark := "…"
		if p, seen := in.mfln[length]; seen {
			mark = "✗"
			if p.granted(length) {
				mark = "✓"
			}
		}
		steps = append(steps, fmt.Sprintf("%d %s", length, mark))
	}
	return strings.Join(steps, " ")
}

// granted reports whether the server confirmed the fragment length.
func (p probe) granted(length int) bool {
	return p.served() != "" && p.flight.hello.fragmentLength() == length
}

// keeps reports whether the records seen are no longer than the server
// promised.
func (p probe) keeps(length int) bool { return p.flight.longest <= length }

// fragmentLengths returns the lengths that the server accepts and keeps to in
// what was seen.
func (in *inspection) fragmentLengths() (accepted []int, broken bool) {
	for _, length := range esp8266.FragmentLengths() {
		p := in.mfln[length]
		switch {
		case !p.granted(length):
		case p.keeps(length):
			accepted = append(accepted, length)
		default:
			broken = true
		}
	}
	return accepted, broken
}

// buffers returns the smallest buffers that are safe: those of the smallest
// fragment length that the server keeps to, else what takes any record.
func (in *inspection) buffers() esp8266.Buffers {
	accepted, _ := in.fragmentLengths()
	if len(accepted) == 0 {
		return esp8266.DefaultBuffers()
	}
	return esp8266.Buffers{RX: accepted[0], TX: accepted[0]} // the board asks for what fits both
}

// clientCertAlert finds out whether a server that asks for a client certificate
// insists on one: only finishing the handshake without one can tell. It returns
// the alert that the server refuses with, or 0 when it goes on or nothing can be
// learnt. It
// is the one probe that takes more than a flight, and is made only after a
// CertificateRequest.
func (in *inspection) clientCertAlert(ctx context.Context, p probe) (alert int) {
	c, hello := in.client, p.flight.hello
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	conn, err := c.dial(ctx, in.target, p.ip)
	if err != nil {
		return 0
	}
	defer conn.Close()
	defer closeOnCancel(ctx, conn)()
	received := new(bytes.Buffer)
	client := tls.Client(teeConn{conn, io.TeeReader(io.LimitReader(conn, maxFlight), received)}, &tls.Config{
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

// teeConn is a connection whose reads can be looked into.
type teeConn struct {
	net.Conn
	in io.Reader
}

func (t teeConn) Read(p []byte) (int, error) { return t.in.Read(p) }

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

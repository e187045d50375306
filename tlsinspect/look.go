package tlsinspect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/request"
)

// A look is one connection and one flight.
type look struct {
	ip     netip.Addr
	flight *flight          // what came, also with an error; nil when there was no connection
	err    *problem.Problem // why the flight is missing or cut short, nil for a whole flight and for a refusal
}

// refused reports that the server spoke TLS and ended the handshake itself.
func (l look) refused() bool {
	return l.err == nil && l.flight != nil && !l.flight.complete
}

// served returns the leaf's fingerprint, "" when none came.
func (l look) served() string {
	if l.flight == nil || l.flight.chain == nil {
		return ""
	}
	return fingerprint(l.flight.chain[0])
}

// refusal is the error of a look that found a server which won't show a
// certificate. One look can't tell the reason for sure; the alert names the
// likely one.
func (l look) refusal() *problem.Problem {
	e := problem.New(CodeNoCertificate, "", "Look at it with espost inspect, which finds out why")
	switch alert := l.flight.alert; alert {
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

// look connects to one of the target's addresses, sends the offer's ClientHello,
// reads the flight and takes its leave.
func (c *Client) look(ctx context.Context, t request.Target, ip netip.Addr, o offer) look {
	l := look{ip: ip}
	patience := c.patience(ctx)
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	fail := func(err error, stage netdial.Stage) look {
		if errors.Is(context.Cause(ctx), context.Canceled) { // the connection reports a deadline instead
			err = context.Canceled
		}
		l.err = netdial.Explain(err, shownAddr(t, ip), stage, patience)
		return l
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
	stop := obey(ctx, conn)
	defer stop()
	if _, err = conn.Write(hello); err != nil {
		return fail(err, netdial.Handshaking)
	}
	l.flight, err = readFlight(conn, o, random)
	stop()
	if err != nil && !errors.Is(err, errRefused) {
		var malformed *netdial.MalformedError
		if errors.As(err, &malformed) {
			l.flight.board = malformed.Board
		}
		return fail(err, netdial.Handshaking)
	}
	l.flight.takeLeave(conn)
	return l
}

// obey makes the connection end with the context. The stop function may be
// called more than once.
func obey(ctx context.Context, conn net.Conn) (stop func()) {
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline) // an error shows in the next read or write
	}
	release := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	return func() { release() }
}

// takeLeave tells the server that nobody means harm: the handshake is cancelled
// (RFC 5246 §7.2.2, user_canceled) and the connection closed. Nobody waits for
// an answer, and what goes wrong here no longer matters.
func (f *flight) takeLeave(conn net.Conn) {
	if f.alert >= 0 || f.closed {
		return
	}
	const warning, userCanceled, closeNotify = 1, 90, 0
	major, minor := byte(f.hello.version>>8), byte(f.hello.version)
	conn.SetDeadline(time.Now().Add(farewell))
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

// describe is the look's outcome in few words.
func (l look) describe() string {
	if l.refused() && l.flight.alert >= 0 {
		return "refused with " + alertText(l.flight.alert)
	}
	if l.flight == nil || l.flight.hello == nil {
		return ""
	}
	suite, ok := esp8266.CipherSuiteByID(l.flight.hello.suite)
	if !ok {
		return esp8266.VersionName(l.flight.hello.version)
	}
	return esp8266.VersionName(l.flight.hello.version) + " · " + suite.Name
}

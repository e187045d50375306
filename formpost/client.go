package formpost

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"espost/esp8266"
	"espost/internal/descriptors"
	"espost/internal/netdial"
	"espost/request"
)

// A Client sends test POSTs. Its zero value is ready for use; it keeps no
// state between calls and may be used by several goroutines.
type Client struct {
	// Dial connects to "address:port"; nil means net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Lookup finds a host's addresses; network is "ip". nil means
	// net.DefaultResolver. It isn't asked when the host is an address.
	Lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
	// Now is the clock that certificates are held against; nil means time.Now.
	Now func() time.Time

	Timeouts Timeouts        // zero fields mean DefaultTimeouts
	MaxBody  int             // bytes of a body that are kept; 0 means DefaultMaxBody
	Buffers  esp8266.Buffers // the firmware's; zero means the core's default

	// ResponseMax is how many bytes of a body the firmware reads before it gives
	// the connection up; 0 means DefaultResponseMax.
	ResponseMax int
	// FragmentLength is the max_fragment_length that the server grants the
	// board, if that was found out: then the board's records are smaller than
	// the ones that arrive here. 0 means none.
	FragmentLength int
	// BoardSuite is the cipher suite that the server chose for the board's own
	// ClientHello, if that was found out. A note tells when the test POST had
	// to use another.
	BoardSuite uint16
}

// timeouts returns c.Timeouts with what the firmware of r has filled in.
func (c *Client) timeouts(r request.Request) Timeouts {
	t, d := c.Timeouts, DefaultTimeouts()
	d.Response, d.Total = r.Answer.Filled().Timeout, r.Answer.Limit()
	for _, f := range []struct{ own, def *time.Duration }{
		{&t.DNS, &d.DNS}, {&t.TCP, &d.TCP}, {&t.Handshake, &d.Handshake}, {&t.Response, &d.Response}, {&t.Total, &d.Total},
	} {
		if *f.own <= 0 {
			*f.own = *f.def
		}
	}
	return t
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Send sends r once, to the first IPv4 address of its host as the board would,
// and reads the answer. No byte of r leaves before the server has passed the
// pin's check.
//
// A reading that is split (request.Request.Parts) is sent as all of its requests,
// with the rule's pause between two. Response is then that of the first one that the
// board wouldn't be done with, or of the last, and Parts has all; a pause longer than
// LongestPause isn't waited for, and only the first request is sent.
//
// The error is a *problem.ListError if r or pin can't be used, an *Error if no
// answer came, and wraps ctx's error if ctx ended first. A redirect, a status of 500 or a
// body that breaks off are answers: the Response's Notes tell about them.
func (c *Client) Send(ctx context.Context, r request.Request, pin esp8266.Pin) (*Response, error) {
	if err := r.Validate().Err(); err != nil {
		return nil, err
	}
	check, err := newPinCheck(pin, r.Target.Host, c.now)
	if err != nil {
		return nil, err
	}
	var all []*Response
	for i, part := range r.Parts() {
		if i > 0 && !pause(ctx, r.Answer.Pause) {
			break
		}
		var resp *Response
		if resp, err = c.one(ctx, part, pin, check); err != nil {
			break
		}
		all = append(all, resp)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("sending the test POST to %s: %w", r.Target.Host, context.Cause(ctx))
	}
	if err != nil {
		return nil, err
	}
	return together(r, all), nil
}

// one sends one request, and asks at the address of a redirect where its rule wants that.
func (c *Client) one(ctx context.Context, r request.Request, pin esp8266.Pin, check *pinCheck) (*Response, error) {
	resp, err := c.exchange(ctx, r, r.Bytes(), len(r.BodyBytes()), check)
	if err != nil {
		return nil, err
	}
	c.follow(ctx, r, pin, resp)
	resp.Outcome = resp.Evaluate(r.Answer, r.Method)
	resp.explain()
	return resp, nil
}

// exchange sends the bytes of a valid request, the last of which are its body.
func (c *Client) exchange(ctx context.Context, r request.Request, sent []byte, body int, check *pinCheck) (*Response, error) {
	resp := &Response{Sent: r.Clone(), Request: sent, Started: c.now(), secrets: maskerOf(r)}
	timeouts := c.timeouts(r)

	start := time.Now()
	addr, err := c.resolve(ctx, r.Target.Host, timeouts.DNS)
	if err != nil {
		return nil, err
	}
	resp.Address = addr
	resp.Phases.DNS = time.Since(start)

	start = time.Now()
	where := netdial.Shown(r.Target.Host, r.Target.Port, addr)
	release, err := descriptors.Take(ctx, descriptors.Connection)
	if err != nil {
		return nil, err
	}
	defer release()
	raw, err := c.connect(ctx, net.JoinHostPort(addr, strconv.Itoa(r.Target.Port)), where, timeouts.TCP)
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	resp.Phases.TCP = time.Since(start)

	start = time.Now()
	records := newTap(raw)
	conn, err := c.handshake(ctx, records, r.Target.Host, where, check, timeouts.Handshake)
	if err != nil {
		return nil, err
	}
	defer conn.Close() // says close_notify
	resp.Phases.TLS = time.Since(start)
	state := conn.ConnectionState()
	resp.Version, resp.Suite, resp.LeafSHA1 = state.Version, state.CipherSuite, check.leafSHA1

	start = time.Now()
	if err := c.write(conn, sent, body, r, timeouts.Response); err != nil {
		return nil, err
	}
	reader := newAnswer(conn, records, timeouts, c.maxBody(), resp.secrets)
	if err := reader.read(resp); err != nil {
		return nil, err
	}
	if reader.bodyErr != nil && ctx.Err() != nil { // it was ctx that broke the body off
		return nil, reader.bodyErr
	}
	resp.Phases.FirstByte = reader.firstByte.Sub(start)
	resp.Phases.Body = reader.end.Sub(reader.firstByte)
	o := outcome{resp, reader, c, check}
	resp.Whole = !resp.Truncated && reader.bodyErr == nil && o.bodySize() <= c.responseMax()
	resp.Notes = o.notes()
	return resp, nil
}

func (c *Client) maxBody() int {
	if c.MaxBody > 0 {
		return c.MaxBody
	}
	return DefaultMaxBody
}

func (c *Client) responseMax() int64 {
	if c.ResponseMax > 0 {
		return int64(c.ResponseMax)
	}
	return DefaultResponseMax
}

// write sends the head and then the body, in records no larger than the
// board's sending buffer (core WiFiClientSecureBearSSL.cpp, _write).
func (c *Client) write(conn net.Conn, sent []byte, body int, r request.Request, timeout time.Duration) error {
	parts := []struct {
		data   []byte
		failed func(request.Request, error) *Error
	}{
		{sent[:len(sent)-body], headNotSent},
		{sent[len(sent)-body:], bodyNotSent},
	}
	for _, p := range parts {
		for data := p.data; len(data) > 0; {
			n := min(len(data), c.Buffers.OrDefault().TX)
			conn.SetWriteDeadline(time.Now().Add(timeout))
			if _, err := conn.Write(data[:n]); err != nil {
				return p.failed(r, err)
			}
			data = data[n:]
		}
	}
	return nil
}

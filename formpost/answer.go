package formpost

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"espost/internal/netdial"
)

// An answer reads one HTTP response the way the core's HTTPClient does (core
// ESP8266HTTPClient.cpp, handleHeaderResponse): line by line, silence being the
// only time limit, but with limits on everything that it leaves unlimited.
type answer struct {
	in       *bufio.Reader
	tap      *tap
	maxBody  int
	timeouts Timeouts
	secrets  masker

	firstByte, end time.Time
	interim        int   // status of the first 1xx answer, which the board takes for the answer
	proto10        bool  // the status line said HTTP/1.0
	length         int64 // Content-Length, -1 without
	chunked        bool
	endless        bool   // the body ends with the connection
	headRecord     int    // the largest record by the end of the head
	bodyErr        error  // why the body ended early
	lines          int    // header lines so far
	raw            []byte // all heads as received
}

// newAnswer returns a reader of what comes over conn, whose records t sees.
func newAnswer(conn net.Conn, t *tap, timeouts Timeouts, maxBody int, secrets masker) *answer {
	patient := &patientReader{conn: conn, silence: timeouts.Response, until: time.Now().Add(timeouts.Total)}
	return &answer{in: bufio.NewReader(patient), tap: t, maxBody: maxBody, timeouts: timeouts, secrets: secrets}
}

// A patientReader waits for each read as long as silence, but never beyond until.
type patientReader struct {
	conn    net.Conn
	silence time.Duration
	until   time.Time
}

// errTotal is what a patientReader returns when its whole time is over.
var errTotal = errors.New("the whole time for the answer is over")

func (p *patientReader) Read(b []byte) (int, error) {
	now := time.Now()
	if !now.Before(p.until) {
		return 0, errTotal
	}
	deadline := now.Add(p.silence)  // mutant TestHostileAnswers: p.silence => time.Hour
	last := deadline.After(p.until) // mutant TestHostileAnswers: deadline.After(p.until) => false
	if last {
		deadline = p.until
	}
	p.conn.SetReadDeadline(deadline)
	n, err := p.conn.Read(b)
	if n == 0 && last && netdial.TimedOut(err) {
		err = errTotal
	}
	return n, err
}

// read fills in resp's answer. The error is an *Error.
func (a *answer) read(resp *Response) error {
	for range maxInterim + 1 {
		if err := a.readHead(resp); err != nil {
			return err
		}
		resp.HeadRaw = a.raw
		if a.interim == 0 {
			a.headRecord = a.tap.records().Largest
			resp.BoardStatus = resp.Status
		}
		if resp.Status >= 200 || resp.Status == http.StatusSwitchingProtocols {
			a.readBody(resp)
			a.end = time.Now()
			a.firstByte = a.tap.records().FirstData
			resp.LargestRecord = a.tap.records().Largest
			return nil
		}
		if a.interim == 0 {
			a.interim = resp.Status
		}
	}
	return tooMuch(fmt.Sprintf("more than %d interim answers (1xx)", maxInterim))
}

// readHead reads one status line and its headers, up to the empty line.
func (a *answer) readHead(resp *Response) error {
	resp.Status, resp.Reason, resp.Proto, resp.Header = 0, "", "", make(http.Header)
	for {
		line, err := a.line()
		if err != nil {
			return a.headFailed(err)
		}
		name, value, isHeader := strings.Cut(line, ":")
		switch {
		case strings.HasPrefix(line, "HTTP/1."):
			resp.Proto, resp.Status, resp.Reason = statusLine(line)
		case isHeader && name != "":
			key := textproto.CanonicalMIMEHeaderKey(name)
			resp.Header[key] = append(resp.Header[key], strings.TrimSpace(value))
		case strings.TrimSpace(line) == "":
			return a.headEnded(resp)
		}
	}
}

// statusLine splits "HTTP/1.1 200 OK". A status that is no number is 0, as
// String::toInt has it.
func statusLine(line string) (proto string, status int, reason string) {
	proto, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	code, reason, _ := strings.Cut(rest, " ")
	if n, err := strconv.Atoi(code); err == nil && n > 0 && n < 1000 {
		status = n
	}
	return proto, status, reason
}

// headEnded judges a complete head as HTTPClient does.
func (a *answer) headEnded(resp *Response) error {
	if resp.Status == 0 {
		return failed(httpNoHTTPServer, "What answered over TLS is no HTTP server: its answer has no status line", "Check the port; another service than HTTP may listen there")
	}
	a.proto10 = resp.Proto == "HTTP/1.0"
	if te := resp.Header.Values("Transfer-Encoding"); len(te) > 0 {
		last := te[len(te)-1]
		if !strings.EqualFold(last, "chunked") {
			return failed(httpEncoding, fmt.Sprintf("The server answered %d with the transfer encoding %q, which HTTPClient doesn't know", resp.Status, a.secrets.clipped(last)), "Turn compression off for this address on the server")
		}
		a.chunked = true
	}
	a.length = -1
	if cl := resp.Header.Values("Content-Length"); len(cl) > 0 {
		if n, err := strconv.ParseInt(cl[len(cl)-1], 10, 64); err == nil && n >= 0 {
			a.length = n
		}
	}
	return nil
}

// errTooMuch is line's error for a head beyond the limits.
var errTooMuch = errors.New("the head is too long")

// line reads one line of a head, without its line feed.
func (a *answer) line() (string, error) {
	start := len(a.raw)
	if a.lines++; a.lines > maxHeaderLines { // mutant TestLimitsOfAnAnswer: a.lines > maxHeaderLines => false
		return "", errTooMuch
	}
	for {
		part, err := a.in.ReadSlice('\n')
		a.raw = append(a.raw, part...)
		if len(a.raw) > maxHead { // mutant TestLimitsOfAnAnswer: len(a.raw) > maxHead => false
			return "", errTooMuch
		}
		switch {
		case err == nil:
			return string(bytes.TrimSuffix(a.raw[start:], []byte("\n"))), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return "", err
		}
	}
}

// headFailed says what the board would report when the head doesn't come or
// doesn't end.
func (a *answer) headFailed(err error) *Error {
	e := failed(0, "", "").because(err)
	switch {
	case errors.Is(err, errTooMuch):
		return tooMuch(fmt.Sprintf("more than %d KB or %d lines of headers", maxHead>>10, maxHeaderLines))
	case errors.Is(err, errTotal): // its client says then that the connection is over
		e.HTTPClient = httpConnectionLost
		e.Message = fmt.Sprintf("The answer's headers were still coming in, bit by bit, after %s", a.timeouts.Total)
		e.Fix = "Look at the server: the firmware gives up there (EXCHANGE_MAX_MS in config.h)"
	case netdial.TimedOut(err) && len(a.raw) == 0:
		e.HTTPClient = httpReadTimeout
		e.Message = fmt.Sprintf("The server took the request and didn't answer within %s", a.timeouts.Response)
		e.Fix = "Make the server answer faster, or let the board wait longer (answer: timeout in the profile)"
	case netdial.TimedOut(err):
		e.HTTPClient = httpReadTimeout
		e.Message = fmt.Sprintf("The answer stopped in the middle of its headers for %s", a.timeouts.Response)
		e.Fix = "Check the server; an answer's headers end with an empty line"
	case len(a.raw) == 0:
		e.HTTPClient = httpConnectionLost
		e.Message = "The server closed the connection without an answer"
		e.Fix = "Check path, headers and form against the service's documentation, and the server's log"
	default:
		e.HTTPClient = httpConnectionLost
		e.Message = "The connection ended in the middle of the answer's headers"
		e.Fix = "Try again; if it stays, look at the server's log"
	}
	if alert := remoteAlert(err); alert != "" {
		e.Message = fmt.Sprintf("The server broke the connection off with a TLS alert (%s) instead of an answer", alert)
	}
	return e
}

// tooMuch is the error for an answer that was not read to its end. The board
// has no such limit.
func tooMuch(what string) *Error {
	return failed(0, fmt.Sprintf("The server sent %s, so reading was stopped; the board would go on until the connection ends", what), "Check that the address is right; a server shouldn't answer a form like that")
}

// remoteAlert names the alert that crypto/tls received, if err is one.
func remoteAlert(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return netdial.Reason(op.Err)
	}
	return ""
}

// readBody reads the body as far as it is wanted. A body that breaks off is no
// error: the board has its status by then.
func (a *answer) readBody(resp *Response) {
	var body io.Reader = a.in
	switch {
	case resp.Status == 204 || resp.Status == 304 || resp.Status < 200:
		return
	case a.chunked:
		body = httputil.NewChunkedReader(a.in)
	case a.length >= 0:
		body = io.LimitReader(a.in, a.length)
	}
	var kept bytes.Buffer
	n, err := io.Copy(&kept, io.LimitReader(body, int64(a.maxBody)+1)) // mutant TestLimitsOfAnAnswer: io.LimitReader(body, int64(a.maxBody)+1) => body
	if n > int64(a.maxBody) {
		kept.Truncate(a.maxBody)
		resp.Truncated = true
	}
	resp.Body = kept.Bytes()
	a.endless = !a.chunked && a.length < 0
	switch {
	case err != nil && !(a.endless && errors.Is(err, io.ErrUnexpectedEOF)):
		a.bodyErr = err
	case err == nil && !resp.Truncated && !a.endless && !a.chunked && n < a.length:
		a.bodyErr = io.ErrUnexpectedEOF
	}
}

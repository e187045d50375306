package netdial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"espost/internal/problem"
	"espost/internal/sanitize"
)

// The codes of the problems that this package finds. They are stable.
const (
	CodeLookup      = "lookup-failed"
	CodeRefused     = "refused"
	CodeUnreachable = "unreachable"
	CodeTimeout     = "timeout"
	CodeReset       = "reset"
	CodeClosed      = "closed-early"
	CodeNotTLS      = "not-tls"
	CodeMalformed   = "malformed"
	CodeCanceled    = "canceled"
	CodeDescriptors = "too-many-open-files"
	CodeConnection  = "connection-failed" // anything else
)

// Windows' numbers of the errors that package syscall names for Unix only.
const (
	wsaNetUnreachable  = syscall.Errno(10051)
	wsaReset           = syscall.Errno(10054)
	wsaRefused         = syscall.Errno(10061)
	wsaHostUnreachable = syscall.Errno(10065)
)

// maxQuoted is how many characters are quoted of what a server says.
const maxQuoted = 60

// ErrSlow is wrapped by errors about a handshake that began and wasn't done in
// time.
var ErrSlow = errors.New("the answer began and did not end in time")

// A Stage is how far a connection had come when it failed.
type Stage int

// The stages.
const (
	Dialling    Stage = iota // no connection yet
	Handshaking              // connected, TLS not yet up
)

// Explain says why a connection to addr (host and port, for people, safe to
// show) failed at that stage. timeout is how long was waited.
func Explain(err error, addr string, stage Stage, timeout time.Duration) *problem.Problem {
	if known, ok := errors.AsType[*problem.Problem](err); ok {
		return known
	}
	p := func(code, message, fix string) *problem.Problem { return problem.New(code, message, fix).Because(err) }
	var errno syscall.Errno
	errors.As(err, &errno)
	notTLS, isNotTLS := errors.AsType[*NotTLSError](err)
	malformed, isMalformed := errors.AsType[*MalformedError](err)
	switch {
	case exhausted(err):
		return p(CodeDescriptors, "This computer has no descriptor left to connect to "+addr, moreDescriptors)
	case errors.Is(err, context.Canceled):
		return p(CodeCanceled, "Connecting to "+addr+" was cancelled", "Start again when you like")
	case isNotTLS:
		return notTLS.explain(addr)
	case isMalformed:
		return p(CodeMalformed, fmt.Sprintf("%s answers with broken TLS: %s", addr, malformed.Reason),
			"Check that nothing between you and the server (proxy, antivirus) rewrites the connection; the board would fail as well")
	case errors.Is(err, ErrSlow):
		return p(CodeTimeout, fmt.Sprintf("%s began to answer and was not done after %v", addr, timeout),
			"Look into the server's log: the board waits no longer than 15 seconds")
	case TimedOut(err) && stage == Handshaking:
		return p(CodeTimeout, fmt.Sprintf("%s accepted the connection and then said nothing for %v", addr, timeout),
			"Check that this port serves HTTPS; it is 443 unless the service says otherwise")
	case TimedOut(err):
		return p(CodeTimeout, fmt.Sprintf("%s did not answer within %v", addr, timeout),
			"Check the host, the port and the firewall in between")
	case errno == syscall.ECONNREFUSED, errno == wsaRefused:
		return p(CodeRefused, "Nothing listens at "+addr, "Check the port, and that the server is running; HTTPS usually listens on 443")
	case errno == syscall.ECONNRESET, errno == wsaReset, errno == syscall.EPIPE:
		return p(CodeReset, addr+" broke the connection off", "Check that this port serves HTTPS and that no firewall cuts in")
	case errno == syscall.EHOSTUNREACH, errno == syscall.ENETUNREACH, errno == wsaHostUnreachable, errno == wsaNetUnreachable:
		return p(CodeUnreachable, "There is no way from here to "+addr, "Check your network, and that the address is right")
	case HungUp(err):
		return p(CodeClosed, addr+" closed the connection before TLS was up",
			"Check that this port serves HTTPS and that the host name is one the server knows")
	}
	return p(CodeConnection, fmt.Sprintf("Connecting to %s failed: %s", addr, Reason(err)), "Check the host, the port and your network")
}

// Shown is a place for people: the host's name and port, and the IP address
// where that says more.
func Shown(host string, port int, ip string) string {
	addr := net.JoinHostPort(host, strconv.Itoa(port))
	if host == ip {
		return addr
	}
	return fmt.Sprintf("%s (%s)", addr, ip)
}

// explainLookup explains a failed name lookup.
func explainLookup(err error, host string, timeout time.Duration) *problem.Problem {
	p := func(code, message, fix string) *problem.Problem { return problem.New(code, message, fix).Because(err) }
	var dns *net.DNSError
	switch {
	case exhausted(err):
		return p(CodeDescriptors, "This computer has no descriptor left to look up "+host, moreDescriptors)
	case errors.Is(err, context.Canceled):
		return p(CodeCanceled, "Looking up "+host+" was cancelled", "Start again when you like")
	case errors.As(err, &dns) && dns.IsNotFound:
		return p(CodeLookup, "There is no host named "+host, "Check the spelling; a name of your local network must be known to your DNS")
	case TimedOut(err):
		return p(CodeLookup, fmt.Sprintf("Looking up %s took longer than %v", host, timeout), "Check your network and its DNS server")
	}
	return p(CodeLookup, "Looking up "+host+" failed", "Check your network and its DNS server")
}

const moreDescriptors = "Close other programs, or allow this one more open files with ulimit -n"

// exhausted reports that the process or the system may open no more files.
func exhausted(err error) bool {
	var dns *net.DNSError
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) ||
		errors.As(err, &dns) && strings.Contains(dns.Err, syscall.EMFILE.Error()) // the resolver keeps the text only
}

// TimedOut reports whether err is a deadline's.
func TimedOut(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

// HungUp reports whether err is the peer's closing or resetting.
func HungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// Reason is the innermost part of err that says something, safe to show and
// without the names of Go's types and packages.
func Reason(err error) string {
	var op *net.OpError
	for errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	text := strings.TrimPrefix(err.Error(), "tls: ")
	for _, detail := range []string{" of type *", ", got *"} {
		text, _, _ = strings.Cut(text, detail)
	}
	return sanitize.Clip(text, maxQuoted)
}

// A NotTLSError holds the first bytes of an answer that isn't TLS.
type NotTLSError struct{ First []byte }

func (e *NotTLSError) Error() string {
	return fmt.Sprintf("the answer is no TLS record: it begins with %q", sanitize.Clip(string(e.First), maxQuoted))
}

func (e *NotTLSError) explain(addr string) *problem.Problem {
	line, _, _ := strings.Cut(string(e.First), "\n")
	line = sanitize.Clip(strings.TrimRight(line, "\r"), maxQuoted)
	message, fix := fmt.Sprintf("%s does not speak TLS: its answer begins with %q", addr, line), "Use the port where the server speaks HTTPS, usually 443"
	switch {
	case strings.HasPrefix(line, "HTTP/"):
		message, fix = fmt.Sprintf("%s speaks plain HTTP, not HTTPS: it answered %q", addr, line), "Use the server's HTTPS port, usually 443"
	case strings.HasPrefix(line, "SSH-"):
		message, fix = fmt.Sprintf("%s is an SSH server: it said %q", addr, line), "Use the port of the web server, usually 443"
	}
	return problem.New(CodeNotTLS, message, fix).Because(e)
}

// A MalformedError says why an answer breaks the TLS format.
type MalformedError struct {
	Reason string // as part of a sentence, safe to show
	Board  int    // at which BearSSL stops
}

func (e *MalformedError) Error() string { return e.Reason }

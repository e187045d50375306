package tlsinspect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"espost/esp8266"
)

// The codes of an Error. They are stable.
const (
	ErrorLookup      = "lookup-failed"
	ErrorRefused     = "refused"
	ErrorUnreachable = "unreachable"
	ErrorTimeout     = "timeout"
	ErrorReset       = "reset"
	ErrorClosed      = "closed-early"
	ErrorNotTLS      = "not-tls"
	ErrorMalformed   = "malformed"
	ErrorNoAnswer    = "no-certificate" // the server speaks TLS, and refused the board before showing a certificate
	ErrorCanceled    = "canceled"
	ErrorConnection  = "connection-failed" // anything else
)

// An Error says why a server could not be looked at. Message is one plain
// sentence, Fix says what to do; both are safe to show.
type Error struct {
	Code    string
	Message string
	Fix     string
	Err     error // the cause, if there is one beneath
}

// Error returns Message and Fix.
func (e *Error) Error() string { return e.Message + ". " + e.Fix }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Finding returns the error as a finding of severity Problem.
func (e *Error) Finding() Finding {
	code := e.Code
	switch e.Code {
	case ErrorNotTLS:
		code = CodeNotTLS
	case ErrorLookup, ErrorRefused, ErrorUnreachable, ErrorTimeout, ErrorReset, ErrorClosed, ErrorConnection:
		code = CodeUnreachable
	}
	return Finding{Severity: Problem, Code: code, Message: e.Message, Fix: e.Fix}
}

// Windows' numbers of the errors that package syscall names for Unix only.
const (
	wsaNetUnreachable  = syscall.Errno(10051)
	wsaReset           = syscall.Errno(10054)
	wsaRefused         = syscall.Errno(10061)
	wsaHostUnreachable = syscall.Errno(10065)
)

// connectionError explains a failure of dialling, writing or reading; talking
// says that the connection was up already.
func connectionError(err error, addr string, talking bool, timeout time.Duration) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	var errno syscall.Errno
	errors.As(err, &errno)
	var notTLS *notTLSError
	var malformed *malformedError
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{ErrorCanceled, "Looking at " + addr + " was cancelled", "Start again when you like.", err}
	case errors.As(err, &notTLS):
		return notTLS.explain(addr)
	case errors.As(err, &malformed):
		return &Error{ErrorMalformed, fmt.Sprintf("%s answers with broken TLS: %s", addr, malformed.reason),
			"Check that nothing between you and the server (proxy, antivirus) rewrites the connection; the board would fail as well.", err}
	case errors.Is(err, errSlow):
		return &Error{ErrorTimeout, fmt.Sprintf("%s began to answer and was not done after %v", addr, timeout),
			"Allow more time; if that doesn't help, look into the server's log, for the board waits no longer than 15 seconds.", err}
	case isTimeout(err) && talking:
		return &Error{ErrorTimeout, fmt.Sprintf("%s accepted the connection and then said nothing for %v", addr, timeout),
			"Check that this port serves HTTPS; if the server is only slow, allow more time.", err}
	case isTimeout(err):
		return &Error{ErrorTimeout, fmt.Sprintf("%s did not answer within %v", addr, timeout),
			"Check the host, the port and the firewall in between.", err}
	case errno == syscall.ECONNREFUSED, errno == wsaRefused:
		return &Error{ErrorRefused, "Nothing listens at " + addr, "Check the port, and that the server is running; HTTPS usually listens on 443.", err}
	case errno == syscall.ECONNRESET, errno == wsaReset, errno == syscall.EPIPE:
		return &Error{ErrorReset, addr + " broke the connection off", "Check that this port serves HTTPS and that no firewall cuts in.", err}
	case errno == syscall.EHOSTUNREACH, errno == syscall.ENETUNREACH, errno == wsaHostUnreachable, errno == wsaNetUnreachable:
		return &Error{ErrorUnreachable, "There is no way from here to " + addr, "Check your network, and that the address is right.", err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe):
		return &Error{ErrorClosed, addr + " closed the connection before it showed a certificate",
			"Check that this port serves HTTPS and that the host name is one the server knows.", err}
	}
	return &Error{ErrorConnection, fmt.Sprintf("Connecting to %s failed: %s", addr, quoted(err.Error())), "Check the host, the port and your network.", err}
}

// reason is an error of package x509 as part of a sentence: its first line,
// without the package's name, safe to show.
func reason(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	line, _, _ = strings.Cut(line, " (possibly because of ") // guesses of UnknownAuthorityError's
	return clipped(strings.TrimPrefix(line, "x509: "), maxReason)
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

// lookupError explains a failed name lookup.
func lookupError(err error, host string, timeout time.Duration) *Error {
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{ErrorCanceled, "Looking up " + host + " was cancelled", "Start again when you like.", err}
	case errors.As(err, &dns) && dns.IsNotFound:
		return &Error{ErrorLookup, "There is no host named " + host, "Check the spelling; a name of your local network must be known to your DNS.", err}
	case isTimeout(err):
		return &Error{ErrorLookup, fmt.Sprintf("Looking up %s took longer than %v", host, timeout), "Check your network and its DNS server.", err}
	}
	return &Error{ErrorLookup, "Looking up " + host + " failed", "Check your network and its DNS server.", err}
}

// A notTLSError holds the first bytes of an answer that isn't TLS.
type notTLSError struct{ first []byte }

func (e *notTLSError) Error() string {
	return fmt.Sprintf("the answer is no TLS record: it begins with %q", quoted(string(e.first)))
}

func (e *notTLSError) explain(addr string) *Error {
	line, _, _ := strings.Cut(string(e.first), "\n")
	line = quoted(strings.TrimRight(line, "\r"))
	out := &Error{Code: ErrorNotTLS, Err: e}
	switch {
	case strings.HasPrefix(line, "HTTP/"):
		out.Message = fmt.Sprintf("%s speaks plain HTTP, not HTTPS: it answered %q", addr, line)
		out.Fix = "Use the server's HTTPS port, usually 443."
	case strings.HasPrefix(line, "SSH-"):
		out.Message = fmt.Sprintf("%s is an SSH server: it said %q", addr, line)
		out.Fix = "Use the port of the web server, usually 443."
	default:
		out.Message = fmt.Sprintf("%s does not speak TLS: its answer begins with %q", addr, line)
		out.Fix = "Use the port where the server speaks HTTPS, usually 443."
	}
	return out
}

// A malformedError says why an answer breaks the TLS format. board is the error
// number at which BearSSL stops.
type malformedError struct {
	reason string
	board  esp8266.SSLError
}

func (e *malformedError) Error() string { return e.reason }

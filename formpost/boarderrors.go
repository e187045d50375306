package formpost

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"

	"espost/esp8266"
	"espost/internal/sanitize"
)

// HTTPClient's return values (core ESP8266HTTPClient.h).
const (
	httpConnectionFailed = -1
	httpSendHeaderFailed = -2
	httpSendBodyFailed   = -3
	httpConnectionLost   = -5
	httpNoHTTPServer     = -7
	httpEncoding         = -9
	httpReadTimeout      = -11
)

func nameNotFound(host string, err error) *Error {
	return &Error{
		HTTPClient: httpConnectionFailed,
		Message:    fmt.Sprintf("No IPv4 address was found for %s.", host),
		Fix:        "Check the name's spelling and this computer's connection; the board needs a name with an A record.",
		Err:        err,
	}
}

func notConnected(address string, timeout time.Duration, err error) *Error {
	e := &Error{HTTPClient: httpConnectionFailed, Err: err}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Message = fmt.Sprintf("Nothing listens on %s: the connection was refused.", address)
		e.Fix = "Check the port; HTTPS is 443 unless the service says otherwise."
	case timedOut(err):
		e.Message = fmt.Sprintf("%s didn't answer within %s.", address, timeout)
		e.Fix = "Check that the server is up and that no firewall drops connections to that port."
	default:
		e.Message = fmt.Sprintf("No connection to %s: %s.", address, sanitize.Line(reason(err)))
		e.Fix = "Check this computer's network and the host's name and port."
	}
	return e
}

// A failedHandshake is all that is known about one.
type failedHandshake struct {
	request    Request
	err        error
	pin        *Error // why the pin's check refused the server
	records    records
	asked      bool // for a client certificate
	timeout    time.Duration
	boardSuite uint16
}

func handshakeFailed(f failedHandshake) *Error {
	where := fmt.Sprintf("%s, port %d,", f.request.Host, f.request.Port)
	e := &Error{HTTPClient: httpConnectionFailed, Err: f.err}
	switch {
	case f.pin != nil: // f.err is the same error: wrapping it would close a circle
		return f.pin
	case f.records.Alert >= 0:
		alertReceived(e, f)
	case len(f.records.First) >= 3 && f.records.First[1] != 3:
		e.BearSSL = esp8266.SSLUnsupportedVersion
		e.Message = fmt.Sprintf("What answers on %s isn't TLS: it says %q.", strings.TrimSuffix(where, ","), sanitize.Line(string(f.records.First)))
		e.Fix = "Use the port that speaks HTTPS; it is 443 unless the service says otherwise."
	case timedOut(f.err) && len(f.records.First) > 0:
		e.Message = fmt.Sprintf("%s began the TLS handshake and wasn't done with it after %s.", where, f.timeout)
		e.Fix = "Look at the server: the board would give up as well."
	case timedOut(f.err):
		e.Message = fmt.Sprintf("%s accepted the connection and then said nothing for %s.", where, f.timeout)
		e.Fix = "Check that this port speaks HTTPS; it is 443 unless the service says otherwise."
	case hungUp(f.err):
		e.Message = fmt.Sprintf("%s closed the connection during the TLS handshake.", where)
		e.Fix = "Check that this port speaks HTTPS and that nothing between here and the server cuts connections."
	case strings.Contains(f.err.Error(), "unsupported type of public key"):
		e = unusableKey(esp8266.SSLWrongKeyUsage, "a key of an unknown kind")
		e.Err = f.err
	case strings.Contains(f.err.Error(), "failed to parse certificate"):
		e.HTTPClient = 0
		e.Message = fmt.Sprintf("The certificate of %s can't be read here, so the test POST wasn't sent; the board may still take it.", f.request.Host)
		e.Fix = "Ask the server's owner for a certificate that follows RFC 5280, or try on the board."
	default:
		e.Message = fmt.Sprintf("The TLS handshake with %s failed: %s.", f.request.Host, sanitize.Line(reason(f.err)))
		e.Fix = "Look at the certificate step: it tells whether the board can connect."
	}
	return e
}

// alertReceived fills in e for the server's fatal alert (RFC 5246 §7.2.2).
func alertReceived(e *Error, f failedHandshake) {
	alert := f.records.Alert
	e.BearSSL = esp8266.AlertReceived + esp8266.SSLError(alert)
	suite, known := esp8266.CipherSuiteByID(f.boardSuite)
	switch {
	case alert == 40 && known && !usable(suite.ID):
		*e = Error{
			Err:     f.err,
			Message: fmt.Sprintf("The server uses %s with the board, which can't be spoken from here, so the test POST wasn't sent.", suite.Name),
			Fix:     "Try on the board itself, or let the server offer an ECDHE suite with AES-GCM as well.",
		}
	case f.asked && (alert == 40 || alert == 42 || alert == 116):
		e.Message = fmt.Sprintf("%s demands a client certificate (alert %d).", f.request.Host, alert)
		e.Fix = "Use an entrance of the service that knows clients by a token instead."
	case alert == 40:
		e.Message = fmt.Sprintf("%s refused the board's offer (alert 40): they share no cipher suite, group or signature algorithm.", f.request.Host)
		e.Fix = "Let the server offer ECDHE with AES-GCM and a P-256 or RSA certificate under TLS 1.2."
	case alert == 70:
		e.Message = fmt.Sprintf("%s speaks none of TLS 1.0 to 1.2 (alert 70), and the board nothing newer.", f.request.Host)
		e.Fix = "Let the server allow TLS 1.2, or put a proxy in front of it."
	case alert == 112:
		e.Message = fmt.Sprintf("The server doesn't know the name %s (alert 112).", f.request.Host)
		e.Fix = "Use the host name that the service is published under."
	default:
		e.Message = fmt.Sprintf("%s ended the TLS handshake with alert %d.", f.request.Host, alert)
		e.Fix = fmt.Sprintf("See what alert %d means, and the server's log.", alert)
	}
}

func fingerprintDiffers(host, sha1 string) *Error {
	e := &Error{
		HTTPClient: httpConnectionFailed,
		BearSSL:    esp8266.X509NotTrusted,
		Message:    fmt.Sprintf("The fingerprint differs: %s now serves a certificate with SHA-1 %s.", host, sha1),
		Fix:        "Look at the certificate again and pin the new one, if it was renewed; a public-key or CA pin outlives renewals.",
	}
	if _, err := netip.ParseAddr(host); err == nil {
		e.Fix = "Use the host's name instead of its address: for an address the server may have served another certificate here than the board, which asks for it by name."
	}
	return e
}

func keyDiffers(host string, code esp8266.SSLError) *Error {
	return &Error{
		HTTPClient: httpConnectionFailed,
		BearSSL:    code,
		Message:    fmt.Sprintf("The public key differs: %s has another key than the pinned one.", host),
		Fix:        "Look at the certificate again and pin the new key, if the server changed it.",
	}
}

func unusableKey(code esp8266.SSLError, what string) *Error {
	return &Error{
		HTTPClient: httpConnectionFailed,
		BearSSL:    code,
		Message:    fmt.Sprintf("The server's certificate holds %s, which the board can't use.", what),
		Fix:        "Give the server a certificate with a P-256 key or an RSA key of 2048 bits.",
	}
}

// chainRefused is BearSSL's verdict on a chain in CA mode.
func chainRefused(host string, code esp8266.SSLError, chain []*x509.Certificate, now time.Time) *Error {
	e := &Error{HTTPClient: httpConnectionFailed, BearSSL: code}
	switch code {
	case esp8266.X509Expired:
		e.Message, e.Fix = outdatedMessage(host, chain, now)
	case esp8266.X509BadServerName:
		e.Message = fmt.Sprintf("The certificate isn't for %s.", host)
		e.Fix = "Use a name that the certificate holds as a DNS name; the board ignores IP addresses in it."
	case esp8266.X509NotTrusted:
		e.Message = fmt.Sprintf("No certificate that %s serves was signed by the pinned CA.", host)
		e.Fix = "Look at the certificate again and choose its CA."
	case esp8266.X509DNMismatch:
		e.Message = fmt.Sprintf("%s serves its chain out of order, or with a gap.", host)
		e.Fix = "Have the server send its certificate first and then each issuer in turn."
	case esp8266.X509BadSignature:
		e.Message = fmt.Sprintf("A signature in the chain of %s is wrong.", host)
		e.Fix = "Have the server send the intermediate certificate that really signed its own."
	case esp8266.X509CriticalExtension:
		e.Message = fmt.Sprintf("A certificate of %s has a critical extension that the board doesn't know.", host)
		e.Fix = "Use a fingerprint or public-key pin, or a certificate without name constraints."
	case esp8266.X509NotCA, esp8266.X509ForbiddenKeyUsage:
		e.Message = fmt.Sprintf("A certificate in the chain of %s may not sign others.", host)
		e.Fix = "Have the server send the chain that its CA gave out."
	case esp8266.SSLWrongKeyUsage:
		e.Message = fmt.Sprintf("The certificate of %s says that its key may not be used for this key exchange.", host)
		e.Fix = "Have it issued anew with the key usage digitalSignature, and keyEncipherment for RSA."
	case esp8266.X509WeakPublicKey:
		e.Message = fmt.Sprintf("A key in the chain of %s is shorter than 1024 bits.", host)
		e.Fix = "Give the server a certificate with a P-256 key or an RSA key of 2048 bits."
	default:
		e.Message = fmt.Sprintf("The chain of %s uses an algorithm or a key size that the board doesn't know.", host)
		e.Fix = "Use a certificate with ECDSA or RSA keys and signatures with SHA-256, no RSA-PSS."
	}
	return e
}

func outdatedMessage(host string, chain []*x509.Certificate, now time.Time) (message, fix string) {
	for _, c := range chain {
		switch {
		case now.After(c.NotAfter):
			return fmt.Sprintf("A certificate of %s expired on %s.", host, c.NotAfter.UTC().Format("2 January 2006")),
				"Have it renewed; a fingerprint or public-key pin ignores dates."
		case now.Before(c.NotBefore):
			return fmt.Sprintf("A certificate of %s holds only from %s.", host, c.NotBefore.UTC().Format("2 January 2006, 15:04 UTC")),
				"Check this computer's clock; the board needs the time from the network as well."
		}
	}
	return fmt.Sprintf("A certificate of %s is out of date.", host), "Have it renewed."
}

func headNotSent(r Request, err error) *Error {
	return &Error{
		HTTPClient: httpSendHeaderFailed,
		Message:    fmt.Sprintf("%s closed the connection before the request's headers were sent.", r.Host),
		Fix:        "Try again; if it stays, the server's log should tell why.",
		Err:        err,
	}
}

func bodyNotSent(r Request, err error) *Error {
	return &Error{
		HTTPClient: httpSendBodyFailed,
		Message:    fmt.Sprintf("%s closed the connection before the whole form was sent.", r.Host),
		Fix:        "Send fewer or shorter fields: the server may limit the size of a request.",
		Err:        err,
	}
}

// timedOut reports whether err is a deadline's.
func timedOut(err error) bool {
	var t net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &t) && t.Timeout()
}

// hungUp reports whether err is the peer's closing or resetting.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// reason is the innermost part of err that says something.
func reason(err error) string {
	var op *net.OpError
	for errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		return record.Msg
	}
	text := strings.TrimPrefix(err.Error(), "tls: ")
	for _, detail := range []string{" of type *", ", got *"} { // names of Go's types
		text, _, _ = strings.Cut(text, detail)
	}
	return text
}

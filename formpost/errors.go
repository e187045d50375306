package formpost

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/request"
	"espost/tlsinspect"
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

// dialFailed is a connection that did not come about.
func dialFailed(err error) *Error {
	p, _ := errors.AsType[*problem.Problem](err)
	return &Error{Problem: *p, HTTPClient: httpConnectionFailed}
}

// An Error is a test POST that brought no response, in sentences for people and
// in the numbers that the board would have printed.
type Error struct {
	problem.Problem
	HTTPClient int              // 0 where the board would not have failed
	BearSSL    esp8266.SSLError // 0 where TLS isn't to blame
}

// Unwrap lets errors.As find the Problem.
func (e *Error) Unwrap() error { return &e.Problem }

func (e *Error) because(err error) *Error {
	e.Err = err
	return e
}

// failed is an Error that HTTPClient reports.
func failed(httpClient int, message, fix string) *Error {
	return &Error{Problem: *problem.New("", message, fix), HTTPClient: httpClient}
}

// refused is an Error of the TLS handshake.
func refused(bearSSL esp8266.SSLError, message, fix string) *Error {
	e := failed(httpConnectionFailed, message, fix)
	e.BearSSL = bearSSL
	return e
}

// A failedHandshake is all that is known about one.
type failedHandshake struct {
	where      string // for people
	host       string
	err        error
	check      *pinCheck
	records    records
	asked      bool // for a client certificate
	timeout    time.Duration
	boardSuite uint16
}

func handshakeFailed(f failedHandshake) *Error {
	switch {
	case f.check.failure != nil: // f.err is the same error: wrapping it would close a circle
		return f.check.failure
	case f.records.Alert >= 0:
		return alertReceived(f)
	case len(f.records.First) >= 3 && f.records.First[1] != 3:
		e := dialFailed(netdial.Explain(&netdial.NotTLSError{First: f.records.First}, f.where, netdial.Handshaking, f.timeout))
		e.BearSSL = esp8266.SSLUnsupportedVersion
		return e
	case netdial.TimedOut(f.err) && len(f.records.First) > 0:
		return dialFailed(netdial.Explain(netdial.ErrSlow, f.where, netdial.Handshaking, f.timeout))
	case netdial.TimedOut(f.err), netdial.HungUp(f.err):
		return dialFailed(netdial.Explain(f.err, f.where, netdial.Handshaking, f.timeout))
	}
	if served := tlsinspect.ReadServed(f.records.Random, f.records.Plain); len(served.Chain) > 0 {
		return f.evaluate(served)
	}
	return failed(httpConnectionFailed, fmt.Sprintf("The TLS handshake with %s failed: %s", f.host, netdial.Reason(f.err)),
		"Look at the certificate step: it tells whether the board can connect").because(f.err)
}

// evaluate is the verdict that stands where crypto/tls gives up on a server: it
// reads certificates more strictly than the board, and some less.
func (f failedHandshake) evaluate(served tlsinspect.Served) *Error {
	board, fix := "the board connects to it", "Go on to the firmware and try on the board"
	refusal := f.check.anyMode(func(mode esp8266.PinMode) *Error {
		if mode == esp8266.PinPublicKey { // the board doesn't read certificates then
			refusal, known := f.evaluateKeys(served)
			if refusal == nil && !known {
				board = "the board connects if it holds the pinned key"
			}
			return refusal
		}
		if refusal := f.check.evaluateBy(mode, served); refusal != nil {
			return refusal
		}
		if code := served.ValidateExchange(); code != 0 {
			return refused(code, fmt.Sprintf("%s doesn't hold the key that is in its certificate", f.host),
				"Have the server use the certificate that belongs to its key")
		}
		return nil
	})
	if refusal != nil {
		return refusal.because(f.err)
	}
	return failed(0, fmt.Sprintf("The test POST wasn't sent, since this computer can't read what %s shows of itself; %s", f.host, board), fix).because(f.err)
}

// evaluateKeys holds the pinned keys against what was served; known says that it was seen whether
// the server holds the one that fits.
func (f failedHandshake) evaluateKeys(served tlsinspect.Served) (refusal *Error, known bool) {
	for _, key := range f.check.pinned.Keys {
		var code esp8266.SSLError
		if code, known = served.ValidatePinned(key.SPKI); code == 0 {
			return nil, known
		}
		refusal = keyDiffers(f.host, code)
	}
	return refusal, known
}

// alertReceived is the server's fatal alert (RFC 5246 §7.2.2).
func alertReceived(f failedHandshake) *Error {
	host, alert := f.host, f.records.Alert
	suite, known := esp8266.CipherSuiteByID(f.boardSuite)
	if alert == 40 && known && !usable(suite.ID) {
		return failed(0, fmt.Sprintf("The server uses %s with the board, which can't be spoken from here, so the test POST wasn't sent", suite.Name),
			"Try on the board itself, or let the server offer an ECDHE suite with AES-GCM as well").because(f.err)
	}
	message, fix := fmt.Sprintf("%s ended the TLS handshake with alert %d", host, alert), fmt.Sprintf("See what alert %d means, and the server's log", alert)
	switch {
	case f.asked && (alert == 40 || alert == 42 || alert == 116):
		message = fmt.Sprintf("%s demands a client certificate (alert %d)", host, alert)
		fix = "Use an entrance of the service that knows clients by a token instead"
	case alert == 40:
		message = fmt.Sprintf("%s refused the board's offer (alert 40): they share no cipher suite, group or signature algorithm", host)
		fix = "Let the server offer ECDHE with AES-GCM and a P-256 or RSA certificate under TLS 1.2"
	case alert == 70:
		message = fmt.Sprintf("%s speaks none of TLS 1.0 to 1.2 (alert 70), and the board nothing newer", host)
		fix = "Let the server allow TLS 1.2, or put a proxy in front of it"
	case alert == 112:
		message = fmt.Sprintf("The server doesn't know the name %s (alert 112)", host)
		fix = "Use the host name that the service is published under"
	}
	e := failed(httpConnectionFailed, message, fix).because(f.err)
	e.BearSSL = esp8266.AlertReceived + esp8266.SSLError(alert)
	return e
}

func fingerprintDiffers(host, sha1 string) *Error {
	fix := "Make sure that it is the server's, then pin it; a public-key or CA pin outlives renewals"
	if _, err := netip.ParseAddr(host); err == nil {
		fix = "Use the host's name instead of its address: for an address the server may have served another certificate here than the board, which asks for it by name"
	}
	return refused(esp8266.X509NotTrusted, fmt.Sprintf("The fingerprint differs: %s now serves a certificate with SHA-1 %s", host, sha1), fix)
}

func keyDiffers(host string, code esp8266.SSLError) *Error {
	return refused(code, fmt.Sprintf("The public key differs: %s has another key than the pinned one", host),
		"Look at the certificate again and pin the new key, if the server changed it")
}

func unusableKey(code esp8266.SSLError, what string) *Error {
	return refused(code, fmt.Sprintf("The server's certificate holds %s, which the board can't use", what),
		"Give the server a certificate with a P-256 key or an RSA key of 2048 bits")
}

// chainRefused is BearSSL's verdict on a chain in CA mode.
func chainRefused(host string, code esp8266.SSLError, chain []*tlsinspect.Certificate, now time.Time) *Error {
	e := refused(code, "", "")
	switch code {
	case esp8266.X509Expired:
		e.Message, e.Fix = outdatedMessage(host, chain, now)
	case esp8266.X509BadServerName:
		e.Message = fmt.Sprintf("The certificate isn't for %s", host)
		e.Fix = "Use a name that the certificate holds as a DNS name; the board ignores IP addresses in it"
	case esp8266.X509NotTrusted:
		e.Message = fmt.Sprintf("No certificate that %s serves was signed by the pinned CA", host)
		e.Fix = "Look at the certificate again and choose its CA"
	case esp8266.X509DNMismatch:
		e.Message = fmt.Sprintf("%s serves its chain out of order, or with a gap", host)
		e.Fix = "Have the server send its certificate first and then each issuer in turn"
	case esp8266.X509BadSignature:
		e.Message = fmt.Sprintf("A signature in the chain of %s is wrong", host)
		e.Fix = "Have the server send the intermediate certificate that really signed its own"
	case esp8266.X509CriticalExtension:
		e.Message = fmt.Sprintf("A certificate of %s has a critical extension that the board doesn't know", host)
		e.Fix = "Use a public-key pin, or a certificate without name constraints"
	case esp8266.X509NotCA, esp8266.X509ForbiddenKeyUsage:
		e.Message = fmt.Sprintf("A certificate in the chain of %s may not sign others", host)
		e.Fix = "Have the server send the chain that its CA gave out"
	case esp8266.SSLWrongKeyUsage:
		e.Message = fmt.Sprintf("The certificate of %s says that its key may not be used for this key exchange", host)
		e.Fix = "Have it issued anew with the key usage digitalSignature, and keyEncipherment for RSA"
	case esp8266.X509WeakPublicKey:
		e.Message = fmt.Sprintf("A key in the chain of %s is shorter than 1024 bits", host)
		e.Fix = "Give the server a certificate with a P-256 key or an RSA key of 2048 bits"
	case esp8266.X509Unsupported, esp8266.X509LimitExceeded, esp8266.X509WrongKeyType:
		e.Message = fmt.Sprintf("The chain of %s uses an algorithm or a key size that the board doesn't know", host)
		e.Fix = "Use a certificate with ECDSA or RSA keys and signatures with SHA-256, no RSA-PSS"
	default:
		e.Message = fmt.Sprintf("A certificate in the chain of %s is malformed", host)
		e.Fix = "Have it issued anew; a public-key pin ignores the rest of a certificate"
	}
	return e
}

func outdatedMessage(host string, chain []*tlsinspect.Certificate, now time.Time) (message, fix string) {
	for _, c := range chain {
		switch {
		case now.After(c.NotAfter):
			return fmt.Sprintf("A certificate of %s expired on %s", host, c.NotAfter.UTC().Format("2 January 2006")),
				"Have it renewed; a public-key pin ignores dates"
		case now.Before(c.NotBefore):
			return fmt.Sprintf("A certificate of %s holds only from %s", host, c.NotBefore.UTC().Format("2 January 2006, 15:04 UTC")),
				"Check this computer's clock; the board needs the time from the network as well"
		}
	}
	return fmt.Sprintf("A certificate of %s is out of date", host), "Have it renewed"
}

func headNotSent(r request.Request, err error) *Error {
	return failed(httpSendHeaderFailed, fmt.Sprintf("%s closed the connection before the request's headers were sent", r.Target.Host),
		"Try again; if it stays, the server's log should tell why").because(err)
}

func bodyNotSent(r request.Request, err error) *Error {
	return failed(httpSendBodyFailed, fmt.Sprintf("%s closed the connection before the whole form was sent", r.Target.Host),
		"Send fewer or shorter fields: the server may limit the size of a request").because(err)
}

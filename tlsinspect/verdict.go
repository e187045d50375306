package tlsinspect

import (
	"crypto/tls"
	"fmt"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// TLS alerts that tell a cause (RFC 5246 §7.2, RFC 6066 §3).
const (
	alertHandshakeFailure     = 40
	alertProtocolVersion      = 70
	alertInsufficientSecurity = 71
	alertUnrecognizedName     = 112
)

// board makes the verdict out of the chosen look.
func (in *inspection) board() Board {
	l := in.looks[in.chosen]
	b := Board{Buffers: in.buffers()}
	b.Heap = b.Buffers.Heap(esp8266.PinFingerprint)
	f := l.flight
	if f == nil {
		return b
	}
	b.MaxFragmentLengths, _ = in.fragmentLengths()
	b.Error = f.judge()
	b.Connects = f.complete && b.Error == 0 && len(in.addresses.V4) > 0
	if f.alert > 0 {
		b.Alert = f.alert
	}
	if b.Connects && in.insistence != 0 {
		b.Connects, b.Alert, b.Error = false, in.insistence, esp8266.AlertReceived+esp8266.SSLError(in.insistence)
	}
	if f.hello == nil {
		return b
	}
	b.Version = f.hello.version
	b.CipherSuite, _ = esp8266.CipherSuiteByID(f.hello.suite)
	if f.exchange != nil {
		b.Group, b.SignatureAlgorithm = f.exchange.group, f.exchange.algorithm
	}
	return b
}

// explainRefusal says why the server ended the handshake before it showed a
// certificate. The wide look and the browser's tell what the server wants.
func (in *inspection) explainRefusal(out *findings) {
	l := in.looks[in.chosen]
	wide := in.wide.flight
	alert := -1
	if l.flight != nil {
		alert = l.flight.alert
	}
	seen := func() string {
		if alert >= 0 {
			return " (" + alertText(alert) + ")"
		}
		return " (it hangs up)"
	}
	switch {
	case in.wide.served() != "":
		in.explainWide(wide, seen(), out)
	case in.browser != nil && in.browser.Version == tls.VersionTLS13:
		out.add(problem.Fatal, CodeTLS13Only, "Ask the host to enable TLS 1.2, or put a proxy in front of it",
			"The server speaks only TLS 1.3; the board stops at 1.2%s", seen())
	case alert == alertProtocolVersion:
		out.add(problem.Fatal, CodeVersionTooOld, "Ask the host to enable TLS 1.2",
			"The server speaks no version of TLS that the board knows (1.0 to 1.2)%s", seen())
	case alert == alertHandshakeFailure, alert == alertInsufficientSecurity:
		out.add(problem.Fatal, CodeNoSharedSuite, "Ask the host to enable an ECDHE suite with AES-GCM for TLS 1.2",
			"The server accepts none of the board's 45 cipher suites%s", seen())
	case alert == alertUnrecognizedName:
		out.add(problem.Fatal, CodeRefused, "Check the host name: use the one that the server is set up for",
			"The server does not know the name %s%s", sanitize.Clip(in.target.Host, maxQuoted), seen())
	case l.err != nil && l.err.Code == netdial.CodeMalformed:
		out.add(problem.Fatal, CodeBadHello, l.err.Fix, "%s", l.err.Message)
	default:
		out.add(problem.Fatal, CodeRefused, "Look into the server's log for this connection; a browser may well get through",
			"The server refuses the board's handshake%s", seen())
	}
}

// explainWide compares what the server does for a client that offers more.
func (in *inspection) explainWide(wide *flight, seen string, out *findings) {
	key := NewCertificate(wide.chain[0]).parts.key
	suite, known := esp8266.CipherSuiteByID(wide.hello.suite)
	switch {
	case key.algorithm.Equal(oidRSAPSS):
		out.add(problem.Fatal, CodePSS, "Have the certificate issued for an ordinary RSA or a P-256 key",
			"The server's key is for RSA-PSS only, which the board doesn't know%s", seen)
	case !key.isRSA() && !(key.isEC() && key.group != 0):
		out.add(problem.Fatal, CodeKeyUnsupported, "Have the certificate issued for an RSA key of 2048 bits or a P-256 key",
			"The server's key is %s, which the board doesn't know%s", key, seen)
	case !known:
		out.add(problem.Fatal, CodeNoSharedSuite, "Ask the host to enable an ECDHE suite with AES-GCM for TLS 1.2",
			"The server accepts none of the board's 45 cipher suites; it wants 0x%04x%s", wide.hello.suite, seen)
	case wide.exchange != nil && isPSS(wide.exchange.algorithm):
		out.add(problem.Fatal, CodePSS, "Ask the host to allow RSA PKCS#1 v1.5 signatures (RSA-SHA256)",
			"The server signs with RSA-PSS only, which the board doesn't know%s", seen)
	default:
		out.add(problem.Fatal, CodeRefused, "Ask the host which groups and signature algorithms it insists on; P-256 and RSA-SHA256 or ECDSA-SHA256 serve the board",
			"The server would use %s, but not on the terms that the board offers%s", suite.Name, seen)
	}
}

// isPSS tells RSA-PSS schemes (RFC 8446 §4.2.3).
func isPSS(s esp8266.SignatureAlgorithm) bool {
	return s >= 0x0804 && s <= 0x0806 || s >= 0x0809 && s <= 0x080b
}

// alertText names an alert by number and name: "alert 40, handshake_failure".
func alertText(n int) string {
	if name := esp8266.AlertName(n); name != "" {
		return fmt.Sprintf("alert %d, %s", n, name)
	}
	return fmt.Sprintf("alert %d", n)
}

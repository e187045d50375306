package tlsinspect

import (
	"fmt"

	"espost/esp8266"
	"espost/internal/problem"
)

// explainBoard adds the findings that say why the board can't connect.
func (in *inspection) explainBoard(b Board, out *findings) {
	l := in.looks[in.chosen]
	if len(in.addresses.V4) == 0 {
		out.add(problem.Fatal, CodeIPv6Only, "Ask the host for an IPv4 address, or put a proxy that has one in front of it",
			"The host has IPv6 addresses only, and the board speaks IPv4")
	}
	f := l.flight
	switch {
	case l.refused() && f.chain == nil, f == nil || f.hello == nil:
		in.explainRefusal(out)
	case in.insistence != 0 && b.Error == esp8266.AlertReceived+esp8266.SSLError(in.insistence):
		out.add(problem.Fatal, CodeClientCertificate, "Switch client certificates off for this address, or add one to the sketch (setClientRSACert, setClientECCert)",
			"The server insists on a client certificate and refuses the board, which has none (%s)", alertText(b.Alert))
		return
	case b.Error != 0:
		in.explainError(b, out)
	case !f.complete:
		why := "the server ended it"
		if l.err != nil {
			why = l.err.Message
		}
		out.add(problem.Fatal, CodeRefused, "Look into the server's log for this connection", "The handshake breaks off half-way: %s", why)
	}
	if f != nil && f.request != nil {
		out.add(problem.Warning, CodeClientCertificate, "Check with a test POST that the server answers without one",
			"The server asks for a client certificate; it goes on with the board, which has none")
	}
	if b.Connects && b.Version < esp8266.VersionTLS12 {
		out.add(problem.Warning, CodeOldTLS, "Ask the host to enable TLS 1.2",
			"The server speaks only %s, which was deprecated in 2021 (RFC 8996)", esp8266.VersionName(b.Version))
	}
}

// explainError turns BearSSL's error number into a cause.
func (in *inspection) explainError(b Board, out *findings) {
	f := in.looks[in.chosen].flight
	number := fmt.Sprintf(" (BearSSL error %d)", b.Error)
	key := publicKey{}
	if f.chain != nil {
		key = NewCertificate(f.chain[0]).parts.key
	}
	const ask = "Have the certificate issued for an RSA key of 2048 bits or a P-256 key"
	switch b.Error {
	case esp8266.SSLWrongKeyUsage, esp8266.SSLLimitExceeded:
		in.explainKey(key, ask, number, out)
	case esp8266.SSLBadSignature:
		out.add(problem.Fatal, CodeBadKeyProof, "Check that the server's certificate and private key belong together; if they do, something in between answers in its place",
			"The server does not prove that it holds its certificate's key%s", number)
	case esp8266.SSLInvalidAlgorithm:
		if f.exchange != nil && isPSS(f.exchange.algorithm) {
			out.add(problem.Fatal, CodePSS, "Ask the host to allow RSA PKCS#1 v1.5 signatures (RSA-SHA256)",
				"The server signs with RSA-PSS, which the board doesn't know%s", number)
			return
		}
		out.add(problem.Fatal, CodeBadHello, "Ask the host to enable the groups P-256 or X25519 for TLS 1.2",
			"The server's key exchange uses something that the board did not offer%s", number)
	case esp8266.X509WeakPublicKey:
		out.add(problem.Fatal, CodeKeyTooSmall, ask, "The server's key (%s) is too small for the board%s", key, number)
	case esp8266.SSLExtraExtension:
		out.add(problem.Fatal, CodeBadHello, "Report it to the host: a server may only answer extensions that were sent (RFC 5246, section 7.4.1.4)",
			"The server answers with an extension that the board did not send%s", number)
	default:
		if b.Error >= esp8266.AlertReceived {
			out.add(problem.Fatal, CodeRefused, "Look into the server's log for this connection",
				"The server breaks the handshake off half-way (%s)", alertText(int(b.Error-esp8266.AlertReceived)))
			return
		}
		out.add(problem.Fatal, CodeBadHello, "Check that nothing between you and the server rewrites the connection, and report it to the host",
			"The server's answer breaks the rules of TLS as the board knows them%s", number)
	}
}

// explainKey says what is wrong with the server's key.
func (in *inspection) explainKey(key publicKey, ask, number string, out *findings) {
	switch {
	case key.isRSA() && key.bits() > 8*maxRSABytes:
		out.add(problem.Fatal, CodeKeyTooBig, ask, "The server's key (%s) is too big: the board takes RSA up to 4096 bits%s", key, number)
	case key.algorithm.Equal(oidRSAPSS):
		out.add(problem.Fatal, CodePSS, ask, "The server's key is for RSA-PSS only, which the board doesn't know%s", number)
	case key.String() == "":
		out.add(problem.Fatal, CodeUnparsable, "Have the certificate issued anew", "The board can't find the key in the server's certificate%s", number)
	default:
		out.add(problem.Fatal, CodeKeyUnsupported, ask, "The server's key (%s) is of a kind that the board can't use%s", key, number)
	}
}

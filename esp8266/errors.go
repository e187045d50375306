package esp8266

import "fmt"

// An ErrorInfo is one error number that a board can print, explained.
type ErrorInfo struct {
	Code    int
	Name    string // "HTTPClient -1", "BearSSL 62", "alert 40"
	Text    string // the core's own words, as they stand in a serial log; an alert's name in the RFCs
	Meaning string // one plain sentence
	Cure    string // what to do, one plain sentence
}

// An explanation is the part of an ErrorInfo that a table row states.
type explanation[Code ~int] struct {
	code                Code
	text, meaning, cure string
}

func (e explanation[Code]) info(kind string) ErrorInfo {
	return ErrorInfo{
		Code:    int(e.code),
		Name:    fmt.Sprintf("%s %d", kind, e.code),
		Text:    e.text,
		Meaning: e.meaning,
		Cure:    e.cure,
	}
}

// find explains the table's entry for a code, if it has one.
func find[Code ~int](kind string, table []explanation[Code], code Code) (ErrorInfo, bool) {
	for _, e := range table {
		if e.code == code {
			return e.info(kind), true
		}
	}
	return ErrorInfo{}, false
}

func infos[Code ~int](kind string, table []explanation[Code]) []ErrorInfo {
	list := make([]ErrorInfo, len(table))
	for i, e := range table {
		list[i] = e.info(kind)
	}
	return list
}

// An SSLError is an error number of BearSSL or of the core's TLS client: one of
// the constants, AlertReceived or AlertSent plus an alert's number, or 0.
type SSLError int

// The errors of the protocol (BearSSL inc/bearssl_ssl.h, BR_ERR_…), and the
// core's own for want of memory.
const (
	SSLOutOfMemory        SSLError = -1000
	SSLOK                 SSLError = 0
	SSLBadParam           SSLError = 1
	SSLBadState           SSLError = 2
	SSLUnsupportedVersion SSLError = 3
	SSLBadVersion         SSLError = 4
	SSLBadLength          SSLError = 5
	SSLTooLarge           SSLError = 6
	SSLBadMAC             SSLError = 7
	SSLNoRandom           SSLError = 8
	SSLUnknownType        SSLError = 9
	SSLUnexpected         SSLError = 10
	SSLBadCCS             SSLError = 12
	SSLBadAlert           SSLError = 13
	SSLBadHandshake       SSLError = 14
	SSLOversizedID        SSLError = 15
	SSLBadCipherSuite     SSLError = 16
	SSLBadCompression     SSLError = 17
	SSLBadFragmentLength  SSLError = 18
	SSLBadRenegotiation   SSLError = 19
	SSLExtraExtension     SSLError = 20
	SSLBadSNI             SSLError = 21
	SSLBadHelloDone       SSLError = 22
	SSLLimitExceeded      SSLError = 23
	SSLBadFinished        SSLError = 24
	SSLResumeMismatch     SSLError = 25
	SSLInvalidAlgorithm   SSLError = 26
	SSLBadSignature       SSLError = 27
	SSLWrongKeyUsage      SSLError = 28
	SSLNoClientAuth       SSLError = 29
	SSLIO                 SSLError = 31
)

// The errors of certificates (BearSSL inc/bearssl_x509.h, BR_ERR_X509_…).
const (
	X509InvalidValue      SSLError = 33
	X509Truncated         SSLError = 34
	X509EmptyChain        SSLError = 35
	X509InnerTruncated    SSLError = 36
	X509BadTagClass       SSLError = 37
	X509BadTagValue       SSLError = 38
	X509IndefiniteLength  SSLError = 39
	X509ExtraElement      SSLError = 40
	X509Unexpected        SSLError = 41
	X509NotConstructed    SSLError = 42
	X509NotPrimitive      SSLError = 43
	X509PartialByte       SSLError = 44
	X509BadBoolean        SSLError = 45
	X509Overflow          SSLError = 46
	X509BadDN             SSLError = 47
	X509BadTime           SSLError = 48
	X509Unsupported       SSLError = 49
	X509LimitExceeded     SSLError = 50
	X509WrongKeyType      SSLError = 51
	X509BadSignature      SSLError = 52
	X509TimeUnknown       SSLError = 53
	X509Expired           SSLError = 54
	X509DNMismatch        SSLError = 55
	X509BadServerName     SSLError = 56
	X509CriticalExtension SSLError = 57
	X509NotCA             SSLError = 58
	X509ForbiddenKeyUsage SSLError = 59
	X509WeakPublicKey     SSLError = 60
	X509NotTrusted        SSLError = 62
)

// What BearSSL adds to an alert's number to make an error of it
// (BearSSL inc/bearssl_ssl.h, BR_ERR_RECV_FATAL_ALERT, BR_ERR_SEND_FATAL_ALERT).
const (
	AlertReceived SSLError = 256
	AlertSent     SSLError = 512
)

// What the core puts before an alert's text (getLastSSLError).
const (
	prefixReceived = "SSL received fatal alert - "
	prefixSent     = "SSL sent fatal alert - "

	// TextUnknown is the core's text for a number that its table lacks.
	TextUnknown = "Unknown error code."
)

// Info explains the error; it knows SSLOK as "no error".
//
// The core's getLastSSLError takes 256 and 512 away before it returns the
// number and looks up the text, so that on the serial port a received alert 40
// wears error 40's words; Text holds these words, prefix included.
func (e SSLError) Info() (ErrorInfo, bool) {
	switch {
	case e >= AlertSent && e <= AlertSent+255:
		return alertError(e, prefixSent, Alert(int(e-AlertSent))), true
	case e >= AlertReceived && e <= AlertReceived+255:
		return alertError(e, prefixReceived, Alert(int(e-AlertReceived))), true
	}
	return find("BearSSL", sslErrors[:], e)
}

// SSLErrors explains every error that isn't an alert: the core's own, then
// BearSSL's in order.
func SSLErrors() []ErrorInfo { return infos("BearSSL", sslErrors[:]) }

// What is said of errors that only broken software or a stranger on the line
// can cause.
const (
	garbled     = "Check host and port; if they are right, something between board and server alters the traffic or the server is faulty."
	faulty      = "Report it to the host: the server's TLS software breaks the standard."
	programming = "Look at the sketch: this comes from how the TLS client is called, not from the server."
	malformed   = "Ask the host for a new certificate: this one is malformed, or it was damaged on its way."
)

// sslErrors explains them in the core's texts (WiFiClientSecureBearSSL.cpp,
// getLastSSLError). The core doesn't know 32, which means success.
var sslErrors = [...]explanation[SSLError]{
	{SSLOutOfMemory, "Unable to allocate memory for SSL structures and buffers.",
		"The board had too little free memory to start TLS.",
		"Use smaller buffers (setBufferSizes) if the server takes short fragments, and free memory before connecting."},
	{SSLOK, "OK",
		"TLS had no error; if the connection failed all the same, it failed before TLS began.",
		"Check Wi-Fi, the host's name and the port."},
	{SSLBadParam, "Caller-provided parameter is incorrect.",
		"The TLS client was set up with something invalid, or the server sent no certificate.",
		programming},
	{SSLBadState, "Operation requested by the caller cannot be applied with the current context state (e.g. reading data while outgoing data is waiting to be sent).",
		"The sketch used the connection at a moment that doesn't allow it.",
		programming},
	{SSLUnsupportedVersion, "Incoming protocol or record version is unsupported.",
		"The answer isn't TLS 1.0, 1.1 or 1.2; often it isn't TLS at all.",
		"Check that the port is the HTTPS one, usually 443, and that the server offers TLS 1.2."},
	{SSLBadVersion, "Incoming record version does not match the expected version.",
		"The server changed the TLS version in the middle of the handshake.",
		garbled},
	{SSLBadLength, "Incoming record length is invalid.",
		"The server sent a TLS record of impossible length; often the answer isn't TLS at all.",
		garbled},
	{SSLTooLarge, "Incoming record is too large to be processed, or buffer is too small for the handshake message to send.",
		"The server sent a record bigger than the board's receive buffer.",
		"Set the receive buffer to 16384 with setBufferSizes, or use a server that accepts the fragment length the board asks for."},
	{SSLBadMAC, "Decryption found an invalid padding, or the record MAC is not correct.",
		"A record arrived damaged or was encrypted with another key.",
		"Try again; if it stays, something between board and server alters the traffic."},
	{SSLNoRandom, "No initial entropy was provided, and none can be obtained from the OS.",
		"The TLS client was started without random numbers.",
		programming},
	{SSLUnknownType, "Incoming record type is unknown.",
		"The server sent a record that TLS 1.2 doesn't know; often the answer isn't TLS at all.",
		garbled},
	{SSLUnexpected, "Incoming record or message has wrong type with regards to the current engine state.",
		"The server sent its handshake messages in an order that TLS 1.2 forbids.",
		faulty},
	{SSLBadCCS, "ChangeCipherSpec message from the peer has invalid contents.",
		"The server's ChangeCipherSpec message is malformed.",
		faulty},
	{SSLBadAlert, "Alert message from the peer has invalid contents (odd length).",
		"The server sent a malformed alert.",
		faulty},
	{SSLBadHandshake, "Incoming handshake message decoding failed.",
		"A handshake message of the server is malformed.",
		faulty},
	{SSLOversizedID, "ServerHello contains a session ID which is larger than 32 bytes.",
		"The server's session identifier is longer than TLS allows.",
		faulty},
	{SSLBadCipherSuite, "Server wants to use a cipher suite that we did not claim to support. This is also reported if we tried to advertise a cipher suite that we do not support.",
		"The server chose a cipher suite that the board did not offer.",
		"Report it to the host, and make sure that the sketch doesn't narrow the suites with setCiphers."},
	{SSLBadCompression, "Server wants to use a compression that we did not claim to support.",
		"The server wants TLS compression, which the board never offers.",
		faulty},
	{SSLBadFragmentLength, "Server's max fragment length does not match client's.",
		"The server answered the board's wish for short fragments with another length.",
		"Set both buffers to 16384 with setBufferSizes, so that the board doesn't ask, and report it to the host."},
	{SSLBadRenegotiation, "Secure renegotiation failed.",
		"The server's renegotiation information is wrong.",
		faulty},
	{SSLExtraExtension, "Server sent an extension type that we did not announce, or used the same extension type several times in a single ServerHello.",
		"The server answered with a TLS extension that the board did not offer.",
		faulty},
	{SSLBadSNI, "Invalid Server Name Indication contents (when used by the server, this extension shall be empty).",
		"The server's answer to the host name in the handshake is malformed.",
		faulty},
	{SSLBadHelloDone, "Invalid ServerHelloDone from the server (length is not 0).",
		"The last message of the server's first answer is malformed.",
		faulty},
	{SSLLimitExceeded, "Internal limit exceeded (e.g. server's public key is too large).",
		"The server's key is too big for the board, which takes RSA up to 4096 bits and the curves P-256, P-384 and P-521.",
		"Ask the host for a certificate with an ECDSA P-256 or RSA 2048 key."},
	{SSLBadFinished, "Finished message from peer does not match the expected value.",
		"Server and board disagree on what was said in the handshake.",
		garbled},
	{SSLResumeMismatch, "Session resumption attempt with distinct version or cipher suite.",
		"The server resumed an earlier session with another version or cipher suite.",
		"Drop the saved session (a new BearSSL::Session) and connect again."},
	{SSLInvalidAlgorithm, "Unsupported or invalid algorithm (ECDHE curve, signature algorithm, hash function).",
		"The server used a curve or a signature algorithm that the board doesn't have.",
		"Ask the host to allow P-256 with ECDSA or RSA PKCS#1 v1.5 signatures."},
	{SSLBadSignature, "Invalid signature in ServerKeyExchange or CertificateVerify message.",
		"The server could not prove that it holds the key; with a pinned public key, the key has changed.",
		"Let espost inspect the host again and pin the key that it has now."},
	{SSLWrongKeyUsage, "Peer's public key does not have the proper type or is not allowed for the requested operation.",
		"The server's key is of another kind than the cipher suite needs; with a pinned public key, it has changed between RSA and ECDSA.",
		"Let espost inspect the host again and pin the key that it has now."},
	{SSLNoClientAuth, "Client did not send a certificate upon request, or the client certificate could not be validated.",
		"A client certificate was wanted and none came.",
		"Give the sketch a client certificate (setClientRSACert or setClientECCert), or ask the host not to require one."},
	{SSLIO, "I/O error or premature close on transport stream.",
		"The connection broke in the middle.",
		"Try again, and check the Wi-Fi signal."},
	{X509InvalidValue, "Invalid value in an ASN.1 structure.",
		"A value in the certificate is invalid.", malformed},
	{X509Truncated, "Truncated certificate or other ASN.1 object.",
		"The certificate ends too early.", malformed},
	{X509EmptyChain, "Empty certificate chain (no certificate at all).",
		"The server sent no certificate.",
		"Ask the host to install its certificate."},
	{X509InnerTruncated, "Decoding error: inner element extends beyond outer element size.",
		"A part of the certificate claims to be longer than the whole.", malformed},
	{X509BadTagClass, "Decoding error: unsupported tag class (application or private).",
		"The certificate holds a kind of data that the board can't read.", malformed},
	{X509BadTagValue, "Decoding error: unsupported tag value.",
		"The certificate holds a kind of data that the board can't read.", malformed},
	{X509IndefiniteLength, "Decoding error: indefinite length.",
		"The certificate is encoded in a way that certificates must not be.", malformed},
	{X509ExtraElement, "Decoding error: extraneous element.",
		"The certificate holds something where it should end.", malformed},
	{X509Unexpected, "Decoding error: unexpected element.",
		"The certificate holds something where something else belongs.", malformed},
	{X509NotConstructed, "Decoding error: expected constructed element, but is primitive.",
		"A part of the certificate has the wrong structure.", malformed},
	{X509NotPrimitive, "Decoding error: expected primitive element, but is constructed.",
		"A part of the certificate has the wrong structure.", malformed},
	{X509PartialByte, "Decoding error: BIT STRING length is not multiple of 8.",
		"A key or signature in the certificate has an impossible length.", malformed},
	{X509BadBoolean, "Decoding error: BOOLEAN value has invalid length.",
		"A yes-or-no value in the certificate is malformed.", malformed},
	{X509Overflow, "Decoding error: value is off-limits.",
		"A number in the certificate is too big.", malformed},
	{X509BadDN, "Invalid distinguished name.",
		"A name in the certificate is malformed.", malformed},
	{X509BadTime, "Invalid date/time representation.",
		"A date in the certificate is malformed.", malformed},
	{X509Unsupported, "Certificate contains unsupported features that cannot be ignored.",
		"The certificate uses something that the board doesn't have, such as an Ed25519 key, RSA-PSS, or a rare curve.",
		"Ask the host for a certificate with an ECDSA P-256 or RSA 2048 key."},
	{X509LimitExceeded, "Key or signature size exceeds internal limits.",
		"A key or signature in the certificate is too big for the board, which takes RSA up to 4096 bits.",
		"Ask the host for a certificate with an ECDSA P-256 or RSA 2048 key."},
	{X509WrongKeyType, "Key type does not match that which was expected.",
		"A certificate of the chain is signed by another kind of key than its issuer has.",
		"Let espost inspect the host: the chain that it serves doesn't fit together."},
	{X509BadSignature, "Signature is invalid.",
		"A signature in the chain doesn't fit: the certificate was altered or signed by a namesake of the pinned CA.",
		"Let espost inspect the host and pin the CA that it has now."},
	{X509TimeUnknown, "Validation time is unknown.",
		"The board doesn't know the time, and CA mode must check dates.",
		"Call configTime, wait until the clock is set, and then setX509Time, before connecting."},
	{X509Expired, "Certificate is expired or not yet valid.",
		"The certificate has expired, or (more often) the board's clock is not set and stands at 1970.",
		"Set the clock with configTime before connecting; if it is right, ask the host to renew the certificate."},
	{X509DNMismatch, "Issuer/Subject DN mismatch in the chain.",
		"The certificates that the server sends don't form a chain, in this order.",
		"Ask the host to send its certificate first and each issuer after it."},
	{X509BadServerName, "Expected server name was not found in the chain.",
		"The certificate isn't for this host's name; the board also ignores IP addresses in certificates.",
		"Connect by a name that the certificate lists, or pin the public key instead of the CA."},
	{X509CriticalExtension, "Unknown critical extension in certificate.",
		"A certificate carries a condition that the board can't check, such as name constraints.",
		"Pin another certificate of the chain, or pin the public key instead of the CA."},
	{X509NotCA, "Not a CA, or path length constraint violation.",
		"A certificate in the chain isn't allowed to sign others.",
		"Let espost inspect the host and pin a CA of the chain that it serves."},
	{X509ForbiddenKeyUsage, "Key Usage extension prohibits intended usage.",
		"The certificate's key isn't allowed to be used in this way.",
		"Ask the host for a certificate that is meant for TLS servers."},
	{X509WeakPublicKey, "Public key found in certificate is too small.",
		"A key in the chain is too weak: CA mode wants RSA of 1024 bits at least.",
		"Ask the host for a certificate with an ECDSA P-256 or RSA 2048 key."},
	{X509NotTrusted, "Chain could not be linked to a trust anchor.",
		"The certificate isn't the pinned one: it was renewed, this is another server, or the pinned CA isn't the one that signed it.",
		"Let espost check or inspect the host, and put the pin that it has now into pins.h."},
}

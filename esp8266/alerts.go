package esp8266

import "fmt"

// Alert explains a TLS alert's number. Every number from 0 to 255 has an
// answer: an unassigned one says that it is.
func Alert(n int) ErrorInfo {
	if e, ok := find("alert", alerts[:], n); ok {
		return e
	}
	return explanation[int]{n, "unassigned",
		"No TLS standard defines this alert.",
		"Look for the server's own log: only its software knows what it meant."}.info("alert")
}

// Alerts returns every alert that the standards define, in order.
func Alerts() []ErrorInfo { return infos("alert", alerts[:]) }

// AlertName returns the alert's name in the RFCs, "handshake_failure", or
// "unassigned".
func AlertName(n int) string { return Alert(n).Text }

// alertError is the error that a fatal alert becomes.
func alertError(code SSLError, prefix string, alert ErrorInfo) ErrorInfo {
	text := TextUnknown
	if e, ok := SSLError(alert.Code).Info(); ok {
		text = e.Text
	}
	meaning := fmt.Sprintf("The server ended the connection with alert %d (%s): %s", alert.Code, alert.Text, lowerFirst(alert.Meaning))
	if prefix == prefixSent {
		meaning = fmt.Sprintf("The board itself ended the connection with alert %d (%s).", alert.Code, alert.Text)
	}
	return ErrorInfo{
		Code:    int(code),
		Name:    fmt.Sprintf("BearSSL %d", code),
		Text:    prefix + text,
		Meaning: meaning,
		Cure:    alert.Cure,
	}
}

// lowerFirst lets a sentence follow a colon. Abbreviations keep their capitals.
func lowerFirst(s string) string {
	if len(s) < 2 || s[0] < 'A' || s[0] > 'Z' || (s[1] >= 'A' && s[1] <= 'Z') {
		return s
	}
	return string(s[0]+'a'-'A') + s[1:]
}

// alerts are TLS's (RFC 8446 §6 and RFC 5246 §7.2, with the numbers that other
// RFCs added: IANA, "TLS Alerts"). Meaning and cure are for a client that
// receives one.
var alerts = [...]explanation[int]{
	{0, "close_notify",
		"The other side said goodbye; that is no error.",
		"Connect again."},
	{10, "unexpected_message",
		"The server did not expect the message that it got.",
		"Check that the port is the HTTPS one, usually 443."},
	{20, "bad_record_mac",
		"A record arrived damaged or was encrypted with another key.",
		"Try again; if it stays, something between board and server alters the traffic."},
	{21, "decryption_failed",
		"A record could not be decrypted.",
		"Try again; if it stays, something between board and server alters the traffic."},
	{22, "record_overflow",
		"A record was too long for it.",
		"Use smaller buffers on the board, or report it to the host."},
	{30, "decompression_failure",
		"Compressed data could not be unpacked.",
		"Report it to the host: the board never compresses."},
	{40, "handshake_failure",
		"The server found nothing that both sides can use: no shared cipher suite, curve or signature algorithm, or it wants a client certificate or a host name.",
		"Let espost inspect the host: it finds out which of these it is."},
	{41, "no_certificate",
		"A certificate was wanted and none came.",
		"Ask the host not to require client certificates, or give the sketch one."},
	{42, "bad_certificate",
		"The server could not use the certificate that it was shown.",
		"If the sketch sends a client certificate, check it; otherwise ask the host not to require one."},
	{43, "unsupported_certificate",
		"The server was shown a certificate of a kind that it doesn't support.",
		"If the sketch sends a client certificate, use one with an ECDSA P-256 or RSA key."},
	{44, "certificate_revoked",
		"The certificate that it was shown was revoked.",
		"Get a new client certificate."},
	{45, "certificate_expired",
		"The certificate that it was shown has expired.",
		"Get a new client certificate."},
	{46, "certificate_unknown",
		"The server did not accept the certificate that it was shown.",
		"If the sketch sends a client certificate, check it against what the host expects."},
	{47, "illegal_parameter",
		"The server found a value in the handshake that it doesn't allow.",
		"Let espost inspect the host, and try other buffer sizes: some servers dislike the fragment length that the board asks for."},
	{48, "unknown_ca",
		"The server doesn't know the CA of the certificate that it was shown.",
		"If the sketch sends a client certificate, use one from a CA that the host trusts."},
	{49, "access_denied",
		"The server understood and refuses.",
		"Ask the host whether this board or its address is allowed in."},
	{50, "decode_error",
		"The server could not read a message.",
		"Check host and port; if they are right, report it to the host."},
	{51, "decrypt_error",
		"A signature or a check value of the handshake is wrong.",
		"Try again; if it stays, report it to the host."},
	{60, "export_restriction",
		"The server refuses for reasons of export rules that no longer exist.",
		"Report it to the host: the server's software is decades old."},
	{70, "protocol_version",
		"The server doesn't speak TLS 1.2 or older, which is all that the board speaks.",
		"Ask the host to enable TLS 1.2, or put a proxy in front of it."},
	{71, "insufficient_security",
		"The server wants stronger cipher suites than it was offered.",
		"Build the sketch with all ciphers (ssl=all), and ask the host to allow ECDHE with AES-128-GCM."},
	{80, "internal_error",
		"Something failed inside the server.",
		"Try again later, and ask the host to look at its log."},
	{86, "inappropriate_fallback",
		"The server believes that the TLS version was lowered by somebody in between.",
		"Ask the host to enable TLS 1.2."},
	{90, "user_canceled",
		"The other side broke off the handshake on purpose.",
		"Try again."},
	{100, "no_renegotiation",
		"The server doesn't want to renegotiate.",
		"Connect again."},
	{109, "missing_extension",
		"The server misses a TLS extension that it wants.",
		"Let espost inspect the host: the server may be for TLS 1.3 only."},
	{110, "unsupported_extension",
		"The server got a TLS extension that it doesn't want.",
		"Set both buffers to 16384, so that the board doesn't ask for a fragment length, and report it to the host."},
	{111, "certificate_unobtainable",
		"The server could not fetch a certificate from an address that it was given.",
		"Report it to the host."},
	{112, "unrecognized_name",
		"The server knows no site of this name.",
		"Check the host's spelling; if the sketch connects by IP address, use the name."},
	{113, "bad_certificate_status_response",
		"The server could not use the certificate status that it was given.",
		"Report it to the host."},
	{114, "bad_certificate_hash_value",
		"A certificate that it fetched isn't the announced one.",
		"Report it to the host."},
	{115, "unknown_psk_identity",
		"The server expects a shared secret that the board doesn't have.",
		"Use a server, or a port, that identifies itself by a certificate."},
	{116, "certificate_required",
		"The server wants a client certificate.",
		"Give the sketch a client certificate (setClientRSACert or setClientECCert), or ask the host not to require one."},
	{120, "no_application_protocol",
		"The server shares no application protocol with the board, which names none.",
		"Ask the host to allow clients without ALPN and with HTTP/1.1."},
}

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
type explanation struct {
	code                int
	text, meaning, cure string
}

func (e explanation) info(kind string) ErrorInfo {
	return ErrorInfo{
		Code:    e.code,
		Name:    fmt.Sprintf("%s %d", kind, e.code),
		Text:    e.text,
		Meaning: e.meaning,
		Cure:    e.cure,
	}
}

func find(table []explanation, code int) (explanation, bool) {
	for _, e := range table {
		if e.code == code {
			return e, true
		}
	}
	return explanation{}, false
}

func infos(kind string, table []explanation) []ErrorInfo {
	list := make([]ErrorInfo, len(table))
	for i, e := range table {
		list[i] = e.info(kind)
	}
	return list
}

// HTTPClientError explains what HTTPClient's GET, POST and sendRequest return
// below zero.
func HTTPClientError(code int) (ErrorInfo, bool) {
	e, ok := find(httpClientErrors[:], code)
	if !ok {
		return ErrorInfo{}, false
	}
	return e.info("HTTPClient"), true
}

// HTTPClientErrors returns every HTTPClient error, from -1 downwards.
func HTTPClientErrors() []ErrorInfo { return infos("HTTPClient", httpClientErrors[:]) }

// What BearSSL adds to an alert's number to make an error of it
// (BearSSL inc/bearssl_ssl.h, BR_ERR_RECV_FATAL_ALERT, BR_ERR_SEND_FATAL_ALERT),
// and what the core puts before the text (getLastSSLError).
const (
	AlertReceived = 256
	AlertSent     = 512

	PrefixReceived = "SSL received fatal alert - "
	PrefixSent     = "SSL sent fatal alert - "

	// TextUnknown is the core's text for a number that its table lacks.
	TextUnknown = "Unknown error code."

	// OutOfMemory is the core's own error number; it isn't BearSSL's.
	OutOfMemory = -1000
)

// BearSSLError explains an error of BearSSL or of the core's TLS client: 1 to
// 62, OutOfMemory, AlertReceived+n and AlertSent+n. It knows 0 as "no error".
//
// The core's getLastSSLError takes 256 and 512 away before it returns the
// number and looks up the text, so that on the serial port a received alert 40
// wears error 40's words; Text holds these words, prefix included.
func BearSSLError(code int) (ErrorInfo, bool) {
	switch {
	case code >= AlertSent && code <= AlertSent+255:
		return alertError(code, PrefixSent, Alert(code-AlertSent)), true
	case code >= AlertReceived && code <= AlertReceived+255:
		return alertError(code, PrefixReceived, Alert(code-AlertReceived)), true
	}
	if e, ok := find(tlsErrors[:], code); ok {
		return e.info("BearSSL"), true
	}
	if e, ok := find(x509Errors[:], code); ok {
		return e.info("BearSSL"), true
	}
	return ErrorInfo{}, false
}

// BearSSLErrors returns every error that isn't an alert: the core's
// OutOfMemory, then BearSSL's in order.
func BearSSLErrors() []ErrorInfo {
	return append(infos("BearSSL", tlsErrors[:]), infos("BearSSL", x509Errors[:])...)
}

// alertError is the error that a fatal alert becomes.
func alertError(code int, prefix string, alert ErrorInfo) ErrorInfo {
	text := TextUnknown
	if e, ok := BearSSLError(alert.Code); ok {
		text = e.Text
	}
	meaning := fmt.Sprintf("The server ended the connection with alert %d (%s): %s", alert.Code, alert.Text, lowerFirst(alert.Meaning))
	if prefix == PrefixSent {
		meaning = fmt.Sprintf("The board itself ended the connection with alert %d (%s).", alert.Code, alert.Text)
	}
	return ErrorInfo{
		Code:    code,
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

// Alert explains a TLS alert's number. Every number from 0 to 255 has an
// answer: an unassigned one says that it is.
func Alert(n int) ErrorInfo {
	if e, ok := find(alerts[:], n); ok {
		return e.info("alert")
	}
	return explanation{n, "unassigned",
		"No TLS standard defines this alert.",
		"Look for the server's own log: only its software knows what it meant."}.info("alert")
}

// Alerts returns every alert that the standards define, in order.
func Alerts() []ErrorInfo { return infos("alert", alerts[:]) }

// AlertName returns the alert's name in the RFCs, "handshake_failure", or
// "unassigned".
func AlertName(n int) string { return Alert(n).Text }

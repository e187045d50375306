package esp8266

import "strings"

// HTTPClientError explains what HTTPClient's GET, POST and sendRequest return
// below zero.
func HTTPClientError(code int) (ErrorInfo, bool) {
	return find("HTTPClient", httpClientErrors[:], code)
}

// HTTPClientErrors returns every HTTPClient error, from -1 downwards.
func HTTPClientErrors() []ErrorInfo { return infos("HTTPClient", httpClientErrors[:]) }

// httpClientErrors are HTTPClient's (core ESP8266HTTPClient.h, HTTPC_ERROR_…;
// the texts are errorToString's, the causes those of the returnError calls).
var httpClientErrors = [...]explanation[int]{
	{-1, "connection failed",
		"The board could not connect: no Wi-Fi, no such name, a wrong port, or (most often) the TLS handshake failed.",
		"Print getLastSSLError too, since it tells these apart, or let espost inspect the host."},
	{-2, "send header failed",
		"The connection broke while the board sent the request's headers.",
		"Try again; if it happens on every second POST, the server closes idle connections, so call setReuse(false)."},
	{-3, "send payload failed",
		"The connection broke while the board sent the request's body.",
		"Try again, and check whether the server limits the size of a request."},
	{-4, "not connected",
		"The connection was gone before the server's answer could be read.",
		"Try again; if it stays, the server or something in between closes connections early: call setReuse(false)."},
	{-5, "connection lost",
		"The server closed the connection before its answer was complete.",
		"Try again, and look at the server's log for a crash or a limit that the request met."},
	{-6, "no stream",
		"There was nothing to read from: the response was fetched twice, or a stream that was passed in was null or failed.",
		"Read each response once, and pass a stream that exists."},
	{-7, "no HTTP server",
		"The host answered something that isn't HTTP.",
		"Check the port: HTTPS usually lives on 443."},
	{-8, "not enough ram",
		"There was too little memory left for the response.",
		"Read the response in pieces rather than with getString, and use smaller TLS buffers."},
	{-9, "Transfer-Encoding not supported",
		"The server used a transfer encoding other than chunked, which is all the board knows.",
		"Turn compression in transfer off at the server, or call useHTTP10(true)."},
	{-10, "Stream write error",
		"What the board received could not be written on: the target was full or closed.",
		"Check the space left where the response is stored, or the memory left if that is a String."},
	{-11, "read Timeout",
		"The server sent nothing for as long as the board waits, 5 seconds by default.",
		"Call setTimeout with more milliseconds, and find out why the server is slow."},
}

// HeaderAdvice returns what to do about a header that HTTPClient sets itself,
// drops or can't serve, or "" for one that a sketch may add (core
// ESP8266HTTPClient.cpp: addHeader drops the first two, sendHeader and
// sendRequest add the next two; a body is never sent in chunks).
func HeaderAdvice(name string) string {
	switch strings.ToLower(name) {
	case "host", "connection":
		return "remove it; HTTPClient drops it and sends its own"
	case "accept-encoding":
		return "remove it; HTTPClient sends its own, and a compressed answer is of no use on the board"
	case "content-length", "transfer-encoding":
		return "remove it; HTTPClient knows the body's length and sends it"
	case "expect", "upgrade", "trailer", "te":
		return "remove it; HTTPClient doesn't speak that part of HTTP"
	}
	return ""
}

package esp8266

import "strings"

// HeaderAdvice returns what to do about a header that HTTPClient sets itself,
// drops or can't serve, or "" for one that a sketch may add (core
// ESP8266HTTPClient.cpp: addHeader drops the first three, sendHeader and
// sendRequest add the next two; a body is never sent in chunks).
func HeaderAdvice(name string) string {
	switch strings.ToLower(name) {
	case "host", "user-agent", "connection":
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

package formpost

import (
	"strconv"
	"strings"
)

// What HTTPClient puts into every request (core ESP8266HTTPClient.cpp, sendHeader).
const (
	userAgent      = "ESP8266HTTPClient"
	acceptEncoding = "identity;q=1,chunked;q=0.1,*;q=0"
)

// ContentType returns the value of the Content-Type header: the user's own
// header if there is one, else what Encoding sets.
func (r Request) ContentType() string {
	if h, ok := r.header("Content-Type"); ok {
		return h.Value
	}
	return r.Encoding.ContentType()
}

// ContentType returns the media type of a body in that encoding.
func (e Encoding) ContentType() string {
	if e == JSON {
		return "application/json"
	}
	return "application/x-www-form-urlencoded"
}

// header returns the first added header with that name.
func (r Request) header(name string) (Header, bool) {
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, name) {
			return h, true
		}
	}
	return Header{}, false
}

// Bytes returns the whole request, head and body, as the core's HTTPClient
// sends it when the firmware adds r.Headers in order, then Content-Type unless
// it is among them. It is meaningful only for a request that Validate accepts.
func (r Request) Bytes() []byte {
	body := r.body(false)
	return []byte(r.head(len(body), false) + body)
}

// Preview returns the request's head and body for people: the same text as
// Bytes, with Mask for each secret value. Content-Length is the real one.
func (r Request) Preview() (head, body string) {
	return r.head(len(r.body(false)), true), r.body(true)
}

// head returns the request line and headers up to and with the empty line
// (core ESP8266HTTPClient.cpp, sendHeader; sendRequest adds Content-Length last).
func (r Request) head(bodyLen int, mask bool) string {
	var out strings.Builder
	line := func(name, value string) {
		out.WriteString(name + ": " + value + "\r\n")
	}
	out.WriteString(r.Method + " " + r.Path + " HTTP/1.1\r\n")
	line("Host", r.hostHeader())
	line("User-Agent", userAgent)
	line("Accept-Encoding", acceptEncoding)
	line("Connection", "keep-alive")
	for _, h := range r.Headers {
		if mask && h.Secret {
			h.Value = Mask
		}
		line(h.Name, h.Value)
	}
	if _, own := r.header("Content-Type"); !own {
		line("Content-Type", r.Encoding.ContentType())
	}
	line("Content-Length", strconv.Itoa(bodyLen))
	out.WriteString("\r\n")
	return out.String()
}

// hostHeader returns the Host header's value. HTTPClient leaves out ports 80
// and 443, whatever the scheme.
func (r Request) hostHeader() string {
	if r.Port == 80 || r.Port == 443 {
		return r.Host
	}
	return r.Host + ":" + strconv.Itoa(r.Port)
}

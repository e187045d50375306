package request

import (
	"slices"
	"strconv"
	"strings"
)

// What HTTPClient puts into every request (core ESP8266HTTPClient.cpp, sendHeader).
const (
	userAgent      = "ESP8266HTTPClient"
	acceptEncoding = "identity;q=1,chunked;q=0.1,*;q=0"

	userAgentHeader = "User-Agent"
)

// Mask stands where a secret value would be shown.
const Mask = "••••••••"

// ContentType returns the value of the Content-Type header: the user's own
// header if there is one, else the body's; "" for none.
func (r Request) ContentType() string {
	if h, ok := r.Header("Content-Type"); ok {
		return h.Value
	}
	return r.Body.ContentType()
}

// Bytes returns the whole request, head and body, as the core's HTTPClient
// sends it when the firmware adds r.Headers in order, then Content-Type unless
// it is among them. It is meaningful only for a request that Validate accepts.
func (r Request) Bytes() []byte {
	m := r.Message()
	body := text(m.Whole(), false)
	return []byte(r.head(m, len(body), false) + body)
}

// Preview returns the request's head and body for people: the same text as
// Bytes, with Mask for each secret value. Content-Length is the real one.
func (r Request) Preview() (head, body string) {
	r.Target.Path = r.Target.ShownPath()
	m := r.Message()
	return r.head(m, len(text(m.Whole(), false)), true), text(m.Whole(), true)
}

// BodyBytes returns the request's body.
func (r Request) BodyBytes() []byte { return []byte(text(r.Message().Whole(), false)) }

// URL returns the address with all that stands in its path and query; with mask,
// secret values are Mask.
func (r Request) URL(mask bool) string {
	if mask {
		r.Target.Path = r.Target.ShownPath()
	}
	t := r.Target
	t.Path = text(r.Message().Path, mask)
	return t.URL()
}

// Added returns the headers that are added, their values filled in; with mask,
// secret values are Mask.
func (r Request) Added(mask bool) []Header {
	m := r.Message()
	out := slices.Clone(r.Headers)
	for i := range out {
		out[i].Value = text(m.Headers[i], mask)
	}
	return out
}

// head returns the request line and headers up to and with the empty line
// (core ESP8266HTTPClient.cpp, sendHeader; sendRequest adds Content-Length last,
// also for no body).
func (r Request) head(m Message, bodyLen int, mask bool) string {
	var out strings.Builder
	line := func(name, value string) {
		out.WriteString(name + ": " + value + "\r\n")
	}
	header := func(i int) string { return text(m.Headers[i], mask) }
	out.WriteString(r.Method + " " + text(m.Path, mask) + " HTTP/1.1\r\n")
	line("Host", r.Target.hostHeader())
	agent := userAgent
	for i, h := range r.Headers {
		if strings.EqualFold(h.Name, userAgentHeader) {
			agent = header(i) // setUserAgent puts it here
		}
	}
	if agent != "" {
		line(userAgentHeader, agent)
	}
	line("Accept-Encoding", acceptEncoding)
	line("Connection", "keep-alive")
	for i, h := range r.Headers {
		if !strings.EqualFold(h.Name, userAgentHeader) {
			line(h.Name, header(i))
		}
	}
	if r.Key != "" {
		line(KeyHeader, r.Key)
	}
	if _, own := r.Header("Content-Type"); !own && r.Body != None {
		line("Content-Type", r.Body.ContentType())
	}
	line("Content-Length", strconv.Itoa(bodyLen))
	out.WriteString("\r\n")
	return out.String()
}

// hostHeader returns the Host header's value. HTTPClient leaves out ports 80
// and 443, whatever the scheme.
func (t Target) hostHeader() string {
	if t.Port == 80 || t.Port == 443 {
		return t.Host
	}
	return t.Host + ":" + strconv.Itoa(t.Port)
}

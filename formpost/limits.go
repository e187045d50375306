package formpost

import (
	"time"

	"espost/request"
)

// Limits on what a server can make this package read, keep or wait for. Each leaves ample room for what is real.
const (
	DefaultMaxBody     = 1 << 20 // bytes of a body that are kept
	DefaultResponseMax = 4096    // bytes of it that the firmware reads: RESPONSE_MAX in the generated config.h

	maxHead        = 64 << 10 // bytes of all heads together
	maxHeaderLines = 256      // lines of all heads together
	maxQuoted      = 200      // characters quoted of a header
	maxInterim     = 8        // 1xx answers before the final one
	shortestMasked = 4        // bytes of a secret value; a shorter one would be found everywhere
)

// Timeouts are the board's own (core WiFiClientSecureBearSSL.cpp,
// ESP8266WiFiGeneric.cpp) and the firmware's, which the request's rule sets.
type Timeouts struct {
	DNS       time.Duration // name lookup; 10 s
	TCP       time.Duration // connecting; 15 s
	Handshake time.Duration // TLS; 15 s
	Response  time.Duration // silence while the answer is awaited and read; 5 s, or as request.Answer says
	Total     time.Duration // for the whole answer; 15 s, or as request.Answer says
}

// DefaultTimeouts returns what a Client uses where a timeout is zero.
func DefaultTimeouts() Timeouts {
	return Timeouts{
		DNS:       10 * time.Second,
		TCP:       15 * time.Second,
		Handshake: 15 * time.Second,
		Response:  request.DefaultTimeout,
		Total:     request.Answer{}.Limit(),
	}
}

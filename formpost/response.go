package formpost

import (
	"net/http"
	"time"

	"espost/esp8266"
)

// A Response is what came back, and how long each part took.
type Response struct {
	Request   []byte // the bytes sent
	Status    int
	Reason    string // "OK"
	Proto     string // "HTTP/1.1"
	Header    http.Header
	HeadRaw   []byte // status line and headers as received
	Body      []byte // decoded from chunks; at most Client.MaxBody bytes
	Truncated bool   // the body went on
	Version   uint16 // TLS version
	Suite     uint16 // TLS cipher suite
	LeafSHA1  string // 40 upper-case hex digits
	Phases    Phases
	Notes     []Note // what the board would make of it

	Address string // the IP address that answered
	// BoardStatus is what HTTPClient's POST returns on the board: Status, except
	// where a Note says otherwise.
	BoardStatus int
	// Reusable reports whether the board keeps the connection for its next POST;
	// otherwise that costs a new handshake.
	Reusable bool
	// LargestRecord is the longest encrypted TLS record received, in bytes on
	// the wire without its header.
	LargestRecord int

	secrets masker // of the request
}

// Phases are the durations of one exchange, in order.
type Phases struct {
	DNS, TCP, TLS, FirstByte, Body time.Duration
}

// Total is the sum of the phases.
func (p Phases) Total() time.Duration { return p.DNS + p.TCP + p.TLS + p.FirstByte + p.Body }

// A Note is one remark on a response from the board's side: a redirect that it
// won't follow, a body longer than it keeps, a record larger than its buffer.
type Note struct {
	Code    string // stable
	Warning bool
	Message string
	Fix     string
}

// An Error is a test POST that brought no response. HTTPClient and BearSSL are
// what the board would have printed; BearSSL is 0 where TLS isn't to blame.
type Error struct {
	HTTPClient int
	BearSSL    esp8266.SSLError
	Message    string // one plain sentence
	Fix        string // what to do about it
	Err        error
}

func (e *Error) Error() string { return e.Message }
func (e *Error) Unwrap() error { return e.Err }

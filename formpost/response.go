package formpost

import (
	"net/http"
	"time"

	"espost/internal/problem"
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
	Notes     problem.List // what the board would make of it, in the order in which it would notice; Code is one of the Note… constants

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

package formpost

import (
	"net/http"
	"time"

	"espost/internal/problem"
	"espost/request"
)

// A Response is what came back, and how long each part took.
type Response struct {
	Sent      request.Request
	Request   []byte    // the bytes of it, or of all of a split reading
	Started   time.Time // by Client.Now
	Status    int
	Reason    string // "OK"
	Proto     string // "HTTP/1.1"
	Header    http.Header
	HeadRaw   []byte // status line and headers as received
	Body      []byte // decoded from chunks; at most Client.MaxBody bytes
	Truncated bool   // the body went on
	Whole     bool   // the firmware reads the body to its end
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

	// Followed is what the address of a redirect answered, and FollowErr why that
	// one didn't, where the request's rule wants it asked; both are nil otherwise.
	Followed  *Response
	FollowErr error
	// Outcome is what the answer means for the reading, by the request's rule and
	// the board's eyes.
	Outcome request.Outcome

	// Parts are the responses of a reading that is split, this one among them, in the
	// order of their requests; nil for one that isn't.
	Parts []*Response

	secrets masker // of the request
}

// All returns the responses of the reading: Parts, or r alone.
func (r *Response) All() []*Response {
	if len(r.Parts) > 0 {
		return r.Parts
	}
	return []*Response{r}
}

// Reply is what request.Answer judges, for a request with that method.
func (r *Response) Reply(method string) request.Reply {
	return request.Reply{Method: method, Status: r.BoardStatus, Body: r.Body, Whole: r.Whole}
}

// Evaluate returns what the answer means by a rule, also one that r wasn't held
// against; of several answers, what the first means that the board wouldn't be done
// with.
func (r *Response) Evaluate(a request.Answer, method string) (outcome request.Outcome) {
	for _, one := range r.All() {
		if outcome = one.evaluate(a, method); !outcome.Done() {
			break
		}
	}
	return outcome
}

func (r *Response) evaluate(a request.Answer, method string) request.Outcome {
	outcome := a.Judge(r.Reply(method))
	if outcome == request.Maybe && a.Follow && r.Followed != nil {
		return a.JudgeFollowed(r.Followed.Reply("GET"))
	}
	return outcome
}

// Phases are the durations of one exchange, in order.
type Phases struct {
	DNS, TCP, TLS, FirstByte, Body time.Duration
}

// Total is the sum of the phases.
func (p Phases) Total() time.Duration { return p.DNS + p.TCP + p.TLS + p.FirstByte + p.Body }

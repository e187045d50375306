package tlsinspect

import (
	"errors"
	"slices"
	"time"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/request"
)

// A Report is what Inspect saw of a target.
type Report struct {
	Target    request.Target
	Chain     []*Certificate // as the board is served it, leaf first; never empty when Board.Connects
	Board     Board
	Browser   *Browser  // nil when that look was not asked for
	Addresses []Address // every IPv4 address, in the resolver's order
	Pins      Pins
	Findings  problem.List // most severe first
	Taken     time.Time
	Elapsed   time.Duration
}

// Board is the verdict: could an ESP8266 connect, and on which terms.
// Zero values mean "not seen".
type Board struct {
	Connects           bool
	Version            uint16
	CipherSuite        esp8266.CipherSuite
	Group              esp8266.Group
	SignatureAlgorithm esp8266.SignatureAlgorithm
	MaxFragmentLengths []int // accepted max_fragment_length values, in bytes
	Buffers            esp8266.Buffers
	Heap               int              // bytes, for Buffers in fingerprint mode
	Alert              int              // the server's fatal alert, 0 when none came
	Error              esp8266.SSLError // what getLastSSLError would return in fingerprint mode, 0 for no error
}

// Browser is how a modern browser is served: TLS up to 1.3 and the system's roots.
type Browser struct {
	Fingerprint string
	Version     uint16
	Trusted     bool
	Err         error // why it isn't trusted, or why the look failed
}

// An Address is one of the host's addresses and the certificate it serves.
type Address struct {
	IP          string
	Fingerprint string
	Err         error
}

// Fingerprint returns the SHA-1 of the certificate that the board is served, 40
// upper-case hex digits, or "" when none was seen.
func (r *Report) Fingerprint() string {
	if len(r.Chain) == 0 {
		return ""
	}
	return r.Chain[0].SHA1()
}

// report judges what was seen; err is why the inspection ended early, or nil.
func (in *inspection) report(err error) *Report {
	r := &Report{Target: in.target, Taken: in.now, Browser: in.browser}
	out := findings{slices.Clone(in.target.Notes)}
	if known, ok := errors.AsType[*problem.Problem](err); ok {
		out.Add(failure(*known))
	}
	for _, l := range in.looks {
		a := Address{IP: l.ip.String(), Fingerprint: l.served()}
		if l.err != nil {
			a.Err = l.err
		}
		r.Addresses = append(r.Addresses, a)
	}
	if err != nil {
		out.Sort()
		r.Findings = out.List
		return r
	}
	if f := in.looks[in.chosen].flight; f != nil {
		for _, der := range f.chain {
			r.Chain = append(r.Chain, NewCertificate(der))
		}
	}
	r.Board = in.board()
	r.Pins = in.pins(r.Chain, r.Board)
	in.explainBoard(r.Board, &out)
	in.explainMemory(r.Board, &out)
	in.explainChain(r, &out)
	in.explainOthers(r, &out)
	out.Sort()
	r.Findings = out.List
	return r
}

package tlsinspect

import (
	"time"

	"espost/internal/problem"
)

// A Part is one of the things that Inspect does. The names are stable.
type Part string

// The parts, in the order to show them.
const (
	PartLookup    Part = "lookup"    // the host's addresses
	PartBoard     Part = "board"     // the certificate, as the board is served it
	PartFragments Part = "fragments" // which max_fragment_length values are accepted
	PartBrowser   Part = "browser"   // the certificate, as a browser is served it
)

// A State is how far a part is.
type State string

// The states.
const (
	Started State = "started"
	Done    State = "done"
	Failed  State = "failed"
)

// An Event says how far a part is. A later event replaces an earlier one of the
// same part: Started may come again with more Detail.
type Event struct {
	Part    Part
	Title   string // for people: "certificate, as the board is served it"
	State   State
	Detail  string        // for people, safe to show; "" for none
	Elapsed time.Duration // since the part started
}

var partTitles = map[Part]string{
	PartLookup:    "addresses of the host",
	PartBoard:     "certificate, as the board is served it",
	PartFragments: "shorter records, for less memory",
	PartBrowser:   "certificate, as a browser is served it",
}

// A part in progress.
type part struct {
	client  *Client
	name    Part
	started time.Time
}

func (c *Client) startPart(name Part) part {
	p := part{c, name, time.Now()}
	p.tell(Started, "")
	return p
}

func (p part) tell(s State, detail string) { p.titled(partTitles[p.name], s, detail) }

func (p part) titled(title string, s State, detail string) {
	if p.client.Progress == nil {
		return
	}
	p.client.progress.Lock()
	defer p.client.progress.Unlock()
	p.client.Progress(Event{p.name, title, s, detail, time.Since(p.started)})
}

// end tells that the part is done, or why it failed.
func (p part) end(err *problem.Problem, detail string) {
	if err != nil {
		p.tell(Failed, err.Message)
		return
	}
	p.tell(Done, detail)
}

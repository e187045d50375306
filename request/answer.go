package request

import (
	"slices"
	"strings"
)

// An Answer is the rule for what the server says back. Its zero value is the
// ordinary one: any status from 200 to 299 means that the reading is delivered.
type Answer struct {
	Delivered []int  // the statuses that mean "delivered"; none for 200 to 299
	Contains  string // a delivered answer's body holds this; empty for anything
	Not       string // and not this; empty for nothing
}

// An Outcome is what an answer means for what was sent.
type Outcome string

// The outcomes.
const (
	Delivered Outcome = "delivered" // the server has it
	TryAgain  Outcome = "try-again" // it hasn't, and may take it later
)

// Judge returns what an answer means. status is HTTPClient's return value on the
// board: an HTTP status, or an error below zero.
func (a Answer) Judge(status int, body []byte) Outcome {
	good := status >= 200 && status <= 299
	if len(a.Delivered) > 0 {
		good = slices.Contains(a.Delivered, status)
	}
	text := string(body)
	if good && strings.Contains(text, a.Contains) && (a.Not == "" || !strings.Contains(text, a.Not)) {
		return Delivered
	}
	return TryAgain
}

// Ordinary reports whether a is the ordinary rule.
func (a Answer) Ordinary() bool { return len(a.Delivered) == 0 && a.Contains == "" && a.Not == "" }

func (a Answer) clone() Answer {
	a.Delivered = slices.Clone(a.Delivered)
	return a
}

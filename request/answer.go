package request

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"espost/internal/duration"
	"espost/internal/problem"
)

// An Answer is the rule for what the server says back. Its zero value is the
// ordinary one: any status from 200 to 299 means that the reading is delivered,
// and 4xx, except those that ask for patience, that it never will be.
type Answer struct {
	Delivered Statuses // the statuses that mean "delivered"; none for 200 to 299

	// The tests of a delivered answer's body; an empty text tests nothing. A text
	// that begins with ^ stands at the body's beginning, one that ends with $ at
	// its end, with white space around the body left out of account.
	Contains string // the body holds this
	Not      string // the body doesn't hold this
	Equals   string // the body is this
	// JSON are conditions that the body, which is JSON, fulfils (ParseCondition).
	JSON []string

	// Answers that are neither: what a service accepts and may drop all the same, what
	// it has from before, and what says that it locks the board out. They come first.
	Accepted Sign
	Already  Sign
	Locked   Lockout

	Refused Statuses      // the statuses that mean "refused"; none for 400 to 499
	Tries   int           // of a refused reading before it is set aside; 0 for DefaultTries
	Timeout time.Duration // the longest silence of the server's; 0 for DefaultTimeout
	Pause   time.Duration // at least, between two readings that wait
	// RetryAfter is the path, as in a Condition, of the seconds that an answer of
	// JSON asks the board to wait. They count like those of the header Retry-After,
	// and the longer of the two is kept to.
	RetryAfter string
	// Duplicates says whether it does harm when the server gets a reading twice.
	Duplicates Duplicates
	Follow     bool // ask once at the address of a 302 or 303 whether it was delivered
}

// Duplicates is what a reading does that arrives twice.
type Duplicates string

// What it does. Where nobody says so, a reading that may have arrived isn't sent
// again, and one that found no answer is.
const (
	Harmless Duplicates = "harmless" // a reading that may have arrived is tried again like a refused one
	Harmful  Duplicates = "harmful"  // nor is one sent again that found no answer: it may cost money
)

// What an Answer means where it says nothing.
const (
	DefaultTries   = 3
	DefaultTimeout = 5 * time.Second // HTTPCLIENT_DEFAULT_TCP_TIMEOUT, core ESP8266HTTPClient.h
)

// AnswerMax is how many bytes at a body's beginning are tested: the firmware's
// ANSWER_MAX (config.h). JSONMax is how many are read as JSON: its RESPONSE_MAX.
const (
	AnswerMax = 512
	JSONMax   = 4096
)

// An Outcome is what an answer means for what was sent.
type Outcome string

// The outcomes.
const (
	Delivered Outcome = "delivered" // the server has it
	Refused   Outcome = "refused"   // it hasn't and won't take it: after some tries it is set aside
	TryAgain  Outcome = "try-again" // it hasn't, and may take it later
	Maybe     Outcome = "maybe"     // it may have it, so that sending again could double it: it is set aside
	Already   Outcome = "already"   // it had it before, and says so: there is nothing left to do
	Accepted  Outcome = "accepted"  // it says yes, which proves nothing, and nothing ever will
)

// Done reports whether the board is done with the reading, and nothing went wrong
// that anybody could see.
func (o Outcome) Done() bool { return o == Delivered || o == Already || o == Accepted }

// Text is the outcome for people, as in "this answer counts as …".
func (o Outcome) Text() string {
	switch o {
	case Delivered:
		return "delivered"
	case Refused:
		return "refused"
	case Maybe:
		return "taken, perhaps"
	case Already:
		return "delivered; it was there already"
	case Accepted:
		return "accepted, and nobody can prove more"
	}
	return "try again"
}

// A Reply is what an Answer judges. Status is HTTPClient's return value on the
// board: an HTTP status, or an error below zero.
type Reply struct {
	Method string // of the request
	Status int
	Body   []byte
	Whole  bool // Body is all of it
}

// first is at most n bytes of the body, and whether that is all of it.
func (r Reply) first(n int) (body []byte, whole bool) {
	if len(r.Body) > n {
		return r.Body[:n], false
	}
	return r.Body, r.Whole
}

// Judge returns what a reply means. The firmware has the same rule (answer.h).
func (a Answer) Judge(r Reply) Outcome {
	switch {
	case a.Locked.fits(r):
		return TryAgain
	case a.Already.fits(r):
		return Already
	case a.Accepted.fits(r):
		return Accepted
	}
	proof := Fails
	if a.delivered().Has(r.Status) && passes(a.Tests(), r) {
		proof = a.prove(r)
	}
	switch {
	case proof == Passes:
		return Delivered
	case proof == Unproven: // it was accepted, and nobody can tell whether it was taken
		return Maybe
	case a.Refuses(r.Status):
		return Refused
	case a.delivered().Has(r.Status):
		return TryAgain
	// An interim answer says nothing about the form, and the core reads no further.
	case r.Status >= 100 && r.Status <= 199:
		return Maybe
	case r.redirected():
		return Maybe
	}
	return TryAgain
}

// Refuses reports whether a status means that the reading won't ever be taken.
// 408, 425 and 429 ask for another try (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585
// §4) and can't.
func (a Answer) Refuses(status int) bool {
	return a.refused().Has(status) && !slices.Contains(Patient(), status)
}

// Patient are the statuses from 400 to 499 that ask for another try.
func Patient() []int { return []int{408, 425, 429} }

func (a Answer) delivered() Statuses {
	if len(a.Delivered) > 0 {
		return a.Delivered
	}
	return Statuses{{200, 299}}
}

func (a Answer) refused() Statuses {
	if len(a.Refused) > 0 {
		return a.Refused
	}
	return Statuses{{400, 499}}
}

// Filled returns a with what it means where it says nothing.
func (a Answer) Filled() Answer {
	a.Delivered, a.Refused = a.delivered(), a.refused()
	if a.Tries == 0 {
		a.Tries = DefaultTries
	}
	if a.Timeout == 0 {
		a.Timeout = DefaultTimeout
	}
	return a
}

// Limit is how long the whole answer may take: the firmware's EXCHANGE_MAX_MS.
func (a Answer) Limit() time.Duration { return 2*a.Filled().Timeout + 5*time.Second }

// Ordinary reports whether a is the ordinary rule.
func (a Answer) Ordinary() bool {
	return len(a.Delivered) == 0 && len(a.Refused) == 0 && a.Contains+a.Not+a.Equals == "" && len(a.JSON) == 0 &&
		a.Tries == 0 && a.Timeout == 0 && a.Pause == 0 && a.RetryAfter == "" && !a.Follow && a.Duplicates == "" &&
		!slices.ContainsFunc(a.signs(), func(s *Sign) bool { return s.Given() })
}

func (a Answer) clone() Answer {
	a.Delivered, a.Refused = slices.Clone(a.Delivered), slices.Clone(a.Refused)
	a.JSON = slices.Clone(a.JSON)
	for _, sign := range a.signs() {
		sign.Statuses = slices.Clone(sign.Statuses)
	}
	return a
}

// A Test looks for one text in a body.
type Test struct {
	Text       string
	Not        bool // the body must not hold it
	Start, End bool // it stands at the body's beginning, its end
}

// Tests returns the tests of a delivered answer's body.
func (a Answer) Tests() []Test {
	var tests []Test
	for _, t := range []Test{{Text: a.Contains}, {Text: a.Not, Not: true}} {
		if t.Text == "" {
			continue
		}
		t.Text, t.Start = strings.CutPrefix(t.Text, "^")
		t.Text, t.End = strings.CutSuffix(t.Text, "$")
		tests = append(tests, t)
	}
	if a.Equals != "" {
		tests = append(tests, Test{Text: a.Equals, Start: true, End: true})
	}
	return tests
}

// Conditions are a's tests of JSON. Those that mean nothing are left out: they are
// refused before.
func (a Answer) Conditions() []Condition {
	var all []Condition
	for _, text := range a.JSON {
		if c, err := ParseCondition(text); err == nil {
			all = append(all, c)
		}
	}
	return all
}

func (a Answer) prove(r Reply) Proof {
	body, whole := r.first(JSONMax)
	return Prove(a.Conditions(), body, whole)
}

// Turn returns a changed so that a reply's status counts as the next outcome:
// delivered, then refused, then whatever it is without a word about it. Tests of
// the body stay, so that a status may not be enough for "delivered".
func (a Answer) Turn(r Reply) Answer {
	was := a.Judge(r)
	plain := a
	plain.Delivered = named(a.delivered().without(r.Status), 200, 299)
	plain.Refused = named(a.refused().without(r.Status), 400, 499)
	delivered, refused := plain, plain
	for _, next := range []*Answer{&delivered, &refused} { // a sign would count first
		for _, sign := range next.signs() {
			if sign.Statuses = sign.Statuses.without(r.Status); !sign.Given() {
				sign.Contains = ""
			}
		}
		if !next.Locked.Given() {
			next.Locked.For = 0
		}
	}
	delivered.Delivered = named(plain.delivered().with(r.Status), 200, 299)
	refused.Refused = named(plain.refused().with(r.Status), 400, 499)
	ring := []Answer{delivered, refused, plain}
	at := slices.IndexFunc(ring, func(next Answer) bool { return next.Judge(r) == was })
	for i := range ring {
		if next := ring[(at+1+i)%len(ring)]; next.Judge(r) != was {
			return next
		}
	}
	return a
}

// named is s, or none where it is the default range.
func named(s Statuses, from, to int) Statuses {
	if slices.Equal(s, Statuses{{from, to}}) {
		return nil
	}
	return s
}

// Limits of an Answer.
const (
	maxTries   = 100
	maxTimeout = 60 * time.Second // HTTPClient::setTimeout takes 16 bits of milliseconds
	maxPause   = time.Hour
)

// check returns what in a means nothing.
func (a Answer) check() problem.List {
	var l problem.List
	at := func(part, message, fix string) { l.Add(problem.At("answer."+part, message, fix)) }
	l = append(l, checkStatuses("delivered", a.Delivered)...)
	l = append(l, checkStatuses("refused.statuses", a.Refused)...)
	l.Add(checkText("contains", a.Contains))
	l.Add(checkText("not", a.Not))
	l.Add(checkText("equals", a.Equals))
	l = append(l, a.Accepted.check("accepted")...)
	l = append(l, a.Already.check("already")...)
	l = append(l, a.Locked.check()...)
	for i, text := range a.JSON {
		if _, err := ParseCondition(text); err != nil {
			message, fix, _ := strings.Cut(err.Error(), "; ")
			at(fmt.Sprintf("json[%d]", i), fmt.Sprintf("condition %d: %s", i+1, message), fix)
		}
	}
	if len(a.JSON) > MaxCondition {
		at("json", fmt.Sprintf("there are %d conditions", len(a.JSON)), fmt.Sprintf("give %d at most", MaxCondition))
	}
	if _, err := a.waitRule(); err != nil {
		message, fix, _ := strings.Cut(err.Error(), "; ")
		at("retry-after", message, fix)
	}
	if a.Duplicates != "" && a.Duplicates != Harmless && a.Duplicates != Harmful {
		at("duplicates", fmt.Sprintf("duplicates can't be %q", quoted(string(a.Duplicates))), "use harmless or harmful")
	}
	if a.Tries < 0 || a.Tries > maxTries {
		at("refused.tries", fmt.Sprintf("%d tries make no sense", a.Tries), fmt.Sprintf("give 1 to %d", maxTries))
	}
	if a.Timeout != 0 && (a.Timeout < time.Second || a.Timeout > maxTimeout) {
		at("timeout", fmt.Sprintf("the board can't wait %s for an answer", duration.Format(a.Timeout)), "give 1s to 60s")
	}
	if a.Pause < 0 || a.Pause > maxPause {
		at("pause", fmt.Sprintf("the pause of %s is out of range", duration.Format(a.Pause)), "give 0s to 1h")
	}
	return l
}

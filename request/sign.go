package request

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"espost/internal/duration"
	"espost/internal/problem"
)

// A Sign is how an answer is known that is neither a plain yes nor a plain no: by
// its status and, unless Contains is empty, by a text that it holds, as in
// Answer.Contains. Without statuses there is none.
type Sign struct {
	Statuses Statuses
	Contains string
}

// A Lockout is the Sign of a service that shuts out who goes on asking, and how
// long the board leaves it alone then.
type Lockout struct {
	Sign
	For time.Duration
}

// signs are all of a's.
func (a *Answer) signs() []*Sign { return []*Sign{&a.Accepted, &a.Already, &a.Locked.Sign} }

// maxLockout is the longest of them.
const maxLockout = 24 * time.Hour

// Given reports whether there is one.
func (s Sign) Given() bool { return len(s.Statuses) > 0 }

// Tests are what its text asks of an answer.
func (s Sign) Tests() []Test { return Answer{Contains: s.Contains}.Tests() }

func (s Sign) fits(r Reply) bool { return s.Statuses.Has(r.Status) && passes(s.Tests(), r) }

// check returns what in a Sign means nothing.
func (s Sign) check(part string) problem.List {
	var l problem.List
	if s.Contains != "" && !s.Given() {
		l.Add(problem.At("answer."+part, "a text alone isn't enough", "add the statuses of such an answer"))
	}
	l = append(l, checkStatuses(part, s.Statuses)...)
	l.Add(checkText(part, s.Contains))
	return l
}

func (o Lockout) check() problem.List {
	l := o.Sign.check("locked")
	switch {
	case o.Given() && (o.For < time.Second || o.For > maxLockout):
		l.Add(problem.At("answer.locked", fmt.Sprintf("the board can't stop for %s", duration.Format(o.For)), "give for: 1s to 24h"))
	case !o.Given() && o.For != 0:
		l.Add(problem.At("answer.locked", "nothing says by which status the board is locked out", "add the statuses of such an answer"))
	}
	return l
}

func checkStatuses(part string, statuses Statuses) problem.List {
	var l problem.List
	for _, s := range statuses {
		if s.From < 100 || s.To > 999 || s.From > s.To {
			l.Add(problem.At("answer."+part, fmt.Sprintf("%s is no HTTP status", s), "write 302, 2xx or 200-299"))
		}
	}
	return l
}

func checkText(part, text string) *problem.Problem {
	if len(text) <= AnswerMax {
		return nil
	}
	return problem.At("answer."+part, fmt.Sprintf("the text has %d bytes, and the board keeps %d of an answer", len(text), AnswerMax), "give a shorter one")
}

// passes reports whether a reply's body passes all tests, as far as the board
// looks at it.
func passes(tests []Test, r Reply) bool {
	body, whole := r.first(AnswerMax)
	const space = " \t\r\n"
	body = bytes.TrimLeft(body, space)
	if whole {
		body = bytes.TrimRight(body, space)
	}
	for _, t := range tests {
		if t.found(string(body), whole) == t.Not {
			return false
		}
	}
	return true
}

func (t Test) found(body string, whole bool) bool {
	switch {
	case t.End && !whole:
		return false // nobody knows what stands there
	case t.Start && t.End:
		return body == t.Text
	case t.Start:
		return strings.HasPrefix(body, t.Text)
	case t.End:
		return strings.HasSuffix(body, t.Text)
	}
	return strings.Contains(body, t.Text)
}

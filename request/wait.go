package request

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxWait is the longest time that the board waits because a server asks it to
// (pauseAskedFor in answer.h).
const MaxWait = time.Hour

// Kept returns the rule that finds RetryAfter in an answer, by the firmware's
// scanner, and false where there is none.
func (a Answer) Kept() (Condition, bool) {
	c, err := a.waitRule()
	return c, err == nil && a.RetryAfter != ""
}

func (a Answer) waitRule() (Condition, error) {
	if a.RetryAfter == "" {
		return Condition{}, nil
	}
	const usage = "write the path of one number, such as parameters.retry_after"
	path, rest, err := parsePath(strings.TrimSpace(a.RetryAfter))
	c := Condition{Path: path, Op: keep}
	if err != nil || rest != "" || c.each() {
		return c, fmt.Errorf("%q leads to no single value; %s", quoted(a.RetryAfter), usage)
	}
	return c, nil
}

// Wait returns how long an answer asks to wait, by its header Retry-After or its
// body: the longer one, at most MaxWait; 0 where it asks for nothing. One that
// locks the board out asks for that long. now is for a date without one of the
// answer's own.
func (a Answer) Wait(header http.Header, r Reply, now time.Time) time.Duration {
	wait := min(max(headerWait(header, now), a.bodyWait(r)), MaxWait)
	if a.Locks(r) {
		wait = max(wait, a.Locked.For)
	}
	return wait
}

// Locks reports whether an answer says that the board is locked out.
func (a Answer) Locks(r Reply) bool { return a.Locked.fits(r) }

// headerWait is what RFC 9110 §10.2.3 says: seconds, or a date.
func headerWait(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if until, err := http.ParseTime(text); err == nil {
		if date, err := http.ParseTime(header.Get("Date")); err == nil {
			now = date
		}
		return max(until.Sub(now), 0)
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// bodyWait is in whole milliseconds, none too few.
func (a Answer) bodyWait(r Reply) time.Duration {
	rule, ok := a.Kept()
	if !ok {
		return 0
	}
	s := newScanner([]Condition{rule})
	for _, c := range r.Body[:min(len(r.Body), JSONMax)] {
		s.feed(c)
	}
	s.finish(r.Whole && len(r.Body) <= JSONMax)
	seconds := toFloat(s.conditions[0].kept)
	if !(seconds > 0) {
		return 0
	}
	return time.Duration(math.Ceil(min(seconds, MaxWait.Seconds())*1000)) * time.Millisecond
}

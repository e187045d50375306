package formpost

import (
	"context"
	"fmt"
	"strings"
	"time"

	"espost/internal/duration"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
)

// LongestPause is the longest pause between two requests of a reading that a test
// POST waits for.
const LongestPause = time.Minute

// pause waits between two requests; false where it is too long, or ctx ends.
func pause(ctx context.Context, d time.Duration) bool {
	if d > LongestPause {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// together is the one response that stands for all of a reading, at least one.
func together(r request.Request, all []*Response) *Response {
	last := all[len(all)-1]
	parts := r.Parts()
	if len(parts) == 1 {
		return last
	}
	resp := *last
	for _, one := range all {
		if !one.Outcome.Done() {
			resp = *one
			break
		}
	}
	resp.Parts, resp.Request = all, []byte(r.Text(false))
	note := problem.Problem{Severity: problem.Note, Code: NoteSplit}
	var said []string
	for _, one := range all {
		said = append(said, fmt.Sprintf("%s %d, %s", sanitize.Clip(one.Sent.PartName(), 40), one.Status, one.Outcome.Text()))
		if !one.Outcome.Done() {
			note.Severity = problem.Warning
		}
	}
	note.Message = fmt.Sprintf("A reading is %d requests, one a field: %s", len(parts), strings.Join(said, "; "))
	if left := len(parts) - len(all); left > 0 {
		note.Fix = fmt.Sprintf("The other %d aren't tried here: the rule wants a pause of %s between two, which the board makes", left, duration.Format(r.Answer.Pause))
	}
	resp.Notes = append(problem.List{note}, resp.Notes...)
	return &resp
}

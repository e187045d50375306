package formpost

import (
	"context"
	"errors"
	"fmt"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
)

// follow asks at the address of a redirect where r's rule wants that, under the
// same pin.
func (c *Client) follow(ctx context.Context, r request.Request, pin esp8266.Pin, resp *Response) {
	if !r.Answer.Follow || r.Answer.Judge(resp.Reply(r.Method)) != request.Maybe || resp.BoardStatus < 300 {
		return
	}
	next, err := r.Redirected(resp.Header.Get("Location"))
	if err != nil {
		resp.FollowErr = err
		return
	}
	check, err := newPinCheck(pin, next.Target.Host, c.now)
	if err == nil {
		resp.Followed, err = c.exchange(ctx, next, next.FollowBytes(), 0, check)
	}
	if err == nil {
		resp.Followed.Sent.Body = request.None
		resp.Followed.secrets = resp.secrets // the server may repeat what it was sent
	}
	resp.FollowErr = err
}

// explain adds what a redirect means, which the request's rule decides.
func (r *Response) explain() {
	for i := range r.Notes {
		if r.Notes[i].Code == NoteRedirect && r.Outcome.Done() {
			r.Notes[i].Severity = problem.Note
		}
	}
	if r.FollowErr == nil && r.Followed == nil {
		return
	}
	n := problem.Problem{Severity: problem.Note, Code: NoteFollowed}
	if r.FollowErr != nil {
		n.Severity = problem.Warning
		n.Message = fmt.Sprintf("The address of the redirect could not be asked: %s", sanitize.Line(r.secrets.mask(firstSentence(r.FollowErr))))
		n.Fix = "The server may have taken the form all the same; a pin that holds for both servers, such as their CA, lets the board ask"
	} else {
		n.Message = fmt.Sprintf("The address of the redirect answered %d", r.Followed.BoardStatus)
	}
	r.Notes = append(r.Notes, n)
}

// firstSentence is an error without its cure.
func firstSentence(err error) string {
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		return p.Message
	}
	return err.Error()
}

// redirect says what the board makes of a status that points elsewhere.
func (o outcome) redirect() (problem.Problem, bool) {
	location := o.secrets.clipped(o.Header.Get("Location"))
	n := problem.Problem{Severity: problem.Warning, Code: NoteRedirect}
	switch o.Status {
	case 302, 303: // RFC 9110 §15.4.4: what is there is the answer to the request that was taken
		n.Message = fmt.Sprintf("The server answers %d: it may have taken the form, and its answer lies elsewhere", o.Status)
		n.Fix = fmt.Sprintf("Look there whether it has; then let %d count as delivered, or have the board follow", o.Status)
		if location != "" {
			n.Message += ": " + location
		}
		return n, true
	case 301, 307, 308: // mutant TestHostileAnswers: 301, 307, 308 => 300
		n.Message = fmt.Sprintf("The server redirects with %d, and the board doesn't follow: the form has not arrived", o.Status)
		n.Fix = "Ask the server's owner for the address that takes the form"
		if location != "" {
			n.Fix = fmt.Sprintf("Use the new address as the target: %s", location)
		}
		return n, true
	}
	return n, false
}

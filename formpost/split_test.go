package formpost_test

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/internal/testkit/rig"
	"espost/request"
)

// inParts is a reading of three requests to s.
func inParts(s *server) request.Request {
	r := form(s)
	r.Target.Path, r.Body, r.Template, r.Split = "/{{field}}", request.Text, "{{value}}", true
	r.Fields = []request.Field{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}, {Name: "c", Source: esp8266.SourceRSSI}}
	return r
}

// All requests of a split reading are sent, with the pause between two; what comes
// of it is what came of the worst, and each is told.
func TestSplit(t *testing.T) {
	leaf := leafFor(t, "localhost")
	var mu sync.Mutex
	var at []time.Time
	s := listenTLSFunc(t, leaf.served(), func(conn net.Conn) {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, time.Now())
		answer := okAnswer
		if len(at)%3 == 2 {
			answer = rig.Status(404)
		}
		io.WriteString(conn, answer)
	})
	r := inParts(s)
	r.Answer.Pause = 50 * time.Millisecond
	resp, err := client().Send(t.Context(), r, leaf.pin())
	if err != nil {
		t.Fatal(err)
	}
	var want string
	for _, part := range r.Parts() {
		want += string(part.Bytes())
	}
	if got := s.received(); got != want {
		t.Errorf("sent\n%s\nwant\n%s", got, want)
	}
	seen := func() []time.Time {
		mu.Lock()
		defer mu.Unlock()
		all := at
		at = nil
		return all
	}
	if at := seen(); at[1].Sub(at[0]) < r.Answer.Pause || at[2].Sub(at[1]) < r.Answer.Pause {
		t.Errorf("there was no pause: %v", at)
	}
	if resp.Outcome != request.Refused || resp.Status != 404 || len(resp.Parts) != 3 || string(resp.Request) != r.Text(false) {
		t.Errorf("%s, %d, %d parts, of\n%s", resp.Outcome, resp.Status, len(resp.Parts), resp.Request)
	}
	if n := resp.Notes[0]; n.Code != formpost.NoteSplit || !strings.Contains(n.Message, "3 requests, one a field: a 200, delivered; b 404, refused; c 200, delivered") {
		t.Errorf("the note: %+v", n)
	}
	lenient := request.Answer{Delivered: request.Statuses{{From: 200, To: 404}}}
	if o := resp.Evaluate(lenient, "POST"); o != request.Delivered {
		t.Errorf("by another rule it counts as %s", o)
	}

	r.Answer.Pause = formpost.LongestPause + time.Second
	resp, err = client().Send(t.Context(), r, leaf.pin())
	if at := seen(); err != nil || len(at) != 1 || resp.Outcome != request.Delivered || !strings.Contains(resp.Notes[0].Fix, "The other 2 aren't tried here") {
		t.Errorf("a long pause: %d requests, %v, %v", len(at), resp.Notes, err)
	}

	r.Answer.Pause = 30 * time.Second
	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(100*time.Millisecond, cancel)
	defer timer.Stop()
	if _, err := client().Send(ctx, r, leaf.pin()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled in a pause: %v", err)
	}
}

// A service that locks out is said to, with how long nothing is sent.
func TestLockout(t *testing.T) {
	leaf := leafFor(t, "localhost")
	s := listenTLS(t, leaf.served(), rig.Status(403))
	r := form(s)
	r.Answer.Locked = request.Lockout{Sign: request.Sign{Statuses: request.Statuses{{From: 403, To: 403}}}, For: 30 * time.Minute}
	resp, err := client().Send(t.Context(), r, leaf.pin())
	if err != nil {
		t.Fatal(err)
	}
	told := slices.ContainsFunc(resp.Notes, func(n problem.Problem) bool {
		return n.Code == formpost.NoteWait && strings.Contains(n.Message, "the board sends nothing for 30m")
	})
	if !told || resp.Outcome != request.TryAgain {
		t.Errorf("%s: %v", resp.Outcome, resp.Notes)
	}
}

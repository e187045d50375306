package codegen_test

import (
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/internal/testkit/rig"
	"espost/request"
)

// signed is a rule with all three signs.
func signed(t *testing.T, lockout time.Duration) request.Answer {
	t.Helper()
	return request.Answer{
		Accepted: request.Sign{Statuses: statusList(t, "202")},
		Already:  request.Sign{Statuses: statusList(t, "400", "409"), Contains: "duplicate"},
		Locked:   request.Lockout{Sign: request.Sign{Statuses: statusList(t, "403"), Contains: "^Exceeded"}, For: lockout},
		Tries:    1,
	}
}

// spoken are the outcomes as the serial port tells them.
var spoken = map[string]request.Outcome{
	"delivered": request.Delivered, "refused": request.Refused, "waiting for another try": request.TryAgain,
	"perhaps delivered": request.Maybe, "delivered before": request.Already, "accepted, perhaps delivered": request.Accepted,
}

// What is accepted, and what was there already, is done with: the board neither
// sends it again nor sets it aside. A service that locks out who goes on asking is
// left alone for as long as the rule says, which a board that sleeps deeply does
// asleep. The board judges as the test POST does.
func TestSigns(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	awake, sleepy := counting(id), asleep(id, time.Minute)
	awake.Every, awake.Answer = 10*time.Second, signed(t, 30*time.Minute)
	sleepy.Answer = awake.Answer
	program := rig.Plain.BuildJoined(t, []codegen.Project{awake, sleepy})
	replies := []request.Reply{
		{Status: 202, Body: []byte("queued")},
		{Status: 409, Body: []byte("a duplicate")},
		{Status: 400, Body: []byte("malformed")},
		{Status: 400, Body: []byte(" duplicate\n")},
		{Status: 403, Body: []byte("Forbidden")},
		{Status: 200},
		{Status: 403, Body: []byte("Exceeded 60 requests per hour")},
		{Status: 200},
	}
	answers := func(n int, _ string) string {
		r := replies[min(n, len(replies))-1]
		return with(r.Status, "", string(r.Body))
	}
	s := rig.Serve(t, rig.TLS12(id), answers)
	board := rig.Boot(t, program, rig.Sketch(0), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=1799000")
	_, bodies, _ := s.Seen()
	if got := counts(bodies); got != "1 2 3 4 5 6 7" {
		t.Errorf("until the lock-out ends the rows are %s\n%s", got, board.Serial)
	}
	board.Says(t, "locks out who goes on asking: nothing is sent for 1800 s")
	if n := strings.Count(board.Serial, "SET ASIDE"); n != 2 {
		t.Errorf("%d readings were set aside, want the 400 and the 403 without their texts\n%s", n, board.Serial)
	}
	var outcomes []request.Outcome
	for line := range strings.Lines(board.Serial) {
		if words, ok := strings.CutPrefix(strings.TrimSpace(line), "Reading: "); ok {
			outcomes = append(outcomes, spoken[words])
		}
	}
	for i, r := range replies[:7] {
		r.Method, r.Whole = "POST", true
		if want := awake.Answer.Judge(r); i >= len(outcomes) || outcomes[i] != want {
			t.Errorf("%d %q: the board says %v, the test POST %s", r.Status, r.Body, outcomes, want)
			break
		}
	}

	s = rig.Serve(t, rig.TLS12(id), answers)
	board = rig.Boot(t, program, rig.Sketch(0), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=1930000")
	if _, bodies, _ := s.Seen(); !strings.HasPrefix(counts(bodies), "1 2 3 4 5 6 7 7 8") {
		t.Errorf("after the lock-out the rows are %s\n%s", counts(bodies), board.Serial)
	}

	s = rig.Serve(t, rig.TLS12(id), func(int, string) string { return with(403, "", "Exceeded") })
	rig.Boot(t, program, rig.Sketch(1), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=60000").Says(t, "Sleeping for 1800 s", "The readings stay in the outbox")
}

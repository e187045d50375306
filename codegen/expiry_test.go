package codegen_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"espost/internal/testkit/rig"
	"espost/request"
)

// A refusal after a secret's end costs no reading; one before it is the reading's.
func TestSecretThatEnds(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	p := counting(id)
	p.Headers = []request.Header{{Name: "Authorization", Value: "Bearer k", Secret: true, Expires: end}}
	program := rig.Plain.Build(t, p)
	run := func(at time.Time) (rig.Run, string) {
		s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
			if n <= 4 {
				return rig.Status(401)
			}
			return rig.OK
		})
		board := rig.Boot(t, program, s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=120000", fmt.Sprint("RIG_TIME=", at.UnixMicro()))
		_, bodies, _ := s.Seen()
		return board, counts(bodies)
	}
	board, rows := run(end.Add(time.Hour))
	board.Says(t, "FIX IT: a secret ended on 2027-01-01T00:00:00Z", "so the readings wait")
	board.Never(t, "SET ASIDE")
	if !strings.HasPrefix(rows, "1 1 1 1 1 2 3") {
		t.Errorf("the rows are %s", rows)
	}
	board, rows = run(end.AddDate(0, 0, -10))
	board.Says(t, "SOON: a secret ends on 2027-01-01T00:00:00Z, in 10 days", "SET ASIDE")
	if !strings.HasPrefix(rows, "1 1 1 2 2 3") {
		t.Errorf("the rows are %s", rows)
	}
	board, _ = run(end.AddDate(0, -3, 0))
	board.Says(t, "A secret ends on 2027-01-01T00:00:00Z.")
}

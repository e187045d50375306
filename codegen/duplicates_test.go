package codegen_test

import (
	"strings"
	"testing"

	"espost/internal/testkit/rig"
	"espost/request"
)

// What does harm when it arrives twice is sent once, also where no answer came;
// what doesn't is tried again where it may have arrived.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	run := func(d request.Duplicates, answer string) string {
		p.Answer.Duplicates = d
		s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
			if n == 2 {
				return answer
			}
			return rig.OK
		})
		rig.Boot(t, rig.Plain.Build(t, p), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=20000")
		_, bodies, _ := s.Seen()
		return counts(bodies)
	}
	const perhaps, garbage = "HTTP/1.1 302 X\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "garbage\r\n\r\n"
	for _, tt := range []struct {
		duplicates   request.Duplicates
		answer, want string
	}{
		{request.Harmful, garbage, "1 2 3 4"}, {request.Harmful, perhaps, "1 2 3 4"}, {"", garbage, "1 2 2 3"},
		{request.Harmless, perhaps, "1 2 2 3"}, {request.Harmless, garbage, "1 2 2 3"},
	} {
		if got := run(tt.duplicates, tt.answer); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%q, %.20q: the rows are %s, want %s", tt.duplicates, tt.answer, got, tt.want)
		}
	}
}

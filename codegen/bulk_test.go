package codegen_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/esp8266"
	"espost/internal/testkit/rig"
	"espost/request"
)

// numbersOf are the numbers that requests of TestBulk hold.
func numbersOf(t *testing.T, bodies []string) []string {
	t.Helper()
	var all []string
	for _, body := range bodies {
		var list struct {
			Key  string
			Rows []struct{ N int }
		}
		if err := json.Unmarshal([]byte(body), &list); err != nil || list.Key != `k"1` {
			t.Fatalf("%s: %v", body, err)
		}
		var numbers []string
		for _, row := range list.Rows {
			numbers = append(numbers, fmt.Sprint(row.N))
		}
		all = append(all, strings.Join(numbers, " "))
	}
	return all
}

// Readings that wait go together, at most so many, and from flash and RAM alike. A
// batch that finds no answer goes again as it was, under its key; one that is
// refused goes one by one, so that a bad reading neither blocks nor costs the others.
func TestBulk(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := outbox(id)
	p.Body, p.Template = request.JSON, `{"n":{{n}}}`
	p.Target.Path = "/in/{{key}}"
	p.Bulk = request.Bulk{Most: 5, First: `{"key":{{key}},"rows":[`, Last: "]}"}
	p.Fields = append(p.Fields, request.Field{Name: "key", Value: `k"1`, Secret: true})
	p.Answer.Tries = 2
	program := rig.Plain.Build(t, p)
	const stores = 11500 // readings 1 to 12 find no server
	for name, tt := range map[string]struct {
		answer func(n int, body string) string
		want   []string
	}{
		"all taken": {func(int, string) string { return rig.OK }, []string{"1 2 3 4 5", "6 7 8 9 10"}},
		"no answer": {func(n int, _ string) string {
			if n <= 2 {
				return rig.Status(503)
			}
			return rig.OK
		}, []string{"1 2 3 4 5", "1 2 3 4 5", "1 2 3 4 5", "6 7 8 9 10"}},
		"one bad": {func(_ int, body string) string {
			if strings.Contains(body, `"n":8}`) {
				return rig.Status(400)
			}
			return rig.OK
		}, []string{"1 2 3 4 5", "6 7 8 9 10", "6", "7", "8", "8", "9", "10"}},
		"perhaps": {func(n int, _ string) string {
			if n == 1 {
				return with(302, "Location: /\r\n", "")
			}
			return rig.OK
		}, []string{"1 2 3 4 5", "6 7 8 9 10"}},
	} {
		flash := "RIG_FLASH=" + t.TempDir()
		rig.Boot(t, program, flash, "RIG_PORT=1", fmt.Sprint("RIG_MILLIS=", stores))
		s := rig.Serve(t, rig.TLS12(id), tt.answer)
		board := rig.Boot(t, program, flash, s.Port(), "RIG_MILLIS=30000")
		requests, bodies, _ := s.Seen()
		got := numbersOf(t, bodies)
		if diff := cmp.Diff(tt.want, got[:min(len(tt.want), len(got))]); diff != "" {
			t.Errorf("%s: (-want +got)\n%s\n%s", name, diff, board.Serial)
			continue
		}
		all := keys(t, requests)
		switch name {
		case "no answer":
			if all[0] != all[1] || all[0] != all[2] || all[0] == all[3] || !strings.HasSuffix(all[0], "+5") {
				t.Errorf("the keys are %s", all)
			}
		case "one bad":
			board.Says(t, "they are sent one by one", "SET ASIDE", "1 since the start")
			board.Never(t, "2 since the start")
			if all[4] != all[5] || strings.Contains(all[4], "+") {
				t.Errorf("the keys are %s", all)
			}
		case "perhaps":
			board.Says(t, "5 since the start")
			board.Never(t, "6 since the start")
		}
	}
	s := rig.Serve(t, rig.TLS12(id), nil)
	rig.Boot(t, program, s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=900")
	requests, _, _ := s.Seen()
	want := sent(p, map[esp8266.Source]string{esp8266.SourceCounter: "1"})
	if diff := cmp.Diff([]string{string(want.Bytes())}, sampled(requests)); diff != "" {
		t.Errorf("formpost would send (-), the board sent (+):\n%s", diff)
	}
}

// Lines of a text are joined by line feeds, up to so many bytes; the times of those
// that were taken before the clock was set are filled in.
func TestBulkOfLines(t *testing.T) {
	t.Parallel()
	id := anIdentity(t)
	p := counting(id)
	p.Body, p.Template = request.Text, "porch n={{n}} {{at}}"
	p.Bulk = request.Bulk{Most: 100, Bytes: 100}
	p.Fields = append(p.Fields, request.Field{Name: "at", Source: esp8266.SourceTime})
	s := rig.Serve(t, rig.TLS12(id), nil)
	board := rig.Boot(t, rig.Sanitized.Build(t, p), s.Port(), "RIG_FLASH="+t.TempDir(), "RIG_MILLIS=21000", "RIG_WIFI_DOWN=3000-12000", "RIG_TIME=1801396800000000")
	_, bodies, _ := s.Seen()
	together := 0
	for _, body := range bodies {
		if len(body) > 100 {
			t.Errorf("%d bytes", len(body))
		}
		for line := range strings.SplitSeq(body, "\n") {
			if !strings.HasPrefix(line, "porch n=") || !strings.HasSuffix(line, " 2027-01-31T12:00:00Z") {
				t.Errorf("the line is %q", line)
			}
			together++
		}
	}
	if len(bodies) > together-3 {
		t.Errorf("%d readings in %d requests\n%s", together, len(bodies), board.Serial)
	}
}

package simulate_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/rig"
	"espost/request"
	"espost/services"
	"espost/services/simulate"
)

// boards are the sketches for all services, and for each of their refusals one
// that provokes it, in one program.
type boards struct {
	program string
	places  map[string]int // of the sketches in it, by service and refusal
}

func buildBoards(t *testing.T) *boards {
	t.Helper()
	all := &boards{places: make(map[string]int)}
	var folders []codegen.Folder
	for _, s := range services.All() {
		sim, ok := simulate.New(s, nil)
		if !ok {
			t.Fatalf("%s has no simulator", s.ID)
		}
		for _, refusal := range append([]simulate.Refusal{{}}, sim.Refusals()...) {
			all.places[s.ID+refusal.Name] = len(folders)
			folders = append(folders, firmware(t, projectOf(t, s, refusal)))
		}
	}
	program, err := rig.Plain.CompileJoined(folders)
	if err != nil {
		t.Fatal(err)
	}
	all.program = program
	return all
}

// projectOf is a board that posts to the service, no faster than it takes readings.
func projectOf(t *testing.T, s services.Service, refusal simulate.Refusal) codegen.Project {
	t.Helper()
	board, _ := esp8266.BoardByID("nodemcuv2")
	r := requestOf(t, s, refusal)
	return codegen.Project{
		Request: r,
		Pin:     esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{rig.NewIdentity(t, "service", nil, nil).SHA1()}},
		Firmware: codegen.Firmware{
			Name: "porch", Board: board, SSID: "home", Password: "correct horse", Keep: codegen.KeepFailed,
			Every: max(time.Minute, r.Answer.Pause+time.Second),
		},
	}
}

// firmware is the generated folder, with the samples of the rows of "your own code"
// as what readings.h gives.
func firmware(t *testing.T, p codegen.Project) codegen.Folder {
	t.Helper()
	folder, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range folder {
		if file.Path != "readings.h" {
			continue
		}
		text := string(file.Data)
		for _, f := range p.Fields {
			if f.Source == esp8266.SourceCode {
				text = strings.Replace(text, "value.number(21.5, 1);  // replace this", fmt.Sprintf("value.text(%q);", f.Sample), 1)
			}
		}
		folder[i].Data = []byte(text)
	}
	return folder
}

// boot runs the sketch of a service and a refusal for so many of its intervals.
func (all *boards) boot(b *bench, refusal simulate.Refusal, intervals int) rig.Run {
	b.t.Helper()
	every := projectOf(b.t, b.service, refusal).Every
	return rig.Boot(b.t, all.program, rig.Sketch(all.places[b.service.ID+refusal.Name]), b.server.Port(),
		"RIG_FLASH="+b.t.TempDir(), "RIG_HEAP=10000000", // the other sketches have their clients there, too
		fmt.Sprint("RIG_MILLIS=", (time.Duration(intervals)*every-every/2).Milliseconds()))
}

var keyLine = regexp.MustCompile(`Idempotency-Key: (".*")`)

// posts are the requests that carry a reading, as all readings' keys were the
// sample, and their own keys.
func (b *bench) posts() (requests, keys []string) {
	all, _, _ := b.server.Seen()
	for _, r := range all {
		if m := keyLine.FindStringSubmatch(r); m != nil { // what follows a redirect has none
			requests = append(requests, keyLine.ReplaceAllLiteralString(r, "Idempotency-Key: "+codegen.SampleKey))
			keys = append(keys, m[1])
		}
	}
	return requests, keys
}

// delivered has a board deliver its readings, each as the test POST sends it.
func (all *boards) delivered(t *testing.T, s services.Service) string {
	t.Helper()
	b := newBench(t, s)
	b.step = s.Every + time.Second
	board := all.boot(b, simulate.Refusal{}, readings)
	board.Never(t, "SET ASIDE", "FAILED")
	var bytes, want []string
	for n := 1; n <= readings; n++ {
		for _, r := range reading(requestOf(t, s, simulate.Refusal{}), n).Parts() {
			bytes, want = append(bytes, string(r.Bytes())), append(want, kept(r))
		}
	}
	requests, _ := b.posts()
	if diff := cmp.Diff(bytes, requests); diff != "" {
		t.Errorf("the test POST sends (-), the board sent (+):\n%s\n%s", diff, board.Serial)
	}
	if diff := cmp.Diff(want, b.sim.Taken()); diff != "" {
		t.Errorf("the service has kept (-sent +kept):\n%s", diff)
	}
	return fmt.Sprintf("%d of %d", len(requests), len(bytes))
}

// refused has a board meet a refusal, and returns what it did.
func (all *boards) refused(t *testing.T, s services.Service, refusal simulate.Refusal) string {
	t.Helper()
	b := newBench(t, s)
	b.step = s.Every + time.Second
	passes, n := refusal.Soon, 0
	b.before = func(r *http.Request) {
		n++
		switch full := r.Header.Get("X-Simulated-Full-Queue") != ""; {
		case refusal.Soon && n == 2:
			b.now = b.now.Add(-b.step)
		case full && n > 2:
			r.Header.Del("X-Simulated-Full-Queue")
			passes = true
		}
	}
	board := all.boot(b, refusal, 7+int(s.Outline.Answer.Locked.For/time.Minute))
	_, keys := b.posts()
	counts := func(want ...int) { // how often each reading came, as far as it is said
		t.Helper()
		if got := runs(keys); len(got) < len(want) || !cmp.Equal(got[:len(want)], want) {
			t.Errorf("%s: the readings came %d times, want %d, …\n%s", refusal.Name, got, want, board.Serial)
		}
	}
	taken := len(b.sim.Taken())
	switch outcome := expected(refusal); {
	case outcome == request.Refused:
		board.Says(t, "SET ASIDE")
		counts(request.DefaultTries, request.DefaultTries)
		if taken != 0 {
			t.Errorf("%s: the service has kept %d readings", refusal.Name, taken)
		}
		return "set aside"
	case outcome == request.Accepted:
		board.Never(t, "SET ASIDE")
		counts(1, 1, 1)
		return "sent once"
	case refusal.Soon:
		counts(1, 2, 1)
	case passes:
		counts(3, 1)
	default:
		if got := runs(keys); len(got) != 1 || got[0] < 3 {
			t.Errorf("%s: the readings came %d times, want the first one again and again\n%s", refusal.Name, got, board.Serial)
		}
	}
	board.Never(t, "SET ASIDE")
	if !passes {
		return "sent again"
	}
	if want := len(runs(keys)); taken != want {
		t.Errorf("%s: the service has kept %d readings of %d", refusal.Name, taken, want)
	}
	return "taken later"
}

// runs are the lengths of the rows of equal keys.
func runs(keys []string) []int {
	var all []int
	for i, key := range keys {
		if i == 0 || key != keys[i-1] {
			all = append(all, 0)
		}
		all[len(all)-1]++
	}
	return all
}

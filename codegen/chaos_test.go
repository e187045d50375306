package codegen_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
)

// 200 readings or more, while the server and the board are killed eight times each
// (500 and twenty with make test-long), whenever it happens: every reading that was kept arrives.
func TestEveryReadingArrives(t *testing.T) {
	need.Long(t)
	t.Parallel()
	readings, kills := need.Often(200, 500), need.Often(8, 20)
	id := anIdentity(t)
	program := rig.Plain.Build(t, outbox(id))
	f := &flaky{config: rig.TLS12(id), bodies: make(map[string]string)}
	f.start(t)
	defer f.kill()
	env := []string{"RIG_FLASH=" + t.TempDir(), rig.Port(f.port.Number())}
	paced := append([]string{"RIG_PACE=100"}, env...)

	b := rig.Power(t, program, paced...)
	boardKills, serverKills := 0, 0
	for boardKills < kills || serverKills < kills || f.entries() < readings {
		if f.up() {
			b.Hears(t, 1+rand.IntN(2*readings/kills))
		} else { // a failure is three lines; their distance grows
			b.Hears(t, 1+rand.IntN(9))
		}
		switch {
		case !f.up():
			f.start(t)
		case serverKills < kills && serverKills <= boardKills:
			f.kill()
			serverKills++
		case boardKills < kills:
			b.Kill()
			boardKills++
			b = rig.Power(t, program, paced...)
		}
	}
	b.Kill()
	if !f.up() {
		f.start(t)
	}
	rig.Boot(t, program, append(env, "RIG_MILLIS=90000")...)

	f.mu.Lock()
	defer f.mu.Unlock()
	if f.clash != "" {
		t.Error(f.clash)
	}
	seen := make(map[int]string)
	last := 0
	for key, body := range f.bodies {
		count, err := strconv.Atoi(strings.TrimPrefix(body, "n="))
		if err != nil {
			t.Fatalf("%s is %s", key, body)
		}
		if first, dup := seen[count]; dup {
			t.Errorf("%s arrived as reading %s and %s", body, first, key)
		}
		seen[count] = key
		last = max(last, count)
	}
	if lost := last - len(f.bodies); lost > boardKills {
		t.Errorf("%d of %d readings were never kept; each kill of the board may cost one, which are %d", lost, last, boardKills)
	}
	t.Logf("%d readings in %d requests, with %d kills of the server and %d of the board, which cost %d readings before they were kept",
		len(f.bodies), f.posts, serverKills, boardKills, last-len(f.bodies))
}

package hostile_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"espost/internal/testkit/hostile"
)

// Nothing may be left running: neither by a server nor by what visited it.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hang is when a visit counts as one that never ends. It is far beyond every
// limit of the product, so that a slow computer doesn't fail.
const hang = 2 * time.Minute

// Every behaviour, in every variant, through every way in: the visit ends, and
// what it tells is for people, clean, and no promise that a board can't keep.
func TestEveryBehaviourEveryWay(t *testing.T) {
	for _, b := range hostile.All() {
		for _, w := range ways() {
			if !w.visits(b) {
				continue
			}
			t.Run(b.Name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				for _, v := range sample(b, w) {
					out := visit(t, b, v, w)
					if t.Failed() {
						t.Fatalf("in variant %d: told %q", v, out.told)
					}
				}
			})
		}
	}
}

// sample picks the variants to visit: all, or some evenly spread ones where a
// visit costs much or says little new, as under the race detector.
func sample(b hostile.Behaviour, w way) []int {
	n, step := b.Count(), 1
	switch {
	case testing.Short():
		step = n/4 + 1
	case w.name != "fingerprint" && w.name != "test POST":
		step = (n-1)/64 + 1
	}
	var picked []int
	for v := 0; v < n; v += step {
		picked = append(picked, v)
	}
	return picked
}

// visit starts a server and visits it once, or more often and with more patience
// where a server that speaks was not heard: this computer may have had no time for it.
func visit(t *testing.T, b hostile.Behaviour, variant int, w way) outcome {
	t.Helper()
	patience := patience(b)
	out := visitOnce(t, b, variant, w, patience)
	for deaf(b, out) && patience < hang/8 {
		patience *= 4
		out = visitOnce(t, b, variant, w, patience)
	}
	if out.connects && !b.Usable {
		t.Error("it promises that the board connects, which it can't")
	}
	if out.told == "" {
		t.Error("it tells nothing")
	}
	if deaf(b, out) {
		t.Error("it tells that the server said nothing, and it did")
	}
	for _, text := range append(out.texts, out.told, out.fix) {
		checkClean(t, text)
	}
	return out
}

func visitOnce(t *testing.T, b hostile.Behaviour, variant int, w way, patience time.Duration) outcome {
	t.Helper()
	s := hostile.Start(t, b, hostile.Options{Variant: variant, Tick: 20 * time.Millisecond})
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	out := w.visit(ctx, t, s, patience)
	if ctx.Err() != nil {
		t.Fatalf("still not over after %v", hang)
	}
	return out
}

// deaf reports whether it is told of a server that speaks that it said nothing.
func deaf(b hostile.Behaviour, out outcome) bool {
	return strings.Contains(out.told, "said nothing") && b.Name != "silence" && b.Name != "no answer"
}

// The servers are as good as they claim where nothing is wrong with them: what
// the tests above find is the behaviours' doing.
func TestGoodServer(t *testing.T) {
	for _, tt := range []struct{ behaviour, way, told string }{
		{"one-byte records", "fingerprint", "a fingerprint: " + hostile.LeafSHA1()},
		{"one-byte records", "inspect", "the board can connect"},
		{"redirect loop", "test POST", "an answer: 301"},
		{"redirect loop", "test POST, key pin", "an answer: 301"},
		{"redirect loop", "test POST, CA pin", "an answer: 301"},
	} {
		t.Run(tt.behaviour+"/"+tt.way, func(t *testing.T) {
			b, ok := hostile.Named(tt.behaviour)
			if !ok {
				t.Fatalf("there is no behaviour %q", tt.behaviour)
			}
			i := slices.IndexFunc(ways(), func(w way) bool { return w.name == tt.way })
			if out := visit(t, b, 0, ways()[i]); !strings.HasPrefix(out.told, tt.told) {
				t.Errorf("told %q, want %q", out.told, tt.told)
			}
		})
	}
}

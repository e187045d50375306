package codegen_test

import (
	"fmt"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
)

// A heap is what the rig says about a run's memory, in bytes of the host: its
// pointers are twice as long as the board's.
type heap struct{ peak, end, rounds int }

func heapOf(t *testing.T, board rig.Run) heap {
	t.Helper()
	var h heap
	_, notes, _ := strings.Cut(board.Notes, "heap peak")
	if _, err := fmt.Sscanf("heap peak"+notes, "heap peak %d\nheap now %d\nrounds %d", &h.peak, &h.end, &h.rounds); err != nil {
		t.Fatalf("%v in %q", err, board.Notes)
	}
	return h
}

// Four thousand loops with hundreds of POSTs (ten thousand with make test-long), lost connections and failures
// among them, leak nothing (LeakSanitizer looks), and take no more memory at
// their end than after the first few. The buffers are all that differs between
// small and large ones. go test -v shows the peaks.
func TestNoLeak(t *testing.T) {
	need.Long(t)
	t.Parallel()
	loops := need.Often(4_000, 10_000)
	id := anIdentity(t)
	sizes := []esp8266.Buffers{{RX: 512, TX: 512}, {RX: 4096, TX: 512}, {RX: 16384, TX: 512}}
	var smallest heap
	for i, b := range sizes {
		p := everySecond(id)
		p.Buffers = b
		program := rig.Sanitized.BuildEdited(t, p, func(path, text string) string {
			if path == "config.h" { // ten readings a second, so that a reading comes every tenth loop
				return replaceOnce(t, text, "EVERY_MS = 1000UL", "EVERY_MS = 100UL")
			}
			return text
		})
		s := rig.Serve(t, rig.TLS12(id), func(n int, _ string) string {
			switch {
			case n%40 == 20:
				return "" // hangs up
			case n%400 == 350:
				return rig.Status(503)
			}
			return ok
		})
		port := s.Port()
		few := heapOf(t, rig.Boot(t, program, port, "RIG_LOOPS=500"))
		many := heapOf(t, rig.Boot(t, program, port, "RIG_LOOPS="+itoa(loops)))
		requests, _, _ := s.Seen()
		t.Logf("%d/%d: peak heap %d bytes, %d at the end, %d loops, %d requests", b.RX, b.TX, many.peak, many.end, many.rounds, len(requests))
		if many.rounds != loops || len(requests) < loops/20 {
			t.Errorf("%d requests in %d loops", len(requests), many.rounds)
		}
		if many.end > few.end+64 {
			t.Errorf("%d/%d: %d bytes in use after many loops, %d after few", b.RX, b.TX, many.end, few.end)
		}
		if i == 0 {
			smallest = many
		} else if more := many.peak - smallest.peak - (b.RX - sizes[0].RX); more < -256 || more > 256 {
			t.Errorf("%d/%d: the peak is %d bytes, %d beside what the buffers take", b.RX, b.TX, many.peak, more)
		}
	}
}

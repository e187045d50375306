package hostile_test

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"espost/internal/testkit/hostile"
	"espost/internal/testkit/need"
)

// peakOf returns how much the heap grew, at most, while f ran: everything that
// is allocated in this process, garbage not yet collected and the hostile
// server's own memory included. So it is an upper bound.
func peakOf(f func()) uint64 {
	runtime.GC()
	before := heap()
	done, result := make(chan struct{}), make(chan uint64)
	go func() {
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		var peak uint64
		for {
			peak = max(peak, heap())
			select {
			case <-ticker.C:
			case <-done:
				result <- peak
				return
			}
		}
	}()
	f()
	close(done)
	if peak := <-result; peak > before {
		return peak - before
	}
	return 0
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// Servers that say more than anybody wants to hear are cut off long before it
// costs memory.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector has memory of its own")
	}
	const most = 48 << 20
	for _, b := range hostile.All() {
		if b.Waits {
			continue
		}
		for _, w := range ways() {
			if !w.visits(b) {
				continue
			}
			t.Run(b.Name+"/"+w.name, func(t *testing.T) {
				for v := range min(b.Count(), need.Often(1, 4)) {
					if peak := peakOf(func() { visit(t, b, v, w) }); peak > most {
						t.Errorf("variant %d: the heap grew by %d MB, at most %d are allowed", v, peak>>20, most>>20)
					}
				}
			})
		}
	}
}

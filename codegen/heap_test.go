package codegen_test

import (
	"fmt"
	"strings"
	"testing"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/request"
	"espost/sensors"
)

// A heap is what the rig says about a run's memory, in bytes of the host: its
// pointers are twice as long as the board's.
type heap struct{ peak, end, rounds, stack int }

func heapOf(t *testing.T, board rig.Run) heap {
	t.Helper()
	var h heap
	_, notes, _ := strings.Cut(board.Notes, "heap peak")
	if _, err := fmt.Sscanf("heap peak"+notes, "heap peak %d\nheap now %d\nrounds %d\nstack peak %d", &h.peak, &h.end, &h.rounds, &h.stack); err != nil {
		t.Fatalf("%v in %q", err, board.Notes)
	}
	return h
}

// Four thousand loops with hundreds of POSTs (ten thousand with make test-long), lost connections and failures
// among them, leak nothing (LeakSanitizer looks), and take no more memory at
// their end than after the first few. The buffers are all that differs between
// small and large ones. The last project is the largest that there is: all that
// fits on one board, with statistics and triggers. go test -v shows the peaks.
func TestNoLeak(t *testing.T) {
	need.Long(t)
	t.Parallel()
	loops := need.Often(4_000, 10_000)
	id := anIdentity(t)
	sizes := []esp8266.Buffers{{RX: 512, TX: 512}, {RX: 16384, TX: 512}, {RX: 512, TX: 512}}
	var smallest heap
	for i, b := range sizes {
		p := everySecond(id)
		large := i == len(sizes)-1
		if large {
			p.Fields, p.Body, p.Keep = largest(t), request.JSON, codegen.KeepFailed
		}
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
		boot := func(n int) heap {
			return heapOf(t, rig.Boot(t, program, port, "RIG_LOOPS="+itoa(n), "RIG_SCRIPT="+restless(), "RIG_SENSORS=temperature=21 humidity=50 pressure=100000 light=5 co2=500", "RIG_FLASH="+t.TempDir()))
		}
		few, many := boot(1500), boot(loops)
		requests, _, _ := s.Seen()
		t.Logf("%d/%d: peak heap %d bytes, %d at the end, peak stack %d, %d loops, %d requests", b.RX, b.TX, many.peak, many.end, many.stack, many.rounds, len(requests))
		if many.rounds != loops || len(requests) < loops/20 {
			t.Errorf("%d requests in %d loops", len(requests), many.rounds)
		}
		if many.end > few.end+64 {
			t.Errorf("%d/%d: %d bytes in use after many loops, %d after few", b.RX, b.TX, many.end, few.end)
		}
		switch {
		case i == 0:
			smallest = many
		case large:
			continue
		}
		if more := many.peak - smallest.peak - (b.RX - sizes[0].RX); more < -256 || more > 256 {
			t.Errorf("%d/%d: the peak is %d bytes, %d beside what the buffers take", b.RX, b.TX, many.peak, more)
		}
	}
}

// largest is a form of everything that fits on one board: a sensor on each pin and
// address, each number with every statistic, limits and contacts.
func largest(t *testing.T) []request.Field {
	t.Helper()
	var fields []request.Field
	for _, row := range []string{
		"t@dht22.temperature:2", "h@dht22.humidity:2", "door@reed.open:0,change", "n@pulse.total:14", "new@pulse.interval:14", "rate@pulse.rate:14",
		"pool@ds18b20.temperature:12", "far@hcsr04.distance:13,15", "p@bme280.pressure:0x76", "co2@scd4x.co2", "lux@bh1750.light", "soil@analog",
		"rssi@rssi", "heap@free-heap", "up@uptime",
	} {
		f, err := request.ParseField(row)
		if err != nil {
			t.Fatal(err)
		}
		fields = append(fields, f)
		for _, statistic := range request.Statistics() {
			if d, q, _ := sensors.Find(f.Source); q.Since || d.State || d.ID == "hcsr04" {
				continue
			}
			f.Name, f.Statistic, f.Trigger = fmt.Sprint(row[:2], len(fields)), statistic, request.Trigger{When: request.Above, At: 10}
			fields = append(fields, f)
		}
	}
	return fields
}

// restless is a script of a minute in which a door swings and pulses come.
func restless() string {
	var script strings.Builder
	for i := range 300 {
		fmt.Fprintf(&script, "%d:0=%d %d:14=%d %d:a0=%d ", 100+200*i, i%2, 100+200*i, i%2, 100+200*i, i)
	}
	return script.String()
}

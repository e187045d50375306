package duration_test

import (
	"testing"
	"time"

	"espost/internal/duration"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"60s": time.Minute, "5m": 5 * time.Minute, "1h30m": 90 * time.Minute, "2d": 48 * time.Hour, "0.5d": 12 * time.Hour,
		"3w": 504 * time.Hour, "1w2d3h": 219 * time.Hour, "1d12h": 36 * time.Hour, "0d": 0, "0": 0, "-1s": -time.Second, "1ms": time.Millisecond,
	} {
		if got, err := duration.Parse(text); err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "60", "d", "-1d", "1d-1h", "soon", "14 days", "99999999d", "1h2d"} {
		if got, err := duration.Parse(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestFormat(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Minute: "60s", 5 * time.Minute: "5m", time.Hour: "1h", 90 * time.Minute: "90m", 48 * time.Hour: "2d", 24 * time.Hour: "1d",
		time.Second: "1s", 1500 * time.Millisecond: "1.5s", 0: "0s",
	} {
		if got := duration.Format(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
		if back, err := duration.Parse(want); err != nil || back != d {
			t.Errorf("%q reads back as %v, %v", want, back, err)
		}
	}
}

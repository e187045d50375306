// Package duration is the one way in which people write spans of time to espost,
// and espost to them: 90s, 5m, 1h30m, 2d, 3w.
package duration

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"espost/internal/lazyregexp"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// Usage says how to write one, for errors and help.
const Usage = "write it with a unit, as 60s, 5m, 1h30m, 2d or 3w"

// ErrUsage is the error of Parse.
var ErrUsage = errors.New(Usage)

var long = lazyregexp.New(`^(\d+(?:\.\d+)?)([dw])(.*)$`)

// Parse reads what Format writes, and everything that time.ParseDuration takes,
// with days and weeks in front. The error is ErrUsage.
func Parse(s string) (time.Duration, error) {
	rest, total := s, time.Duration(0)
	for m := long.Get().FindStringSubmatch(rest); m != nil; m = long.Get().FindStringSubmatch(rest) {
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil || n > 10000 {
			return 0, ErrUsage
		}
		unit := day
		if m[2] == "w" {
			unit = week
		}
		total += time.Duration(n * float64(unit))
		rest = m[3]
	}
	if rest == "" && s != "" {
		return total, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || total > 0 && d < 0 {
		return 0, ErrUsage
	}
	return total + d, nil
}

// Format writes d in its largest whole unit: 60s stays 60s, an hour is 1h, two
// days are 2d, 90 minutes are 90m.
func Format(d time.Duration) string {
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if d%u.unit == 0 && (d > u.unit || d == u.unit && u.unit != time.Minute) {
			return fmt.Sprintf("%d%s", d/u.unit, u.name)
		}
	}
	return d.String()
}

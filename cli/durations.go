package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"
)

// days is a flag for long durations: 14d, 2w, or what Go understands.
type days time.Duration

func (d *days) Type() string { return "duration" }

func (d *days) String() string { return fmt.Sprintf("%gd", time.Duration(*d).Hours()/24) }

func (d *days) Set(s string) error {
	var n float64
	var unit string
	if _, err := fmt.Sscanf(s, "%g%s", &n, &unit); err == nil && (unit == "d" || unit == "w") && n >= 0 && n < 10000 {
		if unit == "w" {
			n *= 7
		}
		*d = days(n * 24 * float64(time.Hour))
		return nil
	}
	parsed, err := time.ParseDuration(s)
	if err != nil || parsed < 0 {
		return errors.New("write days, such as 14d")
	}
	*d = days(parsed)
	return nil
}

// duration is a flag for short durations, as Go writes them.
type duration time.Duration

// durationFlag adds a flag of that kind; a value of 0 means that it isn't given
// and isn't shown in the help.
func durationFlag(f *pflag.FlagSet, to *time.Duration, name string, value time.Duration, usage string) {
	*to = value
	f.Var((*duration)(to), name, usage)
}

func (d *duration) Type() string { return "duration" }

func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

func (d *duration) Set(s string) error {
	parsed, err := time.ParseDuration(s)
	if err != nil {
		return errors.New("write it with a unit, such as 10s or 5m")
	}
	*d = duration(parsed)
	return nil
}

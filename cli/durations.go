package cli

import (
	"time"

	"github.com/spf13/pflag"

	"espost/internal/duration"
)

// A durationValue is a flag for a duration.
type durationValue time.Duration

// durationFlag adds a flag of that kind; a value of 0 means that it isn't given
// and isn't shown in the help.
func durationFlag(f *pflag.FlagSet, to *time.Duration, name string, value time.Duration, usage string) {
	*to = value
	f.Var((*durationValue)(to), name, usage)
}

func (d *durationValue) Type() string { return "duration" }

func (d *durationValue) String() string {
	if *d == 0 {
		return ""
	}
	return duration.Format(time.Duration(*d))
}

func (d *durationValue) Set(s string) error {
	parsed, err := duration.Parse(s)
	if err != nil {
		return err
	}
	*d = durationValue(parsed)
	return nil
}

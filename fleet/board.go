package fleet

import (
	"cmp"
	"slices"
	"time"

	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
)

// A Board is what a check found out about one profile or sketch. Its texts are
// as they came and not yet safe to show.
type Board struct {
	File     string // of the profile or sketch
	Server   string // host and path, without secrets
	Pin      string // the mode
	Status   profile.Status
	Reason   string    // why, in one sentence; empty for Right
	Fix      string    // what to do; empty for Right
	Breaks   time.Time // when the pin is expected to break; zero when no date says
	Firmware string    // FirmwareCurrent, FirmwareStale, or empty where nothing is known
}

// What the firmware's folder holds, beside the profile.
const (
	FirmwareCurrent = "current" // the profile's pin
	FirmwareStale   = "stale"   // another one
)

// Urgent orders boards: the broken ones first, then by the day on which they will be.
func Urgent(a, b Board) int {
	return cmp.Or(cmp.Compare(urgency(a), urgency(b)), compareDays(a.Breaks, b.Breaks), cmp.Compare(a.File, b.File))
}

// The tones of how a board stands.
const (
	ToneGood    = "good"
	ToneCaution = "caution" // before long
	ToneBad     = "bad"     // needs somebody now
)

// Mark is how the board stands, as a tone and as a sign.
func (b Board) Mark() (tone, sign string) {
	switch {
	case b.Status == profile.Broken:
		return ToneBad, "✗"
	case b.Status == profile.Unknown:
		return ToneBad, "?"
	case b.Status == profile.Soon, b.Status == profile.Backup, b.Firmware == FirmwareStale:
		return ToneCaution, "!"
	}
	return ToneGood, "✓"
}

// StaleFirmware is what to say of a firmware's file of pins that holds another one
// than the profile; path is safe to show.
func StaleFirmware(path string) string {
	return path + " holds another pin than the profile. Let espost check --update rewrite it, and flash the boards."
}

// About is why the board stands so, and what to do, safe to show; empty for Right,
// unless its firmware lags behind.
func (b Board) About() string {
	switch {
	case b.Reason == "" && b.Firmware == FirmwareStale:
		return StaleFirmware("The firmware's pins.h")
	case b.Reason == "":
		return ""
	}
	return sanitize.Line(problem.Sentence(b.Reason) + " " + problem.Sentence(b.Fix))
}

// urgency is 0 for what needs somebody now.
func urgency(b Board) int {
	if i := slices.Index([]profile.Status{profile.Broken, profile.Unknown, profile.Soon, profile.Backup}, b.Status); i >= 0 {
		return i
	}
	if b.Firmware == FirmwareStale {
		return 2
	}
	return 4
}

// compareDays puts what has no date last.
func compareDays(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

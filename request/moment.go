package request

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"espost/esp8266"
	"espost/internal/problem"
)

// A Moment is how the source time is written. Its zero value is RFC 3339 in UTC.
type Moment struct {
	// Format is one of Epochs, or a pattern with the directives of patternWidth,
	// as strftime has them; empty for RFC 3339.
	Format string
	Zone   string // as ParseZone reads it; empty for UTC
}

// Epochs are the units in which time since 1970 is counted, as a number.
func Epochs() []string { return []string{"s", "ms", "us", "ns"} }

// EpochDigits is how many digits an epoch has beyond the second, and false for
// another format.
func (m Moment) EpochDigits() (int, bool) {
	i := slices.Index(Epochs(), m.Format)
	return 3 * i, i >= 0
}

// patternWidth are the directives of a pattern, each with its width; %:z is the
// offset with a colon, as date(1) has it.
var patternWidth = map[string]int{
	"Y": 4, "y": 2, "m": 2, "d": 2, "j": 3, "H": 2, "I": 2, "M": 2, "S": 2, "p": 2, "u": 1, "w": 1, "a": 3, "b": 3, "z": 5, ":z": 6, "%": 1,
}

// rfc3339 is the pattern of RFC 3339 where there is a zone.
const rfc3339 = "%Y-%m-%dT%H:%M:%S%:z"

// Pattern is the pattern that m writes, "" for an epoch and for RFC 3339 in UTC.
func (m Moment) Pattern() string {
	if _, epoch := m.EpochDigits(); epoch || m == (Moment{}) {
		return ""
	}
	if m.Format == "" {
		return rfc3339
	}
	return m.Format
}

// eachPart calls literal and directive for the parts of a pattern in turn.
func eachPart(pattern string, literal, directive func(string)) {
	for pattern != "" {
		at := strings.IndexByte(pattern, '%')
		if at < 0 {
			literal(pattern)
			return
		}
		literal(pattern[:at])
		pattern = pattern[at+1:]
		size := min(1, len(pattern))
		if strings.HasPrefix(pattern, ":") {
			size = min(2, len(pattern))
		}
		directive(pattern[:size])
		pattern = pattern[size:]
	}
}

// text is what the board sends for an instant.
func (m Moment) text(at time.Time) string {
	if digits, ok := m.EpochDigits(); ok {
		units := []int64{at.Unix(), at.UnixMilli(), at.UnixMicro(), at.UnixMicro() * 1000} // the board counts microseconds
		return strconv.FormatInt(units[digits/3], 10)
	}
	if m == (Moment{}) {
		return at.UTC().Format("2006-01-02T15:04:05Z")
	}
	zone, err := ParseZone(m.Zone)
	if err != nil {
		return ""
	}
	at = at.In(zone.location())
	layouts := map[string]string{"Y": "2006", "y": "06", "m": "01", "d": "02", "j": "002", "H": "15", "I": "03", "M": "04", "S": "05", "p": "PM", "a": "Mon", "b": "Jan", "z": "-0700", ":z": "-07:00"}
	var out strings.Builder
	eachPart(m.Pattern(), func(s string) { out.WriteString(s) }, func(d string) {
		switch day := int(at.Weekday()); d {
		case "%":
			out.WriteByte('%')
		case "w":
			out.WriteString(strconv.Itoa(day))
		case "u":
			out.WriteString(strconv.Itoa((day+6)%7 + 1))
		default:
			out.WriteString(at.Format(layouts[d]))
		}
	})
	return out.String()
}

// Instant is the moment that a sample of the source time stands for.
func Instant(sample string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, sample)
	return at, err == nil
}

// Waits reports whether no reading with f is taken before the clock is set. Only
// RFC 3339 in UTC can be filled in afterwards.
func (f Field) Waits() bool {
	return f.Source == esp8266.SourceTime && (f.Moment != (Moment{}) || f.None == Wait)
}

// maxMoment is the room that the board has for a value.
const maxMoment = 64

// check returns why the board can't write time like that, as the field's key and
// the problem's words.
func (m Moment) check(f Field, at func(key, message, fix string) *problem.Problem) *problem.Problem {
	if m == (Moment{}) {
		return nil
	}
	if f.Source != esp8266.SourceTime {
		return at("format", "is no time, so format and zone mean nothing", "remove them")
	}
	if _, err := ParseZone(m.Zone); err != nil {
		return at("zone", fmt.Sprintf("has the zone %q, which the board doesn't know", quoted(m.Zone)), "use a name such as Europe/Berlin, or a POSIX rule such as CET-1CEST,M3.5.0,M10.5.0/3")
	}
	if _, ok := Instant(f.Sample); f.Sample != "" && !ok {
		return at("sample", fmt.Sprintf("has the sample %q, which is no time", quoted(f.Sample)), "write it as 2027-01-31T12:00:00Z; it is formatted as the board does")
	}
	if _, epoch := m.EpochDigits(); epoch {
		return nil
	}
	size, unknown := 0, ""
	eachPart(m.Pattern(), func(s string) { size += len(s) }, func(d string) {
		if patternWidth[d] == 0 {
			unknown = "%" + d
		}
		size += patternWidth[d]
	})
	switch {
	case !strings.Contains(m.Pattern(), "%"):
		return at("format", fmt.Sprintf("has the format %q", quoted(m.Format)), "use s, ms, us, ns, or a pattern such as %Y%m%d")
	case unknown != "":
		return at("format", fmt.Sprintf("has %q in its format", quoted(unknown)), "use %Y %y %m %d %j %H %I %M %S %p %u %w %a %b %z %:z and %%")
	case size > maxMoment:
		return at("format", fmt.Sprintf("has a format that makes %d bytes", size), fmt.Sprintf("use %d at most", maxMoment))
	}
	return nil
}

package codegen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"espost/esp8266"
	"espost/internal/duration"
	"espost/internal/problem"
	"espost/request"
	"espost/sensors"
)

// What goes on between two readings: samples and events.

// A contact is a pin whose change is sent at once.
type contact struct {
	GPIO     int
	Label    string
	SettleMS int64
}

// figures are what a number was between two readings. Fields of one number share
// them.
type figures struct{ Name, Value string }

// A limit is what makes a number be sent at once.
type limit struct {
	Name, Declare, Value string
	Change               bool
}

// Times of samples and events.
const (
	minSample     = time.Second
	longestSample = time.Minute
	usualGap      = 5 * time.Second
)

// Sample is the time between two samples: as it is set, or a tenth of the
// interval, no shorter than the sensors bear and no longer than a minute.
func (p Project) Sample() time.Duration {
	if p.SampleEvery != 0 {
		return p.SampleEvery
	}
	spacing, _ := p.spacing()
	return max(min(p.Every/10, longestSample), minSample, spacing).Round(time.Millisecond)
}

// Gap is the shortest time between a reading and one that something caused: as it
// is set, or five seconds, or the pause that the server asks for.
func (p Project) Gap() time.Duration {
	if p.MinGap != 0 {
		return p.MinGap
	}
	return min(max(usualGap, p.Answer.Pause), max(p.Every, MinEvery))
}

// EventGap is Gap where something may cause a reading, else zero.
func (p Project) EventGap() time.Duration {
	if !p.Events() {
		return 0
	}
	return p.Gap()
}

// Samples reports whether numbers are looked at between two readings.
func (p Project) Samples() bool { return slices.ContainsFunc(p.Active(), request.Field.Between) }

// Events reports whether something may cause a reading between two.
func (p Project) Events() bool {
	return slices.ContainsFunc(p.Active(), func(f request.Field) bool { return f.Trigger.When != request.Never })
}

// spacing is how far apart the sensors that are sampled want to be read, and the
// slowest of them.
func (p Project) spacing() (longest time.Duration, name string) {
	for _, f := range p.Active() {
		if d, _, _ := sensors.Find(f.Source); f.Between() && d.Spacing > longest {
			longest, name = d.Spacing, d.Name
		}
	}
	return longest, name
}

// checkBetween refuses what can't be seen or measured between two readings.
func (v *validator) checkBetween() {
	w := wiring{validator: v}
	for i, f := range v.Fields {
		switch trigger := f.Trigger.When != request.Never; {
		case f.Off:
		case v.DeepSleep && trigger && f.OnPin():
			w.field(i, problem.Fatal, "is sent when its pin changes, and a board in deep sleep sees nothing: only RST wakes it", "remove the trigger, or switch deep sleep off")
		case v.DeepSleep && f.Between():
			w.field(i, problem.Fatal, "needs samples between two readings, and the board sleeps deeply then", "send the number as it is read, or switch deep sleep off")
		case trigger && f.OnPin() && f.GPIO == wakePin:
			w.field(i, problem.Fatal, fmt.Sprintf("is sent when %s changes, which has no interrupt", v.Board.Label(f.GPIO)), "use another pin")
		}
	}
	span := func(setting, what string, d, low time.Duration) bool {
		if d == 0 || d >= low && d <= v.Every {
			return true
		}
		v.add(setting, fmt.Sprintf("%s is %s", what, duration.Format(d)), fmt.Sprintf("use %s to the interval, %s", duration.Format(low), duration.Format(v.Every)))
		return false
	}
	spacing, slowest := v.spacing()
	if span("sample-every", "the time between two samples", v.SampleEvery, 100*time.Millisecond) && v.SampleEvery != 0 && v.SampleEvery < spacing {
		v.add("sample-every", fmt.Sprintf("%s can't be read every %s", slowest, duration.Format(v.SampleEvery)), fmt.Sprintf("use %s or more", duration.Format(spacing)))
	}
	if span("min-gap", "the shortest time between two readings", v.MinGap, MinEvery) && v.Events() && v.Gap() < v.Answer.Pause {
		v.List = append(v.List, problem.Problem{
			Severity: problem.Warning, Where: "firmware.min-gap",
			Message: fmt.Sprintf("readings may come every %s, and the server takes one every %s: the others wait in the outbox", duration.Format(v.Gap()), duration.Format(v.Answer.Pause)),
			Fix:     "use " + duration.Format(v.Answer.Pause) + " or more",
		})
	}
}

// watch makes the sketch look at what f wants to know between two readings.
// expression is the number now; the C++ that it becomes is returned.
func (s *sketch) watch(f request.Field, variable, expression string) string {
	now := expression
	if f.Source == esp8266.SourceRSSI {
		now = "(WiFi.status() == WL_CONNECTED ? WiFi.RSSI() : NAN)" // RSSI is 31 while there is no Wi-Fi
	}
	switch t := f.Trigger; {
	case t.When == request.Never:
	case f.OnPin():
		s.addContact(f)
	default:
		l := limit{Name: fmt.Sprintf("limit%d", len(s.Limits)+1), Value: scaled(now, f.Shape), Change: t.When == request.Change}
		l.Declare = fmt.Sprintf("Limit %s(%t, %s, %s)", l.Name, t.When == request.Above, cNumber(t.At), cNumber(f.Band()))
		if l.Change {
			l.Declare = fmt.Sprintf("Change %s(%s)", l.Name, cNumber(t.At))
		}
		s.Limits = append(s.Limits, l)
	}
	if f.Statistic == "" {
		return expression
	}
	if !slices.ContainsFunc(s.Figures, func(known figures) bool { return known.Name == variable }) {
		s.Figures = append(s.Figures, figures{variable, now})
	}
	call := map[request.Statistic]string{request.Mean: "mean", request.Min: "lowest", request.Max: "highest", request.Last: "last"}[f.Statistic]
	switch turned := f.Shape.Factor() < 0; { // what was lowest is highest when it is sent
	case turned && f.Statistic == request.Min:
		call = "highest"
	case turned && f.Statistic == request.Max:
		call = "lowest"
	}
	return "samples::" + variable + "." + call + "()"
}

func (s *sketch) addContact(f request.Field) {
	if slices.ContainsFunc(s.Contacts, func(c contact) bool { return c.GPIO == f.GPIO }) {
		return
	}
	d, _, _ := sensors.Find(f.Source)
	s.Contacts = append(s.Contacts, contact{f.GPIO, s.Board.Label(f.GPIO), d.Settle.Milliseconds()})
}

// told replaces what reads the pins of contacts by what the reading tells of them.
func (s *sketch) told(code string) string {
	for _, f := range s.Fields {
		if f.OnPin() && f.Trigger.When != request.Never {
			code = strings.ReplaceAll(code, fmt.Sprintf("digitalRead(%d)", f.GPIO), fmt.Sprintf("contacts::pin%d.told()", f.GPIO))
		}
	}
	return code
}

// SampledDevices are the sensors that are read between two readings, too.
func (s sketch) SampledDevices() []device {
	return slices.DeleteFunc(slices.Clone(s.Devices), func(d device) bool { return !d.Sampled })
}

// UsesLimit and UsesChange report which kinds of limits there are.
func (s sketch) UsesLimit() bool {
	return slices.ContainsFunc(s.Limits, func(l limit) bool { return !l.Change })
}
func (s sketch) UsesChange() bool {
	return slices.ContainsFunc(s.Limits, func(l limit) bool { return l.Change })
}

// SampleMS and GapMS are times in milliseconds.
func (s sketch) SampleMS() int64 { return s.Sample().Milliseconds() }
func (s sketch) GapMS() int64    { return s.Gap().Milliseconds() }

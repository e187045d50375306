package request

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/sensors"
)

// A Statistic makes one number of those that the board reads from one reading to
// the next. The zero value is the number at the time of the reading.
type Statistic string

// The statistics.
const (
	Mean Statistic = "mean"
	Min  Statistic = "min"
	Max  Statistic = "max"
	Last Statistic = "last" // the last that was one: it outlasts a sensor's silence
)

// Statistics returns the statistics, the usual one first.
func Statistics() []Statistic { return []Statistic{Mean, Min, Max, Last} }

// A Trigger says when a field's value is sent at once, beside the interval. It
// looks at the number as it is sent: scaled, with its offset.
type Trigger struct {
	When       When
	At         float64 // the limit, or how much a number has to change; 0 for any change, of pins
	Hysteresis float64 // how far it has to come back behind a limit; 0 for the usual
}

// When is a kind of trigger.
type When string

// The kinds.
const (
	Never  When = ""
	Change When = "change" // of a pin, or of a number by At since it was sent last
	Above  When = "above"  // the limit, and when it is back
	Below  When = "below"
)

// Band is the hysteresis: without one of its own, two steps of the last decimal
// that is sent.
func (f Field) Band() float64 {
	if f.Trigger.Hysteresis != 0 {
		return f.Trigger.Hysteresis
	}
	info, _ := sensors.Info(f.Source)
	return 2 * math.Pow10(-f.Shape.Digits(info))
}

// Between reports whether the board looks at f's number from one reading to the
// next, too.
func (f Field) Between() bool {
	return f.Statistic != "" || f.Trigger.When != Never && !f.OnPin()
}

// OnPin reports whether f is the state of a pin.
func (f Field) OnPin() bool { return sensors.OnPin(f.Source) }

// String is t in words: "change", "change 0.5", "above 30 hysteresis 1"; "" for
// none.
func (t Trigger) String() string {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	words := string(t.When)
	if t.At != 0 || t.When == Above || t.When == Below {
		words += " " + number(t.At)
	}
	if t.Hysteresis != 0 {
		words += " hysteresis " + number(t.Hysteresis)
	}
	return words
}

// ParseTrigger reads what String writes. Colons may stand for blanks, and the
// word hysteresis may be left out. The error is a *problem.Problem.
func ParseTrigger(text string) (Trigger, error) {
	t, p := parseTrigger(text)
	if p != nil {
		return Trigger{}, p
	}
	return t, nil
}

// parseTrigger returns the kind, too, of a trigger whose numbers are wrong.
func parseTrigger(text string) (Trigger, *problem.Problem) {
	words := strings.Fields(strings.ReplaceAll(text, ":", " "))
	if len(words) == 0 {
		return Trigger{}, nil
	}
	t := Trigger{When: When(words[0])}
	limit := t.When == Above || t.When == Below
	const usage = "write such as change, change 0.5, above 30, or below 5 hysteresis 1"
	if !limit && t.When != Change {
		return Trigger{}, slip("%q is no trigger", usage, quoted(words[0]))
	}
	rest := slices.DeleteFunc(words[1:], func(w string) bool { return w == "hysteresis" })
	into := []*float64{&t.At, &t.Hysteresis}
	if !limit {
		into = into[:1]
	}
	if len(rest) > len(into) || limit && len(rest) == 0 {
		return t, slip("%q has the wrong number of numbers", usage, quoted(text))
	}
	for i, word := range rest {
		x, err := strconv.ParseFloat(word, 64)
		if err != nil || !finite(x) {
			return t, slip("%q is no number for %s", usage, quoted(word), t.When)
		}
		*into[i] = x
	}
	return t, nil
}

// parseOption reads one word of a row behind its source: "mean",
// "above:30:hysteresis:0.5".
func (f *Field) parseOption(word string) *problem.Problem {
	if slices.Contains(Statistics(), Statistic(word)) {
		f.Statistic = Statistic(word)
		return nil
	}
	t, p := parseTrigger(word)
	if t.When == Never {
		return slip("%q means nothing behind a source", "use "+OrList(Statistics())+", or a trigger such as change or above:30", quoted(word))
	}
	if p == nil {
		f.Trigger = t
	}
	return p
}

// formatOptions writes what parseOption reads, each behind a comma.
func (f Field) formatOptions() string {
	line := ""
	if f.Statistic != "" {
		line += "," + string(f.Statistic)
	}
	if f.Trigger.When != Never {
		line += "," + strings.ReplaceAll(f.Trigger.String(), " ", ":")
	}
	return line
}

// checkBetween returns why f can't have its statistic or its trigger.
func (f Field) checkBetween(place, row string, info esp8266.SourceInfo) *problem.Problem {
	at := func(key, message, fix string) *problem.Problem {
		return problem.At(place+"."+key, row+" "+message, fix)
	}
	_, q, _ := sensors.Find(f.Source)
	t := f.Trigger
	switch {
	case f.Statistic != "" && !slices.Contains(Statistics(), f.Statistic):
		return at("statistic", fmt.Sprintf("has the statistic %q", quoted(string(f.Statistic))), "use "+OrList(Statistics()))
	case t.When != Never && t.When != Change && t.When != Above && t.When != Below:
		return at("trigger", fmt.Sprintf("has the trigger %q", quoted(string(t.When))), "use change, above or below")
	case !finite(t.At) || !finite(t.Hysteresis) || t.Hysteresis < 0:
		return at("trigger", "has a limit or a hysteresis that is no number from 0 on", "give numbers such as above 30 hysteresis 0.5")
	case f.Statistic == "" && t.When == Never:
		return nil
	}
	key, has := "statistic", string(f.Statistic)
	if f.Statistic == "" {
		key, has = "trigger", "a trigger"
	}
	switch {
	case f.Source == esp8266.SourceCode:
		return at(key, "has "+has+", and what your own code gives is known when a reading is taken only", "work it out in readings_loop() of readings.h")
	case !info.Number || f.Source == esp8266.SourceCounter:
		return at(key, fmt.Sprintf("has %s, and %s isn't measured", has, info.Title), "remove it")
	case q.Since:
		return at(key, fmt.Sprintf("has %s, and %s covers the time since the reading before as it is", has, f.Source), "remove it")
	}
	switch {
	case f.OnPin() && t.When != Never && (t.When != Change || t.At != 0):
		return at("trigger", fmt.Sprintf("has the trigger %s, and a pin is 0 or 1", t), "use change")
	case !f.OnPin() && t.When == Change && t.At <= 0:
		return at("trigger", "is sent when it changes, and doesn't say by how much", "write such as change 0.5")
	}
	return nil
}

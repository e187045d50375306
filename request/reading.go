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

// Wires are what a sensor's wiring needs beside its pin. Zero means the usual.
type Wires struct {
	GPIO2   int // the second pin of a sensor that has two
	Index   int // its place among several on one pin, from 1
	Address int // on the I²C bus
}

// A Shape makes the number that is sent of the one that is read: times Scale,
// plus Offset, with so many Decimals. Its zero value changes nothing.
type Shape struct {
	Scale    float64 // 0 for 1
	Offset   float64
	Decimals Decimals
}

// Decimals are digits behind a number's point; the zero value leaves them to the
// source.
type Decimals int

// Places are n decimals.
func Places(n int) Decimals { return Decimals(n + 1) }

// Count returns how many decimals there are, and false where the source says so.
func (d Decimals) Count() (n int, set bool) { return int(d) - 1, d != 0 }

// maxDecimals is more than any sensor is worth, and fits the board's buffer.
const maxDecimals = 6

// Factor is the scale.
func (s Shape) Factor() float64 {
	if s.Scale == 0 {
		return 1
	}
	return s.Scale
}

// Digits are the decimals that are sent of a source's number. Where it has none
// of its own and is moved by fractions, there are two.
func (s Shape) Digits(info esp8266.SourceInfo) int {
	if n, set := s.Decimals.Count(); set {
		return n
	}
	if info.Decimals == 0 && (s.Factor() != math.Trunc(s.Factor()) || s.Offset != math.Trunc(s.Offset)) {
		return 2
	}
	return info.Decimals
}

// apply is what the board would send for a sample.
func (s Shape) apply(sample string, info esp8266.SourceInfo) string {
	if s == (Shape{}) || !info.Number || !isJSONNumber(sample) {
		return sample
	}
	x, err := strconv.ParseFloat(sample, 64)
	if err != nil {
		return sample
	}
	return strconv.FormatFloat(x*s.Factor()+s.Offset, 'f', s.Digits(info), 64)
}

// NoValue is what is done when a source has no value, as a sensor without power.
type NoValue string

// What can be done. The zero value is Omit.
const (
	Omit NoValue = "omit" // leave the field out; within a template, where it can't be left out, null or Skip
	Null NoValue = "null" // send JSON's null
	Skip NoValue = "skip" // don't send the reading
	Wait NoValue = "wait" // of the source time: take no reading before the clock is set
)

// NoValues returns what can be done, the usual first.
func NoValues() []NoValue { return []NoValue{Omit, Null, Skip} }

// MayLack reports whether the board may have no value for f.
func (f Field) MayLack() bool {
	_, _, sensor := sensors.Find(f.Source)
	return sensor || f.Source == esp8266.SourceCode
}

// A Kind is what a value is in JSON.
type Kind string

// The kinds.
const (
	TextKind   Kind = "text"
	NumberKind Kind = "number"
	BoolKind   Kind = "bool" // true or false
)

// Kind returns what f's value is in JSON. Your own code's value is what its
// sample is, so that the test sends what the board does.
func (f Field) Kind() Kind {
	info, _ := sensors.Info(f.Source)
	_, epoch := f.Moment.EpochDigits()
	switch {
	case f.Quoted && !f.Source.Constant():
		return TextKind
	case info.Number || epoch:
		return NumberKind
	}
	if f.Source != esp8266.SourceCode {
		return TextKind
	}
	switch sample := f.Sent(); {
	case isJSONNumber(sample):
		return NumberKind
	case sample == "true" || sample == "false":
		return BoolKind
	}
	return TextKind
}

// checkReading returns why f can't be read or sent like this; place is its
// position in the request, row its name in a sentence.
func (f Field) checkReading(place, row string, info esp8266.SourceInfo) *problem.Problem {
	at := func(key, message, fix string) *problem.Problem {
		return problem.At(place+"."+key, row+" "+message, fix)
	}
	switch n, set := f.Shape.Decimals.Count(); {
	case f.Shape != (Shape{}) && !info.Number:
		return at("scale", "is no number, so scale, offset and decimals mean nothing", "remove them")
	case !finite(f.Shape.Scale) || !finite(f.Shape.Offset):
		return at("scale", "has a scale or an offset that is no number", "give a number such as 0.1")
	case set && (n < 0 || n > maxDecimals):
		return at("decimals", fmt.Sprintf("has %d decimals", n), fmt.Sprintf("use 0 to %d", maxDecimals))
	}
	if w := info.Wiring; w.Second {
		if p := checkGPIO(place+".gpio2", row, f.Wires.GPIO2); p != nil {
			return p
		}
		if f.Wires.GPIO2 == f.GPIO {
			return at("gpio2", fmt.Sprintf("has GPIO %d for both of its pins", f.GPIO), "give two pins, as in "+string(f.Source)+":5,4")
		}
	}
	switch w := info.Wiring; {
	case w.Several && (f.Wires.Index < 0 || f.Wires.Index > maxIndex):
		return at("index", fmt.Sprintf("is number %d on its pin", f.Wires.Index), fmt.Sprintf("count from 1 to %d", maxIndex))
	case f.Wires.Address != 0 && !slices.Contains(w.Address, f.Wires.Address):
		return at("address", fmt.Sprintf("has the address 0x%02X, which it can't have", f.Wires.Address), "use "+addresses(w.Address))
	}
	if p := f.Moment.check(f, at); p != nil {
		return p
	}
	if f.None == Wait {
		if f.Source != esp8266.SourceTime {
			return at("none", "can't wait: only the time comes by itself", "use "+OrList(NoValues()))
		}
		return nil
	}
	if f.None != "" && !slices.Contains(NoValues(), f.None) {
		return at("none", fmt.Sprintf("has %q for none", quoted(string(f.None))), "use "+OrList(NoValues()))
	}
	return f.checkBetween(place, row, info)
}

// maxIndex is how many sensors one pin bears.
const maxIndex = 16

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func addresses(all []int) string {
	if len(all) == 0 {
		return "none"
	}
	texts := make([]string, len(all))
	for i, n := range all {
		texts[i] = fmt.Sprintf("0x%02X", n)
	}
	return OrList(texts)
}

// checkGPIO returns why there is no such pin.
func checkGPIO(where, row string, gpio int) *problem.Problem {
	if gpio >= 0 && gpio <= esp8266.MaxGPIO {
		return nil
	}
	return problem.At(where, fmt.Sprintf("%s reads GPIO %d, which doesn't exist", row, gpio), "use 0, 2, 4, 5 or 12 to 16")
}

// FormatReading writes how f's value is made of what is read, as words:
// "scale 1.8 offset 32 decimals 1 none skip"; "" for nothing special.
func FormatReading(f Field) string {
	var words []string
	add := func(key, value string) { words = append(words, key, value) }
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	if f.Shape.Scale != 0 {
		add("scale", number(f.Shape.Scale))
	}
	if f.Shape.Offset != 0 {
		add("offset", number(f.Shape.Offset))
	}
	if n, set := f.Shape.Decimals.Count(); set {
		add("decimals", strconv.Itoa(n))
	}
	if f.Moment.Format != "" {
		format := f.Moment.Format
		if strings.ContainsAny(format, " ,:=\"") {
			format = strconv.Quote(format)
		}
		add("format", format)
	}
	if f.Moment.Zone != "" {
		zone := f.Moment.Zone
		if strings.ContainsAny(zone, " ,:=\"") {
			zone = strconv.Quote(zone)
		}
		add("zone", zone)
	}
	if f.Quoted {
		add("as", "text")
	}
	if f.None != "" {
		add("none", string(f.None))
	}
	return strings.Join(words, " ")
}

// readingWords are the words of a reading; one that holds a blank, a comma, a colon
// or an equals sign stands in quotes.
func readingWords(text string) []string {
	const between = " \t,:="
	var words []string
	for text = strings.TrimLeft(text, between); text != ""; text = strings.TrimLeft(text, between) {
		if quote, err := strconv.QuotedPrefix(text); err == nil && text[0] == '"' {
			word, _ := strconv.Unquote(quote) // a quoted prefix is quoted well
			words, text = append(words, word), text[len(quote):]
			continue
		}
		end := strings.IndexAny(text, between)
		if end < 0 {
			end = len(text)
		}
		words, text = append(words, text[:end]), text[end:]
	}
	return words
}

// ParseReading changes f by what FormatReading writes, in any order; what isn't
// said is the usual. The error is a *problem.Problem, and f is as it was.
func ParseReading(text string, f *Field) error {
	var s Shape
	var none NoValue
	var moment Moment
	var isText bool
	words := readingWords(text)
	for i := 0; i < len(words); i += 2 {
		value := ""
		if i+1 < len(words) {
			value = words[i+1]
		}
		var err error
		switch words[i] {
		case "scale":
			s.Scale, err = strconv.ParseFloat(value, 64)
		case "offset":
			s.Offset, err = strconv.ParseFloat(value, 64)
		case "decimals":
			var n int
			n, err = strconv.Atoi(value)
			s.Decimals = Places(n)
		case "none":
			none = NoValue(value)
		case "format":
			moment.Format = value
		case "zone":
			moment.Zone = value
		case "as":
			if value != "text" {
				return slip("%q means nothing here", "write as text, for a number that is a text in JSON", quoted(value))
			}
			isText = true
		default:
			return slip("%q means nothing here", "write such as scale 1.8 offset 32 decimals 1 none skip", quoted(words[i]))
		}
		if err != nil {
			return slip("%q is no number for %s", "write such as "+words[i]+" 2", quoted(value), words[i])
		}
	}
	f.Shape, f.None, f.Moment, f.Quoted = s, none, moment, isText
	return nil
}

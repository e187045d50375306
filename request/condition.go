package request

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Condition is a test of one value in an answer of JSON, or of every value that
// a path with * leads to:
//
//	status == "ok"          ok is true          errors is empty
//	. is whole              result.id > 0       *.status_code == 201
//
// A path's steps are members' names and elements' numbers; a dot alone is the
// whole answer. A value that isn't there passes only "is missing" and "is empty".
type Condition struct {
	Path   []Step
	Op     Op
	Kind   JSONKind // of what is compared with, for Equal and Unequal
	Text   string   // where that is a text
	Number float64  // where it is a number
}

// A Step leads from a value to a member of it or an element, or to every one.
type Step struct {
	Name  string
	Every bool
}

// An Op is how a Condition compares. The numbers are the firmware's (json_test.h).
type Op int

// The ways to compare.
const (
	Equal Op = iota
	Unequal
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
	IsEmpty   // "", [], {}, null, or not there
	IsThere   // whatever it is
	IsMissing // not there
	IsNumber
	IsText
	IsWhole // a number without a point or an exponent
	keep    // no test: the number there is kept
)

// A JSONKind is what a value is. The numbers are the firmware's.
type JSONKind int

// The kinds of values.
const (
	noValue JSONKind = iota // there is none
	jsonNull
	jsonFalse
	jsonTrue
	jsonNumber
	jsonText
	jsonEmpty // [] or {}
	jsonFull  // an array or object with something in it
)

// Limits of a Condition: the firmware counts with bytes.
const (
	maxSteps     = 8
	maxStep      = 64
	maxCompared  = 64
	MaxCondition = 8 // conditions in one rule
)

// operators in the order in which a text is searched for them.
var operators = []struct {
	sign string
	op   Op
}{{"==", Equal}, {"!=", Unequal}, {"<=", LessOrEqual}, {">=", GreaterOrEqual}, {"<", Less}, {">", Greater}}

// properties are what may stand behind "is".
var properties = map[string]Condition{
	"true": {Kind: jsonTrue}, "false": {Kind: jsonFalse}, "null": {Kind: jsonNull},
	"empty": {Op: IsEmpty}, "there": {Op: IsThere}, "missing": {Op: IsMissing},
	"number": {Op: IsNumber}, "text": {Op: IsText}, "whole": {Op: IsWhole},
}

const conditionUsage = `write such as status == "ok", ok is true, errors is empty, count > 0, or *.status == 201 for every element`

// ParseCondition reads a Condition. The error says what can't be read.
func ParseCondition(text string) (Condition, error) {
	path, rest, err := parsePath(strings.TrimSpace(text))
	if err != nil {
		return Condition{}, err
	}
	rest = strings.TrimSpace(rest)
	if property, ok := strings.CutPrefix(rest, "is "); ok {
		c, known := properties[strings.TrimSpace(property)]
		if !known {
			return Condition{}, fmt.Errorf("nothing is %q; %s", quoted(strings.TrimSpace(property)), conditionUsage)
		}
		c.Path = path
		return c, nil
	}
	for _, o := range operators {
		if value, ok := strings.CutPrefix(rest, o.sign); ok {
			c := Condition{Path: path, Op: o.op}
			return c, c.compareWith(strings.TrimSpace(value))
		}
	}
	return Condition{}, fmt.Errorf("%q compares nothing; %s", quoted(text), conditionUsage)
}

// compareWith reads what c compares with.
func (c *Condition) compareWith(text string) error {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return fmt.Errorf("%q is no number and no text in quotes; %s", quoted(text), conditionUsage)
	}
	switch v := v.(type) {
	case string:
		c.Kind, c.Text = jsonText, v
	case float64:
		c.Kind, c.Number = jsonNumber, v
	case bool:
		c.Kind = jsonFalse
		if v {
			c.Kind = jsonTrue
		}
	case nil:
		c.Kind = jsonNull
	default:
		return fmt.Errorf("a list or an object can't be compared; %s", conditionUsage)
	}
	if c.Op != Equal && c.Op != Unequal && c.Kind != jsonNumber {
		return fmt.Errorf("%q is no number, and only numbers are larger or smaller; %s", quoted(text), conditionUsage)
	}
	if len(c.Text) > maxCompared {
		return fmt.Errorf("the text has %d bytes; compare with %d at most", len(c.Text), maxCompared)
	}
	return nil
}

// parsePath reads a path, and returns what follows it.
func parsePath(text string) (path []Step, rest string, err error) {
	const endOfName = " \t.=!<>\"[]{},"
	rest, dot := strings.CutPrefix(text, ".")
	if dot && (rest == "" || strings.ContainsRune(" \t=!<>", rune(rest[0]))) {
		return nil, rest, nil // the whole answer
	}
	for {
		var step Step
		if strings.HasPrefix(rest, `"`) {
			quote, err := strconv.QuotedPrefix(rest)
			if err != nil || json.Unmarshal([]byte(quote), &step.Name) != nil {
				return nil, "", fmt.Errorf("%q has no end; write a name with special characters in quotes", quoted(rest))
			}
			rest = rest[len(quote):]
		} else {
			end := strings.IndexAny(rest, endOfName)
			if end < 0 {
				end = len(rest)
			}
			step, rest = Step{Name: rest[:end], Every: rest[:end] == "*"}, rest[end:]
			if step.Every {
				step.Name = ""
			} else if step.Name == "" {
				return nil, "", fmt.Errorf("%q doesn't begin with a name; %s", quoted(text), conditionUsage)
			}
		}
		if len(step.Name) > maxStep || len(path) == maxSteps {
			return nil, "", fmt.Errorf("the path %q is too long; the board follows %d names of %d bytes", quoted(text), maxSteps, maxStep)
		}
		path = append(path, step)
		if rest, dot = strings.CutPrefix(rest, "."); !dot {
			return path, rest, nil
		}
	}
}

// each reports whether c is about several values.
func (c Condition) each() bool {
	return slices.ContainsFunc(c.Path, func(s Step) bool { return s.Every })
}

// passes reports whether a value of that kind fulfils c. same is whether a text is
// c.Text, empty whether it has no character; number is a number as it stands there.
func (c Condition) passes(kind JSONKind, same, empty bool, number string) bool {
	switch c.Op {
	case keep:
		return true
	case IsEmpty:
		return kind == noValue || kind == jsonNull || kind == jsonEmpty || kind == jsonText && empty
	case IsMissing:
		return kind == noValue
	}
	if kind == noValue {
		return false
	}
	switch c.Op {
	case IsThere:
		return true
	case IsNumber:
		return kind == jsonNumber
	case IsText:
		return kind == jsonText
	case IsWhole:
		return kind == jsonNumber && strings.Trim(number, "-0123456789") == ""
	case Equal, Unequal:
		equal := kind == c.Kind
		switch {
		case equal && kind == jsonText:
			equal = same
		case equal && kind == jsonNumber:
			equal = toFloat(number) == c.Number
		}
		return equal == (c.Op == Equal)
	}
	if kind != jsonNumber {
		return false
	}
	switch x := toFloat(number); c.Op {
	case Less:
		return x < c.Number
	case LessOrEqual:
		return x <= c.Number
	case Greater:
		return x > c.Number
	}
	return toFloat(number) >= c.Number
}

// toFloat is C's strtod: what is too large is infinite.
func toFloat(number string) float64 {
	x, _ := strconv.ParseFloat(number, 64) // the scanner lets only numbers through
	return x
}

// A Proof is what an answer says about conditions.
type Proof int

// The proofs. The numbers are the firmware's.
const (
	Fails    Proof = iota // one doesn't hold, or the answer is no JSON at all
	Passes                // all hold
	Unproven              // the answer breaks off, or turns out to be no JSON, before that is known
)

// Prove holds an answer's text against conditions. Each is decided by the first
// value at its place, so that what follows doesn't matter; one about every element,
// by the first that doesn't pass or by the answer's end. whole is whether body is
// all of the answer.
func Prove(conditions []Condition, body []byte, whole bool) Proof {
	s := newScanner(conditions)
	for _, c := range body {
		s.feed(c)
	}
	return s.finish(whole)
}

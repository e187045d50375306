// Package explain says what a line of a serial log, or of the tools that build
// and upload a sketch, means and what to do about it. It knows the board's
// resets, crashes and memory, its Wi-Fi, HTTPClient and BearSSL, and the
// failures of esptool, arduino-cli and PlatformIO.
//
// It is precise rather than eager: a number is an error only where its line
// says so, and a line that could mean something else is left alone. It does no
// I/O and keeps no state: each line stands for itself.
package explain

import (
	"slices"
	"strconv"
	"strings"

	"espost/esp8266"
	"espost/internal/lazyregexp"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// An Explanation is what one text means. Code is the thing's name, as people
// search for it: "HTTPClient -1", "exception 28", "not in boot mode".
type Explanation struct {
	problem.Problem
	Number int    // the number in the name, 0 where it has none
	Text   string // the words that stand in the log; an alert's name in the RFCs
}

// A Mention is a line that was explained.
type Mention struct {
	Line         int    // from 1
	Text         string // the line as it stands
	Explanations []Explanation
}

// Log explains the lines of a log that have something to explain.
func Log(log string) []Mention {
	var mentions []Mention
	n := 0
	for line := range strings.Lines(log) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if found := Line(line); len(found) > 0 {
			mentions = append(mentions, Mention{Line: n, Text: line, Explanations: found})
		}
	}
	return mentions
}

// Line explains one line of a log; nil where there is nothing to say. What is
// as it should be, such as an ordinary start, is not worth a word.
func Line(line string) []Explanation {
	var found []Explanation
	for _, e := range find(line) {
		if e.Severity != problem.OK {
			found = append(found, e)
		}
	}
	return found
}

// Question explains one number or text that somebody asks about. A bare number
// can mean several things: it returns all of them, the likeliest first. Unlike
// Line it also knows words that are too common to be looked for in a log.
func Question(seen string) []Explanation {
	seen = strings.TrimSpace(seen)
	if n, err := strconv.Atoi(seen); err == nil {
		return bareNumber(n)
	}
	if found := find(seen); len(found) > 0 {
		return found
	}
	return bareText(seen)
}

// timestamps are what monitors put before each line: the Arduino IDE's and
// arduino-cli's "19:24:57.650 -> ", PlatformIO's "19:24:57.650 > ", ESPHome's
// "[19:24:57]", and what espost monitor writes itself.
var timestamps = lazyregexp.New(`^(?:\[?\d{4}-\d\d-\d\d[T ])?\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?(?: -?> ?|  ?)?`)

// find explains a line, including what is as it should be.
func find(line string) []Explanation {
	const longest = 4096 // what a board prints in one line; the rest is looked at by nobody
	line = strings.TrimSpace(timestamps.Get().ReplaceAllString(sanitize.Line(line[:min(len(line), longest)]), ""))
	if line == "" {
		return nil
	}
	l := text{line, strings.ToLower(line)}
	var found findings
	found.add(l.reset()...)
	found.add(l.wifi()...)
	found.add(l.update()...)
	for _, table := range [][]rule{crashes, wifiRules, ports, uploads, builds} {
		found.add(match(table, l)...)
	}
	found.add(l.web()...)
	return found
}

// A text is a line, safe to show, and its lower-case form, which most is looked for in.
type text struct{ line, lower string }

func (t text) has(parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(t.lower, p) })
}

// A rule explains the lines that hold a text and, where one is given, match a
// pattern. "$1" in code, message and fix is the pattern's first group.
type rule struct {
	has                string // in lower case
	pattern            *lazyregexp.Regexp
	code, message, fix string
	severity           problem.Severity
}

// maxQuoted is how many characters of a line are quoted.
const maxQuoted = 160

// match returns what the first rule that fits says: a table goes from the
// particular to the general.
func match(table []rule, t text) []Explanation {
	for _, r := range table {
		if !strings.Contains(t.lower, r.has) {
			continue
		}
		groups := []int{0, len(t.line)}
		if r.pattern != nil {
			if groups = r.pattern.Get().FindStringSubmatchIndex(t.line); groups == nil {
				continue
			}
		}
		fill := func(template string) string {
			if r.pattern == nil {
				return template
			}
			return string(r.pattern.Get().ExpandString(nil, template, t.line, groups))
		}
		e := note(fill(r.code), fill(r.message), fill(r.fix))
		if r.severity != "" {
			e.Severity = r.severity
		}
		e.Text = sanitize.Clip(t.line[groups[0]:groups[1]], maxQuoted)
		return []Explanation{e}
	}
	return nil
}

func note(code, message, fix string) Explanation {
	return Explanation{Problem: problem.Problem{Severity: problem.Fatal, Code: code, Message: message, Fix: fix}}
}

// ofBoard makes an Explanation of the board's tables.
func ofBoard(e esp8266.ErrorInfo) Explanation {
	made := note(e.Name, strings.TrimSuffix(e.Meaning, "."), strings.TrimSuffix(e.Cure, "."))
	made.Number, made.Text = e.Code, e.Text
	return made
}

// findings are explanations, each once.
type findings []Explanation

func (f *findings) add(all ...Explanation) {
	for _, e := range all {
		if !slices.ContainsFunc(*f, func(known Explanation) bool { return known.Code == e.Code }) {
			*f = append(*f, e)
		}
	}
}

func (f *findings) addError(e esp8266.ErrorInfo, ok bool) {
	if ok {
		f.add(ofBoard(e))
	}
}

// number is a pattern's group as a number, 0 without a match.
func number(match []string, group int) int {
	if len(match) <= group {
		return 0
	}
	n, err := strconv.Atoi(match[group])
	if err != nil {
		return 0
	}
	return n
}

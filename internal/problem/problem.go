// Package problem is the one type for a diagnosis: what is the matter, in one
// sentence, and what to do about it, in another. Everything that espost tells
// its user is wrong, or worth knowing, is a Problem: findings about a server,
// notes on an answer, slips in a profile, a failed connection.
//
// A Problem is worded where it is found and formatted where it is shown:
// Message and Fix carry no final full stop, and Error, which is what a plain
// "%v" prints, makes sentences of them.
package problem

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Severity ranks a Problem.
type Severity string

// The severities, least first. Their words are part of espost's JSON.
const (
	OK      Severity = "ok"      // all is well, and worth saying
	Note    Severity = "note"    // good to know, nothing to do
	Warning Severity = "warning" // works, but not as one would wish
	Fatal   Severity = "problem" // doesn't work, or soon won't
)

// rank orders severities for Sort, the gravest first.
func (s Severity) rank() int {
	return slices.Index([]Severity{Fatal, "", Warning, Note, OK}, s)
}

// A Problem is one diagnosis. All texts are safe to show: foreign parts of them
// have gone through package sanitize.
type Problem struct {
	Severity Severity `json:"severity"` // empty means Fatal
	Code     string   `json:"code"`     // stable, for scripts; empty where none needs it
	Message  string   `json:"message"`  // what is the matter: one plain sentence without its full stop
	Fix      string   `json:"fix"`      // what to do: one plain sentence without its full stop; empty for nothing
	Where    string   `json:"-"`        // the part of the work it is about, as the profile names it: "request.fields[2].source"; empty for none
	Err      error    `json:"-"`        // the cause, if there is one beneath
}

// New returns a fatal Problem that has a code.
func New(code, message, fix string) *Problem {
	return &Problem{Severity: Fatal, Code: code, Message: message, Fix: fix}
}

// At returns a fatal Problem with one part of the work.
func At(where, message, fix string) *Problem {
	return &Problem{Severity: Fatal, Where: where, Message: message, Fix: fix}
}

// Because adds the cause.
func (p *Problem) Because(err error) *Problem {
	p.Err = err
	return p
}

// Error returns Message and Fix as sentences.
func (p *Problem) Error() string { return p.Sentences() }

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// Sentences returns Message and Fix as sentences.
func (p *Problem) Sentences() string { return Sentences(p.Message, p.Fix) }

// A List is several problems, in an order that means something. Its zero value
// is none.
type List []Problem

// Add appends a problem; nil adds nothing.
func (l *List) Add(p *Problem) {
	if p != nil {
		*l = append(*l, *p)
	}
}

// Err returns what is fatal in the list as an error, nil when nothing is.
func (l List) Err() error {
	fatal := slices.DeleteFunc(slices.Clone(l), func(p Problem) bool { return p.Severity != Fatal && p.Severity != "" })
	if len(fatal) == 0 {
		return nil
	}
	return &ListError{fatal}
}

// Has reports whether a code is among the problems.
func (l List) Has(code string) bool {
	return slices.ContainsFunc(l, func(p Problem) bool { return p.Code == code })
}

// At returns the first problem whose Where is one of the given parts or lies
// within it ("request.fields" holds "request.fields[2].name").
func (l List) At(parts ...string) (Problem, bool) {
	i := slices.IndexFunc(l, func(p Problem) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return within(p.Where, part) })
	})
	if i < 0 {
		return Problem{}, false
	}
	return l[i], true
}

func within(where, part string) bool {
	rest, ok := strings.CutPrefix(where, part)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// Sort puts the gravest first and leaves the order otherwise as it is.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Problem) int { return a.Severity.rank() - b.Severity.rank() })
}

// A ListError is a List that is not empty, as an error.
type ListError struct{ Problems List }

// Error returns each problem on a line of its own.
func (e *ListError) Error() string {
	lines := make([]string, len(e.Problems))
	for i := range e.Problems {
		lines[i] = e.Problems[i].Sentences()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is and errors.As look into each problem.
func (e *ListError) Unwrap() []error {
	all := make([]error, len(e.Problems))
	for i := range e.Problems {
		all[i] = &e.Problems[i]
	}
	return all
}

// All returns the problems that err holds: those of a List, a Problem beneath
// it, or err itself as a fatal Problem without a fix. nil gives none.
func All(err error) List {
	var list *ListError
	var one *Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &list):
		return list.Problems
	case errors.As(err, &one):
		return List{*one}
	}
	return List{{Severity: Fatal, Message: strings.TrimSuffix(err.Error(), "."), Err: err}}
}

// Sentences makes sentences of texts and joins them; empty ones are left out.
func Sentences(texts ...string) string {
	var out []string
	for _, t := range texts {
		if t = Sentence(t); t != "" {
			out = append(out, t)
		}
	}
	return strings.Join(out, " ")
}

// Sentence makes a text begin with a capital and end with a full stop, however
// it was written. A first word that is no word but a host, an address or a name
// from source code is left as it is.
func Sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	word, _, _ := strings.Cut(text, " ")
	if first, size := utf8.DecodeRuneInString(text); !strings.ContainsAny(strings.TrimRight(word, ".,:;!?"), ".:/[]_()=-") {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	if !strings.ContainsAny(text[len(text)-1:], ".!?:…") && !strings.HasSuffix(text, "…") {
		text += "."
	}
	return text
}

// Quote is foreign text in quotes, for a sentence; it must be safe to show.
func Quote(s string) string { return fmt.Sprintf("%q", s) }

package profile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"

	"espost/internal/lazyregexp"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// A SyntaxError is something in a profile's text that can't be, with its place.
type SyntaxError struct {
	problem.Problem
	File         string // empty when the text came from no file
	Line, Column int    // from 1; 0 when the place isn't known
	Excerpt      string // the line, … for each value, and, below it, a caret; empty without a place
}

func (e *SyntaxError) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File + ":")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", e.Line, e.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	b.WriteString(e.Sentences())
	if e.Excerpt != "" {
		b.WriteString("\n" + e.Excerpt)
	}
	return b.String()
}

// Unwrap lets errors.As find the Problem.
func (e *SyntaxError) Unwrap() error { return &e.Problem }

// slip is a SyntaxError without a place. message is what is wrong and, after a
// semicolon, what to do.
func slip(message string, err error) *SyntaxError {
	message, fix, _ := strings.Cut(message, "; ")
	return &SyntaxError{Problem: problem.Problem{Severity: problem.Fatal, Message: message, Fix: fix, Err: err}}
}

// place sets the position, and the excerpt from the text that it is in.
func (e *SyntaxError) place(source string, line, column int) {
	lines := strings.Split(source, "\n")
	if line < 1 || line > len(lines) || column < 1 {
		return
	}
	e.Line, e.Column = line, column
	// mutant TestErrorsQuoteNoValue: structure([]rune(strings.TrimRight(lines[line-1], "\r")), column-1) => []rune(lines[line-1]), column-1
	shown, caret := structure([]rune(strings.TrimRight(lines[line-1], "\r")), column-1)
	const widest = 70 // of a line that is shown
	from := max(0, caret+1-widest+10)
	to := min(len(shown), from+widest)
	e.Excerpt = fmt.Sprintf("%5d | %s\n      | %s^", line, string(shown[from:to]), strings.Repeat(" ", caret-from))
}

// explain turns an error of the YAML library into a SyntaxError.
func explain(source string, err error) error {
	var located yaml.Error
	if !errors.As(err, &located) {
		var own *SyntaxError
		if errors.As(err, &own) {
			return own
		}
		return slip("this isn't YAML that can be understood; look for a * without its &, or the other way round", err)
	}
	e := slip(sanitize.Line(message(located)), err)
	if t := located.GetToken(); t != nil && t.Position != nil {
		line, column := position(t)
		e.place(source, line, column)
	}
	return e
}

// position is where t stands. The column of a quoted text is its quote's.
func position(t *token.Token) (line, column int) { return t.Position.Line, t.Position.Column }

var (
	unknownField = lazyregexp.New(`^unknown field "(.*)"$`)
	missing      = lazyregexp.New(`^'(.)' or '(.)' must be specified$`)
	inQuotes     = lazyregexp.New(`"(?:[^"\\]|\\.)*"|'[^']*'`)
	definedTwice = lazyregexp.New(`^mapping key "(.*)" already defined at \[(\d+):\d+\]$`)
)

// message is what the library says, in words that don't need Go.
func message(err yaml.Error) string {
	text := err.GetMessage()
	if m := unknownField.Get().FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("there is no key%s here; correct its spelling or remove it", quotedKey(err.GetToken(), m[1]))
	}
	if m := definedTwice.Get().FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("the key%s stands here a second time, after line %s; remove one of them", quotedKey(err.GetToken(), m[1]), m[2])
	}
	var own *complaintError
	if errors.As(err, &own) {
		return text
	}
	var wrongType *yaml.TypeError
	var wrongNode *yaml.UnexpectedNodeTypeError
	var tooBig *yaml.OverflowError
	switch {
	case errors.As(err, &wrongType):
		return fmt.Sprintf("%s belongs here", wanted(wrongType.DstType))
	case errors.As(err, &wrongNode):
		return strings.NewReplacer("Sequence", "a list", "Mapping", "a mapping of keys to values").Replace(wrongNode.Expected.String()) + " belongs here"
	case errors.As(err, &tooBig):
		return "this number is too big"
	}
	if m := missing.Get().FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("a %s or a %s is missing before this; write it, or put quotes around the text", m[1], m[2])
	}
	return inQuotes.Get().ReplaceAllString(text, "…") // mutant TestErrorsQuoteNoValue: inQuotes.Get().ReplaceAllString(text, "…") => text
}

// quotedKey is a key within a sentence, behind a blank: "" for what only a lost
// quote or comma has made a key, which is somebody's value.
func quotedKey(t *token.Token, key string) string {
	if !plainKey.Get().MatchString(key) || t == nil || t.Next == nil || t.Next.Type != token.MappingValueType {
		return ""
	}
	return fmt.Sprintf(" %q", key)
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return wanted(t.Elem())
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "a mapping of keys to values"
	}
	return "a text"
}

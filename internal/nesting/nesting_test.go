package nesting_test

import (
	"strings"
	"testing"

	"espost/internal/nesting"
)

func TestExceeded(t *testing.T) {
	limit := nesting.Limit{Depth: 4, Pairs: 10}
	for text, want := range map[string]nesting.Excess{
		"a: [[[[1]]]]\n":               nesting.None,
		"a: [[[[[1]]]]]\n":             nesting.Depth,
		"a: '[[[[[['\n":                nesting.None,
		"- - - - - a\n":                nesting.Depth,
		"a:\n b:\n  c:\n   d:\n    e:": nesting.None,
		strings.Repeat("a: 1\n", 10):   nesting.None,
		strings.Repeat("a: 1\n", 11):   nesting.Pairs,
	} {
		if got, _ := limit.Exceeded(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if got, at := limit.Exceeded("a: 1\nb: {{{{{"); got != nesting.Depth || at.Line != 2 || at.Column != 8 {
		t.Errorf("%v at %d:%d", got, at.Line, at.Column)
	}
}

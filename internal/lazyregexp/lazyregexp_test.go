package lazyregexp_test

import (
	"testing"

	"espost/internal/lazyregexp"
)

// A faulty expression is told by Check, and one is compiled once.
func TestCheck(t *testing.T) {
	good := lazyregexp.New(`^a+$`)
	first := good()
	if !first.MatchString("aaa") || first != good() {
		t.Error("it isn't the expression, or it is compiled twice")
	}
	if lazyregexp.Check() != 1 {
		t.Error("Check misses an expression")
	}
	lazyregexp.New(`(`)
	defer func() {
		if recover() == nil {
			t.Error("Check accepts a faulty expression")
		}
	}()
	lazyregexp.Check()
}

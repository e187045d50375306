package lazyregexp_test

import (
	"testing"

	"espost/internal/lazyregexp"
)

// An expression is compiled when it is needed, and once.
func TestGet(t *testing.T) {
	good := lazyregexp.New(`^a+$`)
	first := good.Get()
	if !first.MatchString("aaa") || first != good.Get() {
		t.Error("it isn't the expression, or it is compiled twice")
	}
	faulty := lazyregexp.New(`(`)
	defer func() {
		if recover() == nil {
			t.Error("a faulty expression is used")
		}
	}()
	faulty.Get()
}

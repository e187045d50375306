package cli_test

import (
	"testing"

	"espost/internal/lazyregexp"
)

// Every expression that waits for its first use is a right one.
func TestPatternsCompile(t *testing.T) {
	if lazyregexp.Check() < 100 {
		t.Error("the expressions of explain, imports and device aren't among them")
	}
}

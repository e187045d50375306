package tuitest

import (
	"testing"

	"github.com/charmbracelet/x/exp/golden"
)

// Golden compares the screen's text with testdata/NAME.golden, which go test -update writes.
func (term *Terminal) Golden(name string) {
	term.t.Helper()
	golden.RequireEqual(named{term.t, name}, term.Screen()+"\n")
}

// GoldenANSI is Golden with colours and attributes; cat shows such a file as the screen was.
func (term *Terminal) GoldenANSI(name string) {
	term.t.Helper()
	golden.RequireEqual(named{term.t, name}, term.ANSI()+"\n")
}

// named is a test under another name: package golden calls its file by the test's.
type named struct {
	testing.TB
	name string
}

func (n named) Name() string { return n.name }

//go:build !linux

package test

import "github.com/rogpeppe/go-internal/testscript"

// startBoard needs Linux's pseudo-terminals.
func startBoard(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("board: Linux only") }

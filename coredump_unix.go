//go:build unix

package main

import "syscall"

// forbidCoreDump keeps passwords and tokens out of a core file, should the
// process die of a signal. It is best effort: without it all else works.
func forbidCoreDump() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	forbidReading()
}

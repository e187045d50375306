//go:build unix

package coredump

import "syscall"

// Forbid keeps passwords and tokens out of a core file, should the
// process die of a signal. It is best effort: without it all else works.
func Forbid() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	forbidReading()
}

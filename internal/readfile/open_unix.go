//go:build unix

package readfile

import "syscall"

// nonBlocking opens a pipe that nobody writes to as an empty file, instead of
// waiting for somebody.
const nonBlocking = syscall.O_NONBLOCK

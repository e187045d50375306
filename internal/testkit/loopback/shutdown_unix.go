//go:build unix

package loopback

import "syscall"

// shutdown ends listening at a socket, whoever has a copy of it.
func shutdown(socket uintptr) { _ = syscall.Shutdown(int(socket), syscall.SHUT_RD) }

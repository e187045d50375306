package coredump

import "syscall"

// forbidReading keeps the user's other programs from reading the process's
// memory and environment, and crash handlers that pay no heed to limits from
// dumping it (prctl(2), PR_SET_DUMPABLE).
func forbidReading() {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_DUMPABLE, 0, 0)
}

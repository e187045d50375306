//go:build unix

package descriptors

import "syscall"

// limit is how many descriptors the process may have.
func limit() int64 {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return most
	}
	return int64(min(uint64(l.Cur), most+reserved)) //nolint:unconvert // it is signed on FreeBSD
}

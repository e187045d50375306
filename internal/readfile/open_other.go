//go:build !unix

package readfile

// nonBlocking is for pipes with a name in the file system, which are Unix's.
const nonBlocking = 0

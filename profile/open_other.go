//go:build !unix

package profile

// nonBlocking is for pipes with a name in the file system, which are Unix's.
const nonBlocking = 0

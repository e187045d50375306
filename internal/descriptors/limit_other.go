//go:build !unix

package descriptors

// limit is how many descriptors the process may have; Windows has no such limit.
func limit() int64 { return most }

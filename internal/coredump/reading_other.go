//go:build unix && !linux

package coredump

// forbidReading does nothing: only Linux can be asked.
func forbidReading() {}

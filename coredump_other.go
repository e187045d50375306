//go:build unix && !linux

package main

// forbidReading does nothing: only Linux can be asked.
func forbidReading() {}

package codegen

import (
	"fmt"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// Keep says which readings are written to flash, where they outlast a power
// failure.
type Keep string

// The ways to keep readings.
const (
	KeepOff    Keep = "off"    // none: the newest one is tried until the next is taken
	KeepFailed Keep = "failed" // those that could not be delivered at once
	KeepAll    Keep = "all"    // every one, before it is sent
)

// How many bytes of readings wait in RAM before they go to flash: so that all
// requests of a reading find room, if that can be.
const (
	minOutboxRAM = 1024
	maxOutboxRAM = 4096
	entryBytes   = 28 // of outbox.h's Entry, before each
)

func outboxRAM(p Project) int {
	if !p.Split {
		return minOutboxRAM
	}
	return min(max(minOutboxRAM, len(p.Parts())*(messageBytes(p)+entryBytes)), maxOutboxRAM)
}

// Keeps returns the ways to keep readings in the order that they are offered.
func Keeps() []Keep { return []Keep{KeepFailed, KeepAll, KeepOff} }

// DefaultKeep is what a new device on that board does.
func DefaultKeep(b esp8266.Board) Keep {
	if b.HasFileSystem() {
		return KeepFailed
	}
	return KeepOff
}

// On reports whether any reading is written to flash.
func (k Keep) On() bool { return k == KeepFailed || k == KeepAll }

// OnBoard returns k for a board, which may have no room for a file system.
func (k Keep) OnBoard(b esp8266.Board) Keep {
	if !b.HasFileSystem() {
		return KeepOff
	}
	return k
}

// Text is k for people, as in "Keep offline: …".
func (k Keep) Text() string {
	switch k {
	case KeepFailed:
		return "failed readings"
	case KeepAll:
		return "every reading"
	}
	return "no"
}

// Check returns why there is no such way, nil when there is.
func (k Keep) Check() *problem.Problem {
	if k == "" || k == KeepOff || k.On() {
		return nil
	}
	return problem.At("firmware.keep", fmt.Sprintf("nothing can be kept as %q", sanitize.Clip(string(k), 60)), "use failed, all or off")
}

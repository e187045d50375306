package codegen

import "strings"

// A Problem is one thing that keeps a Project from becoming firmware.
type Problem struct {
	Part    Part
	Row     int    // index into Headers, Fields, Pin.SHA1 or Pin.CAs; -1 for the other parts
	Message string // one plain sentence without its full stop
	Fix     string // what to do about it
}

func (p Problem) String() string { return p.Message + ": " + p.Fix }

// A Part is the part of a Project that a Problem is about.
type Part string

// The parts.
const (
	PartName      Part = "name"
	PartBoard     Part = "board"
	PartMethod    Part = "method"
	PartHost      Part = "host"
	PartPort      Part = "port"
	PartPath      Part = "path"
	PartHeader    Part = "header"
	PartField     Part = "field"
	PartPin       Part = "pin"
	PartSSID      Part = "ssid"
	PartPassword  Part = "password"
	PartEvery     Part = "every"
	PartStatic    Part = "static address"
	PartOutbox    Part = "outbox"
	PartDeepSleep Part = "deep sleep"
	PartLED       Part = "led"
	PartMemory    Part = "memory"
)

// An InvalidError is everything that is wrong with a Project, at least one
// thing, in the order of the Project's fields.
type InvalidError struct{ Problems []Problem }

func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

package device

import (
	"fmt"

	"espost/internal/problem"
)

// An Aside is what stands beside what a board says, safe to show.
type Aside struct {
	Severity problem.Severity
	Text     string
}

// A Narrator puts what happens on a port into words: each explanation whole at
// first, and by its name when it comes again. It also tells when waiting for a
// delivery is over. Its zero value is ready to use.
type Narrator struct {
	explained map[string]bool
	crashes   int
}

// toldFrames is how many places of a crash are told: the first ones matter.
const toldFrames = 12

// Asides are the words for an event, beside the Text of a Line.
func (n *Narrator) Asides(e Event) []Aside {
	var all []Aside
	say := func(s problem.Severity, format string, args ...any) {
		all = append(all, Aside{s, fmt.Sprintf(format, args...)})
	}
	switch e.Kind {
	case Line:
		for _, x := range e.Explanations {
			if n.explained[x.Code] {
				say(problem.Warning, "%s", x.Code)
				continue
			}
			if n.explained == nil {
				n.explained = map[string]bool{}
			}
			n.explained[x.Code] = true
			say(problem.Warning, "%s: %s", x.Code, x.Sentences())
		}
		if e.Summary != "" {
			say(e.Milestone.severity(), "%s", e.Summary)
		}
	case Stack:
		for _, f := range e.Frames[:min(len(e.Frames), toldFrames)] {
			say(problem.Fatal, "%s", f)
		}
	case Noise:
		say(problem.Note, "%d bytes that are no text at this baud rate", e.Bytes)
	case Opened:
		say(problem.Note, "watching at %d baud", e.Baud)
	case Baud:
		say(problem.Note, "unreadable; trying %d baud", e.Baud)
	default:
		say(problem.Warning, "%s", e.Problem.Sentences())
	}
	return all
}

// severity is how good a milestone is.
func (m Milestone) severity() problem.Severity {
	if m == Delivered || m == Online || m == Started {
		return problem.OK
	}
	return problem.Fatal
}

// maxCrashes ends waiting: a sketch that crashes so often won't deliver.
const maxCrashes = 3

// Over reports whether waiting for a delivery is over with this event, and why it
// was in vain; nil for a delivery. Each event must be given once.
func (n *Narrator) Over(e Event) (*problem.Problem, bool) {
	if e.Milestone == Crashed {
		n.crashes++
	}
	switch {
	case e.Milestone == Delivered:
		return nil, true
	case e.Milestone.Final():
		return e.Milestone.Problem(), true
	case n.crashes >= maxCrashes:
		return problem.New("crashes", "the sketch crashes again and again", "the lines above tell which exception it was; suspect readings.h first"), true
	}
	return nil, false
}

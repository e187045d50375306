package ui

import (
	"strings"
)

// The smallest terminal that the app draws itself on.
const (
	MinWidth  = 60
	MinHeight = 16
)

// FrameHeight is how many lines the frame takes away from a step.
const FrameHeight = 4

// BodyTop is the line of the frame on which the step begins.
const BodyTop = 2

// A Mark is a step's state in the stepper.
type Mark int

// The marks.
const (
	MarkOpen Mark = iota
	MarkCurrent
	MarkDone
)

// A StepLabel is one entry of the stepper.
type StepLabel struct {
	Name string
	Mark Mark
}

// A Frame is everything around a step.
type Frame struct {
	Steps  []StepLabel
	File   string // the work's, at the left of the header; "" for none yet
	Dirty  bool   // the work has changed since it was saved
	Corner string // at the right of the header: the target
	Body   string
	Keys   []Action  // what can be done now, for the footer
	Status StatusMsg // at the right of the footer, or in its place where there is no room for both
}

// Render draws the frame at exactly width by height.
func (f Frame) Render(t *Theme, width, height int) string {
	rule := t.Rule.Render(strings.Repeat(t.Horizontal, width))
	foot := strings.Join(f.footer(t, width), "\n")
	body := Fit(f.Body, width, height-FrameHeight-strings.Count(foot, "\n"))
	return strings.Join([]string{Truncate(f.header(t, width), width, ""), rule, body, rule, foot}, "\n")
}

// brand is what stands before the stepper: the file and whether it is behind. On
// a narrow terminal its room is needed for the steps, and only a mark is left.
func (f Frame) brand(t *Theme, width int) string {
	mark := ""
	if f.Dirty {
		mark = "*"
	}
	if width < wideHeader {
		return Pad(mark, 1)
	}
	name, steps := f.File, len(gap(width))*(len(f.Steps)-1)
	if name == "" {
		name = "espost"
	}
	for _, s := range f.Steps {
		steps += Width(stepText(t, s))
	}
	if mark != "" {
		mark = " " + mark
	}
	const margin = 3
	return " " + Truncate(name, max(len("espost"), width-steps-margin-len(mark)), t.Ellipsis) + mark + "  "
}

// wideHeader is from how many columns on there is room for more than the steps.
const wideHeader = 72

// gap is what stands between two steps.
func gap(width int) string {
	if width < wideHeader {
		return " "
	}
	return "  "
}

func (f Frame) header(t *Theme, width int) string {
	line := t.Title.Render(f.brand(t, width))
	for i, s := range f.Steps {
		if i > 0 {
			line += gap(width)
		}
		line += stepText(t, s)
	}
	room := width - Width(line) - 2
	if corner := Truncate(f.Corner, room, t.Ellipsis); room >= 8 && corner != "" {
		margin := min(1, room-Width(corner)) // as at the left, where there is room
		line += strings.Repeat(" ", 2+room-margin-Width(corner)) + t.Faint.Render(corner)
	}
	return line
}

func stepText(t *Theme, s StepLabel) string {
	switch s.Mark {
	case MarkDone:
		return t.Good.Render(t.Done) + " " + s.Name
	case MarkCurrent:
		return t.Title.Render(t.Current + " " + s.Name)
	}
	return t.Faint.Render(t.Open + " " + s.Name)
}

// StepAt returns which step's label stands at column x of the header of a frame
// that is width columns wide.
func (f Frame) StepAt(t *Theme, x, width int) (index int, ok bool) {
	left := Width(f.brand(t, width))
	for i, s := range f.Steps {
		label := Width(stepText(t, s))
		if x >= left && x < left+label {
			return i, true
		}
		left += label + len(gap(width))
	}
	return 0, false
}

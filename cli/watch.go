package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"charm.land/lipgloss/v2"

	"espost/device"
	"espost/esp8266/explain"
	"espost/internal/problem"
)

// untilDelivered is what --until takes.
const untilDelivered = "delivered"

// watching is how a board is watched, and until when.
type watching struct {
	timestamps bool
	asJSON     bool
	noExplain  bool
	until      string
	timeout    time.Duration
	record     io.Writer // gets every line with its time; nil for none
}

// errTimeout ends watching after --timeout.
var errTimeout = errors.New("the time is over")

// watch shows what a board says until Ctrl-C, --timeout, or what --until waits
// for. Waiting ends early where it can't be fulfilled any more.
func (p *Program) watch(ctx context.Context, m *device.Monitor, options watching) error {
	seen, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if options.timeout > 0 {
		limited, cancel := context.WithTimeoutCause(seen, options.timeout, errTimeout)
		defer cancel()
		seen = limited
	}
	v := &viewer{Program: p, watching: options, stop: stop, palette: newPalette(), explained: map[string]bool{}}
	if err := m.Run(seen, v.see); err != nil {
		return err
	}
	switch cause := context.Cause(seen); {
	case ctx.Err() != nil:
		if options.until != "" {
			return ctx.Err() // it was waited for in vain
		}
		return nil
	case errors.Is(cause, errTimeout) && options.until == "", errors.Is(cause, errDelivered):
		return nil
	case errors.Is(cause, errTimeout):
		return fmt.Errorf("nothing was delivered within %s; %s", options.timeout, v.last())
	default:
		return cause
	}
}

var errDelivered = errors.New("a reading was delivered")

// maxCrashes ends waiting: a sketch that crashes so often won't deliver.
const maxCrashes = 3

// maxFrames is how many places of a crash are shown: the first ones matter.
const maxFrames = 12

// A viewer shows the events of a board.
type viewer struct {
	*Program
	watching
	palette
	stop func(cause error)

	explained map[string]bool // whole, once; then by name
	summary   string          // of the newest milestone
	heard     bool
	crashes   int
}

func (v *viewer) see(e device.Event) {
	if v.noExplain {
		e.Explanations = nil
	}
	if v.record != nil && e.Kind == device.Line {
		fmt.Fprintf(v.record, "%s %s\n", e.Time.Format(stampLayout), e.Text)
	}
	if v.asJSON {
		v.printJSON(eventJSON(e))
	} else {
		v.show(e)
	}
	v.heard = v.heard || e.Kind == device.Line
	if e.Summary != "" {
		v.summary = e.Summary
	}
	if e.Milestone == device.Crashed {
		v.crashes++
	}
	if v.until != untilDelivered {
		return
	}
	switch {
	case e.Milestone == device.Delivered:
		v.stop(errDelivered)
	case e.Milestone.Final():
		v.stop(e.Milestone.Problem())
	case v.crashes >= maxCrashes:
		v.stop(problem.New("crashes", "the sketch crashes again and again", "the lines above tell which exception it was; suspect readings.h first"))
	}
}

// last says what the end of a vain wait looked like.
func (v *viewer) last() string {
	switch {
	case v.summary != "":
		return "the last that the board told: " + v.summary
	case v.heard:
		return "what the board says is not of a sketch that espost wrote"
	}
	return "the board said nothing: press its RESET button, and check the port"
}

// stampLayout is how a time stands before a line.
const stampLayout = "2006-01-02 15:04:05.000"

// show prints an event for people.
func (v *viewer) show(e device.Event) {
	switch e.Kind {
	case device.Line:
		stamp := ""
		if v.timestamps {
			stamp = v.dim.Render(e.Time.Format(time.TimeOnly+".000")) + " "
		}
		fmt.Fprintln(v.paint, stamp+e.Text)
		for _, x := range e.Explanations {
			v.aside(v.caution, v.words(x))
		}
		if e.Summary != "" {
			style := v.bad
			if e.Milestone == device.Delivered || e.Milestone == device.Online || e.Milestone == device.Started {
				style = v.good
			}
			v.aside(style, e.Summary)
		}
	case device.Stack:
		for _, f := range e.Frames[:min(len(e.Frames), maxFrames)] {
			v.aside(v.strong, f.String())
		}
	case device.Noise:
		v.aside(v.dim, fmt.Sprintf("%d bytes that are no text at this baud rate", e.Bytes))
	case device.Opened:
		fmt.Fprintf(v.Stderr, "espost: watching at %d baud; Ctrl-C ends it\n", e.Baud)
	case device.Baud:
		fmt.Fprintf(v.Stderr, "espost: unreadable; trying %d baud\n", e.Baud)
	default:
		fmt.Fprintf(v.Stderr, "espost: %s\n", e.Problem.Sentences())
	}
}

// aside prints what stands beside the board's own lines.
func (v *viewer) aside(style lipgloss.Style, text string) {
	fmt.Fprintf(v.paint, "  %s\n", style.Render("→ "+text))
}

// words explain something whole when it is seen for the first time.
func (v *viewer) words(x explain.Explanation) string {
	if v.explained[x.Code] {
		return x.Code
	}
	v.explained[x.Code] = true
	return x.Code + ": " + x.Sentences()
}

// eventJSON is an event as docs/schema/monitor.schema.json has it.
func eventJSON(e device.Event) map[string]any {
	object := map[string]any{"time": e.Time.UTC().Format(time.RFC3339Nano), "event": e.Kind}
	set := func(name string, value any, given bool) {
		if given {
			object[name] = value
		}
	}
	var known []map[string]any
	for _, x := range e.Explanations {
		known = append(known, map[string]any{"name": x.Code, "severity": x.Severity, "meaning": problem.Sentence(x.Message), "cure": problem.Sentence(x.Fix)})
	}
	set("text", e.Text, e.Kind == device.Line)
	var frames []map[string]any
	for _, f := range e.Frames {
		frames = append(frames, map[string]any{"address": f.Address, "function": f.Function, "place": f.Place})
	}
	set("frames", frames, frames != nil)
	set("explanations", known, known != nil)
	set("milestone", e.Milestone, e.Milestone != "")
	set("summary", e.Summary, e.Summary != "")
	set("bytes", e.Bytes, e.Bytes > 0)
	set("baud", e.Baud, e.Baud > 0)
	set("problem", e.Problem, e.Problem != nil)
	return object
}

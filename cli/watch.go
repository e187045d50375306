package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"charm.land/lipgloss/v2"

	"espost/device"
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
	v := &viewer{Program: p, watching: options, stop: stop, palette: newPalette()}
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
		return v.vain(options.timeout)
	default:
		return cause
	}
}

var errDelivered = errors.New("a reading was delivered")

// A viewer shows the events of a board.
type viewer struct {
	*Program
	watching
	palette
	stop func(cause error)

	narrator device.Narrator
	summary  string // of the newest milestone
	heard    bool
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
	if why, over := v.narrator.Over(e); over && v.until == untilDelivered {
		if why == nil {
			v.stop(errDelivered)
		} else {
			v.stop(why)
		}
	}
}

// vain says what the end of a vain wait looked like, and what to do.
func (v *viewer) vain(waited time.Duration) error {
	message := fmt.Sprintf("nothing was delivered within %s: ", waited)
	switch {
	case v.summary != "":
		return problem.New("not-delivered", message+"the last that the board told was: "+v.summary, "look at the lines above; espost monitor watches on")
	case v.heard:
		return problem.New("not-delivered", message+"what the board says is not of a sketch that espost wrote", "flash the sketch with espost flash, and check that this is the board's port")
	}
	return problem.New("silent", message+"the board says nothing", "press its RESET button, and check that this is the board's port: espost monitor --list tells which there are")
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
		v.asides(e)
	case device.Stack, device.Noise:
		v.asides(e)
	case device.Opened:
		fmt.Fprintf(v.Stderr, "espost: watching at %d baud; Ctrl-C ends it\n", e.Baud)
	case device.Baud:
		fmt.Fprintf(v.Stderr, "espost: unreadable; trying %d baud\n", e.Baud)
	default:
		fmt.Fprintf(v.Stderr, "espost: %s\n", e.Problem.Sentences())
	}
}

// asides prints what stands beside the board's own lines.
func (v *viewer) asides(e device.Event) {
	styles := map[problem.Severity]lipgloss.Style{problem.OK: v.good, problem.Warning: v.caution, problem.Fatal: v.bad, problem.Note: v.dim}
	for _, a := range v.narrator.Asides(e) {
		fmt.Fprintf(v.paint, "  %s\n", styles[a.Severity].Render("→ "+a.Text))
	}
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

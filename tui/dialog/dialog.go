// Package dialog is the app as plain questions and answers, for screen readers
// and terminals that can't move the cursor: the same six steps, the same
// validation, one line after the other.
package dialog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"espost/demo"
	"espost/esp8266"
	"espost/formpost"
	"espost/imports"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// A Dialog is one sitting. All fields but Profile's contents must be set.
type Dialog struct {
	In      io.Reader
	Out     io.Writer
	Session *profile.Session
	Target  string // proposed
	Inspect func(context.Context, request.Target, func(tlsinspect.Event)) (*tlsinspect.Report, error)
	Send    func(context.Context, *profile.Profile, *tlsinspect.Report) (*formpost.Response, error)
	Bench   Bench
	Import  *imports.Import                                 // what the profile was made of, nil for nothing
	Note    func(what string, err error, attributes ...any) // told when the sketch is written; may be nil

	KeyFolder string // where signing keys are kept unless the user says otherwise; "" for nowhere

	// Known are the fingerprints that are known to be the server's, as those of the
	// built-in one are; nil for none.
	Known func() []string

	// Posts are those that the demo server got; nil without one that boards reach.
	Posts <-chan demo.Entry

	asked    map[request.Suspect]bool
	report   *tlsinspect.Report
	named    []string    // what the user vouches for
	before   esp8266.Pin // that there was when the server was looked at
	requests chan bool   // true: what is typed must not be seen
	lines    chan line
}

// line is one line of input, or why there is none.
type line struct {
	text string
	err  error
}

// ErrEnded is returned when the input ended before the last question.
var ErrEnded = errors.New("the input ended before the last question: nothing more was done")

// Run asks its way to firmware on disk.
func (d *Dialog) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d.requests, d.lines = make(chan bool), make(chan line)
	go d.read(ctx)
	d.Out = &oneAtATime{to: d.Out}
	go d.tellPosts(ctx)
	steps := []struct {
		title string
		run   func(context.Context) error
	}{
		{"Connect", d.connect},
		{"Certificate", d.certificate},
		{"Form", d.form},
		{"Test", d.test},
		{"Firmware", d.firmware},
		{"Board", d.board},
	}
	d.say("Six steps lead to a board that runs. What stands in brackets is taken when you press enter alone. Control and C end it at any time.")
	d.say(ordersHelp)
	d.begin()
	if d.Import != nil {
		d.say("%s.", sanitize.Line(d.Import.Taken()))
		d.asked = make(map[request.Suspect]bool)
		if err := d.askSuspects(ctx); err != nil {
			return err
		}
	}
	for i := 0; i < len(steps); {
		d.say("")
		d.say("Step %d of %d: %s.", i+1, len(steps), steps[i].title)
		err := steps[i].run(ctx)
		switch {
		case errors.Is(err, errElsewhere):
			i = 0
		case errors.Is(err, errBack):
			i = max(0, i-1)
		case err != nil:
			return err
		default:
			i++
		}
	}
	return nil
}

// begin tells what is to be known of the profile. What its file has in plain text,
// it has for a reason.
func (d *Dialog) begin() {
	for _, n := range append(slices.Clone(d.Session.Warnings), d.Session.ExpiryNotes(time.Now())...) {
		d.say("Note: %s", sanitize.Line(n.Sentences()))
	}
	d.asked = make(map[request.Suspect]bool)
	for _, s := range d.Session.Request.Suspects() {
		d.asked[s] = d.Session.Pin.Pinned()
	}
}

// errElsewhere leads back to the first step.
var errElsewhere = errors.New("another server must be chosen")

// read reads one line for each request, so that nothing is taken from the
// terminal that nobody asked for. A read can't be interrupted: when ctx ends
// while it waits, this goroutine stays until the process ends or a line comes.
func (d *Dialog) read(ctx context.Context) {
	in := bufio.NewReader(d.In)
	for {
		var l line
		select {
		case <-ctx.Done():
			return
		case hidden := <-d.requests:
			l = d.readLine(in, hidden)
		}
		select {
		case <-ctx.Done():
			return
		case d.lines <- l:
		}
	}
}

func (d *Dialog) readLine(in *bufio.Reader, hidden bool) line {
	if f, ok := d.In.(*os.File); ok && hidden && in.Buffered() == 0 && term.IsTerminal(int(f.Fd())) {
		text, err := term.ReadPassword(int(f.Fd()))
		d.say("")
		return line{string(text), err}
	}
	text, err := in.ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = ErrEnded
		if text != "" {
			err = nil
		}
	}
	return line{strings.TrimRight(text, "\r\n"), err}
}

// say prints one line; the arguments must be safe to show.
func (d *Dialog) say(format string, args ...any) {
	_, _ = fmt.Fprintf(d.Out, format+"\n", args...) // a terminal that is gone ends the input too
}

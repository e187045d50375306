package dialog

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"

	"espost/esp8266"
	"espost/formpost"
	"espost/imports"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/services"
	"espost/tlsinspect"
)

// connect asks for the address until a server there was seen.
func (d *Dialog) connect(ctx context.Context) error {
	return d.until(ctx, "Where will the board send its data?", d.Target, func(s string) error {
		if service, ok := services.Exact(s); ok {
			address, err := d.service(ctx, service)
			if err != nil {
				return err
			}
			s = address
		}
		target, err := request.ParseTarget(s)
		if imported, none := imports.One([]byte(s), ""); err != nil && none == nil {
			imported.Fill(&d.Session.Request)
			d.say("%s.", sanitize.Line(imported.Taken()))
			target, err = request.ParseTarget(imported.Where())
		}
		if err != nil {
			return err
		}
		notes := target.Notes()
		if target.OnlyHere() {
			notes = append(notes, target.OnlyThisComputer(netip.Addr{})) // the look names the address, if there is one
		}
		for _, n := range notes {
			d.say("Note: %s", sanitize.Line(problem.Sentences(n.Message, n.Fix)))
		}
		d.say("Looking at host %s, port %d, path %s.", sanitize.Line(target.Host), target.Port, sanitize.Line(target.ShownPath()))
		report, err := d.Inspect(ctx, target, d.progress)
		if err != nil {
			var known *problem.Problem
			if errors.As(err, &known) {
				return errors.New(sanitize.Line(problem.Sentences(known.Message, known.Fix)))
			}
			return err
		}
		d.report, d.Target, d.named = report, target.URL(), nil
		d.Session.Follow(target)
		d.before = d.Session.Pin.Clone()
		return d.askSuspects(ctx)
	})
}

func (d *Dialog) progress(e tlsinspect.Event) {
	e.Detail = strings.NewReplacer(" ✓", " accepted,", " ✗", " refused,").Replace(e.Detail) // signs are read out as their names
	e.Detail = strings.TrimSuffix(e.Detail, ",")
	switch e.State {
	case tlsinspect.Done:
		d.say("Done: %s", sanitize.Line(problem.Sentences(e.Title, e.Detail)))
	case tlsinspect.Failed:
		d.say("Failed: %s", sanitize.Line(problem.Sentences(e.Title, e.Detail)))
	}
}

// certificate tells what was seen and asks for the pin. A server that the board
// can't connect to leads back to the address.
func (d *Dialog) certificate(ctx context.Context) error {
	r := d.report
	if d.Session.Pin.Pinned() {
		if kept, err := d.keep(ctx); kept || err != nil {
			return err
		}
	}
	pins := r.Pins.Working()
	if len(pins) == 0 {
		d.say("An ESP8266 can't connect to this server.")
		d.findings(r)
		d.say("Give another address, or try again when the server was changed.")
		return errElsewhere
	}
	d.say("An ESP8266 can connect, with %s and %s.", esp8266.VersionName(r.Board.Version), r.Board.CipherSuite.Name)
	for _, sha1 := range r.Fingerprints(tlsinspect.Grounds{Pin: d.Session.Pin}) {
		d.say("SHA-1 fingerprint: %s", sha1)
	}
	for i, c := range r.Chain {
		d.say("Certificate %d: %s, issued by %s, valid until %s.", i+1, sanitize.Line(c.Name()), c.IssuerName(), c.NotAfter.UTC().Format("2 January 2006"))
	}
	d.findings(r)
	d.say("The firmware can know the server by:")
	options, proposed := make([]string, len(pins)), 0
	for i, p := range pins {
		options[i] = p.Name
		if p.Recommended && r.Vouched(p, tlsinspect.Grounds{Pin: d.Session.Pin, Named: d.known()}) {
			options[i] += ", advised"
		}
		options[i] += ". It holds " + p.Holds
		if p.Pin.Mode == d.Session.Pin.Mode {
			proposed = i
		}
	}
	chosen, err := d.choose(ctx, "Which number?", options, proposed)
	if err != nil {
		return err
	}
	if err := d.pin(ctx, pins[chosen]); err != nil {
		return err
	}
	d.tellBackup()
	return nil
}

// tellBackup says that the CA is the pin's backup, or how it becomes that.
func (d *Dialog) tellBackup() {
	ca, ok := d.report.BackupCA(d.grounds())
	switch pin := d.Session.Pin; {
	case pin.Backup == esp8266.PinCA:
		d.say("Where this pin doesn't fit, the board goes on by %s. The order :backup leaves that out.", tlsinspect.Pinned(esp8266.Pin{Mode: esp8266.PinCA, CAs: pin.CAs}))
	case ok && pin.Mode != esp8266.PinCA && pin.Backup == "":
		d.say("The order :backup has the board go on by the CA %s where this pin doesn't fit.", sanitize.Line(ca.Name))
	}
}

// keep holds the profile's pin against what is served. Where that is another
// certificate, or one that fits, the pin is kept unless the user wants it otherwise.
func (d *Dialog) keep(ctx context.Context) (kept bool, err error) {
	if !d.report.Board.Connects || d.fits() {
		return false, nil
	}
	v := profile.Checker{}.Judge(d.Session.Profile, d.report)
	d.say("This is not the certificate that %s pins.", sanitize.Line(filepath.Base(d.Session.File)))
	d.say("%s", problem.Sentences(v.Reason))
	d.say("Pinned: %s.", tlsinspect.Pinned(d.Session.Pin))
	d.say("Served: %s.", d.report.Served(d.Session.Pin))
	d.say("%s.", d.report.OldBoards(d.Session.Pin))
	take, err := d.yes(ctx, "Take the new certificate, and pin it?", false)
	if take {
		d.named = []string{d.report.Fingerprint()}
	}
	return !take, err
}

// pin pins a choice, if need be after a question. A no leads back to the address.
func (d *Dialog) pin(ctx context.Context, choice tlsinspect.PinChoice) error {
	grounds := d.grounds()
	err := d.Session.Choose(d.report, choice, grounds)
	var untrusted *tlsinspect.TrustError
	switch {
	case !errors.As(err, &untrusted):
		d.leftOut(grounds)
		return err
	case choice.Pin.Mode == d.Session.Pin.Mode && choice.Pin.Mode != esp8266.PinCA && d.fits():
		return nil // the pin stays as it is
	}
	d.say("%s", sanitize.Line(problem.Sentences(err.Error())))
	d.say("Compare its fingerprint with the certificate's file on the server, or look through another network.")
	trust, err := d.yes(ctx, "Is "+untrusted.Name()+" your server's, and shall it be trusted?", false)
	if err != nil {
		return err
	}
	if !trust {
		d.say("Nothing was pinned.")
		return errElsewhere
	}
	grounds.Named = append(grounds.Named, untrusted.Name())
	d.leftOut(grounds)
	return d.Session.Choose(d.report, choice, grounds)
}

// fits reports whether the profile's pin is right for what is served.
func (d *Dialog) fits() bool {
	status := profile.Checker{}.Judge(d.Session.Profile, d.report).Status
	return d.Session.Pin.Pinned() && status != profile.Broken && status != profile.Backup
}

func (d *Dialog) known() []string {
	if d.Known == nil {
		return nil
	}
	return d.Known()
}

// leftOut names what is not pinned.
func (d *Dialog) leftOut(g tlsinspect.Grounds) {
	for _, a := range d.report.LeftOut(g) {
		d.say("The address %s serves another certificate, which nothing vouches for: it is not pinned: %s.", sanitize.Line(a.IP), a.Fingerprint())
	}
}

func (d *Dialog) findings(r *tlsinspect.Report) {
	for _, f := range r.Findings {
		word := map[problem.Severity]string{problem.Note: "Note", problem.Warning: "Warning", problem.Fatal: "Problem"}[f.Severity]
		if word == "" {
			d.say("Good: %s", sanitize.Line(problem.Sentences(f.Message)))
			continue
		}
		d.say("%s: %s", word, sanitize.Line(problem.Sentences(f.Message, f.Fix)))
	}
}

// test sends the request if the user wants it.
func (d *Dialog) test(ctx context.Context) error {
	d.aboutService()
	again := false
	for {
		question := "Send a test " + d.Session.Profile.Request.Method + ", byte for byte as the board will?"
		if again {
			question = "Send it again?"
		}
		send, err := d.yes(ctx, question, !again)
		if err != nil || !send {
			return err
		}
		response, err := d.Send(ctx, d.Session.Profile, d.report)
		if err == nil {
			d.answer(response)
			return d.rule(ctx, response)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		d.failure(err)
		again = true
	}
}

// aboutService says what bites boards at the profile's service.
func (d *Dialog) aboutService() {
	if s, ok := d.Session.AtService(); ok {
		for _, n := range s.For(d.Session.Request).Notes(d.Session.Firmware.Every, d.Session.EventGap()) {
			d.say("Note: %s", problem.Sentences(n.Message, n.Fix))
		}
	}
}

// rule lets the user change what such an answer counts as, as often as he likes.
func (d *Dialog) rule(ctx context.Context, r *formpost.Response) error {
	for {
		change, err := d.yes(ctx, "Shall such an answer count as something else?", false)
		if err != nil || !change {
			return err
		}
		before := r.Evaluate(d.Session.Answer, d.Session.Method)
		d.Session.Answer = d.Session.Answer.Turn(r.Reply(d.Session.Method))
		after := r.Evaluate(d.Session.Answer, d.Session.Method)
		if after == before {
			d.say("This answer can't count as anything else.")
			return nil
		}
		d.say("This answer counts as: %s.", after.Text())
	}
}

// maxSpoken is how many lines of an answer's body are read out.
const maxSpoken = 40

func (d *Dialog) answer(r *formpost.Response) {
	d.say("The server answered %s The board would see %d.",
		sanitize.Line(problem.Sentences(fmt.Sprintf("%d %s after %d milliseconds, with %d bytes", r.Status, r.Masked(r.Reason), r.Phases.Total().Milliseconds(), len(r.Body)))), r.BoardStatus)
	d.say("This answer counts as: %s.", r.Evaluate(d.Session.Answer, d.Session.Method).Text())
	for _, n := range r.Notes {
		d.say("Note: %s", sanitize.Line(problem.Sentences(n.Message, n.Fix)))
	}
	lines := strings.Split(strings.TrimRight(sanitize.Text(r.Masked(string(r.Body))), "\n"), "\n")
	for _, line := range lines[:min(len(lines), maxSpoken)] {
		d.say("%s", line)
	}
	if len(lines) > maxSpoken {
		d.say("%d more lines are left out.", len(lines)-maxSpoken)
	}
}

func (d *Dialog) failure(err error) {
	var known *formpost.Error
	if !errors.As(err, &known) {
		d.say("There was no answer. %s", sanitize.Line(problem.Sentences(err.Error())))
		return
	}
	d.say("There was no answer. %s", sanitize.Line(problem.Sentences(known.Message, known.Fix)))
	codes := fmt.Sprintf("HTTPClient %d", known.HTTPClient)
	if known.BearSSL != 0 {
		codes += fmt.Sprintf(" and BearSSL %d", known.BearSSL)
	}
	d.say("The board would report %s.", codes)
}

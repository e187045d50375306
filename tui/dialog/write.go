package dialog

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"espost/codegen"
	"espost/codegen/sketchdir"
	"espost/esp8266"
	"espost/internal/duration"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// firmware asks for what only the board needs, and writes the files.
func (d *Dialog) firmware(ctx context.Context) error {
	fw := &d.Session.Firmware
	d.say("The boards are:")
	boards := esp8266.Boards()
	names := make([]string, len(boards))
	current := 0
	for i, b := range boards {
		names[i] = b.Name
		if b == fw.Board {
			current = i
		}
	}
	chosen, err := d.choose(ctx, "Which number?", names, current)
	if err != nil {
		return err
	}
	fw.Board, fw.Keep = boards[chosen], fw.Keep.OnBoard(boards[chosen])
	network, interval := fw.SSID, duration.Format(fw.Every) // proposed, also after an answer that can't be used
	settings := []struct {
		parts []string // what the answer can spoil
		ask   func() error
	}{
		{[]string{"firmware.ssid"}, func() (err error) {
			fw.SSID, err = d.ask(ctx, "What is the name of the Wi-Fi network? Leave it empty to fill it in later:", network)
			return err
		}},
		{[]string{"firmware.password"}, func() (err error) {
			if fw.SSID != "" {
				fw.Password, err = d.secret(ctx, "What is its password? It is not shown. Leave it empty for an open network:")
			}
			return err
		}},
		{[]string{"firmware.every"}, func() error { return d.every(ctx, interval) }},
		{[]string{"firmware.sample-every"}, func() error {
			if !d.Session.Samples() {
				return nil
			}
			return d.span(ctx, "How often are numbers looked at between two readings?", &fw.SampleEvery, d.Session.Sample())
		}},
		{[]string{"firmware.min-gap"}, func() error {
			if !d.Session.Events() {
				return nil
			}
			return d.span(ctx, "How far apart are two readings at least when something happens?", &fw.MinGap, d.Session.Gap())
		}},
		{[]string{"firmware.keep"}, func() error { return d.backlog(ctx) }},
		{[]string{"firmware.deep-sleep"}, func() (err error) {
			sleeps := fw.DeepSleep
			fw.DeepSleep = false
			awake := d.Session.Project.Validate()
			fw.DeepSleep, err = d.yes(ctx, "Sleep deeply between two readings?", sleeps)
			if err != nil || !fw.DeepSleep {
				return err
			}
			d.say("%s.", d.Session.Project.Power())
			for _, p := range d.Session.Project.Validate() {
				if p.Severity == problem.Warning && !slices.Contains(awake, p) {
					d.say("%s", sanitize.Line(p.Sentences()))
				}
			}
			return nil
		}},
		{[]string{"firmware.led"}, func() (err error) {
			fw.LED, err = d.yes(ctx, "Blink the board's LED?", fw.LED)
			return err
		}},
		{[]string{"firmware.ota"}, func() (err error) {
			fw.OTA, err = d.yes(ctx, "Take new sketches over the Wi-Fi?", fw.OTA)
			if err == nil && fw.OTA {
				d.say("%s.", fw.OTACost())
			}
			return err
		}},
	}
	for _, s := range settings {
		if err := d.settle(s.parts, s.ask); err != nil {
			return err
		}
	}
	if err := d.place(ctx, func() error { return nil }); err != nil {
		return err
	}
	if d.Session.CanFetch() == nil {
		if err := d.renewal(ctx); err != nil {
			return err
		}
	}
	err = d.write(ctx)
	if failed, ok := errors.AsType[*unwrittenError](err); ok { // nothing that was answered is lost by it
		d.say("%s", sanitize.Line(problem.Sentences(failed.Error())))
		return d.place(ctx, func() error { return d.write(ctx) })
	}
	return err
}

// place asks where the sketch shall be, until then can be done there.
func (d *Dialog) place(ctx context.Context, then func() error) error {
	fw := &d.Session.Firmware
	return d.until(ctx, "What shall the sketch and its folder be called? A name, or a path.", fw.Name, func(s string) error {
		if s = strings.TrimSpace(s); s != fw.Name {
			if err := d.Session.Place(s); err != nil {
				return err
			}
		}
		return then()
	})
}

// An unwrittenError says why a folder couldn't be written.
type unwrittenError struct{ error }

// every asks how often the board sends.
func (d *Dialog) every(ctx context.Context, proposed string) error {
	fw := &d.Session.Firmware
	return d.until(ctx, "How often does the board send? For example 60s or 5m:", proposed, func(s string) error {
		every, err := duration.Parse(strings.ReplaceAll(s, " ", ""))
		if err != nil {
			return err
		}
		fw.Every = every
		return nil
	})
}

// span asks for a time, and leaves one that is kept as it is proposed to the
// firmware's own choice.
func (d *Dialog) span(ctx context.Context, question string, to *time.Duration, proposed time.Duration) error {
	return d.until(ctx, question, duration.Format(proposed), func(s string) error {
		t, err := duration.Parse(strings.ReplaceAll(s, " ", ""))
		if err == nil && t != proposed {
			*to = t
		}
		return err
	})
}

// backlog asks which readings are kept in flash.
func (d *Dialog) backlog(ctx context.Context) error {
	fw := &d.Session.Firmware
	if !fw.Board.HasFileSystem() {
		return nil
	}
	d.say("While the board is offline, it can keep:")
	var texts []string
	for _, k := range codegen.Keeps() {
		texts = append(texts, k.Text())
	}
	chosen, err := d.choose(ctx, "Which number?", texts, max(0, slices.Index(codegen.Keeps(), fw.Keep)))
	if err == nil {
		fw.Keep = codegen.Keeps()[chosen]
		d.say("%s.", d.Session.Wear())
	}
	return err
}

// settle asks until the firmware can be built with the answer, as far as those
// parts of it go. An answer that can't be used isn't offered again.
func (d *Dialog) settle(parts []string, ask func() error) error {
	for {
		before := d.Session.Firmware
		if err := ask(); err != nil {
			return err
		}
		p, found := d.Session.Project.Validate().At(parts...)
		if found {
			d.say("%s", sanitize.Line(p.Sentences()))
		}
		if !found || p.Severity != problem.Fatal {
			return nil
		}
		d.Session.Firmware = before
	}
}

// write puts the sketch on disk, asking before anything is replaced.
func (d *Dialog) write(ctx context.Context) error {
	project := d.Session.Project
	files, err := codegen.Generate(project)
	if err != nil {
		return err
	}
	folder := d.Session.SketchFolder()
	changes, err := sketchdir.Compare(folder, files)
	if err != nil {
		return &unwrittenError{err}
	}
	replaces := false
	for _, c := range changes {
		if word := c.State.Loss(); word != "" {
			d.say("%s %s.", sanitize.Line(c.Path), word)
			replaces = true
		}
	}
	if replaces {
		ok, err := d.yes(ctx, "Replace these files?", false)
		if err != nil {
			return err
		}
		if !ok {
			d.say("Nothing was written.")
			return nil
		}
	}
	changes, err = sketchdir.Write(folder, files, sketchdir.Options{Agreed: changes})
	if d.Note != nil {
		d.Note("generated", err, "folder", folder)
	}
	if err != nil {
		return &unwrittenError{err}
	}
	if err := d.Session.Wrote(folder); err != nil {
		return err
	}
	d.say("%s", sanitize.Line(problem.Sentences(changes.Summary(folder))))
	if found := changes.Found(); found != "" {
		d.say("%s.", found)
	}
	if todo := changes.ToFillIn(); todo != "" {
		d.say("Before flashing, %s.", todo)
	}
	d.save("")
	for _, c := range codegen.Commands(project, folder) {
		d.say("To %s: %s", c.Title, sanitize.Line(c.Line))
	}
	d.tellSigning()
	return nil
}

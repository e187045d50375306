package dialog

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// firmware asks for what only the board needs, and writes the files.
func (d *Dialog) firmware(ctx context.Context) error {
	fw := &d.Profile.Firmware
	d.say("The boards are:")
	boards := esp8266.Boards()
	names := make([]string, len(boards))
	current := 0
	for i, b := range boards {
		names[i] = b.Name
		if b.ID == fw.Board {
			current = i
		}
	}
	chosen, err := d.choose(ctx, "Which number?", names, current)
	if err != nil {
		return err
	}
	fw.Board, fw.Outbox = boards[chosen].ID, fw.Outbox && boards[chosen].HasFileSystem()
	network, interval := fw.SSID, spell(fw.Every) // proposed, also after an answer that can't be used
	settings := []struct {
		parts []codegen.Part // what the answer can spoil
		ask   func() error
	}{
		{[]codegen.Part{codegen.PartSSID}, func() (err error) {
			fw.SSID, err = d.ask(ctx, "What is the name of the Wi-Fi network? Leave it empty to fill it in later:", network)
			return err
		}},
		{[]codegen.Part{codegen.PartPassword}, func() (err error) {
			if fw.SSID != "" {
				fw.Password, err = d.secret(ctx, "What is its password? It is not shown. Leave it empty for an open network:")
			}
			return err
		}},
		{[]codegen.Part{codegen.PartEvery}, func() error { return d.every(ctx, interval) }},
		{[]codegen.Part{codegen.PartOutbox}, func() (err error) {
			if boards[chosen].HasFileSystem() {
				fw.Outbox, err = d.yes(ctx, "Keep readings while the board is offline?", fw.Outbox)
			}
			return err
		}},
		{[]codegen.Part{codegen.PartDeepSleep, codegen.PartEvery}, func() (err error) {
			fw.DeepSleep, err = d.yes(ctx, "Sleep deeply between two readings?", fw.DeepSleep)
			return err
		}},
		{[]codegen.Part{codegen.PartLED}, func() (err error) {
			fw.LED, err = d.yes(ctx, "Blink the board's LED?", fw.LED)
			return err
		}},
	}
	for _, s := range settings {
		if err := d.settle(s.parts, s.ask); err != nil {
			return err
		}
	}
	err = d.until(ctx, "What shall the sketch and its folder be called?", fw.Name, func(s string) error {
		s = strings.TrimSpace(s)
		if err := codegen.ValidName(s); err != nil {
			return err
		}
		fw.Name = s
		return nil
	})
	if err != nil {
		return err
	}
	return d.write(ctx)
}

// every asks how often the board sends.
func (d *Dialog) every(ctx context.Context, proposed string) error {
	fw := &d.Profile.Firmware
	return d.until(ctx, "How often does the board send? For example 60s or 5m:", proposed, func(s string) error {
		every, err := time.ParseDuration(strings.ReplaceAll(strings.TrimSpace(s), " ", ""))
		if err != nil {
			return errors.New("please write a time such as 60s, 5m or 1h")
		}
		fw.Every = every
		return nil
	})
}

// settle asks until the firmware can be built with the answer, as far as those
// parts of it go.
func (d *Dialog) settle(parts []codegen.Part, ask func() error) error {
	for {
		if err := ask(); err != nil {
			return err
		}
		slip, found := d.problem(parts)
		if !found {
			return nil
		}
		d.say("%s", sanitize.Line(problem.Sentences(slip.Message, slip.Fix)))
	}
}

// problem returns what keeps those parts from becoming firmware.
func (d *Dialog) problem(parts []codegen.Part) (codegen.Problem, bool) {
	project, err := d.Profile.Project()
	if err == nil {
		_, err = codegen.Generate(project)
	}
	var invalid *codegen.InvalidError
	if errors.As(err, &invalid) {
		for _, p := range invalid.Problems {
			if slices.Contains(parts, p.Part) {
				return p, true
			}
		}
	}
	return codegen.Problem{}, false
}

// spell writes a duration without needless zeros: "1m", not "1m0s".
func spell(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// write puts the sketch on disk, asking before anything is replaced.
func (d *Dialog) write(ctx context.Context) error {
	project, err := d.Profile.Project()
	if err != nil {
		return err
	}
	files, err := codegen.Generate(project)
	if err != nil {
		return err
	}
	folder := filepath.Join(d.Dir, project.Name)
	changes, err := files.Compare(folder)
	if err != nil {
		return err
	}
	replaces := false
	for _, c := range changes {
		if word := loss(c.State); word != "" {
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
	_, err = files.Write(folder, codegen.WriteOptions{Force: replaces})
	if d.Note != nil {
		d.Note("generated", err, "folder", folder)
	}
	if err != nil {
		return err
	}
	d.say("%d files are in %s.", len(files), sanitize.Line(folder))
	if project.SSID == "" {
		d.say("Before flashing, put your Wi-Fi name and password into arduino_secrets.h, in place of %s and %s.", codegen.PlaceholderSSID, codegen.PlaceholderPassword)
	}
	for _, c := range codegen.Commands(project, folder) {
		d.say("To %s: %s", c.Title, sanitize.Line(c.Line))
	}
	return nil
}

// loss says what writing does to a file that is there already, "" when nothing
// is lost by it.
func loss(s codegen.State) string {
	switch s {
	case codegen.Changed:
		return "would be updated"
	case codegen.Obsolete:
		return "is no longer needed and would be removed"
	case codegen.Edited:
		return "was changed by hand, and that would be lost"
	case codegen.Foreign:
		return "was not written by espost and would be replaced"
	}
	return ""
}

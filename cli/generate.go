package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"espost/codegen"
	"espost/codegen/sketchdir"
	"espost/esp8266"
	"espost/internal/netdial"
	"espost/internal/platform"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// generateFlags are generate's own, beside work's.
type generateFlags struct {
	dir   string
	board string
	every time.Duration
	fixed codegen.Static
	cell  codegen.Charge
	ota   bool
	force bool
	diff  bool
	save  string
}

func (p *Program) generateCommand() *cobra.Command {
	var w session
	var flags generateFlags
	cmd := &cobra.Command{
		Use:   "generate [TARGET] [ITEM...]",
		Short: "Write ready-to-flash firmware",
		Long: "generate writes a sketch folder for arduino-cli and PlatformIO, from a profile, from flags, or both. " +
			itemHelp("looked at first and pinned as it is served now, by its public key, and with its CA as the backup if the certificate is made for less than 100 days (--backup none: without)", "written") +
			"Wi-Fi name and password come from " + profile.EnvSSID + " and " + profile.EnvPassword + ", with --ota the password for updates from " + profile.EnvOTA + " if not drawn by lot. " +
			"readings.h is yours and never overwritten.\n\n" + request.SourceHelp(),
		Example: "espost generate -p espost.yaml\n" +
			"espost generate postman-echo.com/post a=b signal@rssi -o porch\n" +
			"espost generate --diff",
	}
	cmd.RunE = p.runE(func(ctx context.Context, args []string) error { return p.generate(ctx, &w, flags, args) })
	f := cmd.Flags()
	w.addFlags(f)
	f.StringVar(&w.target, "target", "", "post to this https URL, as the first argument says")
	f.Var(fieldList{&w.fields}, "field", "add a field, as an argument does (repeatable)")
	f.Var(headerList{&w.headers}, "header", "add a header, as an argument does (repeatable)")
	f.StringVarP(&flags.dir, "output", "o", "", "write to this folder; its name is the sketch's")
	f.StringVar(&flags.board, "board", "", "generate for this board, such as nodemcuv2 or d1_mini")
	durationFlag(f, &flags.every, "every", 0, "time between two POSTs, such as 5m")
	f.Var(fixedAddress{&flags.fixed}, "static", "the board's own address, as 192.168.1.57/24,192.168.1.1:\nwith the bits of its network, the gateway and, after\nanother comma, the DNS server if that isn't the gateway")
	f.Var(batteryCharge{&flags.cell}, "battery", "what the board's battery holds, such as 2500mAh: how long it\nlasts is told in the end and in the README")
	f.BoolVar(&flags.ota, "ota", false, "let the board take new sketches over the Wi-Fi")
	f.BoolVar(&flags.force, "force", false, "overwrite files that espost didn't write, or that were\nedited")
	f.BoolVar(&flags.diff, "diff", false, "only show what would change; the status is 1 if\nanything would")
	f.StringVar(&flags.save, "save", "", "save the profile, with pin and folder, to this file; one\nfor another server is replaced with --force only")
	w.completions(cmd)
	offer(cmd, "board", boardCompletions)
	return cmd
}

func (p *Program) generate(ctx context.Context, w *session, flags generateFlags, args []string) error {
	if err := w.readItems(args); err != nil {
		return err
	}
	replaced, err := savable(flags.save)
	if err != nil {
		return err
	}
	if err := w.load(p.lookupEnv); err != nil {
		return err
	}
	if replaced != nil && replaced.Target.Addr() != w.Target.Addr() && w.File != flags.save && !flags.force {
		return &inputError{fmt.Errorf("%s holds the work for %s; name another file by --save, or replace it with --force", flags.save, replaced.Target.Shown())}
	}
	p.warn(w.Warnings)
	if w.given() {
		p.askSuspects(w.Profile)
	}
	if flags.board != "" {
		board, ok := esp8266.FindBoard(flags.board)
		if !ok {
			board.ID = flags.board // Validate complains
		}
		w.Firmware.Board, w.Firmware.Keep = board, w.Firmware.Keep.OnBoard(board)
	}
	if flags.every != 0 {
		w.Firmware.Every = flags.every
	}
	if flags.ota && !w.Firmware.OTA {
		w.Firmware.OTA = true
		w.FillSecrets(p.lookupEnv)
	}
	if flags.fixed != (codegen.Static{}) {
		w.Firmware.Static = flags.fixed
	}
	if flags.cell != 0 {
		w.Firmware.Battery = flags.cell
	}
	dir, err := sketchFolder(w, flags.dir)
	if err != nil {
		return err
	}
	w.Firmware.Name = filepath.Base(dir)
	if err := w.Validate().Err(); err != nil {
		return err
	}
	report, err := p.capture(ctx, w)
	if err != nil {
		return err
	}
	p.notePlace(w.Target, report)
	p.noteRenewal(w, report)
	project := w.Project
	folder, err := codegen.Generate(project)
	if err != nil {
		return err
	}
	if flags.diff {
		return p.showChanges(folder, dir)
	}
	changes, err := sketchdir.Write(dir, folder, sketchdir.Options{Force: flags.force})
	p.logOutcome("generated", err, "folder", dir)
	if err != nil {
		return err
	}
	p.noteRequest(project.Request)
	p.noteService(w, true)
	p.warn(project.Validate())
	p.told(dir, changes)
	p.notePrivacy(platform.Here, codegen.SecretsFile)
	for _, c := range codegen.Commands(project, dir) {
		fmt.Fprintf(p.Stderr, "%s: %s\n", c.Title, sanitize.Line(c.Line))
	}
	fmt.Fprintf(p.Stderr, "%s.\n%s.\n", project.Wear(), project.Power())
	if project.OTA {
		fmt.Fprintf(p.Stderr, "%s. Flash by cable once, then: espost flash --ota %s.local.\n", project.OTACost(), project.Hostname())
	}
	if flags.save == "" {
		return nil
	}
	if w.File != flags.save {
		w.File, w.Saved = flags.save, nil
	}
	if err := w.Wrote(dir); err != nil {
		return err
	}
	return w.Save()
}

// notePrivacy says on a system where espost can't keep a file to its owner that
// this is so.
func (p *Program) notePrivacy(on platform.OS, file string) {
	if note := on.PrivacyNote(file); note != "" {
		fmt.Fprintln(p.Stderr, note)
	}
}

// notePlace says when no board can reach the target. report is nil where the
// server wasn't looked at.
func (p *Program) notePlace(t request.Target, report *tlsinspect.Report) {
	found := problem.List{}
	if report != nil {
		found = report.Findings
	} else if t.OnlyHere() {
		ip, _ := p.own() // the zero Addr is for none
		found.Add(new(t.OnlyThisComputer(ip)))
	}
	for _, f := range found {
		if f.Code == request.CodeOnlyThisComputer {
			fmt.Fprintf(p.Stderr, "espost: %s\n", sanitize.Line(f.Sentences()))
		}
	}
}

// noteRenewal says when and how often the certificate will be renewed, where boards
// have nothing that outlives that, and by what they go on where nobody has asked for
// it. report is nil where the server wasn't looked at.
func (p *Program) noteRenewal(w *session, report *tlsinspect.Report) {
	switch {
	case report == nil || w.Fetch.On() || w.Pin.Mode == esp8266.PinInsecure:
		return
	case w.Pin.Backup == esp8266.PinCA && w.backup == "" && w.before.Backup == "":
		fmt.Fprintf(p.Stderr, "espost: %s\n", sanitize.Line(problem.Sentences(w.AtRenewal(), "--backup none leaves it out")))
		return
	case w.Pin.By(esp8266.PinCA):
		return
	}
	for _, f := range report.Findings {
		if f.Code == tlsinspect.CodeRenewalForecast {
			fmt.Fprintf(p.Stderr, "espost: %s\n", sanitize.Line(f.Sentences()))
		}
	}
}

func (p *Program) own() (netip.Addr, bool) {
	if p.Own != nil {
		return p.Own()
	}
	return netdial.OwnAddress()
}

// sketchFolder is where the sketch goes: where the flag says, or where the
// session says.
func sketchFolder(w *session, flag string) (string, error) {
	if flag != "" {
		return filepath.Abs(flag)
	}
	return filepath.Abs(w.SketchFolder())
}

// showChanges prints what writing the folder would change.
func (p *Program) showChanges(folder codegen.Folder, dir string) error {
	changes, err := sketchdir.Compare(dir, folder)
	if err != nil {
		return err
	}
	for _, c := range changes {
		switch c.State {
		case sketchdir.Same, sketchdir.Kept:
			continue
		}
		fmt.Fprintf(p.out, "%s: %s\n%s", sanitize.Line(c.Path), c.State, sanitize.Text(c.Diff))
		p.status = statusNo
	}
	return nil
}

// told says what was written and what is left to fill in.
func (p *Program) told(dir string, changes sketchdir.Changes) {
	fmt.Fprintln(p.out, sanitize.Line(dir))
	fmt.Fprintln(p.Stderr, changes.Summary(sanitize.Line(dir)))
	for _, c := range changes {
		if c.State == sketchdir.Beside {
			fmt.Fprintf(p.Stderr, "%s %s.\n", sanitize.Line(c.Path), c.State.Loss())
		}
	}
	if found := changes.Found(); found != "" {
		fmt.Fprintf(p.Stderr, "%s.\n", found)
	}
	if todo := changes.ToFillIn(); todo != "" {
		fmt.Fprintf(p.Stderr, "Before flashing, %s.\n", todo)
	}
}

// savable makes sure, before anything is written, that --save names a place for
// a profile, and returns the one that is there, nil for none.
func savable(file string) (*profile.Profile, error) {
	if file == "" {
		return nil, nil
	}
	there, err := profile.Load(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &inputError{fmt.Errorf("--save would not overwrite this: %w", err)}
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
		return nil, &inputError{fmt.Errorf("--save %s: there is no folder %s; create it first", file, filepath.Dir(file))}
	}
	return there, nil
}

package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"espost/esp8266"
	"espost/fleet"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/tlsinspect"
)

// checkFlags are check's.
type checkFlags struct {
	files   []string
	warn    time.Duration
	update  bool
	trust   trustNew
	pins    []string
	json    bool
	verbose bool
	jobs    int
	timeout time.Duration
	reports reports
}

func (p *Program) checkCommand() *cobra.Command {
	var flags checkFlags
	cmd := &cobra.Command{
		Use:   "check [FILE.yaml|SKETCH.ino|FOLDER...]",
		Short: "Say whether saved pins are still right",
		Long: "check looks at the server of each profile and says whether the pin is about to break or has broken, and why. " +
			"It prints nothing when all is well, so that it can run from cron. " +
			"The status is 0 when every pin is right and stays so for the time of --warn. " +
			"--update puts another certificate into a profile, and into the firmware's pins.h, where one connection proves that it is the server's: " +
			"it holds the pinned key, or the system's CAs trust it for the name and a browser is served the same, or the pinned CA vouches for it, or you have signed it (--pins). " +
			"Otherwise nothing is written, both certificates are shown, and --trust-new must name the served one. " +
			"Of a folder it checks every profile and sketch below it and prints a table, the most urgent first; " +
			"--html, --ics and --metrics write the same for people, calendars and Prometheus.",
		Example: "espost check\nespost check --warn 21d ~/boards/*.yaml\nespost check --update porch.yaml\n" +
			"espost check --update --trust-new DIGITS porch.yaml\nespost check --html boards.html ~/boards",
	}
	cmd.RunE = p.runE(func(ctx context.Context, args []string) error { return p.check(ctx, flags, args) })
	f := cmd.Flags()
	f.VarP(textList{&flags.files}, "profile", "p", "check this profile, as the arguments do (repeatable)")
	durationFlag(f, &flags.warn, "warn", 14*24*time.Hour, "warn this long before a pin is expected to break:\ndays, weeks or hours, such as 21d, 3w or 36h")
	f.BoolVar(&flags.update, "update", false, "update the pins that a renewal has broken, where it is\nproved that it is one")
	flags.trust.addFlag(f)
	f.Var(textList{&flags.pins}, "pins", "take this file of signed pins as proof (repeatable)")
	f.BoolVar(&flags.json, "json", false, "print one JSON object a profile")
	f.BoolVarP(&flags.verbose, "verbose", "v", false, "tell about the right ones too")
	f.IntVarP(&flags.jobs, "jobs", "j", checkJobs, "check this many profiles at a time")
	durationFlag(f, &flags.timeout, "timeout", 10*time.Second, "wait this long for a server that says nothing")
	flags.reports.addFlags(f)
	cmd.ValidArgsFunction = profiles
	_ = cmd.RegisterFlagCompletionFunc("profile", profiles) // it fails only for a flag that doesn't exist
	return cmd
}

// checkJobs is how many are checked at a time.
const checkJobs = 16

// checked is what came of one profile.
type checked struct {
	file    string
	session *profile.Session
	verdict profile.Verdict
	err     error                // the profile can't be read, or not be updated
	signed  []esp8266.Pin        // by the profile's owner, in a file that is taken
	left    []tlsinspect.Address // of the update: whose certificates nothing vouches for
	updated bool                 // the profile, its firmware's pins.h, or both
	note    string               // about the update
	stale   *bool                // the firmware's pins.h holds another pin than the profile; nil when that isn't known
}

func (p *Program) check(ctx context.Context, flags checkFlags, args []string) error {
	files := slices.Concat(flags.files, args)
	if len(files) == 0 {
		files = []string{profile.FileName}
	}
	switch {
	case flags.jobs < 1:
		return &usageError{fmt.Sprintf("-j %d checks nothing; use 1 or more", flags.jobs)}
	case flags.warn < 0:
		return &usageError{"--warn is a time before the end; use 14d, for example"}
	case flags.timeout <= 0:
		return &usageError{fmt.Sprintf("--timeout %s leaves no time; use 10s, for example", flags.timeout)}
	case len(flags.trust.texts) > 0 && !flags.update:
		return &usageError{"--trust-new says what may be pinned, and goes with --update"}
	case len(flags.pins) > 0 && !flags.update:
		return &usageError{"--pins proves what may be pinned, and goes with --update"}
	}
	grounds, err := flags.trust.grounds(esp8266.Pin{})
	if err != nil {
		return err
	}
	given := proof{named: grounds.Named}
	if given.signed, err = readSigned(flags.pins); err != nil {
		return err
	}
	out := &overview{Writer: p.paint}
	if files, err = p.below(ctx, files, out); err != nil {
		return err
	}
	checker := profile.Checker{Warn: flags.warn, Timeout: flags.timeout}
	var sessions []*profile.Session // those that a file of pins may be for
	inParallel(ctx, p.newProgress(), flags.jobs, files, func(ctx context.Context, file string) (show func()) {
		if isSketch(file) {
			c := p.checkSketch(ctx, checker, file, flags.update, grounds.Named)
			return func() { p.showSketch(ctx, out, flags, c) }
		}
		c := checkFile(ctx, checker, file, flags.update, given)
		return func() {
			p.showChecked(ctx, out, flags, c)
			if c.session != nil && len(given.signed) > 0 {
				sessions = append(sessions, c.session)
			}
		}
	}, func(show func()) { show() })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, err := range forNobody(given.signed, sessions) {
		p.fail(ctx, err)
	}
	p.printTable(out, flags.json)
	return flags.reports.write(out.boards)
}

func checkFile(ctx context.Context, checker profile.Checker, file string, update bool, given proof) checked {
	c := checked{file: file}
	if c.session, c.err = openProfile(file); c.err != nil {
		return c
	}
	if !c.session.Pin.Pinned() {
		c.err = &inputError{fmt.Errorf("%s has no pin yet; open it in the app, or let espost generate --save pin it", file)}
		return c
	}
	before := c.session.Owner
	if c.err = c.takeSigned(given.signed, time.Now()); c.err != nil {
		return c
	}
	checker.Signed = c.signed
	c.verdict = checker.Check(ctx, c.session.Profile)
	switch {
	case update && c.repairable(given.named):
		c.repair(given.named)
	case c.verdict.Status == profile.Right, c.verdict.Status == profile.Soon, c.verdict.Status == profile.Backup:
		c.checkFirmware(update)
		if c.session.Owner != before && c.err == nil {
			c.err = c.session.Save() // so that no older file is taken later
		}
	}
	return c
}

// showChecked prints one outcome and takes its part in the exit status.
func (p *Program) showChecked(ctx context.Context, out *overview, flags checkFlags, c checked) {
	if ctx.Err() != nil {
		return
	}
	out.add(c.board())
	p.logOutcome("checked", c.err, "profile", c.file, "standing", c.verdict.Status, "trust", c.verdict.Trust, "updated", c.updated)
	if c.err != nil {
		p.fail(ctx, c.err)
		if c.session == nil || !flags.json {
			return
		}
	}
	if stale := c.stale != nil && *c.stale; stale || c.verdict.Status != profile.Right && !c.updated {
		p.status = max(p.status, statusNo)
	}
	if flags.json {
		p.printJSON(c.json())
		return
	}
	paint := newPalette()
	name := paint.strong.Render(sanitize.Line(c.file))
	why := strings.TrimSuffix(c.verdict.Reason, ".")
	if c.updated && c.verdict.Trust == tlsinspect.TrustNone && c.verdict.Served != "" {
		why = "on your word " + c.verdict.Served + " is pinned"
	}
	for _, a := range c.left {
		fmt.Fprintf(out, "%s %s: the address %s serves %s, which nothing vouches for and which is not pinned\n", paint.caution.Render("!"), name, sanitize.Line(a.IP), a.Fingerprint())
	}
	switch {
	case c.updated && c.err != nil: // which was told
	case c.updated && why == "":
		fmt.Fprintf(out, "%s %s right, and %s\n", paint.good.Render("✓"), name, sanitize.Line(c.note))
	case c.updated:
		fmt.Fprintf(out, "%s %s updated: %s; %s\n", paint.good.Render("✓"), name, why, sanitize.Line(c.note))
	case c.verdict.Status == profile.Right && flags.verbose:
		fmt.Fprintf(out, "%s %s right%s\n", paint.good.Render("✓"), name, until(c.verdict.Breaks))
	case c.verdict.Status == profile.Backup:
		fmt.Fprintf(out, "%s %s on its backup: %s. %s\n", paint.caution.Render("!"), name, why, problem.Sentence(c.verdict.Fix))
	case c.verdict.Status == profile.Soon:
		fmt.Fprintf(out, "%s %s about to break: %s. %s\n", paint.caution.Render("!"), name, why, problem.Sentence(c.verdict.Fix))
	case c.verdict.Status == profile.Broken:
		fmt.Fprintf(out, "%s %s broken: %s. %s\n", paint.bad.Render("✗"), name, why, problem.Sentence(c.verdict.Fix))
	case c.verdict.Status == profile.Unknown:
		fmt.Fprintf(out, "%s %s not checked: %s\n", paint.bad.Render("?"), name, c.verdict.Reason)
	}
	if c.stale != nil && *c.stale {
		fmt.Fprintf(out, "%s %s: %s\n", paint.caution.Render("!"), name, fleet.StaleFirmware(sanitize.Line(filepath.Join(c.session.LastFolder(), pinsFile))))
	}
}

func until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ", until about " + day(t)
}

// The shape of check's JSON. Its keys are a promise to scripts.
type checkedJSON struct {
	Profile  string     `json:"profile"`
	Target   string     `json:"target"`
	Mode     string     `json:"mode"`
	Standing string     `json:"standing"` // right, backup, soon, broken or unknown
	Reason   string     `json:"reason"`
	Fix      string     `json:"fix"`
	Pinned   []string   `json:"pinned"`   // fingerprints
	Served   string     `json:"served"`   // fingerprint
	Breaks   *time.Time `json:"breaks"`   // when the pin is expected to break
	KeyKept  *bool      `json:"key_kept"` // null when that isn't known
	Trust    string     `json:"trust"`    // what vouches for the served certificate: same-key, public, pinned-ca, signed or none
	Stale    *bool      `json:"stale"`    // the firmware's pins.h holds another pin; null when that isn't known
	Updated  bool       `json:"updated"`
	Error    string     `json:"error"` // why it could not be updated
}

func (c checked) json() checkedJSON {
	out := checkedJSON{
		Profile: c.file, Target: c.session.Target.Shown(), Mode: string(c.session.Pin.Mode),
		Standing: string(c.verdict.Status), Reason: c.verdict.Reason, Fix: c.verdict.Fix,
		Pinned: append([]string{}, c.session.Pin.SHA1...), Served: c.verdict.Served,
		KeyKept: c.verdict.KeyKept, Trust: string(c.verdict.Trust), Stale: c.stale, Updated: c.updated,
	}
	if !c.verdict.Breaks.IsZero() {
		t := c.verdict.Breaks.UTC()
		out.Breaks = &t
	}
	if c.err != nil {
		out.Error = message(c.err)
	}
	return out
}

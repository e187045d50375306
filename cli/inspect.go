package cli

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"espost/esp8266"
	"espost/tlsinspect"
)

// inspectFlags are inspect's.
type inspectFlags struct {
	json        bool
	fingerprint bool
	file        string
	jobs        int
	timeout     time.Duration
}

func (p *Program) inspectCommand() *cobra.Command {
	var flags inspectFlags
	cmd := &cobra.Command{
		Use:   "inspect TARGET...",
		Short: "Look at servers with the board's eyes",
		Long: "inspect shows the certificate that an ESP8266 is served, whether the board can connect, how much memory " +
			"that takes and until when a pin holds. A target is a host, host:port or an https URL.",
		Example: "espost inspect postman-echo.com\n" +
			"espost inspect --fingerprint api.thingspeak.com\n" +
			"espost inspect --json -f hosts.txt",
	}
	cmd.RunE = p.runE(func(ctx context.Context, args []string) error { return p.inspect(ctx, flags, args) })
	f := cmd.Flags()
	f.BoolVar(&flags.json, "json", false, "print one JSON object a target")
	f.BoolVar(&flags.fingerprint, "fingerprint", false, "print just the 40 digits of the SHA-1 fingerprint")
	f.StringVarP(&flags.file, "file", "f", "", "read further targets from this file, one a line;\nstandard input is -")
	f.IntVarP(&flags.jobs, "jobs", "j", 8, "look at this many servers at a time")
	durationFlag(f, &flags.timeout, "timeout", 10*time.Second, "wait this long for a server that says nothing")
	cmd.MarkFlagsMutuallyExclusive("json", "fingerprint")
	return cmd
}

// inspect looks at every target; one failure never stops the others.
func (p *Program) inspect(ctx context.Context, flags inspectFlags, args []string) error {
	switch {
	case flags.jobs < 1:
		return &usageError{fmt.Sprintf("-j %d looks at nothing; use 1 or more", flags.jobs)}
	case flags.timeout <= 0:
		return &usageError{fmt.Sprintf("--timeout %s leaves no time; use 10s, for example", flags.timeout)}
	}
	targets, err := p.targets(args, flags.file)
	if err != nil {
		return err
	}
	progress := p.newProgress()
	client := &tlsinspect.Client{Timeout: flags.timeout, Own: p.Own}
	if len(targets) == 1 && !flags.fingerprint {
		client.Progress = progress.part
	}
	width := columns(p.Stdout)
	inParallel(ctx, progress, flags.jobs, targets, func(ctx context.Context, text string) inspected {
		return p.look(ctx, client, flags, width, newTarget(text))
	}, func(r inspected) { p.show(ctx, flags, r, len(targets) > 1) })
	return ctx.Err()
}

// inspected is what came of one target. Many may wait for an earlier one, so it
// holds what is to be printed instead of the report, which is thirty times as large.
type inspected struct {
	target   target
	report   []byte // as it is printed; nil when there is none
	digits   string // the fingerprint, when only that was wanted
	connects bool   // a board does
	err      error
}

// look looks at one target.
func (p *Program) look(ctx context.Context, client *tlsinspect.Client, flags inspectFlags, width int, t target) inspected {
	r := inspected{target: t, err: t.err}
	if r.err != nil {
		return r
	}
	var report *tlsinspect.Report
	if flags.fingerprint {
		r.digits, r.err = client.Fingerprint(ctx, t.target)
	} else {
		report, r.err = client.Inspect(ctx, t.target)
	}
	p.logReport(t.target, report, esp8266.Pin{}, r.err)
	switch {
	case report == nil:
		return r
	case flags.json:
		r.report = encodeJSON(report)
	default:
		var text bytes.Buffer
		printReport(&text, width, report, r.err, time.Now())
		r.report = text.Bytes()
	}
	r.connects = r.err == nil && report.Board.Connects
	return r
}

// show prints one result and takes its part in the exit status.
func (p *Program) show(ctx context.Context, flags inspectFlags, r inspected, several bool) {
	switch {
	case ctx.Err() != nil:
		return
	case r.report == nil && r.err != nil:
		err := r.err
		if several {
			err = fmt.Errorf("%s: %w", r.target.text, err)
			if flags.fingerprint {
				fmt.Fprintln(p.out, "-") // a line for every target
			}
		}
		p.fail(ctx, err)
		return
	case flags.fingerprint:
		fmt.Fprintln(p.out, r.digits)
		return
	case flags.json:
		_, _ = p.out.Write(r.report) // results notes what goes wrong
	case r.err != nil && !several:
		p.fail(ctx, r.err)
		return
	default:
		_, _ = p.paint.Write(r.report)
	}
	if !r.connects {
		p.status = max(p.status, statusNo)
	}
}

package cli

import (
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
	inParallel(ctx, progress, flags.jobs, targets, func(ctx context.Context, t target) inspected {
		return look(ctx, client, flags.fingerprint, t)
	}, func(r inspected) { p.show(ctx, flags, r, len(targets) > 1) })
	return ctx.Err()
}

// inspected is what came of one target.
type inspected struct {
	target target
	report *tlsinspect.Report // nil when only the fingerprint was wanted, or for a faulty target
	digits string             // the fingerprint, when only that was wanted
	err    error
}

// look looks at one target.
func look(ctx context.Context, client *tlsinspect.Client, onlyFingerprint bool, t target) inspected {
	r := inspected{target: t, err: t.err}
	switch {
	case r.err != nil:
	case onlyFingerprint:
		r.digits, r.err = client.Fingerprint(ctx, t.target)
	default:
		r.report, r.err = client.Inspect(ctx, t.target)
	}
	return r
}

// show prints one result and takes its part in the exit status.
func (p *Program) show(ctx context.Context, flags inspectFlags, r inspected, several bool) {
	if r.target.err == nil {
		p.logReport(r.target.target, r.report, esp8266.Pin{}, r.err)
	}
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
		p.printJSON(r.report)
	case r.err != nil && !several:
		p.fail(ctx, r.err)
		return
	default:
		printReport(p.paint, columns(p.Stdout), r.report, r.err, time.Now())
	}
	if r.err != nil || !r.report.Board.Connects {
		p.status = max(p.status, statusNo)
	}
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"espost/internal/sanitize"
	"espost/profile"
	"espost/tlsinspect"
)

// pinsSignFlags are pins sign's.
type pinsSignFlags struct {
	output string
	key    string
	newKey string
	next   []string
	look   bool
	trust  trustNew
	valid  time.Duration
	yes    bool
}

func (p *Program) pinsSignCommand() *cobra.Command {
	var flags pinsSignFlags
	cmd := &cobra.Command{
		Use:   "sign [FILE.yaml]",
		Short: "Write a file of signed pins",
		Long: "sign writes what the profile pins into a file, with the next serial, and signs it. It says what changes and asks first. " +
			"--look takes what the server shows now, under the rules of check --update. " +
			"--next adds a certificate that isn't served yet, so that the switch breaks nothing. " +
			"--new-key names the key that will sign; once a file is signed by it, the old one counts no longer. " +
			"With the recovery key as --key, the new one replaces a key that was lost or stolen.",
		Example: "espost pins sign\nespost pins sign --next new-cert.pem --yes -o /var/www/porch.pins\n" +
			"espost pins sign --key recovery.pem --new-key new.pem",
	}
	cmd.RunE = p.runE(func(ctx context.Context, args []string) error { return p.signPins(ctx, flags, args) })
	f := cmd.Flags()
	f.StringVarP(&flags.output, "output", "o", "", "write to this file; otherwise to GROUP.pins beside the\nprofile")
	f.StringVar(&flags.key, "key", "", "sign with the key in this file; otherwise with the\ngroup's in your data folder")
	f.StringVar(&flags.newKey, "new-key", "", "name the key in this file as the next one; made if there\nis none")
	f.Var(textList{&flags.next}, "next", "pin the certificate, or the key, in this PEM file too\n(repeatable)")
	f.BoolVar(&flags.look, "look", false, "pin what the server shows now, if something vouches for it")
	flags.trust.addFlag(f)
	durationFlag(f, &flags.valid, "valid", profile.DefaultValid, "let computers take the file for so long")
	f.BoolVarP(&flags.yes, "yes", "y", false, "sign without asking")
	cmd.ValidArgsFunction = profiles
	return cmd
}

func (p *Program) signPins(ctx context.Context, flags pinsSignFlags, args []string) error {
	switch {
	case flags.valid <= 0:
		return &usageError{"--valid is how long the file may be used; use 180d, for example"}
	case len(flags.trust.texts) > 0 && !flags.look:
		return &usageError{"--trust-new says what may be pinned, and goes with --look"}
	}
	s, err := oneProfile(args)
	if err != nil {
		return err
	}
	if err := s.CheckOwner(); err != nil {
		return &inputError{err}
	}
	if flags.key == "" {
		flags.key = s.SignerFile(profile.KeyFolder())
	}
	signing, err := s.Sign(flags.output, flags.key)
	if err != nil {
		return &inputError{naming(err)}
	}
	if flags.look {
		if err := p.lookAgain(ctx, s, flags.trust); err != nil {
			return err
		}
	}
	err = signing.Fill(flags.next, flags.newKey, time.Now(), flags.valid)
	p.tellKeys(signing.Keys)
	if err != nil {
		return &inputError{err}
	}
	fmt.Fprintln(p.Stderr, strings.Join(signing.Changes(), "\n"))
	if !flags.yes {
		if ok, err := p.confirm(ctx, "Sign this? [y/N] "); !ok {
			return err
		}
	}
	if err := signing.Write(); err != nil {
		return err
	}
	p.logOutcome("signed", nil, "profile", s.File, "serial", signing.File.Serial)
	fmt.Fprintln(p.out, sanitize.Line(signing.Path))
	return nil
}

// naming says by which flag another file is named than the one that can't be used.
func naming(err error) error {
	if key := (*profile.KeyError)(nil); errors.As(err, &key) {
		return fmt.Errorf("%w; name the key's file by --key", err)
	}
	return fmt.Errorf("%w; name another file by -o", err)
}

// lookAgain pins what the server shows now, in the profile's mode.
func (p *Program) lookAgain(ctx context.Context, s *profile.Session, trust trustNew) error {
	grounds, err := trust.grounds(s.Pin)
	if err != nil {
		return err
	}
	progress := p.newProgress()
	client := &tlsinspect.Client{Progress: progress.part, Own: p.Own}
	report, err := client.Inspect(ctx, s.Target)
	progress.clear()
	p.logReport(s.Target, report, s.Pin, err)
	if err != nil {
		return err
	}
	if !report.Board.Connects {
		return fmt.Errorf("an ESP8266 can't connect to %s: %s", sanitize.Line(s.Target.Addr()), firstProblem(report))
	}
	if err := s.Renew(report, grounds); err != nil {
		return err
	}
	p.tellLeftOut(report, grounds)
	return nil
}

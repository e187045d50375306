package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"espost/codegen"
	"espost/internal/platform"
	"espost/internal/sanitize"
	"espost/profile"
)

func (p *Program) pinsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "pins",
		Short: "Sign how a server is known, and verify it",
		Long: "pins is about signed pins: a small file by which you, and nobody else, say how your server is known from now on, wherever the file lies. " +
			"init makes the key, sign writes the file, show verifies one, and check --update --pins takes it as proof of a renewal. " +
			"reserve needs none of that: it pins a key for later, and boards take it when the server does.",
		Example: "espost pins init\nespost pins sign --next new-cert.pem\nespost pins show porch.pins\nespost pins reserve reserve.pem",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return &usageError{fmt.Sprintf("pins has no command %s; there are init, reserve, sign and show", argument(args[0]))}
			}
			return nil
		},
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(p.pinsInitCommand(), p.pinsReserveCommand(), p.pinsSignCommand(), p.pinsShowCommand())
	return cmd
}

// pinsInitFlags are pins init's.
type pinsInitFlags struct {
	key, recovery, group string
	fetch                codegen.Fetch
}

func (p *Program) pinsInitCommand() *cobra.Command {
	var flags pinsInitFlags
	cmd := &cobra.Command{
		Use:   "init [FILE.yaml]",
		Short: "Make the key that signs pins",
		Long: "init makes a signing key (ECDSA, P-256) in your data folder, or takes the one that is there, and writes its public half into the profile. " +
			"Profiles of one group share a key. " +
			"--recovery names a second key, to be kept offline, for the day on which the first is lost or stolen; it can be named later, too. " +
			"With --url, also later, the firmware that is generated from then on fetches the signed file by itself, over plain http, when it knows its server no longer.",
		Example: "espost pins init\nespost pins init porch.yaml --recovery /media/usb/recovery.pem\nespost pins init --url http://example.org/porch.pins --refresh 12h",
	}
	cmd.RunE = p.runE(func(_ context.Context, args []string) error { return p.initPins(flags, args) })
	f := cmd.Flags()
	f.StringVar(&flags.key, "key", "", "keep the signing key in this file")
	f.StringVar(&flags.recovery, "recovery", "", "name the key in this file as the recovery key; made\nif there is none")
	f.StringVar(&flags.group, "group", "", "sign for the boards of this name; the sketch's by itself")
	f.Var(textList{&flags.fetch.URLs}, "url", "have the boards fetch the signed file from this address\n(repeatable, at most 3)")
	durationFlag(f, &flags.fetch.Refresh, "refresh", 0, "have them look so often besides, so that they know the next\ncertificate before it is served")
	cmd.ValidArgsFunction = profiles
	return cmd
}

func (p *Program) initPins(flags pinsInitFlags, args []string) error {
	s, err := oneProfile(args)
	if err != nil {
		return err
	}
	fetches := flags.fetch.On() || flags.fetch.Refresh > 0
	if s.Owner.Known() {
		switch {
		case flags.key != "" || flags.group != "":
			return &usageError{s.File + " names a key already; espost pins sign --new-key changes it"}
		case flags.recovery == "" && fetches:
		case flags.recovery == "":
			return &usageError{s.File + " names a key already; --recovery adds a recovery key, and espost pins sign --new-key changes the key"}
		case !s.Owner.Recovery.IsZero():
			return &usageError{s.File + " names a recovery key already; to replace it, edit its line pins.recovery"}
		}
	}
	o := profile.Owning{Group: flags.group, Key: flags.key, KeyFolder: profile.KeyFolder(), Recovery: flags.recovery, Fetch: s.Fetch}
	if flags.fetch.On() {
		o.Fetch.URLs = flags.fetch.URLs
	}
	if flags.fetch.Refresh > 0 {
		o.Fetch.Refresh = flags.fetch.Refresh
	}
	keys, err := s.Own(o)
	p.tellKeys(keys)
	if err != nil {
		return &inputError{err}
	}
	if flags.fetch.On() {
		fmt.Fprintf(p.Stderr, "Boards look for the file that espost pins sign writes at %s, once their firmware is generated again and flashed.\n", sanitize.Line(strings.Join(flags.fetch.URLs, ", ")))
	}
	if flags.recovery != "" {
		fmt.Fprintf(p.Stderr, "Keep %s where this computer can't lose it and nobody finds it, and not here.\n", sanitize.Line(flags.recovery))
	}
	return s.Save()
}

// tellKeys says which keys were read, or made.
func (p *Program) tellKeys(keys []profile.KeyFile) {
	for _, k := range keys {
		fmt.Fprintln(p.Stderr, k.Sentence())
		p.notePrivacy(platform.Here, sanitize.Line(k.Path))
	}
}

// oneProfile opens the profile that the arguments name.
func oneProfile(args []string) (*profile.Session, error) {
	switch len(args) {
	case 0:
		return openProfile(profile.FileName)
	case 1:
		return openProfile(args[0])
	}
	return nil, &usageError{"this takes one profile, and there are more arguments"}
}

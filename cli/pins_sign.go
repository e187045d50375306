package cli

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"espost/esp8266"
	"espost/internal/atomicfile"
	"espost/internal/problem"
	"espost/internal/readfile"
	"espost/internal/sanitize"
	"espost/pinfile"
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
	f.StringArrayVar(&flags.next, "next", nil, "pin the certificate, or public key, in this PEM file too\n(repeatable)")
	f.BoolVar(&flags.look, "look", false, "pin what the server shows now, if something vouches for it")
	flags.trust.addFlag(f)
	durationFlag(f, &flags.valid, "valid", 180*24*time.Hour, "let computers take the file for so long")
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
	s, err := owned(args)
	if err != nil {
		return err
	}
	if flags.output == "" {
		flags.output = filepath.Join(filepath.Dir(s.File), s.Owner.Group+".pins")
	}
	previous, err := previousPins(flags.output, s)
	if err != nil {
		return err
	}
	private, by, err := signingKey(flags.key, s.Owner)
	if err != nil {
		return err
	}
	if by == s.Owner.Recovery && flags.newKey == "" {
		return &usageError{"the recovery key replaces the signing key; name the new one by --new-key"}
	}
	if flags.look {
		if err := p.lookAgain(ctx, s, flags.trust); err != nil {
			return err
		}
	}
	f, err := p.toSign(s, flags, previous, by)
	if err != nil {
		return err
	}
	if ok, err := p.agreed(ctx, flags, f, previous); !ok {
		return err
	}
	return p.writePins(s, f, private, flags.output)
}

// previousPins is the file that is to be replaced: nil if there is none. Only one for
// the same boards is.
func previousPins(path string, s *profile.Session) (*pinfile.File, error) {
	text, err := readfile.Read(path, pinfile.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &inputError{fmt.Errorf("reading %s, which is to be replaced: %w; name another file by -o", path, err)}
	}
	f, err := pinfile.Parse(text)
	if err == nil && (f.Group != s.Owner.Group || f.Host != s.Target.Addr()) {
		err = fmt.Errorf("it is for the boards %s at %s", f.Group, f.Host)
	}
	if err != nil {
		return nil, &inputError{fmt.Errorf("%s would be overwritten, and is another file: %w; name another one by -o", path, err)}
	}
	return f, nil
}

// signingKey reads the key that signs, which must be one of the owner's.
func signingKey(flag string, owner pinfile.Owner) (*ecdsa.PrivateKey, pinfile.Key, error) {
	path, err := keyPath(flag, owner.Group)
	if err != nil {
		return nil, pinfile.Key{}, err
	}
	private, public, err := pinfile.ReadKey(path)
	if err != nil {
		return nil, public, &inputError{fmt.Errorf("%w; name the key's file by --key", err)}
	}
	switch public {
	case owner.Key, owner.Next, owner.Recovery:
		return private, public, nil
	}
	return nil, public, &inputError{fmt.Errorf("the key in %s (%s) is none of the profile's, whose signing key is %s; name that one's file by --key", path, public.ID(), owner.Key.ID())}
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

// toSign puts the next file together.
func (p *Program) toSign(s *profile.Session, flags pinsSignFlags, previous *pinfile.File, by pinfile.Key) (pinfile.File, error) {
	o, now := s.Owner, time.Now().UTC().Truncate(time.Second)
	f := pinfile.File{Group: o.Group, Host: s.Target.Addr(), Epoch: o.Epoch, Serial: o.Serial, Signed: now, Until: now.Add(flags.valid)}
	if previous != nil && previous.Epoch == f.Epoch && (previous.SignedBy(o.Key) || previous.SignedBy(o.Next)) {
		f.Serial = max(f.Serial, previous.Serial)
	}
	if by == o.Recovery {
		f.Epoch, f.Serial = f.Epoch+1, 0
	}
	if f.Serial == math.MaxUint32 || by == o.Recovery && f.Epoch == 0 {
		return f, problem.New("", "the serials are used up", "begin a new epoch: espost pins sign --key RECOVERY.pem --new-key NEW.pem")
	}
	f.Serial++
	var err error
	if f.Pins, err = pinfile.FromPin(s.Pin); err != nil {
		return f, &inputError{err}
	}
	for _, path := range flags.next {
		e, err := entryIn(path, s.Pin.Mode)
		if err != nil {
			return f, &inputError{err}
		}
		if !slices.ContainsFunc(f.Pins, e.Equal) {
			f.Pins = append(f.Pins, e)
		}
	}
	switch {
	case flags.newKey != "":
		if f.Next, err = p.keyIn(flags.newKey, pinfile.ReadPublic); err == nil && f.Next == by {
			err = &usageError{"--new-key names the key that signs; name another one"}
		}
	case by == o.Key:
		f.Next = o.Next // said again, for whoever has missed it
	}
	return f, err
}

// entryIn reads what a PEM file's first block holds, as a pin of the mode.
func entryIn(path string, mode esp8266.PinMode) (pinfile.Entry, error) {
	none := pinfile.Entry{}
	text, err := readfile.Read(path, profile.MaxFile)
	if err != nil {
		return none, fmt.Errorf("reading the next certificate: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return none, fmt.Errorf("%s holds no PEM; name the next certificate's file", path)
	}
	var pin esp8266.Pin
	switch cert := tlsinspect.NewCertificate(block.Bytes); {
	case block.Type == "PUBLIC KEY" && mode == esp8266.PinPublicKey:
		pin = esp8266.Pin{PublicKey: string(pem.EncodeToMemory(block))}
	case block.Type != "CERTIFICATE":
		return none, fmt.Errorf("%s holds no certificate, but a %s; name the next certificate's file", path, sanitize.Clip(block.Type, 40))
	case mode == esp8266.PinCA && !isCA(block.Bytes):
		return none, fmt.Errorf("%s holds no CA's certificate, which is what the profile pins", path)
	default:
		pin = esp8266.Pin{SHA1: []string{cert.SHA1()}, PublicKey: cert.PublicKeyPEM(), CAs: []string{cert.PEM()}}
	}
	pin.Mode = mode
	list, err := pinfile.FromPin(pin)
	if err != nil {
		return none, fmt.Errorf("%s can't be pinned: %w", path, err)
	}
	return list[0], nil
}

func isCA(der []byte) bool {
	cert, err := x509.ParseCertificate(der)
	return err == nil && cert.IsCA
}

// agreed says what the file changes, and asks.
func (p *Program) agreed(ctx context.Context, flags pinsSignFlags, f pinfile.File, previous *pinfile.File) (bool, error) {
	var before []pinfile.Entry
	if previous != nil {
		before = previous.Pins
	}
	fmt.Fprintf(p.Stderr, "%s: serial %d of epoch %d, for the boards %s at %s, until %s\n", sanitize.Line(flags.output), f.Serial, f.Epoch, f.Group, f.Host, day(f.Until))
	for _, e := range before {
		if !slices.ContainsFunc(f.Pins, e.Equal) {
			fmt.Fprintf(p.Stderr, "  - %s\n", describeEntry(e))
		}
	}
	for _, e := range f.Pins {
		sign := "+"
		if slices.ContainsFunc(before, e.Equal) {
			sign = " "
		}
		fmt.Fprintf(p.Stderr, "  %s %s\n", sign, describeEntry(e))
	}
	if !f.Next.IsZero() {
		fmt.Fprintf(p.Stderr, "  the next signing key: %s\n", f.Next.ID())
	}
	if flags.yes {
		return true, nil
	}
	return p.confirm(ctx, "Sign this? [y/N] ")
}

// writePins signs the file and writes it. The profile's serial is saved before: should
// writing fail, a serial is left out, and none is used twice.
func (p *Program) writePins(s *profile.Session, f pinfile.File, private *ecdsa.PrivateKey, path string) error {
	signed, err := f.Sign(private)
	if err != nil {
		return &inputError{err}
	}
	if _, s.Owner, err = s.Owner.Accept(signed.Bytes(), s.Target.Addr()); err != nil {
		return fmt.Errorf("the file would not be taken: %w", err)
	}
	if err := s.Save(); err != nil {
		return err
	}
	if err := atomicfile.Write(path, signed.Bytes(), 0o644); err != nil {
		return err
	}
	p.logOutcome("signed", nil, "profile", s.File, "serial", f.Serial)
	fmt.Fprintln(p.out, sanitize.Line(path))
	return nil
}

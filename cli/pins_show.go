package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"espost/internal/problem"
	"espost/internal/readfile"
	"espost/internal/sanitize"
	"espost/pinfile"
	"espost/profile"
)

func (p *Program) pinsShowCommand() *cobra.Command {
	var file string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show FILE.pins",
		Short:   "Tell what a file of signed pins says, and verify it",
		Long:    "show prints what a file of signed pins says, and whether the owner that a profile names has signed it. The status is 0 only then.",
		Example: "espost pins show porch.pins\nespost pins show /var/www/porch.pins -p boards/porch.yaml",
	}
	cmd.RunE = p.runE(func(_ context.Context, args []string) error {
		if len(args) != 1 {
			return &usageError{"pins show takes one file of signed pins"}
		}
		return p.showPins(args[0], file, asJSON)
	})
	cmd.Flags().StringVarP(&file, "profile", "p", "", "verify with this profile's keys; otherwise with those of\nespost.yaml, if any")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	_ = cmd.RegisterFlagCompletionFunc("profile", profiles) // it fails only for a flag that doesn't exist
	cmd.ValidArgsFunction = cobra.FixedCompletions([]cobra.Completion{"pins"}, cobra.ShellCompDirectiveFilterFileExt)
	return cmd
}

func (p *Program) showPins(path, file string, asJSON bool) error {
	text, f, err := readPins(path)
	if err != nil {
		return err
	}
	wrong, err := verifyPins(text, file)
	if err != nil {
		return err
	}
	if asJSON {
		p.printJSON(pinsJSONOf(path, f, wrong))
	} else {
		p.printPins(f)
	}
	if wrong == nil && !asJSON {
		fmt.Fprintf(p.paint, "%s signed by the owner whom the profile names\n", newPalette().good.Render("✓"))
	}
	if wrong == nil {
		return nil
	}
	return wrong
}

// readPins reads a file of signed pins, and verifies nothing.
func readPins(path string) ([]byte, *pinfile.File, error) {
	text, err := readfile.Read(path, pinfile.MaxSize)
	if err != nil {
		return nil, nil, &inputError{fmt.Errorf("reading signed pins: %s: %w", path, err)}
	}
	f, err := pinfile.Parse(text)
	if err != nil {
		return nil, nil, &inputError{fmt.Errorf("%s: %w", path, err)}
	}
	return text, f, nil
}

// verifyPins says what keeps the owner whom the profile names from taking a file.
func verifyPins(text []byte, file string) (*problem.Problem, error) {
	if _, err := os.Stat(profile.FileName); file == "" && errors.Is(err, fs.ErrNotExist) {
		return problem.New("", "there is no profile whose key could verify the signature", "name one by -p"), nil
	}
	if file == "" {
		file = profile.FileName
	}
	s, err := openProfile(file)
	if err == nil {
		err = s.CheckOwner()
	}
	if err != nil {
		return nil, &inputError{err}
	}
	_, _, err = acceptPins(text, s, time.Now())
	var wrong *problem.Problem
	if errors.As(err, &wrong) {
		return wrong, nil
	}
	return nil, err
}

// acceptPins takes a file for a profile, as a computer does: its dates count.
func acceptPins(text []byte, s *profile.Session, now time.Time) (*pinfile.File, pinfile.Owner, error) {
	f, after, err := s.Owner.Accept(text, s.Target.Addr())
	if err != nil {
		return nil, s.Owner, err
	}
	if late := f.Dated(now); late != nil { // mutant TestSigningAsks in ./test: late != nil => false
		return nil, s.Owner, late
	}
	return f, after, nil
}

func (p *Program) printPins(f *pinfile.File) {
	fmt.Fprintf(p.paint, "boards  %s\nserver  %s\nserial  %d of epoch %d\nsigned  %s by the key %s\nuntil   %s\n",
		newPalette().strong.Render(f.Group), f.Host, f.Serial, f.Epoch, day(f.Signed), f.By, day(f.Until))
	for _, e := range f.Pins {
		fmt.Fprintf(p.paint, "pin     %s\n", profile.DescribeEntry(e))
	}
	if !f.Next.IsZero() {
		fmt.Fprintf(p.paint, "next    the signing key %s\n", f.Next.ID())
	}
}

// The shape of pins show's JSON. Its keys are a promise to scripts.
type pinsJSON struct {
	File     string    `json:"file"`
	Group    string    `json:"group"`
	Host     string    `json:"host"`
	Epoch    uint32    `json:"epoch"`
	Serial   uint32    `json:"serial"`
	Signed   time.Time `json:"signed"`
	Until    time.Time `json:"until"`
	Pins     []pinJSON `json:"pins"`
	Next     string    `json:"next"` // a key's ID
	By       string    `json:"by"`   // likewise
	Verified bool      `json:"verified"`
	Code     string    `json:"code"` // why not
	Reason   string    `json:"reason"`
}

type pinJSON struct {
	Mode string `json:"mode"`
	Data string `json:"data"` // upper-case hexadecimal digits
}

func pinsJSONOf(path string, f *pinfile.File, wrong *problem.Problem) pinsJSON {
	out := pinsJSON{
		File: path, Group: f.Group, Host: f.Host, Epoch: f.Epoch, Serial: f.Serial,
		Signed: f.Signed, Until: f.Until, By: f.By, Verified: wrong == nil,
	}
	for _, e := range f.Pins {
		out.Pins = append(out.Pins, pinJSON{string(e.Mode), fmt.Sprintf("%X", e.Data)})
	}
	if !f.Next.IsZero() {
		out.Next = f.Next.ID()
	}
	if wrong != nil {
		out.Code, out.Reason = wrong.Code, sanitize.Line(wrong.Sentences())
	}
	return out
}

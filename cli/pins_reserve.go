package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"espost/esp8266"
	"espost/internal/readfile"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/tlsinspect"
)

func (p *Program) pinsReserveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reserve KEY.pem [FILE.yaml...]",
		Short: "Pin a key that the server may have later",
		Long: "reserve adds a public key to the pins of profiles, beside what they pin now: boards that are flashed with them go on when the server comes back with that key. " +
			"The file is a public or private key, a certificate, or a request for one; of a private key only the public half is kept. " +
			"Keep the private key offline, and give it to the server at a renewal.",
		Example: "openssl ecparam -name prime256v1 -genkey -out reserve.pem\nespost pins reserve reserve.pem porch.yaml",
	}
	cmd.RunE = p.runE(func(_ context.Context, args []string) error {
		if len(args) == 0 {
			return &usageError{"pins reserve takes the file of a key, and profiles"}
		}
		return p.reserve(args[0], args[1:])
	})
	return cmd
}

// reserve adds the key in a file to the pins of profiles.
func (p *Program) reserve(path string, files []string) error {
	text, err := readfile.Read(path, profile.MaxFile)
	if err != nil {
		return &inputError{fmt.Errorf("reading the reserve key: %w", err)}
	}
	key, err := esp8266.PublicKeyIn(text)
	if err != nil {
		return &inputError{fmt.Errorf("%s can't be pinned: %w", path, err)}
	}
	if len(files) == 0 {
		files = []string{profile.FileName}
	}
	for _, file := range files {
		s, err := openProfile(file)
		if err == nil {
			err = p.reserveIn(s, key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Program) reserveIn(s *profile.Session, key string) error {
	name := sanitize.Line(s.File)
	switch {
	case s.Pin.Mode == esp8266.PinPublicKey && s.Pin.PublicKey == key:
		return &inputError{fmt.Errorf("%s pins that key already, as the one that the server has now; make another one for later", name)}
	case slices.Contains(s.Pin.Reserve, key):
		fmt.Fprintf(p.Stderr, "%s: the key was in reserve already\n", name)
		return nil
	}
	s.Pin.Reserve = append(s.Pin.Reserve, key)
	if _, wrong := s.Pin.Read(); s.Pin.Pinned() && wrong.Err() != nil {
		return &inputError{wrong.Err()}
	}
	if err := s.Save(); err != nil {
		return err
	}
	fmt.Fprintf(p.Stderr, "%s: %d in reserve; generate the firmware again and flash the boards once\n", name, tlsinspect.Spare(s.Pin))
	return nil
}

package cli

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"espost/pinfile"
	"espost/profile"
	"espost/tlsinspect"
)

// A signedFile is a file of signed pins that check was given.
type signedFile struct {
	path string
	text []byte
	says *pinfile.File // which nobody has verified
}

// A proof is what check was given beside the profiles: what may be believed.
type proof struct {
	named  []string     // certificates that the user vouches for
	signed []signedFile // oldest first
}

// readSigned reads the files, oldest first.
func readSigned(paths []string) ([]signedFile, error) {
	var list []signedFile
	for _, path := range paths {
		text, says, err := readPins(path)
		if err != nil {
			return nil, err
		}
		list = append(list, signedFile{path, text, says})
	}
	slices.SortStableFunc(list, func(a, b signedFile) int {
		return cmp.Or(cmp.Compare(a.says.Epoch, b.says.Epoch), cmp.Compare(a.says.Serial, b.says.Serial))
	})
	return list, nil
}

// isFor reports whether the file is meant for a profile's boards.
func (f signedFile) isFor(s *profile.Session) bool {
	return s.Owner.Known() && f.says.Group == s.Owner.Group && f.says.Host == s.Target.Addr() // mutant TestScripts/pins in ./test: f.says.Group == s.Owner.Group => true
}

// takeSigned takes the files that are meant for the profile's boards. One that is
// refused stops the update: somebody may be showing an old one, or another one.
func (c *checked) takeSigned(files []signedFile, now time.Time) error {
	for _, file := range files {
		if !file.isFor(c.session) {
			continue
		}
		f, after, err := acceptPins(file.text, c.session, now)
		if err != nil {
			return fmt.Errorf("%s was not updated, since %s isn't taken: %w", c.file, file.path, err)
		}
		c.session.Owner, c.signed = after, nil // the newest alone counts
		for _, e := range f.Pins {
			c.signed = append(c.signed, e.Pin())
		}
	}
	return nil
}

// grounds are what may be believed of the profile's server.
func (c *checked) grounds(named []string) tlsinspect.Grounds {
	return tlsinspect.Grounds{Pin: c.session.Pin, Named: named, Signed: c.signed}
}

// forNobody returns an error for each file that is for none of the profiles.
func forNobody(files []signedFile, sessions []*profile.Session) (errs []error) {
	for _, f := range files {
		if !slices.ContainsFunc(sessions, f.isFor) {
			errs = append(errs, &inputError{fmt.Errorf("%s is for the boards %s at %s, and none of these profiles is; see pins.group and target in yours", f.path, f.says.Group, f.says.Host)})
		}
	}
	return errs
}

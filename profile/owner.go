package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/duration"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/pinfile"
	"espost/tlsinspect"
)

// Owning says who shall sign the pins of a profile's boards, and where they look
// for what is signed.
type Owning struct {
	Group     string        // of boards that share a key; "" for the sketch's name
	Key       string        // the signing key's file; "" for the group's in KeyFolder
	KeyFolder string        // "" for none
	Recovery  string        // the recovery key's file; "" for none
	Fetch     codegen.Fetch // zero for nowhere
}

// A KeyFile is a key that was read from a file, or made there.
type KeyFile struct {
	Path string
	Key  pinfile.Key
	Made bool
}

// Sentence says what was done, and is safe to show.
func (k KeyFile) Sentence() string {
	made := "The key was there already"
	if k.Made {
		made = "A key was made"
	}
	return fmt.Sprintf("%s: %s in %s.", made, k.Key.ID(), sanitize.Line(k.Path))
}

// KeyFolder is where signing keys are kept unless somebody says otherwise: in the
// user's data folder; "" where there is none.
func KeyFolder() string {
	_, err := os.UserHomeDir()
	if !filepath.IsAbs(xdg.DataHome) || err != nil && os.Getenv("XDG_DATA_HOME") == "" {
		return ""
	}
	return filepath.Join(xdg.DataHome, "espost", "keys")
}

// Own names the keys in the profile, and where boards look. A key's file that isn't
// there is made; a profile that names a signing key keeps it, and its group. Nothing
// is saved. With an error the session is as it was, and the keys are those that
// were read or made before it.
func (s *Session) Own(o Owning) (keys []KeyFile, err error) {
	if err := o.Fetch.Check().Err(); err != nil {
		return nil, err
	}
	owner := s.Owner
	take := func(key *pinfile.Key, path string, read func(string) (pinfile.Key, error)) error {
		file, err := readOrMakeKey(path, read)
		if err == nil {
			keys, *key = append(keys, file), file.Key
		}
		return err
	}
	if !owner.Known() {
		if owner.Group = o.Group; owner.Group == "" {
			owner.Group = groupOf(s.Firmware.Name)
		}
		if wrong := pinfile.CheckGroup(owner.Group); wrong != nil {
			return nil, wrong
		}
		path, err := keyFile(o.Key, o.KeyFolder, owner.Group)
		if err == nil {
			err = take(&owner.Key, path, readSigner)
		}
		if err != nil {
			return keys, err
		}
	}
	if o.Recovery != "" {
		if err := take(&owner.Recovery, o.Recovery, pinfile.ReadPublic); err != nil {
			return keys, err
		}
		if owner.Recovery == owner.Key {
			return keys, problem.New("", "the recovery key must be another one than the signing key", "name another file")
		}
	}
	s.Owner, s.Fetch = owner, o.Fetch
	return keys, nil
}

// CheckOwner returns why nobody signs pins for the profile, nil where somebody does.
func (s *Session) CheckOwner() error {
	if s.Owner.Known() {
		return nil
	}
	return problem.New("", s.File+" names no key that signs pins", "let espost pins init make one")
}

// groupOf is a sketch's name, as far as a group's goes.
func groupOf(name string) string { return name[:min(len(name), pinfile.MaxGroup)] }

// SignerFile is the file in folder that has the profile's signing key unless
// somebody says otherwise; "" without a folder.
func (s *Session) SignerFile(folder string) string {
	group := s.Owner.Group
	if group == "" {
		group = groupOf(s.Firmware.Name)
	}
	path, _ := keyFile("", folder, group) // "" with an error
	return path
}

func keyFile(named, folder, group string) (string, error) {
	switch {
	case named != "":
		return ExpandHome(named), nil
	case folder == "":
		return "", problem.New("", "you have no data folder for the signing key", "name a file for it")
	}
	return filepath.Join(folder, group+".pem"), nil
}

func readSigner(path string) (pinfile.Key, error) {
	_, public, err := pinfile.ReadKey(path)
	return public, err
}

// readOrMakeKey reads a key's file, or makes a key where there is none.
func readOrMakeKey(path string, read func(string) (pinfile.Key, error)) (KeyFile, error) {
	key, err := read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return KeyFile{Path: path, Key: key}, err
	}
	key, err = pinfile.CreateKey(path)
	return KeyFile{path, key, true}, err
}

// AtRenewal says in one sentence, without its full stop, what becomes of the boards
// when the server's certificate is renewed. It is safe to show.
func (p *Profile) AtRenewal() string {
	switch {
	case p.Pin.Mode == esp8266.PinInsecure:
		return "boards believe any server, before a renewal and after it"
	case p.Fetch.On():
		text := "boards fetch the pins that you sign from " + sanitize.Line(strings.Join(p.Fetch.URLs, ", ")) + " when those that they have fit no longer"
		if p.Fetch.Refresh > 0 {
			text += ", and every " + duration.Format(p.Fetch.Refresh)
		}
		return text
	}
	if backing := tlsinspect.Backing(p.Pin); backing != "" {
		return "boards go on by the pin's backup when the pin fits no longer: " + backing
	}
	text := "the pin holds " + p.Pin.Mode.Holds()
	if !p.Pin.Expires.IsZero() {
		text += " (" + p.Pin.Expires.UTC().Format("2 Jan 2006") + " at the latest)"
	}
	return text
}

package cli

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"espost/codegen"
	"espost/codegen/sketchdir"
	"espost/esp8266"
	"espost/internal/readfile"
	"espost/internal/sanitize"
	"espost/profile"
)

// What a renewal changes of a sketch: of its source only pins.h, and the README,
// which shows the fingerprint.
const (
	pinsFile   = "pins.h"
	readmeFile = "README.md"
)

// repair pins the server as the check has seen it, in the profile's mode, if
// something vouches for it or the user does, and rewrites the profile and, where it
// names its folder, the firmware's pins.h. Should the second fail, or espost be
// killed between them, the next check sees that.
func (c *checked) repair(named []string) {
	grounds := c.grounds(named)
	err := c.session.Renew(c.verdict.Report, grounds)
	if err == nil {
		err = c.session.Save()
	}
	if err != nil {
		c.err = fmt.Errorf("%s was not updated: %w", c.file, err)
		return
	}
	c.updated = true
	c.left = c.verdict.Report.LeftOut(grounds)
	c.note = "generate the firmware again and flash the boards"
	if dir := c.session.LastFolder(); dir != "" {
		if err := rewritePins(c.session.Project, dir); err != nil {
			c.err = fmt.Errorf("%s was updated, but not the firmware: %w", c.file, err)
			return
		}
		c.note = fmt.Sprintf("%s was rewritten; flash the boards", filepath.Join(dir, pinsFile))
	}
}

// repairable reports whether there is a certificate that the pin lacks: the served
// one, its CA where that is the backup, or that of another address which something vouches for.
func (c *checked) repairable(named []string) bool {
	r := c.verdict.Report
	switch {
	case r == nil || !r.Board.Connects:
		return false
	case c.verdict.Status == profile.Broken, c.verdict.Status == profile.Backup, c.session.Pin.Backup == esp8266.PinCA && r.AnchoredIn(c.session.Pin.CAs) < 0:
		return true
	}
	missing := func(sha1 string) bool { return !slices.Contains(c.session.Pin.SHA1, sha1) }
	return c.session.Pin.Mode == esp8266.PinFingerprint && slices.ContainsFunc(r.Fingerprints(c.grounds(named)), missing)
}

// checkFirmware finds out whether the firmware's pins.h holds the profile's pin
// and, when asked, rewrites it. Where the folder isn't here, or nothing can be
// made of its pins.h, there is nothing to say.
func (c *checked) checkFirmware(update bool) {
	dir := c.session.LastFolder()
	if dir == "" {
		return
	}
	if c.holdsPin(dir) {
		c.stale = new(bool)
		return
	}
	_, changes, err := compareSketch(c.session.Project, dir)
	if err != nil {
		return
	}
	stale, known := lags(changes, c.session.Pin)
	if !known {
		return
	}
	c.stale = &stale
	if !stale || !update {
		return
	}
	if c.err = rewritePins(c.session.Project, dir); c.err == nil {
		stale = false
		c.updated = true
		c.note = fmt.Sprintf("%s was rewritten; flash the boards", filepath.Join(dir, pinsFile))
	}
}

// holdsPin reports whether the folder's pins.h is the profile's to the byte, which
// it nearly always is: then nothing else needs to be generated and compared.
func (c *checked) holdsPin(dir string) bool {
	want, err := codegen.GenerateFile(c.session.Project, pinsFile)
	if err != nil {
		return false
	}
	text, err := readfile.Read(filepath.Join(dir, pinsFile), len(want.Data))
	return err == nil && bytes.Equal(text, want.Data)
}

// lags reports whether the pins.h of a sketch's folder holds another pin than
// the profile's, if that can be known. A file that the user has edited, or of a
// sketch that the profile wants otherwise by now, is searched for what is pinned.
func lags(changes sketchdir.Changes, pin esp8266.Pin) (stale, known bool) {
	pins := changes[slices.IndexFunc(changes, isPins)]
	switch {
	case pins.State == sketchdir.Same:
		return false, true
	case pins.State == sketchdir.Changed && len(beyondPins(changes)) == 0:
		return true, true
	case pins.State == sketchdir.New || pin.Mode == esp8266.PinInsecure:
		return false, false
	}
	text := pins.Existing()
	return !holds(string(text), pin), text != nil
}

// holds reports whether text, C++, has everything that boards with this pin compare, each in
// hexadecimal digits or in Base64, over several lines or not.
func holds(text string, pin esp8266.Pin) bool {
	digits := strings.NewReplacer("0X", "", ",", "", ":", "", " ", "", "\r", "", "\n", "").Replace(strings.ToUpper(text))
	base := strings.NewReplacer(`\n`, "", `"`, "", " ", "", "\r", "", "\n", "").Replace(text)
	pinned, _ := pin.Read()
	for _, key := range pinned.Keys {
		pinned.CAs = append(pinned.CAs, key.SPKI)
	}
	return !slices.ContainsFunc(pinned.SHA1, func(sha1 string) bool { return !strings.Contains(digits, sha1) }) &&
		!slices.ContainsFunc(pinned.CAs, func(der []byte) bool {
			return !strings.Contains(base, base64.StdEncoding.EncodeToString(der)) && !strings.Contains(digits, fmt.Sprintf("%X", der))
		})
}

// rewritePins puts the profile's pin into the sketch's folder. What the user has
// edited there stays; where the profile asks for more than a new pin, nothing is
// written, since the other files might not fit it.
func rewritePins(p codegen.Project, dir string) error {
	folder, changes, err := compareSketch(p, dir)
	if err != nil {
		return err
	}
	switch pins := changes[slices.IndexFunc(changes, isPins)]; pins.State {
	case sketchdir.Same, sketchdir.Changed:
	case sketchdir.New:
		return fmt.Errorf("there is no %s in %s; generate the firmware again", pinsFile, dir)
	default:
		return fmt.Errorf("%s in %s is not as espost wrote it (%s); see espost generate --diff, then generate again with --force", pinsFile, dir, pins.State)
	}
	if others := beyondPins(changes); len(others) > 0 {
		return fmt.Errorf("other files in %s would change too (%s); see espost generate --diff, then generate again", dir, strings.Join(others, ", "))
	}
	only := []string{pinsFile}
	if slices.ContainsFunc(changes, isStaleReadme) {
		only = append(only, readmeFile)
	}
	_, err = sketchdir.Write(dir, folder, sketchdir.Options{Only: only, Agreed: changes})
	return err
}

// compareSketch holds the profile's sketch against the folder that it was
// written to; among the changes there is always one of pins.h.
func compareSketch(p codegen.Project, dir string) (codegen.Folder, sketchdir.Changes, error) {
	folder, err := codegen.Generate(p)
	if err != nil {
		return nil, nil, err
	}
	changes, err := sketchdir.Compare(dir, folder)
	if err == nil && !slices.ContainsFunc(changes, isPins) {
		err = errors.New("a sketch without " + pinsFile)
	}
	return folder, changes, err
}

func isPins(c sketchdir.Change) bool { return c.Path == pinsFile }

// isStaleReadme finds the README where it is as espost wrote it.
func isStaleReadme(c sketchdir.Change) bool {
	return c.Path == readmeFile && c.State == sketchdir.Changed
}

// beyondPins names the files that the profile wants otherwise, pins.h and README aside.
// Files that differ only by the user's own edits are not among them, nor are those
// that aren't the sketch's.
func beyondPins(changes sketchdir.Changes) []string {
	var others []string
	for _, c := range changes {
		switch c.State {
		case sketchdir.Same, sketchdir.Kept, sketchdir.Beside:
			continue
		}
		if !isPins(c) && c.Path != readmeFile && !c.Again {
			others = append(others, sanitize.Line(c.Path))
		}
	}
	return others
}

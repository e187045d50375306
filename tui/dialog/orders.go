package dialog

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// ordersHelp says what can be typed in the place of any answer that is shown.
const ordersHelp = "In the place of any answer, :back goes one step back, :save saves the profile, :save and a file's name under another name, :open and a file's name opens one, and :backup has the CA be the pin's backup, or not."

// errBack leads to the step before.
var errBack = errors.New("one step back")

// order does what a line says that begins with a colon and is no answer. It is told
// whether the line was one; the error leads elsewhere.
func (d *Dialog) order(text string) (done bool, err error) {
	word, file, _ := strings.Cut(strings.TrimSpace(text), " ")
	switch file = strings.TrimSpace(file); word {
	case ":back":
		return true, errBack
	case ":save":
		d.save(file)
		return true, nil
	case ":open":
		return true, d.open(file)
	case ":backup":
		d.backup()
		return true, nil
	}
	return false, nil
}

// save saves the profile, and says so or why not.
func (d *Dialog) save(name string) {
	s := *d.Session
	if name != "" {
		if s.File = profile.ExpandHome(name); filepath.Ext(s.File) == "" {
			s.File += ".yaml"
		}
		if s.File != d.Session.File {
			s.Saved = profile.New(request.Target{}) // a file that is there holds other work
		}
	}
	if s.Target.Host == "" {
		d.say("Nothing to save yet: give an address first.")
		return
	}
	err := s.Save()
	if d.Note != nil {
		d.Note("saved", err, "profile", s.File)
	}
	if err != nil {
		d.say("Not saved: %s", sanitize.Line(err.Error()))
		return
	}
	d.Session.File, d.Session.Saved = s.File, s.Saved
	full := s.File
	if path, err := filepath.Abs(s.File); err == nil {
		full = path
	}
	d.say("Saved to %s, without secrets and Wi-Fi password.", sanitize.Line(full))
}

// backup has the CA be the pin's backup, or not.
func (d *Dialog) backup() {
	if d.report == nil || !d.Session.Pin.Pinned() {
		d.say("There is no pin yet: give an address first.")
		return
	}
	mode := esp8266.PinCA
	if d.Session.Pin.Backup != "" {
		mode = ""
	}
	if err := d.Session.Back(d.report, mode, d.grounds()); err != nil {
		d.say("%s", sanitize.Line(problem.Sentences(err.Error())))
	}
	d.sayBackup()
}

// grounds are the pin, and what the user vouches for or is known to be the server's.
func (d *Dialog) grounds() tlsinspect.Grounds {
	return tlsinspect.Grounds{Pin: d.Session.Pin, Named: slices.Concat(d.named, d.known())}
}

// sayBackup says by what boards go on where the pin doesn't fit.
func (d *Dialog) sayBackup() {
	if backing := tlsinspect.Backing(d.Session.Pin); backing != "" {
		d.say("The pin's backup: %s.", backing)
		return
	}
	d.say("The pin has no backup.")
}

// open goes on with another profile, from the first step.
func (d *Dialog) open(name string) error {
	file, err := profile.Find(name)
	if err == nil {
		var s *profile.Session
		if s, err = profile.Open(file); err == nil {
			*d.Session, d.Target, d.report, d.named = *s, s.Target.URL(), nil, nil
			d.begin()
			return errElsewhere
		}
	}
	d.say("%s", sanitize.Line(err.Error()))
	return nil
}

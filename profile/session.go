package profile

import (
	"fmt"
	"path/filepath"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/problem"
	"espost/request"
	"espost/tlsinspect"
)

// A Session is work on a profile that has a place: its file. The commands, the
// app and the accessible mode all work on one, so that a pin is chosen, a changed
// address followed, the sketch's folder found and the file written in one way.
type Session struct {
	*Profile
	File  string   // where Save writes; empty where nothing is to be saved
	Saved *Profile // what File held when it was read or written last; nil where that is no matter

	NoBackup bool // the user wants a new pin to have no backup, also where Report.DefaultBackup has one
}

// Open returns a session on the profile in file. Errors are Load's.
func Open(file string) (*Session, error) {
	p, err := Load(file)
	if err != nil {
		return nil, err
	}
	return &Session{Profile: p, File: file, Saved: p.Clone()}, nil
}

// Save writes the profile to the session's file. Where that holds something else
// than Saved, somebody changed it in the meantime: it stays as it is, and the
// error is a *problem.Problem of CodeChanged. Other errors are Profile.Save's.
func (s *Session) Save() error {
	if err := s.Profile.save(s.File, s.Saved); err != nil {
		return err
	}
	s.Saved = s.Profile.Clone()
	return nil
}

// base is the folder that the profile's file lies in.
func (s *Session) base() string { return filepath.Dir(s.File) }

// SketchFolder is where the sketch goes: where it was written last, or a folder
// of the sketch's name beside the profile's file.
func (s *Session) SketchFolder() string {
	if s.Folder != "" && filepath.Base(s.Folder) == s.Firmware.Name {
		return filepath.Join(s.base(), s.Folder)
	}
	return filepath.Join(s.base(), filepath.Dir(s.Folder), s.Firmware.Name)
}

// LastFolder is where the sketch was written last, "" for nowhere.
func (s *Session) LastFolder() string {
	if s.Folder == "" {
		return ""
	}
	return filepath.Join(s.base(), s.Folder)
}

// Place has the sketch go to a folder, which is written as people do: a name for
// one where the sketch would go anyway, or a path, relative to the working
// directory, absolute or from ~. The folder's name is the sketch's; the problem of
// one that it can't have is codegen.CheckName's.
func (s *Session) Place(path string) error {
	path = filepath.Clean(ExpandHome(path))
	name := filepath.Base(path)
	if p := codegen.CheckName(name); p != nil {
		return p
	}
	if path != name {
		if err := s.Wrote(path); err != nil {
			return err
		}
	}
	s.Firmware.Name = name
	return nil
}

// Wrote remembers that the sketch was written to dir.
func (s *Session) Wrote(dir string) error {
	base, err := filepath.Abs(s.base())
	if err != nil {
		return fmt.Errorf("finding the folder of %s: %w", s.File, err)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return fmt.Errorf("finding %s: %w", dir, err)
	}
	folder, err := filepath.Rel(base, dir)
	if err != nil {
		return fmt.Errorf("the profile can't remember the firmware's folder: %w; choose a file on the same drive", err)
	}
	s.Folder = filepath.ToSlash(folder)
	return nil
}

// Follow points the profile at another target. A pin belongs to its server, so
// that of another one goes; a sketch that still has the name proposed for the
// old host gets the one for the new. The service goes where the host isn't its own.
func (s *Session) Follow(t request.Target) {
	old := s.Target
	if old.Host != t.Host || old.Port != t.Port {
		s.Pin = esp8266.Pin{Mode: s.Pin.Mode}
	}
	if service, ok := s.AtService(); ok && old.Host != t.Host && !service.At(t.Host) {
		s.Service = ""
	}
	if s.Firmware.Name == codegen.ProposeName(old.Host) {
		s.Firmware.Name = codegen.ProposeName(t.Host)
	}
	t.PlainHTTP = false
	s.Target = t
}

// Capture pins what the report saw in the given mode, by the best way that there
// is, and takes over the buffers that the report recommends. Where nothing vouches
// for it, the session stays as it is and the error is a *tlsinspect.TrustError.
func (s *Session) Capture(r *tlsinspect.Report, mode esp8266.PinMode, g tlsinspect.Grounds) error {
	choice, works := r.Best(mode, g)
	if choice.Pin.Mode == "" {
		return problem.New("", fmt.Sprintf("the server shows nothing that could be pinned by %s", mode), "choose another way to know the server")
	}
	if !works {
		reason := "the board can't connect"
		if e, ok := choice.Error.Info(); ok && choice.Error != 0 {
			reason = e.Name + ", " + e.Meaning
		}
		return problem.New("", fmt.Sprintf("a board that pins this server by %s could not connect: %s", mode, reason), "choose another way to know the server")
	}
	return s.Choose(r, choice, g)
}

// Renew is Capture in the session's own mode, for boards that run already: the buffers
// stay theirs until they get other firmware.
func (s *Session) Renew(r *tlsinspect.Report, g tlsinspect.Grounds) error {
	buffers := s.Firmware.Buffers
	if err := s.Capture(r, s.Pin.Mode, g); err != nil {
		return err
	}
	s.Firmware.Buffers = buffers
	return nil
}

// Choose stores one of the report's ways to pin, if the grounds allow it, and takes
// over the buffers that it recommends. Fingerprint and public key are kept in every
// mode, so that a later check can tell what a renewal has changed; so is the backup. A new pin
// without one gets Report.DefaultBackup's. Errors are Report.Take's and Report.Back's.
func (s *Session) Choose(r *tlsinspect.Report, choice tlsinspect.PinChoice, g tlsinspect.Grounds) error {
	pin, err := r.Take(choice, g)
	if err != nil {
		return err
	}
	pin.Reserve, pin.Backup = s.Pin.Reserve, s.Pin.Backup
	if pin.Backup == "" && !s.NoBackup { // mutant TestScripts/backup in ./test: !s.NoBackup => true
		pin.Backup = r.DefaultBackup(pin.Mode, g)
	}
	if pin, err = r.Back(pin, g); err != nil {
		return err
	}
	s.Pin, s.Firmware.Buffers = pin, r.Board.Buffers
	return nil
}

// Back gives the pin another backup, or none, and leaves the rest of it as it is.
// Errors are Report.Back's.
func (s *Session) Back(r *tlsinspect.Report, backup esp8266.PinMode, g tlsinspect.Grounds) error {
	pin := s.Pin
	pin.Backup = backup
	pin, err := r.Back(pin, g)
	if err == nil {
		s.Pin = pin
	}
	return err
}

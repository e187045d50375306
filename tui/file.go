package tui

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/tui/ui"
)

type (
	// savedMsg is what came of saving the profile.
	savedMsg struct {
		of      *profile.Session // the work that was in hand
		session profile.Session
		full    string // the file's absolute path
		err     error
	}
	// openedMsg is a profile to go on with.
	openedMsg struct {
		session *profile.Session
		err     error
	}
)

// save writes the profile as it is now, with what is open in an editor, unless the
// file changed meanwhile.
func (m *Model) save() tea.Cmd { return m.saveThen(nil) }

// saveThen goes on with then once the profile is saved.
func (m *Model) saveThen(then func() tea.Cmd) tea.Cmd {
	m.then = nil
	for _, keep := range []func() error{m.form.Keep, m.firmware.Keep} {
		if err := keep(); err != nil {
			return ui.SetStatus(ui.Caution, "not saved: "+err.Error())
		}
	}
	m.then = then
	m.takePath()
	return m.saveOver(m.session.File, m.saved)
}

// takePath takes an address along that is typed on the first step, where it is one
// of the server that was looked at, whose pin it keeps.
func (m *Model) takePath() {
	typed, err := m.connect.Target()
	if now := m.session.Target; err == nil && now.Host != "" && typed.Host == now.Host && typed.Port == now.Port {
		m.session.Follow(typed)
	}
}

// behind says that the saved address isn't the one that is typed, which is nobody's
// before it was looked at; "" where it is.
func (m *Model) behind() string {
	if typed := strings.TrimSpace(m.connect.Typed()); m.current == stepConnect && typed != "" && typed != m.session.Target.URL() {
		if target, err := m.connect.Target(); err != nil || target.URL() != m.session.Target.URL() {
			return ", and without the new address: enter looks at it first"
		}
	}
	return ""
}

// saveOver writes the profile to a file, over one that holds what expected says;
// nil is for any file.
func (m *Model) saveOver(file string, expected *profile.Profile) tea.Cmd {
	now := profile.Session{Profile: m.session.Clone(), File: file, Saved: expected}
	if now.Target.Host == "" {
		target, err := m.connect.Target()
		if err != nil {
			return ui.SetStatus(ui.Caution, "nothing to save yet: type an address first")
		}
		now.Follow(target)
	}
	of, last, moved, absolute := m.session, m.session.LastFolder(), file != m.session.File, m.options.Absolute
	return func() tea.Msg {
		if last != "" && moved {
			if err := now.Wrote(last); err != nil {
				return savedMsg{of: of, session: now, err: err}
			}
		}
		err := now.Save()
		return savedMsg{of, now, absolute(file), err}
	}
}

// absolute is a file's absolute path, or the path as it is where there is none.
func absolute(file string) string {
	if full, err := filepath.Abs(file); err == nil {
		return full
	}
	return file
}

func (m *Model) wasSaved(msg savedMsg) tea.Cmd {
	file := msg.session.File
	m.options.Note("saved", msg.err, "profile", file)
	if msg.of != m.session { // other work is in hand by now
		if msg.err != nil {
			return ui.SetStatus(ui.Failure, "not saved: "+msg.err.Error())
		}
		return nil
	}
	then := m.then
	m.then = nil
	if p, ok := errors.AsType[*problem.Problem](msg.err); ok && p.Code == profile.CodeChanged {
		m.put(m.overQuestion(file, msg.err, then))
		return nil
	}
	if msg.err != nil {
		return ui.SetStatus(ui.Failure, "not saved: "+msg.err.Error())
	}
	m.saved, m.onDisk = msg.session.Profile, true
	m.session.File, m.session.Folder = file, msg.session.Folder
	if m.session.Target.Host == "" {
		m.session.Follow(msg.session.Target)
	}
	if then != nil {
		return then()
	}
	return ui.SetStatus(ui.Success, "saved to "+sanitize.Line(msg.full)+", without secrets and Wi-Fi password"+m.behind())
}

// overQuestion asks what shall become of a file that holds something else than it
// should.
func (m *Model) overQuestion(file string, err error, then func() tea.Cmd) *ui.Question {
	q := &ui.Question{
		Kit: m.kit, Title: "Another hand changed the file", Yes: "leave it",
		Body: sanitize.Line(file) + " was changed since it was read, by another espost or an editor. Saving over it takes back what was changed there.",
		Run:  func() tea.Cmd { return ui.SetStatus(ui.Caution, "not saved: "+err.Error()) },
	}
	if file != m.session.File || !m.onDisk {
		q.Title = "There is a profile of that name already"
		q.Body = sanitize.Line(file) + " holds other work. Saving over it takes that away."
		q.Run = func() tea.Cmd { return ui.SetStatus(ui.Caution, "not saved: "+sanitize.Line(file)+" holds other work") }
	}
	q.Or = []ui.Action{
		{Keys: []string{"o"}, Label: "save over it", Title: "Save over what is in the file", Run: func() tea.Cmd {
			m.then = then
			return m.saveOver(file, nil)
		}},
		{Keys: []string{"a"}, Label: "save as", Title: "Save under another name", Run: m.saveAs},
	}
	return q
}

// saveAs asks for another file to save to.
func (m *Model) saveAs() tea.Cmd {
	m.overlay = m.kit.NewPrompt("Save as", "A file's name or path; ~ is your own folder. The sketch stays where it is.", "save", m.session.File, func(text string) tea.Cmd {
		file := profile.ExpandHome(text)
		if filepath.Ext(file) == "" {
			file += ".yaml"
		}
		if file == m.session.File {
			return m.save()
		}
		return m.saveOver(file, profile.New(request.Target{})) // a file that is there holds other work
	})
	return nil
}

// open asks for a profile to go on with.
func (m *Model) open() tea.Cmd {
	return m.leaveWork("Open", func() tea.Cmd {
		m.overlay = m.kit.NewPrompt("Open a profile", "A profile's file, its folder, or the folder of a sketch that espost wrote; ~ is your own folder.", "open", "", openFile)
		return nil
	})
}

// openFile reads the profile that a path means.
func openFile(path string) tea.Cmd {
	return func() tea.Msg {
		file, err := profile.Find(path)
		if err != nil {
			return openedMsg{nil, err}
		}
		s, err := profile.Open(file)
		return openedMsg{s, err}
	}
}

// renew begins new work, in a file that isn't there yet.
func (m *Model) renew() tea.Cmd {
	dir := filepath.Dir(m.session.File)
	return m.leaveWork("Begin new work", func() tea.Cmd {
		return func() tea.Msg {
			return openedMsg{session: &profile.Session{File: UnusedFile(dir)}}
		}
	})
}

// UnusedFile is a file in dir to save new work to, so that it never replaces
// another device's profile.
func UnusedFile(dir string) string {
	stem := strings.TrimSuffix(profile.FileName, ".yaml")
	file := filepath.Join(dir, profile.FileName)
	for i := 2; ; i++ {
		if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) || i > 1000 {
			return file
		}
		file = filepath.Join(dir, stem+"-"+strconv.Itoa(i)+".yaml")
	}
}

// leaveWork goes on to other work once that in hand is saved, or given up.
func (m *Model) leaveWork(what string, then func() tea.Cmd) tea.Cmd {
	switch {
	case m.connect.Busy() || m.test.Busy() || m.board.Flashing():
		return ui.SetStatus(ui.Caution, "still at work: esc cancels it")
	case !m.unsaved():
		return then()
	}
	m.overlay = &ui.Question{
		Kit: m.kit, Title: what + " without saving?", Yes: "go on without saving", Destroys: true,
		Body: "The work in hand has changed since it was saved.", Run: then,
		Or: []ui.Action{{Keys: []string{"ctrl+s", "s"}, Label: "save first", Title: "Save the profile first", Run: func() tea.Cmd { return m.saveThen(then) }}},
	}
	return nil
}

// opened goes on with other work. All steps begin anew.
func (m *Model) opened(msg openedMsg) tea.Cmd {
	if msg.err != nil {
		return ui.SetStatus(ui.Failure, msg.err.Error())
	}
	m.board.Leave()
	o := m.given
	o.Profile, o.ProfilePath, o.Import, o.Target = msg.session.Profile, msg.session.File, nil, ""
	next := New(o)
	next.width, next.height, next.background, next.sixteen, next.mouseOff = m.width, m.height, m.background, m.sixteen, m.mouseOff
	next.applyTheme()
	*m = *next
	begin := m.Init()
	if o.Profile == nil {
		begin = tea.Batch(begin, ui.SetStatus(ui.Plain, "new work: it will be saved to "+sanitize.Line(o.ProfilePath)))
	}
	return begin
}

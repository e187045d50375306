// Package tui is the app: six steps from an address to a board that runs, in one
// terminal. This package knows which step is in front, what the steps hand on
// to each other, and the keys that work everywhere; each step is a package of
// its own.
package tui

import (
	"path/filepath"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"espost/esp8266"
	"espost/imports"
	"espost/internal/sanitize"
	"espost/internal/settings"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui/board"
	"espost/tui/certificate"
	"espost/tui/connect"
	"espost/tui/firmware"
	"espost/tui/form"
	"espost/tui/testpost"
	"espost/tui/ui"
)

// The steps, in order.
const (
	stepConnect = iota
	stepCertificate
	stepForm
	stepTest
	stepFirmware
	stepBoard
	stepCount
)

// Model is the app's root model.
type Model struct {
	options Options
	given   Options // options as they were given, for the next file
	kit     *ui.Kit
	session *profile.Session // what the steps read and fill in
	saved   *profile.Profile // as it was opened or saved last
	onDisk  bool             // the session's file was opened or saved

	connect     *connect.Model
	certificate *certificate.Model
	form        *form.Model
	test        *testpost.Model
	firmware    *firmware.Model
	board       *board.Model
	steps       [stepCount]ui.Step

	current       int
	confirmed     bool // the way to know this server was gone on with
	filled        bool // so was the form
	width, height int
	overlay       ui.Overlay
	waiting       []ui.Overlay // behind it
	asked         map[request.Suspect]bool
	status        ui.StatusMsg
	mouseOff      bool
	then          func() tea.Cmd // once the profile is saved; nil for nothing
	background    background     // of the terminal
	sixteen       bool           // it has no more colours
	written       *firmware.Written
}

// New returns the app for o.
func New(o Options) *Model {
	opened, given := o.Profile != nil && o.Import == nil, o
	o = o.withDefaults()
	m := &Model{options: o, given: given, background: backgroundOf(o.Theme, o.getenv("COLORFGBG")), width: 80, height: 24}
	m.kit = &ui.Kit{Context: o.Context, Now: o.Now, Clipboard: o.Clipboard, Absolute: o.Absolute, Editor: o.editor(), Exec: o.Exec}
	m.applyTheme()
	m.session = &profile.Session{Profile: o.Profile, File: o.ProfilePath}
	m.saved, m.onDisk = o.Profile.Clone(), opened
	if opened {
		m.session.FillSecrets(o.lookupSecret)
	}
	m.connect = connect.New(m.kit, o.target(), o.Inspect, o.Recent, o.Check)
	m.certificate = certificate.New(m.kit, m.session.Profile)
	m.form = form.New(m.kit, m.session.Profile)
	m.test = testpost.New(m.kit, m.session, o.Send)
	m.firmware = firmware.New(m.kit, m.session, o.KeyFolder)
	m.board = board.New(m.kit, m.session, o.Board)
	m.steps = [stepCount]ui.Step{m.connect, m.certificate, m.form, m.test, m.firmware, m.board}
	m.asked = make(map[request.Suspect]bool)
	if opened { // what the profile's file has in plain text, it has for a reason
		for _, s := range m.session.Request.Suspects() {
			m.asked[s] = true
		}
	}
	return m
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd {
	var imported tea.Cmd
	if m.options.Import != nil {
		imported = m.taken(*m.options.Import, "")
	}
	return tea.Batch(tea.RequestBackgroundColor, m.steps[m.current].Enter(), m.connect.Recall(), m.connect.List(), m.connect.FindOwn(m.options.Own), m.board.Listen(), m.tell(), imported, m.lookAtOnce())
}

// lookAtOnce holds the pin of a profile that was opened against what its server
// shows now. An address that was given beside it is somebody's to look at.
func (m *Model) lookAtOnce() tea.Cmd {
	if !m.onDisk || m.given.Target != "" || m.options.Demo != nil || m.session.Target.Host == "" { // mutant TestOpeningLooksAtOnce: !m.onDisk => true
		return nil
	}
	return m.connect.Start()
}

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		return m, nil
	case tea.BackgroundColorMsg:
		if m.options.Theme == "" || m.options.Theme == settings.Auto { // mutant TestThemes: == settings.Auto => != settings.Auto
			m.background = map[bool]background{true: dark, false: light}[msg.IsDark()]
		}
		m.applyTheme()
		return m, nil
	case tea.ColorProfileMsg:
		m.sixteen = msg.Profile == colorprofile.ANSI
		m.applyTheme()
		return m, nil
	case ui.StatusMsg:
		msg.Text = sanitize.Line(msg.Text) // errors quote what servers and files say
		m.status = msg
		return m, nil
	case tea.KeyPressMsg:
		m.status = ui.StatusMsg{}
		return m, m.press(m.options.Keys.Translate(msg, m.typing()))
	case tea.PasteMsg, tea.MouseMsg:
		return m, m.input(msg)
	}
	if cmd, mine := m.outcome(msg); mine {
		return m, cmd
	}
	// Anything else answers a step's command: only its own package knows its type.
	var cmds []tea.Cmd
	for _, s := range m.steps {
		cmds = append(cmds, s.Update(msg))
	}
	return m, tea.Batch(cmds...)
}

// outcome handles what a step hands on.
func (m *Model) outcome(msg tea.Msg) (cmd tea.Cmd, mine bool) {
	switch msg := msg.(type) {
	case connect.Captured:
		return m.captured(msg), true
	case connect.Begun:
		return m.begin(msg), true
	case certificate.Again:
		return tea.Batch(m.enter(stepConnect), m.connect.Start()), true
	case certificate.Chosen:
		if cmd := m.pin(); cmd != nil {
			return cmd, true
		}
		return m.enter(stepForm), true
	case certificate.Trusted:
		if cmd := m.pin(); cmd != nil {
			return cmd, true
		}
		return ui.SetStatus(ui.Success, "pinned: "+m.certificate.Report().Fingerprint()), true
	case certificate.Kept:
		m.session.Pin = m.certificate.Grounds().Pin.Clone()
		if backup := m.certificate.Backup(); backup != m.session.Pin.Backup {
			if cmd := m.backPin(backup); cmd != nil {
				return cmd, true
			}
		}
		if msg.Stay {
			return ui.SetStatus(ui.Plain, "the old pin is kept"), true
		}
		return m.enter(stepForm), true
	case certificate.Backed:
		return m.backPin(msg.Mode), true
	case connect.Named:
		return m.leaveWork("Open "+sanitize.Line(filepath.Base(msg.Path)), func() tea.Cmd { return openFile(msg.Path) }), true
	case connect.Imported:
		m.connect.SetAddress(msg.Request.Where())
		m.form.TakeImport(msg.Request)
		return m.taken(msg.Request, ""), true
	case form.Imported:
		return m.imported(msg.Request), true
	case form.Finished:
		return m.enter(stepTest), true
	case testpost.Answered:
		return nil, true
	case testpost.Moved:
		m.connect.SetAddress(msg.Target.URL())
		return tea.Batch(m.enter(stepConnect), m.connect.Start()), true
	case testpost.Rules:
		return tea.Batch(m.enter(stepForm), m.form.EditWhole()), true
	case testpost.Finished:
		return m.enter(stepFirmware), true
	case firmware.Written:
		m.options.Note("generated", nil, "folder", msg.Folder)
		m.written = &msg
		m.then = func() tea.Cmd { return nil } // its page says so
		// What is open in an editor isn't in the firmware, and so not in the file either.
		return tea.Batch(m.board.Look(), m.saveOver(m.session.File, m.saved)), true
	case firmware.Sign:
		return m.sign(msg.Key), true
	case signingMsg:
		return m.signing(msg), true
	case signedMsg:
		return m.signed(msg), true
	case board.Found:
		m.firmware.LeadOn(msg.Any)
		return nil, true
	case firmware.Finished:
		if m.board.Found() {
			return m.enter(stepBoard), true
		}
		return m.quit(), true
	case board.Finished:
		return m.quit(), true
	case ui.Ask:
		m.put(msg.Overlay)
		return nil, true
	case savedMsg:
		return m.wasSaved(msg), true
	case openedMsg:
		return m.opened(msg), true
	}
	return nil, false
}

// captured takes a new report in. What was tested before belongs to what was seen
// before; the form is the user's and stays, and so does a pin until he wants another.
func (m *Model) captured(msg connect.Captured) tea.Cmd {
	m.session.Follow(msg.Target)
	m.askSuspects()
	before := certificate.Before{
		Grounds: tlsinspect.Grounds{Pin: m.session.Pin.Clone(), Named: m.options.known()},
		File:    filepath.Base(m.session.File),
	}
	if before.Pin.Pinned() && msg.Report.Board.Connects {
		checker := profile.Checker{Now: m.options.Now}
		if v := checker.Judge(m.session.Profile, msg.Report); v.Status == profile.Broken || v.Status == profile.Backup { // mutant TestChangedCertificate: v.Status == profile.Broken => false
			before.Broken = v.Reason
		}
	}
	m.confirmed = false
	m.certificate.SetReport(msg.Report, before)
	m.test.SetReport(msg.Report)
	if !before.Pin.Pinned() {
		m.session.Firmware.Buffers = msg.Report.Board.Buffers
		_ = m.pin() // what nothing vouches for is shown, and the user asked
	}
	return tea.Batch(m.enter(stepCertificate), m.connect.Remember(msg.Report))
}

// pin stores what is chosen on the certificate step. Where nothing vouches for it,
// it says so, and the pin stays as it is.
func (m *Model) pin() tea.Cmd {
	choice, ok := m.certificate.Choice()
	if !ok || m.certificate.Keeps() {
		return nil
	}
	m.session.Pin.Backup = m.certificate.Backup()
	m.session.NoBackup = m.session.Pin.Backup == "" // mutant TestNewPinHasABackup: m.session.Pin.Backup == "" => false
	if err := m.session.Choose(m.certificate.Report(), choice, m.certificate.Grounds()); err != nil {
		return ui.SetStatus(ui.Caution, err.Error())
	}
	return nil
}

// backPin gives the pin another backup, or none.
func (m *Model) backPin(mode esp8266.PinMode) tea.Cmd {
	if !m.session.Pin.Pinned() {
		m.session.Pin.Backup = mode
		return nil
	}
	if err := m.session.Back(m.certificate.Report(), mode, m.certificate.Grounds()); err != nil {
		return ui.SetStatus(ui.Caution, err.Error())
	}
	return nil
}

// imported goes where a request goes that was pasted into the form.
func (m *Model) imported(r imports.Import) tea.Cmd {
	if m.session.Target.URL() == r.Where() {
		return m.taken(r, "")
	}
	m.connect.SetAddress(r.Where())
	return tea.Batch(m.enter(stepConnect), m.taken(r, "the command posts to another address: enter looks at it"))
}

// enter brings a step to the front. What was typed into the form is asked about
// before anything is sent or written.
func (m *Model) enter(step int) tea.Cmd {
	m.current = step
	m.confirmed = m.confirmed || step > stepCertificate
	if step > stepForm {
		m.filled = true
		m.askSuspects()
	}
	return m.steps[step].Enter()
}

// blockedReason returns what is still missing before a step can be entered, "" when it can.
func (m *Model) blockedReason(step int) string {
	switch {
	case step == stepConnect:
		return ""
	case step == stepBoard:
		return m.noBoardReason()
	case m.certificate.Report() == nil: // mutant TestStepsAreGuarded: m.certificate.Report() == nil => false
		return "look at the server first: enter on the Connect step"
	case step == stepCertificate:
		return ""
	}
	if _, ok := m.certificate.Choice(); !ok {
		return "the board can't connect to this server, so there is nothing to pin"
	}
	if m.certificate.Unvouched() {
		return "nothing vouches for the server yet: t on the Certificate step trusts it"
	}
	if step > stepForm && m.form.Check() != nil {
		return "the form can't be sent yet: " + m.form.Check().Error()
	}
	return ""
}

// noBoardReason returns why there is nothing to flash, "" when there is: a profile
// that was opened may have its sketch on disk.
func (m *Model) noBoardReason() string {
	switch {
	case m.session.LastFolder() == "":
		return "there is nothing to flash yet: write the files on the Firmware step first"
	case m.firmware.Stale():
		return "the settings have changed since the files were written: write them again first"
	}
	return ""
}

// jump goes to a step if it can be entered, and says why not otherwise. What
// is chosen on the certificate step is taken along.
func (m *Model) jump(step int) tea.Cmd {
	if reason := m.blockedReason(step); reason != "" {
		return ui.SetStatus(ui.Caution, reason)
	}
	if step == m.current {
		return ui.SetStatus(ui.Plain, "this is the step "+m.steps[step].Name())
	}
	if m.connect.Busy() || m.test.Busy() || m.board.Flashing() {
		return ui.SetStatus(ui.Caution, "still at work: esc cancels it")
	}
	if cmd := m.pin(); cmd != nil && step > stepCertificate && step != stepBoard {
		return cmd
	}
	return m.enter(step)
}

// back goes one step back; on the first there is nothing behind.
func (m *Model) back() tea.Cmd {
	if m.current == stepConnect {
		return nil
	}
	return m.enter(m.current - 1)
}

// done reports whether a step's work is done for the present state, for the stepper.
func (m *Model) done(step int) bool {
	switch step {
	case stepConnect:
		typed, err := m.connect.Target()
		return m.certificate.Report() != nil && err == nil && typed.URL() == m.certificate.Report().Target.URL()
	case stepCertificate:
		_, ok := m.certificate.Choice()
		return ok && m.confirmed && !m.certificate.Unvouched() && m.done(stepConnect)
	case stepForm:
		return m.filled && m.form.Check() == nil && m.done(stepConnect)
	case stepTest:
		return m.test.Passed() && m.done(stepConnect)
	case stepBoard:
		return m.board.Delivered()
	}
	return m.firmware.Done()
}

// Package certificate is the second step: what the board will be served, whether
// it can connect, and by what the firmware shall know the server.
package certificate

import (
	"encoding/pem"
	"slices"

	tea "charm.land/bubbletea/v2"

	"espost/esp8266"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/tlsinspect"
	"espost/tui/ui"
)

// Chosen is sent when the user goes on with a pin.
type Chosen struct{ Choice tlsinspect.PinChoice }

// Trusted is sent when the user vouches for a certificate that nothing else vouches
// for, or takes one in the place of the pinned one.
type Trusted struct{ Choice tlsinspect.PinChoice }

// Kept is sent when the user goes on with the pin as it was; Stay says that it is
// only to be restored.
type Kept struct{ Stay bool }

// Before is what was known of the server before it was looked at.
type Before struct {
	tlsinspect.Grounds        // whose Pin need not be Pinned
	Broken             string // why the pin doesn't fit what is served, in one sentence; empty where it does
	File               string // the name of the profile that has the pin
}

// Backed is sent when the pin shall have another backup: the CA, or none.
type Backed struct{ Mode esp8266.PinMode }

// Again is sent when the server shall be looked at once more.
type Again struct{}

// pane is what the arrow keys act on.
type pane int

const (
	pins pane = iota
	chain
	findings
	paneCount
)

// Model is the step.
type Model struct {
	kit     *ui.Kit
	profile *profile.Profile
	report  *tlsinspect.Report
	before  Before
	keeping bool // the pin stays as it was
	word    bool // the user vouches for what is served
	choices []tlsinspect.PinChoice
	chosen  int
	backup  esp8266.PinMode      // of what is chosen or kept
	said    bool                 // the user has said which
	ca      tlsinspect.PinChoice // that can be the backup
	caFits  bool                 // there is one
	focus   pane
	expert  bool      // the technical view is shown
	row     int       // in the chain
	rows    ui.Scroll // of the chain
	scroll  ui.Scroll // in the findings
	zones   ui.Zones
}

// New returns the step for a profile, which it only reads; it has nothing to show
// before SetReport.
func New(kit *ui.Kit, p *profile.Profile) *Model { return &Model{kit: kit, profile: p} }

// SetReport shows a new report and offers the pins that it allows, the one of
// the same mode as before chosen. A pin that was there stays until the user says
// otherwise.
func (m *Model) SetReport(r *tlsinspect.Report, before Before) {
	m.report, m.before, m.choices = r, before, r.Pins.Working()
	m.keeping, m.word, m.said = before.Pin.Pinned(), false, false
	m.chosen, m.focus, m.row, m.rows, m.scroll = 0, pins, 0, ui.Scroll{}, ui.Scroll{}
	if len(m.choices) == 0 {
		m.focus = findings // there is nothing to choose
	}
	mode := before.Pin.Mode
	if mode == esp8266.PinPublicKey && !m.keeping {
		mode = r.Pins.Mode()
	}
	best, _ := r.Best(mode, before.Grounds)
	for i, c := range m.choices {
		if c.Pin.Mode == mode && (mode != esp8266.PinCA || slices.Equal(c.Pin.CAs, best.Pin.CAs)) {
			m.chosen = i
			break
		}
	}
	m.findBackup()
}

// findBackup finds the CA that can be the backup, and which backup there is until the user says.
func (m *Model) findBackup() {
	m.ca, m.caFits = m.report.BackupCA(m.before.Grounds)
	m.proposeBackup()
}

// proposeBackup has a new pin get the backup that is due to it, until the user says otherwise.
func (m *Model) proposeBackup() {
	if m.said {
		return
	}
	m.backup = m.before.Pin.Backup
	if m.backup == "" && !m.keeping && len(m.choices) > 0 {
		m.backup = m.report.DefaultBackup(m.choices[m.chosen].Pin.Mode, m.before.Grounds)
	}
}

// Changed reports that the pin is kept, and doesn't fit what is served.
func (m *Model) Changed() bool { return m.keeping && m.before.Broken != "" && len(m.choices) > 0 }

// Keeps reports that the pin stays as it was.
func (m *Model) Keeps() bool { return m.keeping }

// Unvouched reports that nothing vouches for what is to be pinned.
func (m *Model) Unvouched() bool {
	return !m.keeping && len(m.choices) > 0 && !m.report.Vouched(m.choices[m.chosen], m.before.Grounds)
}

// Grounds are what is known by now, the user's word included.
func (m *Model) Grounds() tlsinspect.Grounds { return m.before.Grounds }

// Report returns what is shown, nil before the first capture.
func (m *Model) Report() *tlsinspect.Report { return m.report }

// Name implements ui.Step.
func (m *Model) Name() string { return "Certificate" }

// About implements ui.Step.
func (m *Model) About() string {
	return "This is the server as an ESP8266 sees it: whether it can connect, the certificate that it is served, and how long each way of pinning will hold. " +
		"The SHA-1 fingerprint is what setFingerprint() takes: 40 digits, no colons."
}

// Enter implements ui.Step.
func (m *Model) Enter() tea.Cmd { return nil }

// showsTechnical reports whether chain and cipher suite are shown: asked for, or
// the arrow keys are there.
func (m *Model) showsTechnical() bool { return m.expert || m.focus == chain }

// Editing implements ui.Step.
func (m *Model) Editing() bool { return false }

// Actions implements ui.Step.
func (m *Model) Actions() []ui.Action {
	next := ui.Action{Keys: []string{"enter"}, Label: "next", Title: "Go on with this pin", Run: m.next}
	trust := ui.Action{Keys: []string{"t"}, Label: "trust this certificate", Title: "Trust this certificate, and pin it", Run: m.trust}
	actions := []ui.Action{next}
	switch {
	case len(m.choices) == 0:
		actions[0] = ui.Action{Keys: []string{"enter"}, Label: "look again", Title: "Look at the server again", Run: again}
	case m.Changed():
		actions[0].Label, actions[0].Title = "keep the old pin", "Go on with the old pin"
		trust.Label, trust.Title = "take the new one", "Pin the certificate that is served now, in place of the old one"
		actions = append(actions, trust)
	case m.Unvouched():
		actions = []ui.Action{trust, {Keys: next.Keys, Run: next.Run}}
	case m.before.Broken != "" && !m.keeping:
		actions = append(actions, ui.Action{Keys: []string{"o"}, Label: "old pin", Title: "Keep the pin of " + m.before.File, Run: m.keep})
	}
	if len(m.choices) > 0 {
		actions = append(actions,
			ui.Action{Keys: []string{"tab"}, Label: "next part", Title: "Move the arrow keys to pin, chain or findings", Run: m.turnFocus(1)},
			ui.Action{Keys: []string{"shift+tab"}, Run: m.turnFocus(-1)},
		)
	}
	if m.report != nil && len(m.report.Chain) > 0 {
		actions = append(actions,
			ui.Action{Keys: []string{"y"}, Label: "copy SHA-1", Title: "Copy the SHA-1 fingerprint", Run: m.copyFingerprint},
			ui.Action{Keys: []string{"p"}, Label: "copy PEM", Title: "Copy the selected certificate as PEM", Run: m.copyPEM},
		)
	}
	if len(m.choices) > 0 {
		actions = append(actions, ui.Action{Keys: []string{"r"}, Label: "look again", Title: "Look at the server again", Run: again})
	}
	if len(m.choices) > 0 {
		actions = append(actions, ui.Action{Keys: []string{"v"}, Label: "technical", Title: "Show or hide the technical view: cipher suite and chain", Run: m.turnTechnical})
	}
	if m.takesBackup() && (m.caFits || m.backup == esp8266.PinCA) {
		title := "Go on by the CA " + sanitize.Line(m.ca.Name) + " where the pin doesn't fit"
		if m.backup == esp8266.PinCA {
			title = "Have no CA as the pin's backup"
		}
		actions = append(actions, ui.Action{Keys: []string{"b"}, Label: "backup", Title: title, Run: m.turnBackup})
	}
	return append(actions, []ui.Action{
		{Keys: []string{"up", "k"}, Title: "Up", Run: func() tea.Cmd { m.move(-1); return nil }},
		{Keys: []string{"down", "j"}, Title: "Down", Run: func() tea.Cmd { m.move(1); return nil }},
		{Keys: []string{"home", "g"}, Title: "To the first", Run: func() tea.Cmd { m.move(-far); return nil }},
		{Keys: []string{"end", "G"}, Title: "To the last", Run: func() tea.Cmd { m.move(far); return nil }},
		{Keys: []string{"pgdown"}, Title: "Scroll the findings a page down", Run: func() tea.Cmd { m.scroll.Page(1); return nil }},
		{Keys: []string{"pgup"}, Title: "Scroll the findings a page up", Run: func() tea.Cmd { m.scroll.Page(-1); return nil }},
	}...)
}

// Backup is the mode of the pin's backup, "" for none.
func (m *Model) Backup() esp8266.PinMode { return m.backup }

// takesBackup reports whether what is chosen can have a CA as its backup.
func (m *Model) takesBackup() bool {
	return len(m.choices) > 0 && !m.Changed() && m.choices[m.chosen].Pin.Mode != esp8266.PinCA
}

// turnBackup has the CA be the pin's backup, or not.
func (m *Model) turnBackup() tea.Cmd {
	m.focus, m.said = pins, true
	if m.backup == esp8266.PinCA {
		m.backup = ""
	} else {
		m.backup = esp8266.PinCA
	}
	mode := m.backup
	return func() tea.Msg { return Backed{mode} }
}

// turnTechnical shows or hides the technical view.
func (m *Model) turnTechnical() tea.Cmd {
	m.expert = !m.showsTechnical()
	if m.focus == chain {
		m.focus = pins
	}
	return nil
}

// turnFocus gives the arrow keys to the next pane or the one before.
func (m *Model) turnFocus(by int) func() tea.Cmd {
	return func() tea.Cmd {
		m.focus = (m.focus + pane(by) + paneCount) % paneCount
		return nil
	}
}

func again() tea.Cmd { return func() tea.Msg { return Again{} } }

func (m *Model) next() tea.Cmd {
	choice := m.choices[m.chosen]
	switch {
	case m.keeping:
		return func() tea.Msg { return Kept{} }
	case m.Unvouched(): // mutant TestEnterAloneTrustsNobody in ./tui: m.Unvouched() => false
		return ui.SetStatus(ui.Caution, "enter alone trusts nobody: compare the SHA-1, then t trusts this certificate")
	}
	return func() tea.Msg { return Chosen{choice} }
}

// trust takes the user's word for what is served.
func (m *Model) trust() tea.Cmd {
	choice := m.choices[m.chosen]
	m.keeping, m.word, m.focus = false, true, pins
	m.before.Named = append(slices.Clone(m.before.Named), m.report.Fingerprint())
	for _, ca := range choice.Pin.CAs {
		if block, _ := pem.Decode([]byte(ca)); block != nil {
			m.before.Named = append(m.before.Named, tlsinspect.NewCertificate(block.Bytes).SHA1())
		}
	}
	m.findBackup()
	return func() tea.Msg { return Trusted{choice} }
}

// keep goes back to the pin as it was.
func (m *Model) keep() tea.Cmd {
	m.keeping, m.focus = true, pins
	m.proposeBackup()
	return func() tea.Msg { return Kept{Stay: true} }
}

// pick marks a way to pin. The pin that is there stays while it fits and its own
// mode is marked.
func (m *Model) pick(i int) {
	m.chosen = min(max(i, 0), max(0, len(m.choices)-1))
	if old := m.before.Pin; old.Pinned() && m.before.Broken == "" && len(m.choices) > 0 {
		c := m.choices[m.chosen].Pin
		m.keeping = c.Mode == old.Mode && (c.Mode != esp8266.PinCA || slices.Equal(c.CAs, old.CAs))
	}
	m.proposeBackup()
}

// Choice returns the way to pin that is marked, if the report allows any.
func (m *Model) Choice() (tlsinspect.PinChoice, bool) {
	if len(m.choices) == 0 {
		return tlsinspect.PinChoice{}, false
	}
	return m.choices[m.chosen], true
}

// far is further than any list goes.
const far = 1 << 20

func (m *Model) move(by int) {
	switch {
	case m.focus == findings, m.Changed() && m.focus == pins:
		m.scroll.By(by)
	case m.focus == pins:
		m.pick(m.chosen + by)
	case m.focus == chain:
		m.row = min(max(m.row+by, 0), max(0, len(m.report.Chain)-1))
	}
}

func (m *Model) copyFingerprint() tea.Cmd {
	if len(m.report.Chain) == 0 {
		return ui.SetStatus(ui.Caution, "there is no certificate to copy from")
	}
	return m.kit.Copy("SHA-1 fingerprint", m.report.Fingerprint())
}

func (m *Model) copyPEM() tea.Cmd {
	if len(m.report.Chain) == 0 {
		return ui.SetStatus(ui.Caution, "there is no certificate to copy")
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: m.report.Chain[m.row].Raw})
	return m.kit.Copy("certificate as PEM", string(block))
}

// Update implements ui.Step.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		m.scroll.Wheel(msg)
	case tea.MouseClickMsg:
		return m.zones.Click(msg)
	case tea.PasteMsg:
		return ui.SetStatus(ui.Plain, "nothing was pasted: addresses go to the Connect step, requests to Form")
	}
	return nil
}

// Package certificate is the second step: what the board will be served, whether
// it can connect, and by what the firmware shall know the server.
package certificate

import (
	"encoding/pem"

	tea "charm.land/bubbletea/v2"

	"espost/esp8266"
	"espost/tlsinspect"
	"espost/tui/ui"
)

// Chosen is sent when the user goes on with a pin.
type Chosen struct{ Choice tlsinspect.PinChoice }

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
	report  *tlsinspect.Report
	choices []tlsinspect.PinChoice
	chosen  int
	focus   pane
	row     int       // in the chain
	rows    ui.Scroll // of the chain
	scroll  ui.Scroll // in the findings
	zones   ui.Zones
}

// New returns the step; it has nothing to show before SetReport.
func New(kit *ui.Kit) *Model { return &Model{kit: kit} }

// SetReport shows a new report and offers the pins that it allows, the one of
// the same mode as before chosen.
func (m *Model) SetReport(r *tlsinspect.Report, before esp8266.Pin) {
	m.report, m.choices = r, r.Pins.Working()
	m.chosen, m.focus, m.row, m.rows, m.scroll = 0, pins, 0, ui.Scroll{}, ui.Scroll{}
	if len(m.choices) == 0 {
		m.focus = findings // there is nothing to choose
	}
	for i, c := range m.choices {
		if c.Pin.Mode == before.Mode {
			m.chosen = i
		}
	}
}

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

// Editing implements ui.Step.
func (m *Model) Editing() bool { return false }

// Actions implements ui.Step.
func (m *Model) Actions() []ui.Action {
	next := ui.Action{Keys: []string{"enter"}, Label: "next", Title: "Go on with this pin", Run: m.next}
	if len(m.choices) == 0 {
		next.Label, next.Title, next.Run = "look again", "Look at the server again", again
	}
	actions := []ui.Action{next}
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
	return append(actions, []ui.Action{
		{Keys: []string{"up", "k"}, Title: "Up", Run: func() tea.Cmd { m.move(-1); return nil }},
		{Keys: []string{"down", "j"}, Title: "Down", Run: func() tea.Cmd { m.move(1); return nil }},
		{Keys: []string{"home"}, Title: "To the first", Run: func() tea.Cmd { m.move(-far); return nil }},
		{Keys: []string{"end"}, Title: "To the last", Run: func() tea.Cmd { m.move(far); return nil }},
		{Keys: []string{"pgdown"}, Title: "Scroll the findings a page down", Run: func() tea.Cmd { m.scroll.Page(1); return nil }},
		{Keys: []string{"pgup"}, Title: "Scroll the findings a page up", Run: func() tea.Cmd { m.scroll.Page(-1); return nil }},
	}...)
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
	return func() tea.Msg { return Chosen{choice} }
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
	switch m.focus {
	case pins:
		m.chosen = min(max(m.chosen+by, 0), max(0, len(m.choices)-1))
	case chain:
		m.row = min(max(m.row+by, 0), max(0, len(m.report.Chain)-1))
	case findings:
		m.scroll.By(by)
	}
}

func (m *Model) copyFingerprint() tea.Cmd {
	if len(m.report.Chain) == 0 {
		return ui.Say(ui.Caution, "there is no certificate to copy from")
	}
	return m.kit.Copy("SHA-1 fingerprint", m.report.Fingerprint())
}

func (m *Model) copyPEM() tea.Cmd {
	if len(m.report.Chain) == 0 {
		return ui.Say(ui.Caution, "there is no certificate to copy")
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
	}
	return nil
}

package board

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"espost/device"
	"espost/internal/sanitize"
	"espost/tui/ui"
)

// A board in the network takes the place of a port: the user types its address.

// An asking is the address as it is typed.
type asking struct {
	input   textinput.Model
	problem error
}

// ask asks for the address of a board that takes updates.
func (m *Model) ask() tea.Cmd {
	a := &asking{input: m.kit.NewInput("192.168.1.57 or a name", 0)}
	a.input.SetValue(m.session.Firmware.Hostname() + ".local")
	m.asking = a
	return a.input.Focus()
}

func (a *asking) actions(m *Model) []ui.Action {
	return []ui.Action{
		{Keys: []string{"enter"}, Label: "take it", Title: "Flash the board at this address", Run: m.takeAddress},
		{Keys: []string{"esc"}, Label: "leave", Title: "Leave the address", Run: func() tea.Cmd { m.asking = nil; return nil }},
	}
}

// takeAddress makes the address a port, the chosen one.
func (m *Model) takeAddress() tea.Cmd {
	host := m.asking.input.Value()
	if _, _, m.asking.problem = device.SplitHost(host); m.asking.problem != nil {
		return nil
	}
	m.asking = nil
	m.network = device.Port{Name: host, Network: true, Board: "over the Wi-Fi"}
	if n := len(m.found.ports); n > 0 && m.found.ports[n-1].Network {
		m.found.ports = m.found.ports[:n-1]
	}
	m.found.ports = append(m.found.ports, m.network)
	m.port, m.onTool, m.sent = len(m.found.ports)-1, false, false
	return nil
}

// overNetwork reports whether the chosen board is in the network: it can be flashed
// and not watched.
func (m *Model) overNetwork() bool {
	return m.port < len(m.found.ports) && m.found.ports[m.port].Network
}

// lines draw the input.
func (a *asking) lines(m *Model, width int) []string {
	m.kit.Dress(&a.input)
	lines := []string{m.kit.Strong.Render("The board's address in the network"), m.kit.InputBox(&a.input, width)}
	if a.problem != nil {
		lines = append(lines, m.hanging(ui.Failure, a.problem, width)...)
	}
	return append(lines, "")
}

// sentOver says that an update has arrived; the board is heard no more.
func (m *Model) sentOver() {
	m.sent = true
	m.verdict = verdict{ui.Success, "The board has the new sketch and starts it, in some ten seconds. Whether it delivers, " + sanitize.Line(m.session.Target.Host) + " shows."}
}

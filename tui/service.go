package tui

import (
	tea "charm.land/bubbletea/v2"

	"espost/tui/connect"
)

// begin takes a service's request over and looks at its server. A board doesn't
// post more often than the service takes it.
func (m *Model) begin(msg connect.Begun) tea.Cmd {
	m.form.Take(msg.Request)
	m.session.Firmware.Every = max(m.session.Firmware.Every, msg.Interval)
	m.session.Service = msg.Service.ID
	m.connect.SetAddress(msg.Request.Target.URL())
	return tea.Batch(m.enter(stepConnect), m.connect.Start())
}

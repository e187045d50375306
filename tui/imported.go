package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/imports"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
	"espost/tui/ui"
)

// taken tells what came of taking a request over: in a sentence where it is just
// the same, else with a list that stays until it is read. address says that it
// goes elsewhere than what was looked at.
func (m *Model) taken(r imports.Import, address string) tea.Cmd {
	m.asked = make(map[request.Suspect]bool)
	lines := r.Warnings
	if address != "" {
		lines = append([]string{address}, lines...)
	}
	if len(r.Warnings) == 0 {
		m.askSuspects()
		if address == "" {
			address = r.Taken()
		}
		return ui.SetStatus(ui.Plain, address)
	}
	var body strings.Builder
	for _, line := range lines {
		body.WriteString(m.kit.Dot + " " + problem.Sentence(sanitize.Line(line)) + "\n")
	}
	m.put(&ui.Question{Kit: m.kit, Title: "Taken over, with differences", Yes: "go on", Body: body.String()})
	m.askSuspects()
	return nil
}

// askSuspects asks about each value that looks like a key under an innocent name,
// once.
func (m *Model) askSuspects() {
	for _, s := range m.session.Request.Suspects() {
		if m.asked[s] {
			continue
		}
		m.asked[s] = true
		m.put(&ui.Question{
			Kit: m.kit, Title: "Is this a key?", Yes: "keep it secret",
			Body: "The value of " + s.Text() + " looks like one, which only you may know. A secret is masked wherever it is shown, and stays out of the profile's file.",
			Run: func() tea.Cmd {
				m.session.Request.Conceal(s)
				if s.In == request.InAddress {
					m.connect.SetAddress(m.session.Target.URL())
				}
				return ui.SetStatus(ui.Success, s.Text()+" is secret now")
			},
		})
	}
}

// put puts something before the user, behind what he has to answer first.
func (m *Model) put(o ui.Overlay) {
	if m.overlay == nil {
		m.overlay = o
		return
	}
	m.waiting = append(m.waiting, o)
}

package testpost

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"espost/tui/ui"
)

func (m *Model) startSearch() tea.Cmd { return m.search.Start(m.kit) }

func (m *Model) findNext() tea.Cmd { return m.find(m.found+1, 1) }

// find scrolls to the first line from one on that holds the text, down or up, and
// goes on at the other end where there is none.
func (m *Model) find(from, by int) tea.Cmd {
	if m.search.Empty() {
		return ui.SetStatus(ui.Plain, "nothing to search for: / asks for a text")
	}
	at, ok := m.search.Find(m.page().rows, from, by)
	if !ok {
		return ui.SetStatus(ui.Caution, "not found")
	}
	m.focus, m.found = received, at
	m.answers.To(at)
	return ui.SetStatus(ui.Plain, fmt.Sprintf("line %d of %d; n finds the next", at+1, len(m.page().rows)))
}

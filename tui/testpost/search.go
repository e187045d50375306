package testpost

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"espost/tui/ui"
)

// A search is for a text in what was received, in any case of letters.
type search struct {
	typing bool
	input  textinput.Model
	text   string // what was searched for last
	at     int    // the row where it was found
}

// line is the input at the foot of the pane.
func (s *search) line(k *ui.Kit, width int) string {
	k.Dress(&s.input)
	s.input.SetWidth(max(1, width-3))
	return k.Accent.Render("/") + ui.WithoutBidi(s.input.View())
}

func (m *Model) startSearch() tea.Cmd {
	m.search.typing = true
	m.search.input = m.kit.NewInput("search", 0)
	return m.search.input.Focus()
}

func (m *Model) searchActions() []ui.Action {
	return []ui.Action{
		{Keys: []string{"enter"}, Label: "find", Title: "Find it", Run: func() tea.Cmd {
			m.search.typing, m.search.text = false, m.search.input.Value()
			return m.find(m.answers.Top())
		}},
		{Keys: []string{"esc"}, Label: "leave", Title: "Leave the search", Run: func() tea.Cmd {
			m.search.typing = false
			return nil
		}},
	}
}

func (m *Model) typeSearch(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	m.search.input, cmd = m.search.input.Update(msg)
	return cmd
}

func (m *Model) findNext() tea.Cmd { return m.find(m.search.at + 1) }

// find scrolls to the first line at or after from that holds the text,
// beginning again at the top where there is none below.
func (m *Model) find(from int) tea.Cmd {
	if m.search.text == "" {
		return ui.Say(ui.Plain, "nothing to search for: / asks for a text")
	}
	rows := m.drawn.rows
	for i := range rows {
		at := (from + i) % len(rows)
		if m.search.in(rows[at]) {
			m.focus, m.search.at = received, at
			m.answers.To(at)
			return ui.Say(ui.Plain, fmt.Sprintf("line %d of %d; f finds the next", at+1, len(rows)))
		}
	}
	return ui.Say(ui.Caution, "not found")
}

func (s *search) in(line string) bool {
	return s.text != "" && strings.Contains(strings.ToLower(line), strings.ToLower(s.text))
}

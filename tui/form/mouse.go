package form

import (
	tea "charm.land/bubbletea/v2"

	"espost/tui/ui"
)

// addZones makes the drawn rows clickable, or the editor's parts while it is
// open; foot is the line on which the editor begins.
func (m *Model) addZones(lines []line, visible, width, foot int) {
	for i := range visible {
		if row := lines[i].row; row >= 0 {
			m.zones.Add(0, headHeight+i, width+1, 1, func() tea.Cmd { return m.click(row) })
			if row < len(m.form().Fields) {
				m.zones.Add(0, headHeight+i, switchWidth, 1, func() tea.Cmd { return m.clickSwitch(row) })
			}
		}
	}
	if m.editor == nil {
		return
	}
	for i, s := range m.editor.slots() {
		m.zones.Add(0, foot+1+i, width+1, 1, func() tea.Cmd { return m.editor.click(s) })
	}
}

// switchWidth is how many columns at a row's left switch it on and off.
const switchWidth = 5

// click moves the cursor to a row; on the one that has it, it does what enter
// does.
func (m *Model) click(row int) tea.Cmd {
	switch {
	case m.editor != nil:
		return ui.SetStatus(ui.Plain, "enter keeps the row, esc leaves it as it was")
	case row != m.cursor:
		m.cursor = row
		return nil
	case row == m.lastRow():
		return m.next()
	}
	return m.edit()
}

func (m *Model) clickSwitch(row int) tea.Cmd {
	if m.editor != nil {
		return m.click(row)
	}
	m.cursor = row
	return m.toggle()
}

// click moves to a part of the row; a choice that has the focus is turned.
func (e *editor) click(s slot) tea.Cmd {
	if e.focus == s {
		return e.turn(1)
	}
	e.focusOn(s)
	return nil
}

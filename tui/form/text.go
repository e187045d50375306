package form

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"espost/request"
	"espost/tui/ui"
)

// editText opens the area with all fields as lines of text.
func (m *Model) editText() tea.Cmd {
	a := newArea(m.kit, "fields as text",
		"A line a field: name=value, name:=JSON, name@source=sample, name! for a secret, and # before a field that is off. Tab keeps the text.",
		request.FormatFields(m.form().Fields))
	a.accept = m.takeText
	m.open(a)
	return nil
}

// takeText makes the form's fields what the text says.
func (m *Model) takeText(text string) (tea.Cmd, error) {
	fields, err := request.ParseFields(text, m.form().Fields)
	if err != nil {
		return nil, err
	}
	m.form().Fields = fields
	return ui.Say(ui.Success, fmt.Sprintf("%d fields taken over; u brings the form before back", len(fields))), nil
}

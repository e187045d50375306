package form

import (
	"errors"
	"fmt"
	"reflect"

	tea "charm.land/bubbletea/v2"

	"espost/profile"
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
	return ui.SetStatus(ui.Success, fmt.Sprintf("%d fields taken over; u brings the form before back", len(fields))), nil
}

// editTemplate opens the area with the body as a text.
func (m *Model) editTemplate() tea.Cmd {
	if request.Bodiless(m.form().Method) {
		return ui.SetStatus(ui.Plain, m.form().Method+" carries no body; t changes the method")
	}
	text := m.form().Template
	if text == "" {
		text = m.parked
	}
	a := newArea(m.kit, "body as text",
		"{{name}} stands for a field's value: escaped within JSON's quotes, a number, text, true or null elsewhere in JSON. Empty, the body is made of the fields. Tab keeps the text.",
		text)
	a.accept = m.takeTemplate
	m.open(a)
	return nil
}

// takeTemplate makes the text the body: JSON where it looks so.
func (m *Model) takeTemplate(text string) (tea.Cmd, error) {
	f := m.form()
	switch {
	case text == "" && f.Body == request.Text:
		f.Body, f.Template = request.Form, ""
	case text == "":
		f.Template = ""
	default:
		f.Body, f.Template = request.TemplateBody(text), text
	}
	return nil, nil
}

// EditWhole opens the area with all that is sent and what an answer means, as the
// profile's file has it.
func (m *Model) EditWhole() tea.Cmd {
	if m.Editing() {
		return ui.SetStatus(ui.Plain, "keep or leave what is open here first")
	}
	a := newArea(m.kit, "request and answers",
		"As the profile's file says it, bulk, split, pauses and rules for answers too. A secret without a value keeps the one that it has. Tab keeps the text.",
		m.profile.RequestText())
	a.input.MoveToBegin()
	a.accept, a.rule = m.takeWhole, true
	m.open(a)
	return nil
}

// takeWhole makes the request what the text says. A rule that the text leaves as it was
// when it was begun stays what the Test step has made of it since.
func (m *Model) takeWhole(text string) (tea.Cmd, error) {
	r, err := m.profile.ReadRequestText(text)
	var slip *profile.SyntaxError
	switch {
	case errors.As(err, &slip) && slip.Line > 0:
		return nil, fmt.Errorf("line %d: %s", slip.Line, slip.Sentences())
	case err != nil:
		return nil, err
	}
	if begun, _ := m.profile.ReadRequestText(m.area.was); reflect.DeepEqual(r.Answer, begun.Answer) {
		r.Answer = m.form().Answer
	}
	*m.form() = r
	return ui.SetStatus(ui.Success, "taken over; u brings the form before back"), nil
}

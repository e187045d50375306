package form

import (
	"strings"

	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"

	"espost/curl"
	"espost/imports"
	"espost/internal/sanitize"
	"espost/request"
	"espost/tui/ui"
)

// Imported is sent when a pasted request was taken over.
type Imported struct{ Request imports.Import }

// An area takes several lines of text that change the form as a whole.
type area struct {
	kit     *ui.Kit
	title   string
	hint    string
	input   textarea.Model
	was     string
	foreign bool                          // the text is a request that may go elsewhere: only enter takes it
	single  bool                          // enter accepts, unless the line goes on
	rule    bool                          // the rule for answers belongs to the text, and to its undo
	accept  func(string) (tea.Cmd, error) // changes the form, or says why not
	problem error
}

func newArea(kit *ui.Kit, title, hint, text string) *area {
	a := &area{kit: kit, title: title, hint: hint, input: kit.NewArea(""), was: text}
	a.input.SetValue(text)
	a.input.Focus()
	return a
}

func (a *area) update(msg tea.Msg) tea.Cmd {
	before := a.input.Value()
	cmd := ui.EditArea(&a.input, msg)
	if a.input.Value() != before {
		a.problem = nil
	}
	return cmd
}

func (m *Model) areaActions() []ui.Action {
	keep := ui.Action{Keys: []string{"tab"}, Label: "keep", Title: "Keep the text", Run: m.keepArea}
	if m.area.single && !strings.HasSuffix(strings.TrimRight(m.area.input.Value(), " "), "\\") {
		keep.Keys = []string{"enter", "tab"}
	}
	return []ui.Action{
		keep,
		{Keys: []string{"ctrl+e"}, Label: "editor", Title: "Edit the text in your own editor, $EDITOR", Run: m.editAreaOutside},
		{Keys: []string{"esc"}, Label: "discard", Title: "Leave the form as it was", Run: m.discardArea},
	}
}

func (m *Model) keepArea() tea.Cmd {
	before := m.form().Clone()
	cmd, err := m.area.accept(m.area.input.Value())
	if err != nil {
		m.area.problem = err
		return nil
	}
	m.push(state{before, m.area.rule})
	m.area = nil
	m.cursor = m.lastRow()
	return cmd
}

// discardArea leaves the form as it was; the text is there again when the area
// is opened the next time.
func (m *Model) discardArea() tea.Cmd {
	a := m.area
	m.area, m.dropped = nil, nil
	if a.input.Value() == a.was {
		return nil
	}
	m.dropped = a
	return ui.SetStatus(ui.Plain, "discarded; opening it again brings the text back")
}

// setAside closes what is open, since another request takes the place of the one that it
// belongs to. Undo, or opening it again, brings back what was typed.
func (m *Model) setAside() {
	switch {
	case m.editor != nil:
		m.discard()
	case m.area != nil:
		m.discardArea()
	}
}

// outsideMsg is what came of editing an area's text in the user's own editor.
type outsideMsg struct {
	of   *area
	text string
	err  error
}

// editAreaOutside has the area's text edited elsewhere; it comes back into the area.
func (m *Model) editAreaOutside() tea.Cmd {
	a := m.area
	return m.kit.EditOutside(strings.ReplaceAll(a.title, " ", "-")+".txt", a.input.Value(), func(text string, err error) tea.Msg {
		return outsideMsg{a, text, err}
	})
}

// editOutside opens the body's text, or the fields as text where it has none, and
// has it edited elsewhere.
func (m *Model) editOutside() tea.Cmd {
	if f := m.form(); !request.Bodiless(f.Method) && (f.Template != "" || f.Body == request.Text) {
		m.editTemplate()
	} else {
		m.editText()
	}
	return m.editAreaOutside()
}

func (m *Model) editedOutside(msg outsideMsg) tea.Cmd {
	switch {
	case msg.err != nil:
		return ui.SetStatus(ui.Failure, msg.err.Error())
	case msg.of == m.area:
		m.area.input.SetValue(msg.text)
		m.area.problem = nil
	}
	return nil
}

// open shows an area, or the one of its kind that was discarded last.
func (m *Model) open(a *area) {
	if m.dropped != nil && m.dropped.title == a.title {
		a.input.SetValue(m.dropped.input.Value())
		m.dropped = nil
	}
	m.area = a
}

// view fills the whole step: the text, and beneath it what is wrong with it.
func (a *area) view(width, height int) string {
	k := a.kit
	foot := k.Faint.Render(ui.Wrap(a.hint, width))
	if a.problem != nil {
		foot = strings.Join(ui.Hanging(k.Mark(ui.Caution), sanitize.Line(a.problem.Error()), width), "\n")
	}
	room := max(3, height-4-strings.Count(foot, "\n")-1)
	return "\n" + ui.Card{Title: a.title}.Render(k.Theme, k.DrawArea(&a.input, width-4, room-2), width, room) + "\n\n" + foot
}

// openImport opens the area for a request.
func (m *Model) openImport() tea.Cmd {
	m.importText("")
	return nil
}

func (m *Model) importText(text string) {
	a := newArea(m.kit, "curl command", "Paste a curl command, or a request copied from a browser as cURL, fetch or PowerShell, as an .http file or as it goes over the wire: method, headers and data become the form; enter takes it over.", text)
	a.single, a.foreign = true, true
	a.accept = m.takeImport
	if text != "" {
		m.dropped = nil // what is pasted now is what counts
	}
	m.open(a)
}

// pasted takes a paste that came while no text was being typed: a request is
// recognised, anything else is left alone.
func (m *Model) pasted(text string) tea.Cmd {
	if _, err := imports.One([]byte(text), ""); err == nil || strings.HasPrefix(strings.TrimSpace(text), "curl ") {
		m.importText(text)
		return nil
	}
	return ui.SetStatus(ui.Plain, "press a to add a field and paste there, or i for a request")
}

// takeImport makes the form what a pasted request says.
func (m *Model) takeImport(text string) (tea.Cmd, error) {
	imported, err := imports.One([]byte(text), "")
	if err != nil {
		return nil, err
	}
	imported.Fill(m.form())
	return func() tea.Msg { return Imported{imported} }, nil
}

// TakeImport makes the form what a request says, which can be undone. A secret's
// value is kept: its source has it in plain text already.
func (m *Model) TakeImport(r imports.Import) {
	m.setAside()
	m.remember()
	r.Fill(m.form())
}

func (m *Model) copyCurl() tea.Cmd {
	return m.kit.Copy("curl command, secrets masked,", curl.Format(m.profile.Sent(), false))
}

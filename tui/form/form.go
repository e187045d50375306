// Package form is the third step: the fields and headers that the board will
// send, with a live preview of exactly those bytes.
package form

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/profile"
	"espost/request"
	"espost/tui/ui"
)

// Finished is sent when the user goes on with the form as it stands.
type Finished struct{}

// Model is the step. It edits the profile's form in place.
type Model struct {
	kit     *ui.Kit
	profile *profile.Profile

	cursor  int       // fields, then headers, then the line that goes on
	scroll  ui.Scroll // of the rows
	page    int       // rows that fit
	zones   ui.Zones
	editor  *editor
	area    *area
	dropped *area        // discarded last, to be had back
	parked  string       // a template that the kind of body has no use for
	body    request.Body // what the method that had one had
	judged  ui.Memo[request.Request, judgement]
	past    []state // for undo, oldest first
	future  []state // for redo, the next one last
}

// maxUndo bounds the remembered states.
const maxUndo = 200

// New returns the step for p's form.
func New(kit *ui.Kit, p *profile.Profile) *Model {
	m := &Model{kit: kit, profile: p}
	m.cursor = m.lastRow()
	return m
}

// Name implements ui.Step.
func (m *Model) Name() string { return "Form" }

// About implements ui.Step.
func (m *Model) About() string {
	return "These rows become the body of the POST. A row is a constant text, or something that the board reads before each POST; " +
		"for those, the test sends the sample. The preview at the bottom is exactly what is sent."
}

// Enter implements ui.Step: the cursor waits on the line that goes on, so that
// enter alone leads through.
func (m *Model) Enter() tea.Cmd {
	if m.editor == nil && m.area == nil {
		m.cursor = m.lastRow()
	}
	return nil
}

// Editing implements ui.Step.
func (m *Model) Editing() bool { return m.editor != nil || m.area != nil }

// Typed returns what is being typed and not yet in the form, "" for nothing.
func (m *Model) Typed() string {
	switch {
	case m.editor != nil:
		return m.editor.name.Value() + "=" + m.editor.value.Value() + m.editor.wires.Value() + m.editor.reading.Value()
	case m.area != nil:
		return m.area.input.Value()
	}
	return ""
}

// Keep takes over what is open in an editor; the error says why it can't be.
func (m *Model) Keep() error {
	switch {
	case m.editor != nil:
		return m.acceptRow()
	case m.area != nil && m.area.foreign && m.area.input.Value() != m.area.was:
		return problem.New("", "a pasted request waits", "Enter takes it over, Esc leaves it")
	case m.area != nil && !m.area.foreign:
		if m.keepArea(); m.area != nil {
			return m.area.problem
		}
	}
	return nil
}

func (m *Model) form() *request.Request { return &m.profile.Request }

// lastRow is the cursor's place behind all fields and headers.
func (m *Model) lastRow() int { return len(m.form().Fields) + len(m.form().Headers) }

// field returns the index of the field at the cursor.
func (m *Model) field() (int, bool) { return m.cursor, m.cursor < len(m.form().Fields) }

// header returns the index of the header at the cursor.
func (m *Model) header() (int, bool) {
	i := m.cursor - len(m.form().Fields)
	return i, i >= 0 && i < len(m.form().Headers)
}

// Actions implements ui.Step.
func (m *Model) Actions() []ui.Action {
	switch {
	case m.editor != nil:
		return m.editorActions()
	case m.area != nil:
		return m.areaActions()
	}
	actions := []ui.Action{{Keys: []string{"enter"}, Label: "next", Title: "Go on to the test POST", Run: m.next}}
	_, onField := m.field()
	if m.cursor < m.lastRow() {
		actions = []ui.Action{{Keys: []string{"enter"}, Label: "edit", Title: "Edit the row", Run: m.edit}}
	}
	actions = append(actions, ui.Action{Keys: []string{"a"}, Label: "add", Title: "Add a field", Run: m.addField})
	if m.cursor < m.lastRow() {
		if onField {
			actions = append(actions,
				ui.Action{Keys: []string{"space"}, Label: "on/off", Title: "Switch the field on or off", Run: m.toggle},
				ui.Action{Keys: []string{"ctrl+d"}, Title: "Duplicate the field", Run: m.duplicate},
			)
		}
		actions = append(actions,
			ui.Action{Keys: []string{"d", "delete"}, Label: "delete", Title: "Delete the row", Run: m.remove},
			ui.Action{Keys: []string{"alt+up"}, Title: "Move the row up", Run: func() tea.Cmd { m.shift(-1); return nil }},
			ui.Action{Keys: []string{"alt+down"}, Title: "Move the row down", Run: func() tea.Cmd { m.shift(1); return nil }},
			ui.Action{Keys: []string{"n"}, Label: "next", Title: "Go on to the test POST", Run: m.next},
		)
	}
	if m.masks() {
		actions = append(actions, ui.Action{Keys: []string{"ctrl+y"}, Title: "Copy what is sent, with its secrets", Run: m.copySecrets})
	}
	return append(actions,
		ui.Action{Keys: []string{"u", "ctrl+z"}, Label: m.undoLabel(), Title: "Undo", Run: m.undo},
		ui.Action{Keys: []string{"U", "ctrl+r"}, Title: "Do again what was undone", Run: m.redo},
		ui.Action{Keys: []string{"h"}, Label: "header", Title: "Add a header", Run: m.addHeader},
		ui.Action{Keys: []string{"e"}, Label: "body", Title: "Change the body: form, JSON, text or none", Run: m.switchBody},
		ui.Action{Keys: []string{"t"}, Title: "Change the method: POST, PUT, PATCH, GET, DELETE", Run: m.switchMethod},
		ui.Action{Keys: []string{"w"}, Title: "Write the body as text, with {{name}} for a field's value", Run: m.editTemplate},
		ui.Action{Keys: []string{"i"}, Label: "curl", Title: "Paste a request: curl, fetch, PowerShell, HTTP", Run: m.openImport},
		ui.Action{Keys: []string{"b"}, Label: "as text", Title: "Edit all fields as text", Run: m.editText},
		ui.Action{Keys: []string{"r"}, Title: "Write request and rules for answers as in the file: bulk, split, pauses", Run: m.EditWhole},
		ui.Action{Keys: []string{"ctrl+e"}, Title: "Write body or fields in your own editor, $EDITOR", Run: m.editOutside},
		ui.Action{Keys: []string{"y"}, Title: "Copy what is sent, secrets masked", Run: m.copyBody},
		ui.Action{Keys: []string{"c"}, Title: "Copy as a curl command", Run: m.copyCurl},
		ui.Action{Keys: []string{"up", "k"}, Title: "Up", Run: func() tea.Cmd { m.move(-1); return nil }},
		ui.Action{Keys: []string{"down", "j"}, Title: "Down", Run: func() tea.Cmd { m.move(1); return nil }},
		ui.Action{Keys: []string{"pgup"}, Title: "A page up", Run: func() tea.Cmd { m.move(-m.page); return nil }},
		ui.Action{Keys: []string{"pgdown"}, Title: "A page down", Run: func() tea.Cmd { m.move(m.page); return nil }},
		ui.Action{Keys: []string{"home", "g"}, Title: "To the first row", Run: func() tea.Cmd { m.cursor = 0; return nil }},
		ui.Action{Keys: []string{"end", "G"}, Title: "To the last row", Run: func() tea.Cmd { m.cursor = m.lastRow(); return nil }},
	)
}

func (m *Model) undoLabel() string {
	if len(m.past) == 0 {
		return ""
	}
	return "undo"
}

// A judgement is what comes of a request.
type judgement struct {
	err          error        // why it can't be sent
	notes        problem.List // what is odd about it
	name         string       // of what carries the rows
	masked, text string       // that, without and with its secrets
	size         int
}

// judge returns what comes of r.
func (m *Model) judge(r request.Request) judgement {
	return m.judged.Of(r, func(r request.Request) judgement {
		j := judgement{err: r.Validate().Err(), notes: r.Notes()}
		j.name, j.masked, j.size = carrier(r, true)
		_, j.text, _ = carrier(r, false)
		return j
	})
}

// Check returns why the form can't be sent, nil when it can.
func (m *Model) Check() error {
	return m.judge(m.profile.Sent()).err
}

func (m *Model) next() tea.Cmd {
	if err := m.Check(); err != nil {
		return ui.SetStatus(ui.Caution, err.Error())
	}
	return func() tea.Msg { return Finished{} }
}

func (m *Model) move(by int) { m.cursor = min(max(m.cursor+by, 0), m.lastRow()) }

// A state is the form as it was, for undo.
type state struct {
	request.Request
	rule bool // with its rule for answers, which a service brings along
}

// remember keeps the form as it is now, for undo.
func (m *Model) remember() {
	m.rememberAs(m.form().Clone())
}

// rememberAs keeps a state for undo; what was undone before is gone then.
func (m *Model) rememberAs(r request.Request) { m.push(state{Request: r}) }

func (m *Model) push(s state) {
	m.past, m.future = append(m.past, s), nil
	if len(m.past) > maxUndo {
		m.past = m.past[1:]
	}
}

// exchange puts the last state of from in the form's place, and the form behind to.
// The address, and the rule for answers, are what other steps made of them since.
func (m *Model) exchange(from, to *[]state) {
	f, last := m.form(), len(*from)-1
	s := (*from)[last]
	*from, *to = (*from)[:last], append(*to, state{f.Clone(), s.rule})
	s.Target = f.Target // mutant TestUndoKeepsWhatOtherStepsMade in ./tui: f.Target => s.Target
	if !s.rule {
		s.Answer = f.Answer
	}
	*f = s.Request
	m.move(0)
}

func (m *Model) undo() tea.Cmd {
	if len(m.past) == 0 {
		return ui.SetStatus(ui.Plain, "nothing to undo")
	}
	m.exchange(&m.past, &m.future)
	return ui.SetStatus(ui.Plain, "undone; U does it again")
}

func (m *Model) redo() tea.Cmd {
	if len(m.future) == 0 {
		return ui.SetStatus(ui.Plain, "nothing to do again")
	}
	m.exchange(&m.future, &m.past)
	return ui.SetStatus(ui.Plain, "done again")
}

func (m *Model) toggle() tea.Cmd {
	if i, ok := m.field(); ok {
		m.remember()
		m.form().Fields[i].Off = !m.form().Fields[i].Off
	}
	return nil
}

func (m *Model) duplicate() tea.Cmd {
	if i, ok := m.field(); ok {
		m.remember()
		m.form().Fields = slices.Insert(m.form().Fields, i+1, m.form().Fields[i])
		m.cursor++
	}
	return nil
}

func (m *Model) remove() tea.Cmd {
	m.remember()
	if i, ok := m.field(); ok {
		m.form().Fields = slices.Delete(m.form().Fields, i, i+1)
	} else if i, ok := m.header(); ok {
		m.form().Headers = slices.Delete(m.form().Headers, i, i+1)
	}
	m.move(0)
	return ui.SetStatus(ui.Plain, "row deleted; u brings it back")
}

// shift moves the row at the cursor among its own kind.
func (m *Model) shift(by int) {
	if i, ok := m.field(); ok && i+by >= 0 && i+by < len(m.form().Fields) {
		m.remember()
		f := m.form().Fields
		f[i], f[i+by] = f[i+by], f[i]
		m.cursor += by
	} else if i, ok := m.header(); ok && i+by >= 0 && i+by < len(m.form().Headers) {
		m.remember()
		h := m.form().Headers
		h[i], h[i+by] = h[i+by], h[i]
		m.cursor += by
	}
}

// switchBody goes to the next kind of body. A template that the kind has no use
// for is kept until one has.
func (m *Model) switchBody() tea.Cmd {
	f := m.form()
	if request.Bodiless(f.Method) {
		return ui.SetStatus(ui.Plain, f.Method+" carries no body: the fields stand in the query; t changes the method")
	}
	m.remember()
	if f.Template != "" {
		m.parked = f.Template
	}
	f.Body, f.Template = next(request.Bodies(), f.Body), ""
	if f.Body == request.Text || f.Body == request.JSON && request.TemplateBody(m.parked) == request.JSON {
		f.Template = m.parked
	}
	if f.Body == request.Text && f.Template == "" {
		return ui.SetStatus(ui.Plain, "w writes the text")
	}
	return nil
}

// switchMethod goes to the next method; one without a body puts the fields into
// the query, the next with one back into a form.
func (m *Model) switchMethod() tea.Cmd {
	m.remember()
	f := m.form()
	before := request.Bodiless(f.Method)
	f.Method = next(request.Methods(), f.Method)
	switch bodiless := request.Bodiless(f.Method); {
	case bodiless && !before:
		m.parked, m.body = f.Template, f.Body
		f.Body, f.Template = request.None, ""
	case !bodiless && before:
		f.Body, f.Template = request.Form, ""
		if m.body != "" {
			f.Body = m.body
		}
		if f.Body == request.Text || f.Body == request.JSON {
			f.Template = m.parked
		}
	}
	return nil
}

// next is what follows now in a list that begins again at its end.
func next[S ~string](list []S, now S) S { return list[(slices.Index(list, now)+1)%len(list)] }

func (m *Model) copyBody() tea.Cmd {
	j := m.judge(m.profile.Sent())
	if m.masks() {
		return m.kit.Copy(strings.ToLower(j.name)+", secrets masked,", j.masked)
	}
	return m.kit.Copy(strings.ToLower(j.name), j.masked)
}

func (m *Model) copySecrets() tea.Cmd {
	j := m.judge(m.profile.Sent())
	return m.kit.CopySecrets(strings.ToLower(j.name), j.text)
}

// masks reports whether what is copied holds a secret.
func (m *Model) masks() bool {
	j := m.judge(m.profile.Sent())
	return j.masked != j.text
}

func (m *Model) addField() tea.Cmd {
	at := min(m.cursor+1, len(m.form().Fields))
	m.editor = newFieldEditor(m.kit, at, true, request.Field{Source: esp8266.SourceText})
	return nil
}

func (m *Model) addHeader() tea.Cmd {
	m.editor = newHeaderEditor(m.kit, len(m.form().Headers), true, request.Header{})
	return nil
}

func (m *Model) edit() tea.Cmd {
	if i, ok := m.field(); ok {
		m.editor = newFieldEditor(m.kit, i, false, m.form().Fields[i])
	} else if i, ok := m.header(); ok {
		m.editor = newHeaderEditor(m.kit, i, false, m.form().Headers[i])
	}
	return nil
}

// Update implements ui.Step.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case outsideMsg:
		return m.editedOutside(msg)
	case tea.MouseWheelMsg:
		if m.Editing() {
			return nil // the cursor is where the row belongs that is being typed
		}
		if msg.Button == tea.MouseWheelUp {
			m.move(-1)
		} else {
			m.move(1)
		}
	case tea.MouseClickMsg:
		return m.zones.Click(msg)
	case tea.KeyPressMsg, tea.PasteMsg:
		if m.editor != nil {
			return m.editor.update(msg)
		}
		if m.area != nil {
			return m.area.update(msg)
		}
		if paste, ok := msg.(tea.PasteMsg); ok {
			return m.pasted(paste.Content)
		}
	}
	return nil
}

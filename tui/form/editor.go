package form

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"espost/esp8266"
	"espost/internal/sanitize"
	"espost/request"
	"espost/sensors"
	"espost/tui/ui"
)

// An editor edits one row, a field or a header, beside the form: the form
// changes only when the row is accepted.
type editor struct {
	kit    *ui.Kit
	index  int
	fresh  bool // the row isn't in the form yet
	header bool
	was    request.Field

	name, value, wires, reading textinput.Model
	trigger                     textinput.Model
	statistic                   request.Statistic
	source                      esp8266.Source
	typed                       string                    // the beginning of a source's name
	values                      map[esp8266.Source]string // typed for the sources that the row had
	scroll                      ui.Scroll                 // of the list of sources
	revealed                    bool                      // a secret is shown
	secret                      bool
	focus                       slot
}

// slot is one control of the editor.
type slot int

const (
	slotName slot = iota
	slotSource
	slotValue
	slotWires
	slotReading
	slotStatistic
	slotTrigger
	slotSecret
)

func newFieldEditor(kit *ui.Kit, index int, fresh bool, f request.Field) *editor {
	e := &editor{kit: kit, index: index, fresh: fresh, was: f, source: f.Source, secret: f.Secret, values: map[esp8266.Source]string{}}
	e.name = kit.NewInput("name", 0)
	e.value = kit.NewInput("", 0)
	e.wires = kit.NewInput("GPIO number", 8)
	e.reading = kit.NewInput("such as scale 1.8 offset 32 decimals 1 none skip", 0)
	e.trigger = kit.NewInput("such as change, change 0.5, above 30, below 5 hysteresis 1", 0)
	e.trigger.SetValue(f.Trigger.String())
	e.statistic = f.Statistic
	e.name.SetValue(f.Name)
	e.value.SetValue(f.Value)
	if !f.Source.Constant() {
		e.value.SetValue(f.Sample)
	}
	e.wires.SetValue(request.FormatWires(f))
	e.reading.SetValue(request.FormatReading(f))
	e.focusOn(slotName)
	return e
}

func newHeaderEditor(kit *ui.Kit, index int, fresh bool, h request.Header) *editor {
	e := newFieldEditor(kit, index, fresh, request.Field{
		Name: h.Name, Source: esp8266.SourceText, Value: h.Value, Secret: h.Secret,
	})
	e.header = true
	return e
}

// slots are the controls that the row has.
func (e *editor) slots() []slot {
	info, _ := sensors.Info(e.source)
	switch {
	case e.header:
		return []slot{slotName, slotValue, slotSecret}
	case e.source == esp8266.SourceText:
		return []slot{slotName, slotSource, slotValue, slotSecret}
	}
	all := []slot{slotName, slotSource}
	if info.Pin || len(info.Wiring.Address) > 0 {
		all = append(all, slotWires)
	}
	all = append(all, slotValue)
	if info.Number || e.source == esp8266.SourceCode || e.source == esp8266.SourceTime {
		all = append(all, slotReading)
	}
	if info.Number && e.source != esp8266.SourceCounter {
		all = append(all, slotStatistic, slotTrigger)
	}
	return all
}

func (e *editor) focusOn(s slot) {
	e.focus, e.typed = s, ""
	for at := slotName; at <= slotSecret; at++ {
		switch input := e.input(at); {
		case input == nil:
		case at == s:
			input.Focus()
		default:
			input.Blur()
		}
	}
}

func (e *editor) advance(by int) tea.Cmd {
	all := e.slots()
	at := max(slices.Index(all, e.focus), 0)
	e.focusOn(all[(at+by+len(all))%len(all)])
	return nil
}

// turn changes the control that has the focus and isn't a text.
func (e *editor) turn(by int) tea.Cmd {
	switch e.focus {
	case slotSource:
		all := e.matching()
		if len(all) > 0 {
			e.setSource(all[(place(e.source, all)+by+len(all))%len(all)])
		}
	case slotStatistic:
		all := append([]request.Statistic{""}, request.Statistics()...)
		e.statistic = all[(slices.Index(all, e.statistic)+by+len(all))%len(all)]
	case slotSecret:
		e.secret = !e.secret
	}
	return nil
}

// hides reports whether the value is a secret.
func (e *editor) hides() bool { return e.secret && (e.header || e.source == esp8266.SourceText) }

// setSource changes what the row is read from. What it had before was said of the
// other source: the sample is the new one's, or what was typed for that before.
func (e *editor) setSource(next esp8266.SourceInfo) {
	if next.Source == e.source {
		return
	}
	e.values[e.source] = e.value.Value()
	before, known := e.values[next.Source]
	switch {
	case known:
		e.value.SetValue(before)
	case !e.source.Constant() || !next.Source.Constant(): // mutant TestSampleFollowsItsSource in ./tui: !e.source.Constant() || !next.Source.Constant() => false
		e.value.SetValue(next.Sample)
	}
	e.source = next.Source
}

// matching are the sources that have what is typed in their name or title, those
// that begin with it first; all of them before anything is typed.
func (e *editor) matching() []esp8266.SourceInfo {
	if e.typed == "" {
		return sensors.Sources()
	}
	var begin, hold []esp8266.SourceInfo
	for _, info := range sensors.Sources() {
		name, title := info.Source.String(), strings.ToLower(info.Title)
		switch {
		case strings.HasPrefix(name, e.typed) || strings.HasPrefix(title, e.typed):
			begin = append(begin, info)
		case strings.Contains(name, e.typed) || strings.Contains(title, e.typed):
			hold = append(hold, info)
		}
	}
	return append(begin, hold...)
}

// place is where the row's source stands among all.
func place(of esp8266.Source, all []esp8266.SourceInfo) int {
	return slices.IndexFunc(all, func(i esp8266.SourceInfo) bool { return i.Source == of })
}

// find goes to the first source that has what is typed.
func (e *editor) find(msg tea.KeyPressMsg) {
	switch {
	case msg.String() == "backspace":
		runes := []rune(e.typed)
		e.typed = string(runes[:max(0, len(runes)-1)])
	case msg.Text != "":
		e.typed += strings.ToLower(msg.Text)
	}
	if e.typed == "" {
		return
	}
	if len(e.matching()) == 0 {
		e.typed = strings.ToLower(msg.Text) // what nothing has begins anew
	}
	if found := e.matching(); len(found) > 0 {
		e.setSource(found[0])
	}
}

// list is the sources to choose from, at most height lines of them, as soon as that
// control has the keyboard.
func (e *editor) list(width, height int) string {
	if e.focus != slotSource || height < 2 {
		return ""
	}
	all := e.matching()
	at := max(0, place(e.source, all))
	e.scroll.Show(at, len(all), height)
	titles := 0
	for _, info := range all {
		titles = max(titles, ui.Width(info.Title))
	}
	lines := make([]string, len(all))
	for i, info := range all {
		title := ui.Pad(info.Title, titles) + "  "
		lines[i] = ui.Truncate("    "+title+e.kit.Faint.Render(info.About), width-2, e.kit.Ellipsis)
		if i == at {
			lines[i] = e.kit.Select(ui.Truncate("  "+e.kit.Cursor+" "+title+info.About, width-2, e.kit.Ellipsis), width-2)
		}
	}
	return "\n" + strings.Join(e.kit.Scrollbar(&e.scroll, e.scroll.Visible(lines, height), width), "\n")
}

// reveal shows the secret that is typed, or hides it again.
func (e *editor) reveal() tea.Cmd {
	e.revealed = !e.revealed
	return nil
}

// row is the field as the controls stand; the error says which of them can't be
// read.
func (e *editor) row() (request.Field, error) {
	f := e.was
	f.Name, f.Source, f.Secret = e.name.Value(), e.source, e.secret
	var wiring, reading, trigger error
	f.GPIO, f.Wires, wiring = request.ParseWires(e.source, strings.TrimSpace(e.wires.Value()))
	if !slices.Contains(e.slots(), slotWires) {
		wiring = nil
	}
	if slices.Contains(e.slots(), slotReading) {
		reading = request.ParseReading(e.reading.Value(), &f)
	} else {
		f.Shape, f.None, f.Moment, f.Quoted = request.Shape{}, "", request.Moment{}, false
	}
	f.Statistic, f.Trigger = "", request.Trigger{}
	if slices.Contains(e.slots(), slotTrigger) {
		f.Statistic = e.statistic
		f.Trigger, trigger = request.ParseTrigger(e.trigger.Value())
	}
	f.Value, f.Sample = "", ""
	if e.source.Constant() {
		f.Value = e.value.Value()
	} else {
		f.Sample = e.value.Value()
	}
	if e.source != esp8266.SourceText {
		f.Secret = false
	}
	return f, cmp.Or(wiring, reading, trigger)
}

func (e *editor) update(msg tea.Msg) tea.Cmd {
	if in := e.input(e.focus); in != nil {
		return ui.Edit(in, msg)
	}
	if press, ok := msg.(tea.KeyPressMsg); ok && e.focus == slotSource {
		e.find(press)
	}
	return nil
}

// input is the text input of a control, nil for one that is no text.
func (e *editor) input(s slot) *textinput.Model {
	return map[slot]*textinput.Model{slotName: &e.name, slotValue: &e.value, slotWires: &e.wires, slotReading: &e.reading, slotTrigger: &e.trigger}[s]
}

func (m *Model) editorActions() []ui.Action {
	e := m.editor
	actions := []ui.Action{
		{Keys: []string{"enter"}, Label: "keep", Title: "Keep the row", Run: m.accept},
		{Keys: []string{"tab", "down"}, Label: "next part", Title: "Next part of the row", Run: func() tea.Cmd { return e.advance(1) }},
		{Keys: []string{"shift+tab", "up"}, Title: "Previous part of the row", Run: func() tea.Cmd { return e.advance(-1) }},
	}
	if e.focus == slotSource || e.focus == slotStatistic || e.focus == slotSecret {
		actions = append(actions,
			ui.Action{Keys: []string{"right", "space"}, Label: "change", Title: "Next choice", Run: func() tea.Cmd { return e.turn(1) }},
			ui.Action{Keys: []string{"left"}, Title: "Previous choice", Run: func() tea.Cmd { return e.turn(-1) }},
		)
	}
	if e.hides() {
		actions = append(actions, ui.Action{Keys: []string{"ctrl+r"}, Label: map[bool]string{false: "show", true: "hide"}[e.revealed], Title: "Show or hide the secret that is typed", Run: e.reveal})
	}
	return append(actions, ui.Action{Keys: []string{"esc"}, Label: "discard", Title: "Leave the row as it was", Run: m.discard})
}

// applied returns the form with the editor's row in it, and row's error.
func (e *editor) applied(f request.Request) (request.Request, error) {
	f = f.Clone()
	row, err := e.row()
	if e.header {
		f.Headers = put(e, f.Headers, request.Header{Name: row.Name, Value: row.Value, Secret: row.Secret})
	} else {
		f.Fields = put(e, f.Fields, row)
	}
	return f, err
}

// put returns rows with the editor's among them.
func put[R any](e *editor, rows []R, row R) []R {
	if e.fresh {
		return slices.Insert(rows, e.index, row)
	}
	rows[e.index] = row
	return rows
}

func (m *Model) accept() tea.Cmd {
	if err := m.acceptRow(); err != nil {
		return ui.SetStatus(ui.Caution, err.Error())
	}
	return nil
}

func (m *Model) acceptRow() error {
	e := m.editor
	with, err := e.applied(*m.form())
	if err != nil {
		return err
	}
	m.editor = nil
	m.remember()
	*m.form() = with
	m.cursor = e.index
	if e.header {
		m.cursor += len(m.form().Fields)
	}
	return nil
}

// discard leaves the form as it was; what was typed can be had back with undo.
func (m *Model) discard() tea.Cmd {
	e := m.editor
	m.editor = nil
	if row, _ := e.row(); row == e.was {
		return nil
	}
	with, _ := e.applied(*m.form()) // what can't be read is left out
	m.rememberAs(with)
	return ui.SetStatus(ui.Plain, "discarded; u brings it back")
}

// view draws the editor's controls, one a line.
func (e *editor) view(width int) string {
	k := e.kit
	title := "Edit the field"
	switch {
	case e.header && e.fresh:
		title = "Add a header"
	case e.header:
		title = "Edit the header"
	case e.fresh:
		title = "Add a field"
	}
	lines := []string{k.Title.Render(title)}
	for _, s := range e.slots() {
		lines = append(lines, e.control(s, width))
	}
	return strings.Join(lines, "\n")
}

func (e *editor) control(s slot, width int) string {
	k := e.kit
	label, text := "", ""
	info, _ := sensors.Info(e.source)
	choice := func(value, about string) string {
		if e.focus == s {
			value = k.Selected.Render("< " + value + " >")
		}
		return value + "  " + k.Faint.Render(about)
	}
	switch s {
	case slotName:
		k.Dress(&e.name)
		label, text = "name", k.InputBox(&e.name, width-10)
	case slotSource:
		all := sensors.Sources()
		about := fmt.Sprintf("%d of %d: %s", place(e.source, all)+1, len(all), info.About)
		if e.typed != "" {
			about = fmt.Sprintf("typed: %s; %s", sanitize.Line(e.typed), about)
		}
		label, text = "from", choice(info.Title, about)
	case slotWires:
		k.Dress(&e.wires)
		label = "GPIO"
		if len(info.Wiring.Address) > 0 {
			label, e.wires.Placeholder = "I²C", fmt.Sprintf("0x%02X", info.Wiring.Address[0])
		} else if info.Wiring.Second {
			e.wires.Placeholder = "such as 5,4"
		}
		text = k.InputBox(&e.wires, 16)
	case slotReading:
		k.Dress(&e.reading)
		label, text = "as", k.InputBox(&e.reading, width-10)
	case slotStatistic:
		shown := "as it is when it is sent"
		if e.statistic != "" {
			shown = string(e.statistic) + " since the reading before"
		}
		label, text = "over", choice(shown, "mean, min, max or last")
	case slotTrigger:
		k.Dress(&e.trigger)
		label, text = "at once", k.InputBox(&e.trigger, width-11)
	case slotSecret:
		about := "shown, and saved in the profile"
		if e.secret {
			about = "masked, never saved; goes to arduino_secrets.h"
		}
		label, text = "secret", choice(map[bool]string{true: "yes", false: "no"}[e.secret], about)
	case slotValue:
		label = "value"
		if !e.source.Constant() {
			label = "sample"
		}
		e.value.EchoMode = textinput.EchoNormal
		if e.hides() && !e.revealed {
			e.value.EchoMode = textinput.EchoPassword
		}
		k.Dress(&e.value)
		text = k.InputBox(&e.value, width-10)
	}
	mark := " "
	if e.focus == s {
		mark = k.Accent.Render(k.Cursor)
	}
	return ui.Truncate(fmt.Sprintf("%s %s %s", mark, k.Faint.Render(ui.Pad(label, max(6, len(label)))), text), width, k.Ellipsis)
}

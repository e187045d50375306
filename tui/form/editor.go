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
	typed                       string // the beginning of a source's name
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
	e := &editor{kit: kit, index: index, fresh: fresh, was: f, source: f.Source, secret: f.Secret}
	e.name = kit.NewInput("name", 0)
	e.value = kit.NewInput("", 0)
	e.wires = kit.NewInput("GPIO number", 8)
	e.reading = kit.NewInput("scale 1.8 offset 32 decimals 1 none skip", 0)
	e.trigger = kit.NewInput("change, change 0.5, above 30, below 5 hysteresis 1", 0)
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
		all := sensors.Sources()
		at := slices.IndexFunc(all, func(i esp8266.SourceInfo) bool { return i.Source == e.source })
		e.setSource(all[(at+by+len(all))%len(all)])
		e.typed = ""
	case slotStatistic:
		all := append([]request.Statistic{""}, request.Statistics()...)
		e.statistic = all[(slices.Index(all, e.statistic)+by+len(all))%len(all)]
	case slotSecret:
		e.secret = !e.secret
	}
	return nil
}

func (e *editor) setSource(next esp8266.SourceInfo) {
	if info, _ := sensors.Info(e.source); e.value.Value() == info.Sample {
		e.value.SetValue(next.Sample) // untouched: show what the new source would give
	}
	e.source = next.Source
}

// find goes to the source whose name or title has what is typed in it, at its
// beginning if there is such a one.
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
	for _, fits := range []func(text, typed string) bool{strings.HasPrefix, strings.Contains} {
		for _, info := range sensors.Sources() {
			if fits(info.Source.String(), e.typed) || fits(strings.ToLower(info.Title), e.typed) {
				e.setSource(info)
				return
			}
		}
	}
	e.typed = strings.ToLower(msg.Text) // what nothing has begins anew
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
	return append(actions, ui.Action{Keys: []string{"esc"}, Label: "discard", Title: "Leave the row as it was", Run: m.discard})
}

// applied returns the form with the editor's row in it, and row's error.
func (e *editor) applied(f request.Request) (request.Request, error) {
	f = f.Clone()
	row, err := e.row()
	if e.header {
		h := request.Header{Name: row.Name, Value: row.Value, Secret: row.Secret}
		if e.fresh {
			f.Headers = slices.Insert(f.Headers, e.index, h)
		} else {
			f.Headers[e.index] = h
		}
		return f, err
	}
	if e.fresh {
		f.Fields = slices.Insert(f.Fields, e.index, row)
	} else {
		f.Fields[e.index] = row
	}
	return f, err
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
		place := slices.IndexFunc(all, func(i esp8266.SourceInfo) bool { return i.Source == e.source }) + 1
		about := fmt.Sprintf("%d of %d: %s", place, len(all), info.About)
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
			e.wires.Placeholder = "5,4"
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
		if e.secret && e.source == esp8266.SourceText {
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

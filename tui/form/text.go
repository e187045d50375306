package form

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/esp8266"
	"espost/formpost"
	"espost/profile"
	"espost/tui/ui"
)

// secretAttribute marks a row whose value is not shown; an empty value keeps
// the one that the form has.
const secretAttribute = "secret"

// editText opens the area with all fields as lines of text.
func (m *Model) editText() tea.Cmd {
	a := newArea(m.kit, "fields as text",
		"A line a field: name=value, name@source=sample, name@secret= and # before a field that is off. Tab keeps the text.",
		request.FormatText(textRows(m.form().Fields)))
	a.accept = m.takeText
	m.open(a)
	return nil
}

func textRows(fields []request.Field) []request.TextRow {
	rows := make([]request.TextRow, len(fields))
	for i, f := range fields {
		row := request.TextRow{Off: f.Off, Name: f.Name, Value: f.Value}
		info, _ := f.Source.Info()
		switch {
		case f.Secret:
			row.Attribute, row.Value = secretAttribute, ""
		case info.Pin:
			row.Attribute, row.Value = fmt.Sprintf("%s-%d", f.Source, f.Pin), f.Sample
		case f.Source == esp8266.SourceJSON:
			row.Attribute = string(f.Source)
		case f.Source != esp8266.SourceText:
			row.Attribute, row.Value = string(f.Source), f.Sample
		}
		rows[i] = row
	}
	return rows
}

// takeText makes the form's fields what the text says.
func (m *Model) takeText(text string) (tea.Cmd, error) {
	rows, err := request.ParseText(text)
	if err != nil {
		return nil, err
	}
	var secrets []request.Field // in order: a row without a value takes the first of its name
	for _, f := range m.form().Fields {
		if f.Secret {
			secrets = append(secrets, f)
		}
	}
	fields := make([]request.Field, 0, len(rows))
	for _, row := range rows {
		f, err := fieldOf(row)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(secrets, func(s request.Field) bool { return s.Name == f.Name }); f.Secret && f.Value == "" && i >= 0 {
			f.Value = secrets[i].Value
			secrets = slices.Delete(secrets, i, i+1)
		}
		fields = append(fields, f)
	}
	m.form().Fields = fields
	return ui.Say(ui.Success, fmt.Sprintf("%d fields taken over; u brings the form before back", len(fields))), nil
}

func fieldOf(row request.TextRow) (request.Field, error) {
	f := request.Field{Off: row.Off, Name: row.Name, Source: esp8266.SourceText}
	switch row.Attribute {
	case "":
		f.Value = row.Value
		return f, nil
	case secretAttribute:
		f.Value, f.Secret = row.Value, true
		return f, nil
	}
	name := row.Attribute
	if pin, ok := strings.CutPrefix(name, string(esp8266.SourceDigital)+"-"); ok {
		number, err := strconv.Atoi(pin)
		if err != nil {
			return f, fmt.Errorf("%q is no GPIO number: write %s-5 for GPIO 5", pin, esp8266.SourceDigital)
		}
		name, f.Pin = string(esp8266.SourceDigital), number
	}
	info, ok := esp8266.Source(name).Info()
	if !ok {
		return f, fmt.Errorf("the field %q has the source %q, which isn't one of %s", row.Name, row.Attribute, sourceNames())
	}
	f.Source = info.Source
	if f.Source.Constant() {
		f.Value = row.Value
	} else {
		f.Sample = row.Value
	}
	return f, nil
}

func sourceNames() string {
	var names []string
	for _, s := range esp8266.Sources() {
		names = append(names, string(s.Source))
	}
	return strings.Join(names, ", ")
}

package form

import (
	"cmp"
	"fmt"
	"strings"

	"espost/internal/sanitize"
	"espost/request"
	"espost/sensors"
	"espost/tui/ui"
)

// View implements ui.Step.
func (m *Model) View(width, height int) string {
	m.zones.Reset()
	inner := width - 2
	if m.area != nil {
		return ui.Fit(ui.Indent(m.area.view(inner, height), 1), width, height)
	}
	head := "\n" + m.head(inner) + "\n\n"
	if width >= wide {
		left := inner * 11 / 20
		right := m.preview(inner-left-3, max(minPreview, height-headHeight-8))
		body := m.kit.Split(m.table(left, height-headHeight, ""), right, left, inner, height-headHeight)
		return ui.Fit(ui.Indent(head+body, 1), width, height)
	}
	return ui.Fit(ui.Indent(head+m.table(inner, height-headHeight, m.preview(inner, max(minPreview, height/4))), 1), width, height)
}

// wide is from how many columns on what is sent stands beside the rows.
const wide = 120

// table is the rows, the editor below them while one is open, and foot.
func (m *Model) table(inner, height int, foot string) string {
	if m.editor != nil {
		fields := m.editor.view(inner)
		room := height - minRows - strings.Count(fields, "\n") - strings.Count(foot, "\n") - 4
		foot = fields + m.editor.list(inner, min(room, maxSources)) + "\n\n" + foot
	}
	footHeight := strings.Count(foot, "\n") + 1
	lines, at := m.lines(inner)
	room := max(1, height-footHeight)
	m.scroll.Show(at, len(lines), room)
	visible := m.scroll.Visible(make([]string, len(lines)), room)
	for i := range visible {
		visible[i] = lines[m.scroll.Top()+i].draw()
	}
	visible = m.kit.Scrollbar(&m.scroll, visible, inner)
	m.page = max(1, room-1)
	m.addZones(lines[m.scroll.Top():], len(visible), inner, headHeight+room)
	body := ui.Fit(strings.Join(visible, "\n"), inner, room)
	return body + "\n" + foot
}

// minRows is how many rows stay in sight above an editor, and maxSources how many
// sources are listed in it.
const (
	minRows    = 2
	maxSources = 8
)

// headHeight is how many lines stand above the rows.
const headHeight = 3

// head is the method, the address and the body's kind.
func (m *Model) head(width int) string {
	k, f := m.kit, m.form()
	right := k.Faint.Render("body ") + string(f.Body)
	left := k.Title.Render(f.Method) + "  " + ui.Truncate(sanitize.Line(f.Target.Shown()), width-ui.Width(right)-len(f.Method)-4, k.Ellipsis)
	m.zones.Add(1, 1, len(f.Method), 1, m.switchMethod)
	m.zones.Add(width-ui.Width(right)+1, 1, ui.Width(right), 1, m.switchBody)
	return ui.Pad(left, width-ui.Width(right)-1) + " " + right
}

// A line of the table is drawn only where it is in sight.
type line struct {
	row  int // that stands on it, -1 for none
	draw func() string
}

// lines are the rows and the line that goes on; at is the cursor's.
func (m *Model) lines(width int) (all []line, at int) {
	k, f := m.kit, m.form()
	text := func(s string) { all = append(all, line{-1, func() string { return s }}) }
	row := func(index int, draw func() (mark, name, from, value string)) {
		if index == m.cursor && m.editor == nil {
			at = len(all)
		}
		all = append(all, line{index, func() string { return m.row(index, width, draw) }})
	}
	if len(f.Fields) > 0 {
		text(k.Faint.Render("    " + ui.Pad("Name", nameWidth(width)) + "  " + ui.Pad("From", 15) + "  Value / sample"))
	} else {
		text(k.Faint.Render("    no fields yet: a adds one, and an empty body is fine too"))
	}
	for i, field := range f.Fields {
		row(i, func() (mark, name, from, value string) {
			info, _ := sensors.Info(field.Source)
			return map[bool]string{true: k.Off, false: k.On}[field.Off], field.Name, info.Title, m.value(field)
		})
	}
	if len(f.Headers) > 0 {
		text(k.Faint.Render("    Headers"))
	}
	for i, h := range f.Headers {
		row(len(f.Fields)+i, func() (mark, name, from, value string) {
			return " ", h.Name, "header", m.value(request.Field{Value: h.Value, Secret: h.Secret})
		})
	}
	text("")
	next := k.Faint.Render("   Send a test " + f.Method)
	if m.cursor == m.lastRow() && m.editor == nil {
		at = len(all)
		next = k.Selected.Render(" " + k.Cursor + " Send a test " + f.Method + " ")
	}
	return append(all, line{m.lastRow(), func() string { return next }}), at
}

func nameWidth(width int) int { return min(max(12, width/4), 24) }

// row draws a field or a header.
func (m *Model) row(index, width int, draw func() (mark, name, from, value string)) string {
	k := m.kit
	mark, name, from, value := draw()
	name = ui.Truncate(sanitize.Line(name), nameWidth(width), k.Ellipsis)
	text := ui.Pad(name, nameWidth(width)) + "  " + ui.Pad(ui.Truncate(from, 15, k.Ellipsis), 15) + "  " + value
	if index == m.cursor && m.editor == nil {
		return k.Select(ui.Truncate(k.Cursor+" "+mark+" "+text, width-2, k.Ellipsis), width-2)
	}
	return "  " + mark + " " + ui.Truncate(text, width-6, k.Ellipsis)
}

// value is a row's value as it may be shown.
func (m *Model) value(f request.Field) string {
	if f.Secret {
		if f.Value == "" {
			return m.kit.Caution.Render("(secret, not given yet)")
		}
		return strings.Repeat(m.kit.Mask, 8)
	}
	return sanitize.Line(f.Sent())
}

// preview shows what the rows become, secrets masked, and its size; or why it
// can't be sent; at most height lines of it, below what is odd about it. The row
// being edited counts as it stands.
func (m *Model) preview(width, height int) string {
	k, draft := m.kit, *m.form()
	var err error
	if m.editor != nil {
		draft, err = m.editor.applied(draft)
	}
	draft.Key = m.profile.Sent().Key
	j := m.judge(draft)
	if err = cmp.Or(err, j.err); err != nil {
		return m.caution(err.Error(), width)
	}
	var notes string
	for _, note := range j.notes {
		notes += m.caution(note.Error(), width) + "\n"
	}
	project, row := m.profile.Project, m.cursor
	if m.editor != nil {
		row = m.editor.index
	}
	project.Request = draft
	if odd, found := project.Wiring(row); found {
		notes += m.caution(odd.Sentences(), width) + "\n"
	}
	text := []rune(j.masked)
	text = text[:min(len(text), (height+1)*width)] // what is below can't be seen
	lines := strings.Split(ui.Chop(sanitize.Line(strings.ReplaceAll(string(text), request.Mask, strings.Repeat(k.Mask, 8))), width), "\n")
	if len(lines) > height {
		lines = lines[:height]
		last := &lines[height-1]
		*last = ui.Truncate(*last, width-1, "") + k.Ellipsis
	}
	for i, inside := 0, false; i < len(lines) && draft.Body == request.JSON; i++ {
		row := lines[i]
		lines[i] = k.JSON(row, inside)
		inside = ui.JSONInside(row, inside)
	}
	right := k.Faint.Render(fmt.Sprintf("%d bytes", j.size))
	head := ui.Pad(k.Faint.Render(j.name+", as it is sent"), width-ui.Width(right)) + right
	return notes + head + "\n" + strings.Join(lines, "\n")
}

// caution is a message with its mark, wrapped.
func (m *Model) caution(message string, width int) string {
	return strings.Join(ui.Hanging(m.kit.Mark(ui.Caution), sanitize.Line(message), width), "\n")
}

// carrier is the part of the request that carries the rows, with its name and
// its true size in bytes: the body, or without one the address.
func carrier(r request.Request, mask bool) (name, text string, size int) {
	of := ""
	if n := len(r.Parts()); n > 1 {
		of = fmt.Sprintf(" of the first of %d requests", n)
	}
	if r.Body == request.None {
		return "Address" + of, r.URL(mask), len(r.URL(false))
	}
	body := r.BodyBytes()
	if mask {
		_, masked := r.Preview()
		return "Body" + of, masked, len(body)
	}
	return "Body" + of, string(body), len(body)
}

// minPreview is how many lines of a long body are shown at least; y copies all
// of it.
const minPreview = 3

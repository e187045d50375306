package connect

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
	"espost/services"
	"espost/tui/ui"
)

// Begun is sent when a service was chosen and its blanks are filled in.
type Begun struct {
	Service  services.Service
	Request  request.Request
	Interval time.Duration // the shortest that the service takes
}

// listedMsg is the services to show beside the address.
type listedMsg []services.Service

// List makes the list of services, which is work that no frame should wait for.
func (m *Model) List() tea.Cmd {
	return func() tea.Msg { return listedMsg(services.All()) }
}

// serviceAction opens the list of services; the footer offers it while there is
// no address.
func (m *Model) serviceAction(empty bool) ui.Action {
	label := ""
	if empty {
		label = "services"
	}
	return ui.Action{Keys: []string{"ctrl+l"}, Label: label, Title: "Begin with a service, such as ThingSpeak or Home Assistant", Run: func() tea.Cmd {
		return ui.Show(newCatalogue(m.kit, ""))
	}}
}

// namedService opens what a service asks for, where the input holds its name.
func (m *Model) namedService() (tea.Cmd, bool) {
	s, ok := services.Exact(m.input.Value())
	if !ok {
		return nil, false
	}
	return ui.Show(newCatalogue(m.kit, s.ID)), true
}

// A catalogue is the list of services, with type-ahead.
type catalogue struct {
	kit    *ui.Kit
	input  textinput.Model
	cursor int
	scroll ui.Scroll
	zones  ui.Zones
	done   bool
}

func newCatalogue(kit *ui.Kit, name string) *catalogue {
	c := &catalogue{kit: kit, input: kit.NewInput("which service? type a part of its name", 60)}
	c.input.SetValue(name)
	c.input.CursorEnd()
	c.input.Focus()
	return c
}

func (c *catalogue) found() []services.Service { return services.Search(c.input.Value()) }

// Actions implements ui.Overlay.
func (c *catalogue) Actions() []ui.Action {
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd { c.move(by); return nil }
	}
	return []ui.Action{
		{Keys: []string{"enter"}, Label: "take it", Run: c.take},
		{Keys: []string{"up"}, Run: move(-1)},
		{Keys: []string{"down"}, Label: "choose", Run: move(1)},
		{Keys: []string{"pgup"}, Run: move(-10)},
		{Keys: []string{"pgdown"}, Run: move(10)},
		{Keys: []string{"esc"}, Label: "close", Run: func() tea.Cmd { c.done = true; return nil }},
	}
}

func (c *catalogue) move(by int) { c.cursor = min(max(c.cursor+by, 0), max(0, len(c.found())-1)) }

// take goes on to what the service asks for.
func (c *catalogue) take() tea.Cmd {
	found := c.found()
	if len(found) == 0 {
		return nil
	}
	c.done = true
	return ui.Show(newQuestions(c.kit, found[min(c.cursor, len(found)-1)]))
}

// Update implements ui.Overlay.
func (c *catalogue) Update(msg tea.Msg) (tea.Cmd, bool) {
	if a, ok := ui.Pressed(c.Actions(), msg); ok {
		return a.Run(), c.done
	}
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		return c.zones.Click(msg), c.done
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelDown {
			c.move(1)
		} else {
			c.move(-1)
		}
		return nil, false
	}
	before := c.input.Value()
	cmd := ui.Edit(&c.input, msg)
	if c.input.Value() != before {
		c.cursor = 0
	}
	return cmd, false
}

// catalogueHead is how many lines stand above the first service.
const catalogueHead = 3

// View implements ui.Overlay.
func (c *catalogue) View(width, height int) string {
	k := c.kit
	k.Dress(&c.input)
	found := c.found()
	c.cursor = min(max(c.cursor, 0), max(0, len(found)-1))
	inner := min(width-4, ui.ReadingWidth)
	names := 0
	for _, s := range services.All() {
		names = max(names, ui.Width(s.Title))
	}
	var lines []string
	for i, s := range found {
		title := ui.Pad(ui.Truncate(s.Title, names, k.Ellipsis), names)
		if i == c.cursor {
			lines = append(lines, k.Select(ui.Truncate(k.Cursor+" "+title+"  "+s.About, inner-2, k.Ellipsis), inner-2))
		} else {
			lines = append(lines, ui.Truncate("  "+title+"  "+k.Faint.Render(s.About), inner-2, k.Ellipsis))
		}
	}
	if len(lines) == 0 {
		lines = []string{k.Faint.Render("  no service is called that; any https:// address works without one")}
	}
	room := max(1, height-catalogueHead)
	c.scroll.Show(c.cursor, len(lines), room)
	visible := k.Scrollbar(&c.scroll, c.scroll.Visible(lines, room), inner)
	top := c.scroll.Top()
	c.zones.Reset()
	for i := range visible {
		c.zones.Add(0, catalogueHead+i, width, 1, func() tea.Cmd { c.cursor = top + i; return c.take() })
	}
	return "\n" + ui.Indent(k.InputBox(&c.input, inner), 2) + "\n\n" + ui.Indent(strings.Join(visible, "\n"), 2)
}

// questions asks for a service's blanks.
type questions struct {
	kit     *ui.Kit
	service services.Service
	inputs  []textinput.Model
	at      int
	open    bool             // secrets are shown
	problem *problem.Problem // what is wrong with the answers, nil for nothing yet
	scroll  ui.Scroll
	zones   ui.Zones
	done    bool
}

func newQuestions(kit *ui.Kit, s services.Service) *questions {
	q := &questions{kit: kit, service: s}
	for _, b := range s.Blanks {
		in := kit.NewInput(b.Example, 2048)
		if b.Kind == services.Secret {
			in.EchoMode = textinput.EchoPassword
		}
		q.inputs = append(q.inputs, in)
	}
	q.focus(0)
	return q
}

func (q *questions) focus(at int) {
	q.at = min(max(at, 0), max(0, len(q.inputs)-1))
	for i := range q.inputs {
		q.inputs[i].Blur()
	}
	if len(q.inputs) > 0 {
		q.inputs[q.at].Focus()
	}
}

// Actions implements ui.Overlay.
func (q *questions) Actions() []ui.Action {
	label := "next"
	if q.at >= len(q.inputs)-1 {
		label = "begin"
	}
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd { q.focus(q.at + by); return nil }
	}
	actions := []ui.Action{
		{Keys: []string{"enter"}, Label: label, Run: q.next},
		{Keys: []string{"down", "tab"}, Run: move(1)},
		{Keys: []string{"up", "shift+tab"}, Run: move(-1)},
	}
	if len(q.service.Secrets()) > 0 {
		actions = append(actions, ui.Action{Keys: []string{"ctrl+r"}, Label: "show", Run: q.reveal})
	}
	return append(actions, ui.Action{Keys: []string{"esc"}, Label: "close", Run: func() tea.Cmd { q.done = true; return nil }})
}

// reveal shows the secrets that are typed, or hides them again.
func (q *questions) reveal() tea.Cmd {
	q.open = !q.open
	for i, b := range q.service.Blanks {
		if b.Kind == services.Secret && q.open {
			q.inputs[i].EchoMode = textinput.EchoNormal
		} else if b.Kind == services.Secret {
			q.inputs[i].EchoMode = textinput.EchoPassword
		}
	}
	return nil
}

// next goes to the next blank, and from the last one on with what was given.
func (q *questions) next() tea.Cmd {
	if q.at < len(q.inputs)-1 {
		q.focus(q.at + 1)
		return nil
	}
	values := make(map[string]string)
	for i, b := range q.service.Blanks {
		values[b.Name] = strings.TrimSpace(q.inputs[i].Value())
	}
	r, problems := q.service.Request(values)
	for i, b := range q.service.Blanks {
		if p, wrong := problems.At("blank." + b.Name); wrong && p.Severity != problem.Warning {
			q.problem = &p
			q.focus(i)
			return nil
		}
	}
	if err := problems.Err(); err != nil {
		q.problem = problem.New("", err.Error(), "")
		return nil
	}
	q.done = true
	begun := Begun{Service: q.service, Request: r, Interval: q.service.For(r).Interval()}
	return func() tea.Msg { return begun }
}

// Update implements ui.Overlay.
func (q *questions) Update(msg tea.Msg) (tea.Cmd, bool) {
	if a, ok := ui.Pressed(q.Actions(), msg); ok {
		return a.Run(), q.done
	}
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		return q.zones.Click(msg), q.done
	case tea.MouseWheelMsg:
		q.scroll.Wheel(msg)
		return nil, false
	}
	if len(q.inputs) == 0 {
		return nil, false
	}
	before := q.inputs[q.at].Value()
	cmd := ui.Edit(&q.inputs[q.at], msg)
	if typed := q.inputs[q.at].Value(); typed != before {
		q.problem = nil
		q.read(typed)
	}
	return cmd, false
}

// read takes the blanks out of an address that the service itself gives.
func (q *questions) read(address string) {
	values, ok := q.service.Read(address)
	if !ok || !strings.HasPrefix(address, "https://") {
		return
	}
	for i, b := range q.service.Blanks {
		if value, holds := values[b.Name]; holds {
			q.inputs[i].SetValue(value)
		}
	}
}

// View implements ui.Overlay.
func (q *questions) View(width, height int) string {
	k := q.kit
	inner := min(width-4, ui.ReadingWidth)
	lines := []string{k.Strong.Render(q.service.Title) + "  " + k.Faint.Render(ui.Truncate(q.service.About, max(1, inner-ui.Width(q.service.Title)-2), k.Ellipsis)), ""}
	focused := 0
	starts := make([]int, len(q.inputs))
	for i, b := range q.service.Blanks {
		k.Dress(&q.inputs[i])
		starts[i] = len(lines)
		if i == q.at {
			focused = len(lines) + 1
		}
		lines = append(lines, ui.Truncate(b.Title+"  "+k.Faint.Render(b.Where), inner, k.Ellipsis), k.InputBox(&q.inputs[i], inner))
	}
	lines = append(lines, "")
	if q.problem != nil {
		lines = append(lines, ui.Hanging(k.Mark(ui.Failure), sanitize.Line(q.problem.Sentences()), inner)...)
	} else {
		lines = append(lines, ui.Hanging(k.Mark(ui.Caution), strings.TrimSpace(q.service.Trap+" "+q.service.Cannot), inner)...)
		lines = append(lines, k.Faint.Render(ui.Truncate("  "+q.service.Docs, inner, k.Ellipsis)))
	}
	room := max(1, height-1)
	if len(lines) > room {
		q.scroll.Show(focused, len(lines), room)
	}
	visible := k.Scrollbar(&q.scroll, q.scroll.Visible(lines, room), inner+2)
	q.zones.Reset()
	for i, start := range starts {
		q.zones.Add(0, 1+start-q.scroll.Top(), width, 2, func() tea.Cmd { q.focus(i); return nil })
	}
	return "\n" + ui.Indent(strings.Join(visible, "\n"), 2)
}

package connect

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"espost/internal/problem"
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
	return ui.Show(ask(c.kit, found[min(c.cursor, len(found)-1)]))
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

// ask asks for a service's blanks.
func ask(kit *ui.Kit, s services.Service) *ui.Sheet {
	q := ui.Questions{
		Title: s.Title, About: s.About, Hint: strings.TrimSpace(s.Trap + " " + s.Cannot), Tone: ui.Caution, Source: s.Docs, Begin: "begin", Leave: "close",
		Run:  func(texts []string) (tea.Cmd, int, error) { return begin(s, texts) },
		Read: func(text string) map[int]string { return blanksIn(s, text) },
	}
	for _, b := range s.Blanks {
		q.Lines = append(q.Lines, ui.Line{Title: b.Title, About: b.Where, Example: b.Example, Secret: b.Kind == services.Secret})
	}
	return kit.NewSheet(q)
}

// begin has the work begin with a service, whose blanks are texts. An error is of the
// blank of that number, or else of all.
func begin(s services.Service, texts []string) (tea.Cmd, int, error) {
	values := make(map[string]string)
	for i, b := range s.Blanks {
		values[b.Name] = texts[i]
	}
	r, problems := s.Request(values)
	for i, b := range s.Blanks {
		if p, wrong := problems.At("blank." + b.Name); wrong && p.Severity != problem.Warning {
			return nil, i, &p
		}
	}
	if err := problems.Err(); err != nil {
		return nil, len(s.Blanks) - 1, problem.New("", err.Error(), "")
	}
	begun := Begun{Service: s, Request: r, Interval: s.For(r).Interval()}
	return func() tea.Msg { return begun }, 0, nil
}

// blanksIn takes the blanks out of an address that the service itself gives.
func blanksIn(s services.Service, address string) map[int]string {
	values, ok := s.Read(address)
	if !ok || !strings.HasPrefix(address, "https://") {
		return nil
	}
	found := make(map[int]string)
	for i, b := range s.Blanks {
		if value, holds := values[b.Name]; holds {
			found[i] = value
		}
	}
	return found
}

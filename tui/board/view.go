package board

import (
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/device"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/tui/ui"
)

// View implements ui.Step.
func (m *Model) View(width, height int) string {
	m.zones.Reset()
	inner := width - 2
	lines := []string{""}
	if m.job.Running() {
		lines = append(lines, m.inUse(inner))
	} else {
		lines = append(lines, m.choices(inner)...)
	}
	if m.asking != nil {
		lines = append(lines, m.asking.lines(m, min(inner, ui.ReadingWidth))...)
	}
	lines = append(lines, m.headline(min(inner, ui.ReadingWidth))...)
	if plot := m.serial.plotLine(m.kit, inner); plot != "" && height >= lowHeight {
		lines = append(lines, plot)
	}
	if len(m.serial.lines) > 0 || m.job.Running() {
		lines = append(lines, m.pane(inner, max(3, height-len(lines))))
	}
	return ui.Fit(ui.Indent(strings.Join(lines, "\n"), 1), width, height)
}

// lowHeight is below how many lines the board's own are worth more than a plot.
const lowHeight = 14

// pane is the card of the board's lines, with the search in its last one.
func (m *Model) pane(width, height int) string {
	s := &m.serial
	s.layOut(m.kit, width-4, height-2)
	card := ui.Card{Title: s.title(m.baud), Focused: true, Scroll: &s.scroll}
	text := card.Render(m.kit.Theme, s.coloured(m.kit, height-2), width, height)
	if !s.search.Typing {
		return text
	}
	rows := strings.Split(text, "\n")
	side := m.kit.Accent.Render(m.kit.Vertical)
	rows[max(0, len(rows)-2)] = side + " " + ui.Pad(s.search.Line(m.kit, width-4), width-4) + " " + side
	return strings.Join(rows, "\n")
}

// inUse names the port and the tool of the run under way.
func (m *Model) inUse(width int) string {
	text := "nothing"
	if len(m.found.ports) > 0 {
		text = "Port  " + portText(m.found.ports[m.port])
	}
	if len(m.found.tools) > 0 {
		text += "   Tool  " + m.found.tools[m.tool].Name
	}
	if m.logPath != "" {
		text += "   Log  " + sanitize.Line(m.logPath)
	}
	return m.kit.Faint.Render(ui.Truncate(text, width, m.kit.Ellipsis))
}

func portText(p device.Port) string {
	text := sanitize.Line(p.Name)
	if p.Chip != "" {
		text += "  " + p.Chip
	}
	return text
}

// choices are the ports and tools, or why there are none.
func (m *Model) choices(width int) []string {
	k := m.kit
	if !m.looked {
		return []string{k.Faint.Render("looking for ports and tools" + k.Ellipsis)}
	}
	var lines []string
	missing := func(err error) {
		lines = append(lines, m.hanging(ui.Caution, err, width)...)
	}
	list := func(title string, texts []string, chosen int, active bool, choose func(int)) {
		for i, text := range texts {
			head := strings.Repeat(" ", len(title))
			if i == 0 {
				head = title
			}
			mark := " "
			if i == chosen {
				mark = k.Cursor
			}
			row := head + "  " + mark + " " + ui.Truncate(text, width-len(head)-4, k.Ellipsis)
			if i == chosen && active && len(texts) > 1 {
				row = head + "  " + k.Select(k.Cursor+" "+ui.Truncate(text, width-len(head)-6, k.Ellipsis), width-len(head)-2)
			}
			m.zones.Add(0, len(lines)+1, width, 1, func() tea.Cmd { choose(i); return nil })
			lines = append(lines, row)
		}
	}
	ports := make([]string, len(m.found.ports))
	for i, p := range m.found.ports {
		ports[i] = strings.TrimSuffix(portText(p)+", "+p.Board, ", ")
	}
	tools := make([]string, len(m.found.tools))
	for i, t := range m.found.tools {
		tools[i] = t.Name + "  " + k.Faint.Render(sanitize.Line(t.Path))
	}
	onTool := m.onTool && len(tools) > 1 || len(ports) < 2
	list("Port", ports, m.port, !onTool, func(i int) { m.port, m.onTool = i, false })
	list("Tool", tools, m.tool, onTool, func(i int) { m.tool, m.onTool = i, true })
	if len(ports) == 0 {
		missing(m.found.portErr)
	}
	if len(tools) == 0 {
		missing(m.found.toolErr)
	}
	return append(lines, "")
}

// hanging is what is wrong, behind a mark.
func (m *Model) hanging(tone ui.Tone, err error, width int) []string {
	text := ""
	if err != nil {
		text = err.Error()
	}
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		text = p.Sentences()
	}
	return m.marked(tone, problem.Sentence(text), width)
}

// marked is a wrapped text behind a mark.
func (m *Model) marked(tone ui.Tone, text string, width int) []string {
	return ui.Hanging(m.kit.Mark(tone), sanitize.Line(text), width)
}

// headline says how things stand.
func (m *Model) headline(width int) []string {
	k := m.kit
	spinner := m.job.Spinner(k.Theme) + " "
	switch {
	case m.Flashing():
		return m.flashLines(spinner, width)
	case m.failed != nil:
		return m.hanging(ui.Failure, m.failed, width)
	case m.verdict.text != "":
		lines := m.sizeLine(width)
		verdict := m.marked(m.verdict.tone, m.verdict.text, width)
		if m.verdict.tone == ui.Success {
			verdict[0] = k.Mark(ui.Success) + " " + k.Good.Bold(true).Render(strings.TrimPrefix(verdict[0], k.Mark(ui.Success)+" "))
		}
		return append(lines, verdict...)
	case m.job.Running():
		return append(m.sizeLine(width), spinner+"waiting for the board's first words")
	case !m.ready():
		return m.marked(ui.Plain, "Enter leaves the app, which then says once more how to flash by hand.", width)
	case m.session.Target.OnlyHere():
		return m.marked(ui.Caution, "This firmware posts to "+m.session.Target.Host+", which no board reaches; espost --demo --lan writes one for a board.", width)
	}
	if m.overNetwork() {
		return m.marked(ui.Plain, "Enter compiles the sketch and sends it over the Wi-Fi. The board must run a sketch with updates already.", width)
	}
	return m.marked(ui.Plain, "Enter compiles the sketch, flashes it, and watches until it delivers.", width)
}

// flashLines are the part of the work under way, and what is known of the size.
func (m *Model) flashLines(spinner string, width int) []string {
	k, p := m.kit, m.progress
	what := map[device.Part]string{
		device.Prepare: "starting; the first time the tool downloads the core, which takes some minutes",
		device.Compile: "compiling", device.Connect: "looking for the board", device.Upload: "flashing",
	}[p.Part]
	line := spinner + what
	if p.Part == device.Upload && p.Percent >= 0 {
		line += "  " + k.Bar(float64(p.Percent), 100, 20) + fmt.Sprintf(" %d %%", p.Percent)
	}
	line += k.Faint.Render("  " + seconds(m.job.Elapsed(k.Now())))
	lines := append(m.sizeLine(width), ui.Truncate(line, width, k.Ellipsis))
	return append(lines, "  "+k.Faint.Render(ui.Truncate(p.Line, width-2, k.Ellipsis)))
}

// sizeLine is how much of the board the sketch takes, as far as it is known; with
// bars where there is room for both.
func (m *Model) sizeLine(width int) []string {
	k, s := m.kit, m.progress.Size
	if s.FlashMax == 0 {
		return nil
	}
	line := k.Mark(ui.Success) + " compiled"
	bars := line
	add := func(what string, n, most int) {
		line += fmt.Sprintf("  %s %s of %s", what, kilobytes(n), kilobytes(most))
		bars += fmt.Sprintf("  %s %s of %s  ", what, kilobytes(n), kilobytes(most)) + k.Bar(float64(n), float64(most), 10)
	}
	add("flash", s.Flash, s.FlashMax)
	if s.RAMMax > 0 {
		add("RAM", s.RAM, s.RAMMax)
	}
	if ui.Width(bars) <= width {
		line = bars
	}
	return []string{ui.Truncate(line, width, k.Ellipsis)}
}

func kilobytes(n int) string { return fmt.Sprintf("%d KB", (n+500)/1000) }

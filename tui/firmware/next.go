package firmware

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/tui/ui"
)

// Finished is sent when the user goes on, or is done with the app.
type Finished struct{}

// A guide is the page that comes once the files are written: what to do outside
// of the app, in order, with the commands to copy.
type guide struct {
	shown   bool
	command int // that y copies
	scroll  ui.Scroll
}

// wheel chooses among n commands, and so scrolls to them.
func (g *guide) wheel(msg tea.MouseWheelMsg, n int) {
	switch msg.Button {
	case tea.MouseWheelDown:
		g.command = min(g.command+1, n-1)
	case tea.MouseWheelUp:
		g.command = max(g.command-1, 0)
	}
}

// guideActions are what can be done on that page.
func (m *Model) guideActions() []ui.Action {
	choose := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			n := len(m.written.Commands)
			m.guide.command = (m.guide.command + by + n) % n
			return nil
		}
	}
	enter := ui.Action{Keys: []string{"enter"}, Label: "finish", Title: "Leave the app; it says once more what comes next"}
	if m.leadsOn {
		enter.Label, enter.Title = "to the board", "Go on to flashing and watching the board"
	}
	enter.Run = func() tea.Cmd { return func() tea.Msg { return Finished{} } }
	return append([]ui.Action{
		enter,
		{Keys: []string{"y"}, Label: "copy command", Title: "Copy the chosen command", Run: m.copyCommand},
		{Keys: []string{"down", "j"}, Label: "next command", Title: "Choose the next command", Run: choose(1)},
		{Keys: []string{"up", "k"}, Title: "Choose the command before", Run: choose(-1)},
		{Keys: []string{"s", "esc"}, Label: "settings", Title: "Back to settings and source", Run: func() tea.Cmd { m.guide.shown = false; return nil }},
	}, m.renewalActions()...)
}

// showGuide opens the page.
func (m *Model) showGuide() tea.Cmd {
	m.guide = guide{shown: true}
	return nil
}

// guideView is the page; every command is wholly readable at any size.
func (m *Model) guideView(width, height int) string {
	k := m.kit
	inner := min(width-2, ui.ReadingWidth)
	lines := []string{""}
	for i, line := range ui.Hanging(k.Mark(ui.Success), m.written.Summary, inner) {
		if mark := k.Mark(ui.Success) + " "; i == 0 {
			line = mark + k.Good.Bold(true).Render(strings.TrimPrefix(line, mark))
		} else {
			line = k.Good.Bold(true).Render(line)
		}
		lines = append(lines, line)
	}
	for _, text := range []string{m.written.Full, "the work: " + m.written.Profile} {
		for line := range strings.SplitSeq(ui.Wrap(sanitize.Line(text), inner-2), "\n") {
			lines = append(lines, "  "+k.Faint.Render(line))
		}
	}
	lines = append(lines, "")
	for i, sha1 := range m.profile.Pin.SHA1 {
		label := ui.Pad([]string{"SHA-1", ""}[min(i, 1)], 7)
		lines = append(lines, "  "+k.Faint.Render(label)+k.Strong.Render(sha1))
	}
	if len(m.profile.Pin.SHA1) > 0 {
		lines = append(lines, "")
	}
	number := 0
	point := func(numbered bool, text string) {
		head := "   "
		if numbered {
			number++
			head = k.Strong.Render(fmt.Sprintf("%d  ", number))
		}
		for line := range strings.SplitSeq(ui.Wrap(text, inner-6), "\n") {
			lines = append(lines, " "+head+line)
			head = "   "
		}
	}
	if m.written.Found != "" {
		point(false, problem.Sentence(m.written.Found))
	}
	if m.written.ToFillIn != "" {
		point(true, problem.Sentence(m.written.ToFillIn))
	}
	begins, at := map[int]int{}, 0 // the command whose line stands there
	for i, c := range m.written.Commands {
		switch { // flash with either tool, then watch: see codegen.Commands
		case i > 0 && i < len(m.written.Commands)-1:
			point(false, "or "+c.Title+":")
		default:
			point(true, problem.Sentence(c.Title+":"))
		}
		begins[len(lines)] = i
		if i == m.guide.command {
			at = len(lines)
		}
		for j, part := range ui.ShellLines(sanitize.Line(c.Line), inner-8) {
			mark := "  "
			if j == 0 && i == m.guide.command {
				mark = k.Title.Render(k.Cursor) + " "
			}
			lines = append(lines, "    "+mark+k.Strong.Render(part))
		}
	}
	lines = append(lines, "", k.Faint.Render("  /dev/ttyUSB0 stands for the board's port: arduino-cli board list"))
	if !m.leadsOn {
		lines = append(lines, k.Faint.Render("  with arduino-cli or pio on PATH, alt+6 flashes from here"))
	}
	if m.profile.Fetch.On() {
		lines = append(lines, k.Faint.Render("  p signs the pins that the board fetches; from cron: espost pins sign"))
	}
	lines = append(lines, k.Faint.Render("  espost check tells when the pin breaks"))
	if m.guide.command == 0 {
		at = 0
	} else if m.guide.command == len(m.written.Commands)-1 {
		at = len(lines) - 1
	}
	m.guide.scroll.Show(at, len(lines), height)
	visible := m.guide.scroll.Visible(lines, height)
	for i := range visible {
		if command, ok := begins[m.guide.scroll.Top()+i]; ok {
			m.zones.Add(0, i, width, 1, func() tea.Cmd { m.guide.command = command; return m.copyCommand() })
		}
	}
	return ui.Fit(ui.Indent(strings.Join(k.Scrollbar(&m.guide.scroll, visible, inner), "\n"), 1), width, height)
}

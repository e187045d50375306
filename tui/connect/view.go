package connect

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/tlsinspect"
	"espost/tui/ui"
)

// View implements ui.Step.
func (m *Model) View(width, height int) string {
	k := m.kit
	input := m.shownInput()
	m.zones.Reset()
	inner := min(width-2, ui.ReadingWidth)
	if width >= wide {
		inner = min(maxLeft, width*8/15)
	}
	m.zones.Add(0, 2, inner+1, 1, func() tea.Cmd { m.past.at = -1; return nil })
	how, odd := m.understood(inner)
	lines := []string{"", k.Strong.Render("Where will the board send its data?"), k.InputBox(input, inner), how}
	later := m.job.Running() || m.problem != nil // on a low screen there may be no room for both
	if !later {
		lines = append(lines, odd...)
	}
	lines = append(lines, "")
	switch {
	case m.job.Running():
		lines = append(lines, m.progress(inner)...)
	case m.problem != nil:
		lines = append(lines, ui.Hanging(k.Mark(ui.Failure), problem.Sentence(sanitize.Line(m.problem.Message)), inner)...)
		lines = append(lines, ui.Hanging(" ", problem.Sentence(sanitize.Line(m.problem.Fix)), inner)...)
	case m.tried:
		if _, err := m.Target(); strings.TrimSpace(m.input.Value()) == "" {
			lines = append(lines, ui.Hanging(k.Mark(ui.Caution), "Type or paste an address first. Tab takes the example; espost --demo brings a server along.", inner)...)
		} else if err != nil {
			lines = append(lines, ui.Hanging(k.Mark(ui.Failure), problem.Sentence(sanitize.Line(err.Error())), inner)...)
		}
	case height < lowHeight && len(m.past.rows) > 0: // who was here before knows
		lines = lines[:len(lines)-1]
	default:
		intro := strings.Split(k.Faint.Render(ui.Wrap(
			"espost connects the way an ESP8266 does, shows the certificate that the board will be served "+
				"and its SHA-1 fingerprint without colons, and takes you from there to firmware. Enter is enough to begin.", inner)), "\n")
		if len(lines)+len(intro) <= height {
			lines = append(lines, intro...)
		}
	}
	if later {
		lines = append(append(lines, ""), odd...)
	}
	if !m.job.Running() {
		lines = append(lines, m.pastLines(len(lines), inner, height-len(lines))...)
	}
	body := strings.Join(lines, "\n")
	if width >= wide {
		body = k.Split(body, strings.Join(m.beside(inner+4, width-inner-5, height), "\n"), inner, width-2, height)
	}
	return ui.Fit(ui.Indent(body, 1), width, height)
}

// wide is from how many columns on there is something beside the address, which is
// as wide as maxLeft then, at most.
const (
	wide    = 120
	maxLeft = 76
)

// beside is what a wide terminal has room for: what is known of the recent server
// that is chosen, else the services to begin with; left is the column where it stands.
func (m *Model) beside(left, width, height int) []string {
	k := m.kit
	if m.past.at >= 0 && m.past.at < len(m.past.rows) {
		return append([]string{"", k.Strong.Render("Seen before"), ""}, strings.Split(m.past.rows[m.past.at].details(k, width), "\n")...)
	}
	all := m.services
	if len(all) == 0 {
		return nil
	}
	lines := []string{"", k.Strong.Render("Or begin with a service") + k.Faint.Render("  "+k.KeyName("ctrl+l")+" chooses one"), ""}
	titles := 0
	for _, s := range all {
		titles = max(titles, ui.Width(s.Title))
	}
	for _, s := range all[:min(len(all), max(0, height-len(lines)-1))] {
		m.zones.Add(left, len(lines), width, 1, func() tea.Cmd { return ui.Show(ask(k, s)) })
		lines = append(lines, ui.Truncate(ui.Pad(s.Title, titles)+"  "+k.Faint.Render(s.About), width, k.Ellipsis))
	}
	return lines
}

// shownInput is the input with what stands in it now.
func (m *Model) shownInput() *textinput.Model {
	m.kit.Dress(&m.input)
	if m.address() == m.input.Value() {
		return &m.input
	}
	chosen := m.kit.NewInput("", 0)
	chosen.SetValue(m.address())
	chosen.CursorEnd()
	chosen.Focus()
	return &chosen
}

// lowHeight is below how many lines the recent servers take the introduction's
// room.
const lowHeight = 16

// understood is how the input is read, and what is odd about it.
func (m *Model) understood(width int) (how string, odd []string) {
	k := m.kit
	if strings.TrimSpace(m.address()) == "" {
		return k.Faint.Render("  a host, host:port, an https:// URL, or a service such as ThingSpeak"), nil
	}
	target, err := m.Target()
	if isPath(strings.TrimSpace(m.address())) {
		return k.Faint.Render("  a profile's file, its folder, or a sketch's: enter opens it"), nil
	}
	if err != nil {
		return k.Faint.Render("  not an address yet"), nil
	}
	line := fmt.Sprintf("  host %s %s port %d %s path %s", sanitize.Line(target.Host), k.Dot, target.Port, k.Dot, sanitize.Line(target.ShownPath()))
	for _, n := range target.Notes() {
		odd = append(odd, ui.Hanging(k.Mark(ui.Caution), problem.Sentence(sanitize.Line(n.Message)), width)...)
	}
	if target.OnlyHere() {
		n := target.OnlyThisComputer(m.own)
		odd = append(odd, ui.Hanging(k.Mark(ui.Caution), sanitize.Line(n.Sentences()), width)...)
	}
	return k.Faint.Render(ui.Truncate(line, width, k.Ellipsis)), odd
}

// progress is one line a part of the work, as it stands.
func (m *Model) progress(width int) []string {
	k := m.kit
	spinner := m.job.Spinner(k.Theme)
	if len(m.parts) == 0 {
		return []string{spinner + " connecting" + k.Ellipsis}
	}
	var lines []string
	for _, p := range m.parts {
		mark, took := spinner, m.kit.Now().Sub(p.begun)
		switch p.event.State {
		case tlsinspect.Done:
			mark, took = k.Mark(ui.Success), p.event.Elapsed
		case tlsinspect.Failed:
			mark, took = k.Mark(ui.Failure), p.event.Elapsed
		}
		text := sanitize.Line(p.event.Title)
		if p.event.Detail != "" {
			text += "  " + k.Faint.Render(sanitize.Line(p.event.Detail))
		}
		lines = append(lines, mark+" "+ui.Pad(ui.Truncate(text, width-14, k.Ellipsis), width-14)+k.Faint.Render(fmt.Sprintf("%9s", duration(took))))
	}
	return lines
}

// duration is a time for people, in milliseconds or seconds.
func duration(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

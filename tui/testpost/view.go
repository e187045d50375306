package testpost

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/tui/ui"
)

// View implements ui.Step.
func (m *Model) View(width, height int) string {
	inner := width - 2
	m.zones.Reset()
	lines := append([]string{""}, m.headline(inner)...)
	if m.answer != nil {
		lines = append(lines, m.notesPane(len(lines), inner, height-len(lines)-1-min(minPanes, height/2))...)
	}
	lines = append(lines, "")
	room := height - len(lines)
	return ui.Fit(ui.Indent(strings.Join(lines, "\n")+"\n"+m.panes(len(lines), inner, room), 1), width, height)
}

// minPanes is how many lines the panes want at least, or half of a low screen;
// notes that would take them away scroll in the room that is left.
const minPanes = 10

// headline says how things stand: what will be sent, what came of it, and what
// the board would make of it.
func (m *Model) headline(width int) []string {
	k := m.kit
	switch {
	case m.job.Running():
		return []string{m.job.Spinner(k.Theme) + " sending" + k.Ellipsis + "  " +
			k.Faint.Render(fmt.Sprintf("%.1f s", m.job.Elapsed(m.kit.Now()).Seconds()))}
	case m.failed != nil:
		return m.failure(width)
	case m.answer != nil:
		return m.success(width)
	}
	return append([]string{
		k.Strong.Render("Ready to send the request that the board will send"),
		k.Faint.Render(ui.Truncate("to the server that the pin names, and to no other", width, k.Ellipsis)),
	}, m.noted(m.aboutService(), width)...)
}

func (m *Model) success(width int) []string {
	k, a := m.kit, m.answer
	tone, status := ui.Success, strings.TrimSpace(fmt.Sprintf("%d %s", a.Status, sanitize.Line(a.Masked(a.Reason))))
	if !m.outcome().Done() {
		tone = ui.Caution
	}
	parts := []string{status + " in " + milliseconds(a.Phases.Total()), fmt.Sprintf("the board would see %d", a.BoardStatus)}
	lines := []string{k.Mark(tone) + " " + k.Style(tone).Bold(true).Render(ui.Truncate(strings.Join(parts, " "+k.Dot+" "), width-2, k.Ellipsis))}
	if !m.fresh() {
		lines = append(lines, k.Mark(ui.Caution)+" the form has changed since; enter sends it again")
	}
	if what := m.redirect(); what != "" {
		lines = append(lines, "  Press "+k.Key.Render("l")+" to "+what)
	}
	if !m.outcome().Done() || !m.profile.Answer.Ordinary() {
		lines = append(lines, "  "+ui.Truncate(fmt.Sprintf("This answer counts as: %s", k.Style(tone).Render(m.outcome().Text()))+k.Faint.Render("   c changes that"), width-2, k.Ellipsis))
	}
	return append(lines, m.phases(width))
}

// notesPane is what is worth knowing about the answer, in at most height lines
// from line top on.
func (m *Model) notesPane(top, width, height int) []string {
	k := m.kit
	lines := m.noted(m.allNotes(), width)
	visible := k.Scrollbar(&m.notes, m.notes.Visible(lines, max(1, height)), min(width, ui.ReadingWidth))
	if m.focus == notes && !m.notes.Fits() && len(visible) > 0 {
		visible[0] = k.Accent.Render(k.Cursor) + strings.TrimPrefix(visible[0], " ")
	}
	m.addPane(notes, 0, top, width, len(visible))
	return visible
}

// allNotes are what to do about the answer, the cure first: what a redirect wants,
// or in the words of the service and of the status; then the rest. What nobody needs
// to act on stands beside the answer's headers only.
func (m *Model) allNotes() problem.List {
	cure := slices.DeleteFunc(slices.Clone(m.answer.Notes), func(n problem.Problem) bool { return n.Code != formpost.NoteRedirect })
	rest := slices.DeleteFunc(slices.Clone(m.answer.Notes), func(n problem.Problem) bool {
		return n.Code == formpost.NoteRedirect || formpost.Technical(n.Code) && !m.whole
	})
	rest.Sort()
	if !m.outcome().Done() {
		service := m.aboutService()
		service.Sort()
		if info, ok := esp8266.HTTPFailure(m.answer.BoardStatus); ok && len(cure) == 0 {
			cure = append(cure, problem.Problem{Severity: problem.Warning, Message: info.Meaning, Fix: info.Cure})
		}
		cure = append(service, cure...)
	}
	return append(cure, rest...)
}

// aboutService is what bites boards at the profile's service.
func (m *Model) aboutService() problem.List {
	if s, ok := m.profile.AtService(); ok {
		return s.For(m.profile.Request).Notes(m.profile.Every, m.profile.EventGap())
	}
	return nil
}

// noted are the lines of notes.
func (m *Model) noted(all problem.List, width int) []string {
	k := m.kit
	var lines []string
	for _, n := range all {
		mark := k.Mark(ui.Plain)
		if n.Severity == problem.Warning {
			mark = k.Mark(ui.Caution)
		}
		text := sanitize.Line(problem.Sentences(n.Message, n.Fix))
		lines = append(lines, ui.Hanging(mark, text, min(width, ui.ReadingWidth)-2)...)
	}
	return lines
}

// phases is one line: each part's time, and a bar with their shares.
func (m *Model) phases(width int) string {
	k, p := m.kit, m.answer.Phases
	all := []struct {
		name string
		took time.Duration
	}{{"name lookup", p.DNS}, {"TCP", p.TCP}, {"TLS", p.TLS}, {"first byte", p.FirstByte}, {"body", p.Body}}
	texts := make([]string, len(all))
	for i, part := range all {
		texts[i] = part.name + " " + milliseconds(part.took)
	}
	separator := " " + k.Vertical + " "
	line := strings.Join(texts, separator)
	if ui.Width(line) > width-2 {
		line = strings.TrimPrefix(strings.ReplaceAll(line, " ms ", " "), "name ")
	}
	line = k.Faint.Render(ui.Truncate(line, width-2, k.Ellipsis))
	room := width - ui.Width(line) - 4
	if room < 10 {
		return "  " + line
	}
	bar := ""
	total := p.Total()
	for i, part := range all {
		columns := 0
		if total > 0 {
			columns = int(float64(part.took)/float64(total)*float64(min(room, 40)) + 0.5)
		}
		glyph, style := k.Full, k.Accent
		if i%2 == 1 {
			glyph, style = k.Empty, k.Faint
		}
		bar += style.Render(strings.Repeat(glyph, columns))
	}
	return "  " + line + "  " + bar
}

func milliseconds(d time.Duration) string {
	if d < time.Millisecond {
		return "<1 ms"
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

// failure says what the board would report, why, and what to do.
func (m *Model) failure(width int) []string {
	k := m.kit
	message, fix, codes := m.failed.Error(), "", ""
	var known *formpost.Error
	if errors.As(m.failed, &known) {
		message, fix = known.Message, known.Fix
		codes = fmt.Sprintf("HTTPClient %d", known.HTTPClient)
		if known.BearSSL != 0 {
			codes += fmt.Sprintf(", BearSSL %d", known.BearSSL)
		}
	}
	lines := []string{k.Mark(ui.Failure) + " " + k.Bad.Bold(true).Render("No answer")}
	if codes = "the board would report " + codes; known != nil && ui.Width(lines[0])+3+len(codes) <= width {
		lines[0] += "   " + k.Faint.Render(codes)
	} else if known != nil {
		lines = append(lines, "  "+k.Faint.Render(ui.Truncate(codes, width-2, k.Ellipsis)))
	}
	reading := min(width, ui.ReadingWidth) - 2
	lines = append(lines, ui.Indent(ui.Wrap(problem.Sentence(sanitize.Line(message)), reading), 2))
	if fix != "" {
		lines = append(lines, ui.Indent(ui.Wrap(problem.Sentence(sanitize.Line(fix)), reading), 2))
	}
	return strings.Split(strings.Join(lines, "\n"), "\n")
}

package testpost

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"espost/formpost"
	"espost/sanitize"
	"espost/tui/ui"
)

// View implements ui.Step.
func (m *Model) View(width, height int) string {
	inner := width - 2
	m.brief = false
	top := append([]string{""}, m.headline(inner)...)
	top = append(top, "")
	room := height - len(top)
	if m.answer != nil && room < minPanes && len(m.answer.Notes) > 0 {
		m.brief = true
		top = append([]string{""}, m.headline(inner)...)
		top = append(top, "")
		room = height - len(top)
	}
	return ui.Fit(ui.Indent(strings.Join(top, "\n")+"\n"+m.panes(inner, room), 1), width, height)
}

// minPanes is how many lines the panes want at least; where notes take them
// away, each note is cut to one line, and stands whole below the answer.
const minPanes = 10

// headline says how things stand: what will be sent, what came of it, and what
// the board would make of it.
func (m *Model) headline(width int) []string {
	k := m.kit
	switch {
	case m.job.Running():
		return []string{k.Accent.Render(k.Spinner[m.frame%len(k.Spinner)]) + " sending" + k.Ellipsis + "  " +
			k.Faint.Render(fmt.Sprintf("%.1f s", m.job.Elapsed(m.kit.Now()).Seconds()))}
	case m.failed != nil:
		return m.failure(width)
	case m.answer != nil:
		return m.success(width)
	}
	return []string{
		k.Strong.Render("Ready to send the request that the board will send"),
		k.Faint.Render(ui.Truncate("to the server that the pin names, and to no other", width, k.Ellipsis)),
	}
}

func (m *Model) success(width int) []string {
	k, a := m.kit, m.answer
	tone, status := ui.Success, strings.TrimSpace(fmt.Sprintf("%d %s", a.Status, sanitize.Line(a.Masked(a.Reason))))
	if a.Status/100 != 2 {
		tone = ui.Caution
	}
	parts := []string{status + " in " + milliseconds(a.Phases.Total()), fmt.Sprintf("the board would see %d", a.Status)}
	lines := []string{k.Mark(tone) + " " + k.Style(tone).Bold(true).Render(ui.Truncate(strings.Join(parts, " "+k.Dot+" "), width-2, k.Ellipsis))}
	if !m.fresh() {
		lines = append(lines, k.Mark(ui.Caution)+" the form has changed since; enter sends it again")
	}
	lines = append(lines, strings.Split(m.phases(width), "\n")...)
	return append(lines, m.notes(width, m.brief)...)
}

// notes are what is worth knowing about the answer, a line each when they must
// be brief.
func (m *Model) notes(width int, brief bool) []string {
	k := m.kit
	var lines []string
	for _, n := range m.answer.Notes {
		mark := k.Mark(ui.Plain)
		if n.Warning {
			mark = k.Mark(ui.Caution)
		}
		text := strings.TrimSpace(ui.Sentence(sanitize.Line(n.Message)) + " " + ui.Sentence(sanitize.Line(n.Fix)))
		if brief {
			lines = append(lines, mark+" "+ui.Truncate(text, width-2, k.Ellipsis))
			continue
		}
		wrapped := strings.Split(ui.Indent(ui.Wrap(text, min(width, ui.ReadingWidth)-2), 2), "\n")
		wrapped[0] = mark + wrapped[0][1:]
		lines = append(lines, wrapped...)
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
	lines = append(lines, ui.Indent(ui.Wrap(ui.Sentence(sanitize.Line(message)), reading), 2))
	if fix != "" {
		lines = append(lines, ui.Indent(ui.Wrap(ui.Sentence(sanitize.Line(fix)), reading), 2))
	}
	return strings.Split(strings.Join(lines, "\n"), "\n")
}

// panes shows what is sent and what was received, side by side where there is
// room, else one below the other; on the smallest terminals the answer alone.
func (m *Model) panes(width, height int) string {
	fitting := func(lines int) int { return max(3, min(height, lines+2)) }
	if m.answer == nil {
		sent := m.sentLines(width - 4)
		return m.kit.Card("the request", strings.Join(sent, "\n"), width, fitting(len(sent)))
	}
	received := m.receivedLines()
	if m.brief {
		received = append(append(received, ""), m.notes(width-4, false)...)
	}
	if width < 72 {
		sent := m.sentLines(width - 4)
		upper := min(len(sent)+2, height/3)
		if upper < 4 {
			return m.receivedCard(received, width, height)
		}
		return m.kit.Card("sent", strings.Join(sent, "\n"), width, upper) + "\n" + m.receivedCard(received, width, height-upper)
	}
	left := min(width*9/20, 84)
	sent := m.sentLines(left - 4)
	height = fitting(max(len(sent), len(received), 12))
	leftLines := strings.Split(m.kit.Card("sent", strings.Join(sent, "\n"), left, height), "\n")
	rightLines := strings.Split(m.receivedCard(received, width-left, height), "\n")
	for i := range leftLines {
		if i < len(rightLines) {
			leftLines[i] = ui.Pad(leftLines[i], left) + rightLines[i]
		}
	}
	return strings.Join(leftLines, "\n")
}

func (m *Model) receivedCard(lines []string, width, height int) string {
	m.page = max(1, height-2)
	m.scroll = min(m.scroll, max(0, len(lines)-m.page))
	title := m.history.position() + fmt.Sprintf("received, %d bytes", len(m.answer.Body))
	if m.differs {
		title = m.history.position() + "differences from the answer before"
	}
	if m.answer.Truncated {
		title += " and more"
	}
	shown := m.marked(lines[m.scroll:min(len(lines), m.scroll+m.page)])
	if m.search.typing {
		shown = shown[:min(len(shown), max(0, height-3))]
		for len(shown) < height-3 {
			shown = append(shown, "")
		}
		shown = append(shown, m.search.line(m.kit, width-4))
	}
	return m.kit.Card(title, strings.Join(shown, "\n"), width, height)
}

// sentLines is the request, secrets masked; every byte of it counts, so that
// long lines go on beneath themselves.
func (m *Model) sentLines(width int) []string {
	r, err := m.profile.Request()
	if err != nil {
		return strings.Split(ui.Wrap(sanitize.Text(err.Error()), width), "\n")
	}
	head, body := r.Preview()
	var lines []string
	text := strings.ReplaceAll(head+body, formpost.Mask, strings.Repeat(m.kit.Mask, 8))
	for line := range strings.SplitSeq(sanitize.Text(text), "\n") {
		lines = append(lines, strings.Split(ui.Chop(line, width), "\n")...)
	}
	return lines
}

// A page is what the pane of the answer shows, made anew only when that changes:
// a body may have a megabyte.
type page struct {
	of             *formpost.Response
	whole, differs bool
	lines          []string
}

// receivedLines is what the pane of the answer shows, safe to show.
func (m *Model) receivedLines() []string {
	if p := &m.drawn; p.of == m.answer && p.whole == m.whole && p.differs == m.differs {
		return p.lines
	}
	text := m.received(m.answer)
	if m.differs {
		text = m.history.diff(m.received)
	}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	m.drawn = page{m.answer, m.whole, m.differs, lines[:len(lines):len(lines)]}
	return m.drawn.lines
}

// received is an answer for people: its body, and its head when asked for.
func (m *Model) received(a *formpost.Response) string {
	text := readable([]byte(a.Masked(string(a.Body))))
	if m.whole {
		text = sanitize.Text(a.Masked(string(a.HeadRaw))) + "\n" + text
	}
	return text
}

// readable is a body for people: JSON indented, text as it is, anything else
// as hex. Nothing in it can move the cursor.
func readable(body []byte) string {
	if indented, ok := sanitize.IndentJSON(body); ok {
		return sanitize.Text(string(indented))
	}
	if utf8.Valid(body) && !bytes.ContainsRune(body, 0) {
		return sanitize.Text(string(body))
	}
	return strings.TrimRight(hex.Dump(body[:min(len(body), 64<<10)]), "\n")
}

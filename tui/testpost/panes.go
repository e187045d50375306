package testpost

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"espost/formpost"
	"espost/internal/sanitize"
	"espost/request"
	"espost/tui/ui"
)

// pane is what the arrow keys act on.
type pane int

const (
	received pane = iota
	sent
	notes
	paneCount
)

// there reports whether a pane has anything to show.
func (m *Model) there(p pane) bool {
	switch p {
	case sent:
		return true
	case notes:
		return m.answer != nil && len(m.allNotes()) > 0
	}
	return m.answer != nil
}

// focused is the pane that has the arrow keys.
func (m *Model) focused() pane {
	if !m.there(m.focus) {
		return sent
	}
	return m.focus
}

func (m *Model) scroll() *ui.Scroll {
	return map[pane]*ui.Scroll{received: &m.answers, sent: &m.request, notes: &m.notes}[m.focused()]
}

// turnFocus gives the arrow keys to the next pane, or the one before.
func (m *Model) turnFocus(by pane) func() tea.Cmd {
	return func() tea.Cmd {
		m.focus = m.focused()
		for range paneCount {
			if m.focus = (m.focus + by + paneCount) % paneCount; m.there(m.focus) {
				break
			}
		}
		return nil
	}
}

// addPane makes a drawn pane take the focus when it is clicked, and the wheel
// when it turns above it.
func (m *Model) addPane(p pane, x, y, width, height int) {
	m.zones.Add(x, y, width+1, height, func() tea.Cmd { m.focus = p; return nil })
}

// panes shows what is sent and what was received, side by side where there is
// room, else one below the other; on the smallest terminals the one that has the
// arrow keys alone.
func (m *Model) panes(top, width, height int) string {
	fitting := func(lines int) int { return max(3, min(height, lines+2)) }
	if m.answer == nil {
		return m.sentCard(top, width, fitting(len(m.sentRows(width-4))))
	}
	if width < 72 {
		upper := min(len(m.sentRows(width-4))+2, height/3)
		switch {
		case upper >= 4:
			return m.sentCard(top, width, upper) + "\n" + m.receivedCard(top+upper, 0, width, height-upper)
		case m.focused() == sent:
			return m.sentCard(top, width, height)
		}
		return m.receivedCard(top, 0, width, height)
	}
	left := min(width*9/20, 84)
	height = fitting(max(len(m.sentRows(left-4)), len(m.receivedPage(width-left-4).rows), 12))
	leftLines := strings.Split(m.sentCard(top, left, height), "\n")
	rightLines := strings.Split(m.receivedCard(top, left, width-left, height), "\n")
	for i := range leftLines {
		if i < len(rightLines) {
			leftLines[i] = ui.Pad(leftLines[i], left) + rightLines[i]
		}
	}
	return strings.Join(leftLines, "\n")
}

// sentCard is the request as it would be sent now; beside an answer it is what that
// was the answer to.
func (m *Model) sentCard(top, width, height int) string {
	title := "the request"
	if m.answer != nil {
		title = "sent"
	}
	m.addPane(sent, 0, top, width, height)
	card := ui.Card{Title: title, Focused: m.answer != nil && m.focused() == sent, Scroll: &m.request}
	return card.Render(m.kit.Theme, m.sentRows(width-4), width, height)
}

func (m *Model) receivedCard(top, left, width, height int) string {
	title := m.history.position() + fmt.Sprintf("received, %d bytes", len(m.answer.Body))
	if m.differs {
		title = m.history.position() + "differences from the answer before"
	}
	if m.answer.Truncated {
		title += " and more"
	}
	m.addPane(received, left, top, width, height)
	card := ui.Card{Title: title, Focused: m.focused() == received, Scroll: &m.answers}
	page := m.receivedPage(width - 4)
	if !m.search.Typing {
		return card.Render(m.kit.Theme, page.coloured(m, height-2), width, height)
	}
	lines := strings.Split(card.Render(m.kit.Theme, page.coloured(m, height-2), width, height), "\n")
	side := m.kit.Accent.Render(m.kit.Vertical)
	lines[max(0, len(lines)-2)] = side + " " + ui.Pad(m.search.Line(m.kit, width-4), width-4) + " " + side
	return strings.Join(lines, "\n")
}

// sentRows is the request, secrets masked; every byte of it counts, so that
// long lines go on beneath themselves.
func (m *Model) sentRows(width int) []string {
	p := &m.below
	if of := m.masked(); p.of != of || p.theme != m.kit.Theme || p.width != width || p.rows == nil {
		*p = sentPage{of, m.kit.Theme, width, m.rowsOf(m.shown(), width)}
	}
	return p.rows
}

func (m *Model) rowsOf(shown request.Request, width int) []string {
	mask := func(s string) string {
		return sanitize.Text(strings.ReplaceAll(s, request.Mask, strings.Repeat(m.kit.Mask, 8)))
	}
	var rows []string
	for n, part := range shown.Parts() {
		if n > 0 {
			rows = append(rows, "")
		}
		head, body := part.Preview()
		for i, line := range strings.Split(strings.TrimSuffix(mask(head), "\n"), "\n") {
			chopped := strings.Split(ui.Chop(line, width), "\n")
			chopped[0] = m.kit.Head(chopped[0], i == 0)
			rows = append(rows, chopped...)
		}
		rows = append(rows, strings.Split(ui.Chop(mask(body), width), "\n")...)
	}
	return rows
}

// A page is what the pane of the answer shows, made anew only when that changes:
// a body may have a megabyte. Its rows are as wide as the pane, so that all of a
// long line can be read.
type page struct {
	of             *formpost.Response
	whole, differs bool
	width          int
	rows           []string
	kinds          []kind
}

// kind says how a row is coloured.
type kind byte

const (
	kindText kind = iota
	kindFirst
	kindHead
	kindJSON
	kindInside // JSON that begins within a string
	kindDiff
)

// page is the one of the two that is shown.
func (m *Model) page() *page {
	if m.whole {
		return &m.drawn[1]
	}
	return &m.drawn[0]
}

// A sentPage is the rows of a request, made anew only when that changes.
type sentPage struct {
	of    string // it, as it is copied
	theme *ui.Theme
	width int
	rows  []string
}

// receivedPage is what the pane of the answer shows, safe to show.
func (m *Model) receivedPage(width int) *page {
	p := m.page()
	if p.of == m.answer && p.whole == m.whole && p.differs == m.differs && p.width == width {
		return p
	}
	*p = page{of: m.answer, whole: m.whole, differs: m.differs, width: width}
	if m.differs {
		p.add(m.history.diff(m.text), kindDiff)
		return p
	}
	if m.whole {
		p.add(strings.TrimRight(sanitize.Text(m.answer.Masked(string(m.answer.HeadRaw))), "\n")+"\n ", kindHead)
		p.kinds[0] = kindFirst
	}
	// mutant TestPlantedSecretsInTheApp in ./test: []byte(m.answer.Masked(string(m.answer.Body))) => m.answer.Body
	body, isJSON := readable([]byte(m.answer.Masked(string(m.answer.Body))))
	if isJSON {
		p.add(body, kindJSON)
	} else {
		p.add(body, kindText)
	}
	return p
}

// add appends text, whose lines go on beneath themselves.
func (p *page) add(text string, k kind) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		inside := false
		for i, row := range strings.Split(ui.Chop(line, p.width), "\n") {
			of := k
			switch {
			case k == kindJSON:
				if inside {
					of = kindInside
				}
				inside = ui.JSONInside(row, inside)
			case k == kindHead && i > 0:
				of = kindText
			}
			p.rows, p.kinds = append(p.rows, row), append(p.kinds, of)
		}
	}
}

// coloured returns the rows, those in sight in colour.
func (p *page) coloured(m *Model, height int) []string {
	m.answers.Visible(p.rows, height)
	from := m.answers.Top()
	to := min(len(p.rows), from+max(0, height))
	if cap(m.rows) < len(p.rows) {
		m.rows = make([]string, len(p.rows))
	}
	rows := m.rows[:len(p.rows)]
	for i := from; i < to; i++ {
		rows[i] = p.row(m, i)
	}
	return rows
}

func (p *page) row(m *Model, i int) string {
	k, row := m.kit, p.rows[i]
	if m.search.In(row) {
		return k.Selected.Render(row)
	}
	switch p.kinds[i] {
	case kindFirst, kindHead:
		return k.Head(row, p.kinds[i] == kindFirst)
	case kindJSON, kindInside:
		return k.JSON(row, p.kinds[i] == kindInside)
	case kindDiff:
		return k.Diff(row)
	}
	return row
}

// text is an answer for people: its body, and its head when asked for.
func (m *Model) text(a *formpost.Response) string {
	text, _ := readable([]byte(a.Masked(string(a.Body))))
	if m.whole {
		text = sanitize.Text(a.Masked(string(a.HeadRaw))) + "\n" + text
	}
	return text
}

// readable is a body for people: JSON indented, text as it is, anything else
// as hex. Nothing in it can move the cursor.
func readable(body []byte) (text string, isJSON bool) {
	if indented, ok := sanitize.IndentJSON(body); ok {
		return sanitize.Text(string(indented)), true
	}
	if utf8.Valid(body) && !bytes.ContainsRune(body, 0) {
		return sanitize.Text(string(body)), false // mutant TestReadableIsTame: sanitize.Text(string(body)) => string(body)
	}
	return strings.TrimRight(hex.Dump(body[:min(len(body), 64<<10)]), "\n"), false
}

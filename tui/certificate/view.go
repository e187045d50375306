package certificate

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"espost/esp8266"
	"espost/sanitize"
	"espost/tlsinspect"
	"espost/tui/ui"
)

// wideEnough is from how many columns on the findings stand beside the rest.
const wideEnough = 140

// View implements ui.Step.
func (m *Model) View(width, height int) string {
	m.zones.Reset()
	if m.report == nil {
		return ""
	}
	inner := width - 2
	if inner < wideEnough {
		return ui.Fit(ui.Indent(strings.Join(m.column(inner, height, true), "\n"), 1), width, height)
	}
	left := min(ui.ReadingWidth, inner/2)
	right := append([]string{""}, m.findingsPane(inner-left-3, height-1)...)
	return ui.Fit(ui.Indent(m.kit.Split(strings.Join(m.column(left, height, false), "\n"), strings.Join(right, "\n"), left, inner, height), 1), width, height)
}

// lowHeight is below how many lines only the chosen pin is shown while the
// arrow keys are elsewhere.
const lowHeight = 18

// column is the verdict, the pins, the chain and, if asked for, the findings,
// one below the other.
func (m *Model) column(width, height int, withFindings bool) []string {
	lines := append([]string{""}, m.verdict(width)...)
	lines = append(lines, "")
	if len(m.report.Chain) > 0 {
		m.zones.Add(0, len(lines), width, 1, m.copyFingerprint)
		lines = append(lines, m.kit.Strong.Render("SHA-1")+"   "+m.kit.Title.Render(m.report.Fingerprint()))
	}
	lines = append(lines, m.pinLines(len(lines), width, height < lowHeight && m.focus != pins)...)
	room := height - len(lines) - 1
	switch {
	case len(m.report.Chain) == 0:
	case !withFindings:
		lines = append(lines, "")
		return append(lines, m.chainPane(len(lines), width, room)...)
	case m.focus == findings && len(m.findingLines(width)) > room-8: // they get the chain's room
	case room >= 8:
		found := len(m.findingLines(width))
		chainHeight := min(max(len(m.report.Chain)+1, 5), room-min(found+2, room/2))
		lines = append(lines, "")
		lines = append(lines, m.chainPane(len(lines), width, chainHeight)...)
		room -= chainHeight + 1
	case m.focus == chain: // no room for both: tab changes between them
		return append(lines, m.chainPane(len(lines), width, room+1)...)
	}
	if room > len(m.findingLines(width))+1 && lines[len(lines)-1] != "" {
		lines = append(lines, "")
		room--
	}
	return append(lines, m.findingsPane(width, room+1)...)
}

// findingsPane is as much of the findings as fits beneath their label.
func (m *Model) findingsPane(width, height int) []string {
	found := m.findingLines(min(width, ui.ReadingWidth))
	visible := m.scroll.Visible(found, height-1)
	label := m.label("Findings", findings)
	if more := len(found) - len(visible); more > 0 {
		label += m.kit.Faint.Render(fmt.Sprintf("  lines %d to %d of %d", m.scroll.Top()+1, m.scroll.Top()+len(visible), len(found)))
	}
	return append([]string{label}, visible...)
}

// verdict is the headline, and below it the reason and the cure when the board
// can't connect.
func (m *Model) verdict(width int) []string {
	k, b := m.kit, m.report.Board
	if !b.Connects {
		lines := []string{k.Mark(ui.Failure) + " " + k.Bad.Bold(true).Render("An ESP8266 can't connect")}
		for _, f := range m.report.Findings {
			if f.Severity == tlsinspect.Problem {
				lines = append(lines, wrapped(ui.Sentence(sanitize.Line(f.Message)), width)...)
				return append(lines, wrapped(ui.Sentence(sanitize.Line(f.Fix)), width)...)
			}
		}
		return lines
	}
	terms := []string{esp8266.VersionName(b.Version), b.CipherSuite.Name}
	if b.Group != 0 {
		terms = append(terms, b.Group.String())
	}
	head := k.Mark(ui.Success) + " " + k.Good.Bold(true).Render("An ESP8266 can connect")
	text := strings.Join(terms, " "+k.Dot+" ")
	if ui.Width(head)+3+len(text) > width {
		return []string{head, "  " + k.Faint.Render(ui.Truncate(text, width-2, k.Ellipsis))}
	}
	return []string{head + strings.Repeat(" ", width-ui.Width(head)-ui.Width(text)) + k.Faint.Render(text)}
}

func wrapped(s string, width int) []string {
	return strings.Split(ui.Indent(ui.Wrap(s, width-2), 2), "\n")
}

// label heads a pane; the one that has the arrow keys is marked.
func (m *Model) label(text string, p pane) string {
	if m.focus == p {
		return m.kit.Title.Underline(true).Render(text)
	}
	return m.kit.Strong.Render(text)
}

// pinLines are the ways to pin, from line top on, or the chosen one alone.
func (m *Model) pinLines(top, width int, alone bool) []string {
	k := m.kit
	var lines []string
	titles := 0
	for _, c := range m.choices {
		titles = max(titles, ui.Width(c.Title))
	}
	narrow := width < 72
	if narrow {
		titles = min(titles, width-40)
	}
	for i, c := range m.choices {
		if alone && i != m.chosen {
			continue
		}
		label := "     "
		if len(lines) == 0 {
			label = m.label("Pin", pins) + "  "
		}
		mark, title := k.Unchosen, ui.Pad(ui.Truncate(c.Title, titles, k.Ellipsis), titles)
		if i == m.chosen {
			mark, title = k.Accent.Render(k.Chosen), k.Strong.Render(title)
		}
		detail := "holds while the key is kept"
		switch expires := c.Pin.Expires; {
		case expires.IsZero() && narrow:
			detail = "while kept"
		case narrow:
			detail = "till " + date(expires)
		case !expires.IsZero():
			detail = "breaks " + date(expires) + ", " + inDays(m.kit.Now(), expires)
		}
		detail = k.Faint.Render(detail)
		if c.Recommended {
			detail += "  " + k.Good.Render(k.Done+" advised")
		}
		m.zones.Add(0, top+len(lines), width, 1, func() tea.Cmd { m.focus, m.chosen = pins, i; return nil })
		lines = append(lines, ui.Truncate(label+"   "+mark+" "+title+"  "+detail, width, k.Ellipsis))
	}
	if len(m.choices) > 0 && !alone {
		lines = append(lines, strings.Split(k.Faint.Render(ui.Indent(ui.Wrap("It holds "+m.choices[m.chosen].Detail+".", width-8), 8)), "\n")...)
	}
	return lines
}

// chainPane is the list of certificates beside the selected one's details,
// from line top on.
func (m *Model) chainPane(top, width, height int) []string {
	k := m.kit
	list := []string{m.label("Chain", chain)}
	left := min(34, width/2)
	for i, c := range m.report.Chain {
		days := lifetime(c)
		name := ui.Truncate(sanitize.Line(c.Name()), left-4-len(days), k.Ellipsis)
		line := ui.Pad(name, left-4-len(days)) + "  " + days
		if i == m.row {
			line = k.Selected.Render(k.Cursor + " " + line)
		} else {
			line = "  " + line
		}
		list = append(list, line)
	}
	visible, offset := ui.Window(list, m.row+1, 0, height)
	for i := range visible {
		if row := offset + i - 1; row >= 0 {
			m.zones.Add(0, top+i, left+1, 1, func() tea.Cmd { m.focus, m.row = chain, row; return nil })
		}
	}
	pane := k.Split(strings.Join(visible, "\n"), k.Clip(m.details(width-left-3), width-left-3, height), left, width, height)
	return strings.Split(pane, "\n")
}

func (m *Model) details(width int) string {
	k, c := m.kit, m.report.Chain[m.row]
	names := append([]string(nil), c.DNSNames...)
	names = append(names, c.IPAddresses...)
	return k.Strong.Render(ui.Truncate(sanitize.Line(c.Name()), width, k.Ellipsis)) + "\n" + k.Pairs([]ui.Pair{
		{Key: "issuer", Value: sanitize.Line(issuer(c))},
		{Key: "key", Value: sanitize.Line(c.Key + ", signed " + c.SignatureAlgorithm)},
		{Key: "valid", Value: date(c.NotBefore) + " to " + date(c.NotAfter) + m.validityBar(c, width)},
		{Key: "names", Value: sanitize.Line(strings.Join(names, ", "))},
	}, width)
}

// validityBar shows how much of a certificate's life is over, where there is
// room for it.
func (m *Model) validityBar(c *tlsinspect.Certificate, width int) string {
	if width < 54 {
		return ""
	}
	return "  " + m.kit.Bar(m.kit.Now().Sub(c.NotBefore).Hours(), c.NotAfter.Sub(c.NotBefore).Hours(), 12)
}

func (m *Model) findingLines(width int) []string {
	k := m.kit
	var lines []string
	told := m.report.Board.Connects // the worst is told beneath the verdict
	for _, f := range m.report.Findings {
		if !told && f.Severity == tlsinspect.Problem {
			told = true
			continue
		}
		tone := map[tlsinspect.Severity]ui.Tone{tlsinspect.OK: ui.Success, tlsinspect.Warning: ui.Caution, tlsinspect.Problem: ui.Failure}[f.Severity]
		text := wrapped(ui.Sentence(sanitize.Line(f.Message)), width)
		text[0] = k.Mark(tone) + " " + strings.TrimPrefix(text[0], "  ")
		lines = append(lines, text...)
		if f.Fix != "" && tone != ui.Success {
			for _, line := range wrapped(ui.Sentence(sanitize.Line(f.Fix)), width) {
				lines = append(lines, k.Faint.Render(line))
			}
		}
	}
	if len(lines) == 0 {
		lines = []string{k.Faint.Render("  nothing out of the ordinary")}
	}
	return lines
}

// issuer names who signed the certificate: common name and organisation.
func issuer(c *tlsinspect.Certificate) string {
	if c.X509 == nil || c.X509.Issuer.CommonName == "" {
		return c.Issuer
	}
	name := c.X509.Issuer.CommonName
	if o := c.X509.Issuer.Organization; len(o) > 0 {
		name += ", " + o[0]
	}
	return name
}

func date(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// inDays says how far off a moment is, in days or years.
func inDays(now, then time.Time) string {
	days := int(then.Sub(now).Hours() / 24)
	switch {
	case then.Before(now):
		return "already past"
	case days == 0:
		return "today"
	case days == 1:
		return "in 1 day"
	case days > 730:
		return fmt.Sprintf("in %d years", days/365)
	}
	return fmt.Sprintf("in %d days", days)
}

func lifetime(c *tlsinspect.Certificate) string {
	days := int(c.NotAfter.Sub(c.NotBefore).Hours()/24 + 0.5)
	if days > 730 {
		return fmt.Sprintf("%d years", days/365)
	}
	return fmt.Sprintf("%d days", days)
}

package certificate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/sanitize"
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
	right := append([]string{""}, m.findingsPane(1, left+4, inner-left-3, height-1)...)
	return ui.Fit(ui.Indent(m.kit.Split(strings.Join(m.column(left, height, false), "\n"), strings.Join(right, "\n"), left, inner, height), 1), width, height)
}

// lowHeight is below how many lines only the chosen pin is shown while the
// arrow keys are elsewhere.
const lowHeight = 18

// column is the verdict, the pins, the chain and, if asked for, the findings,
// one below the other.
func (m *Model) column(width, height int, withFindings bool) []string {
	lines := append([]string{""}, m.verdict(width)...)
	if !m.showsTechnical() && height >= lowHeight {
		lines = append(lines, m.plain(width)...)
	}
	lines = append(lines, "")
	for i, sha1 := range m.report.Fingerprints(m.before.Grounds) {
		label := m.kit.Strong.Render("SHA-1")
		if i == 0 {
			m.zones.Add(0, len(lines), width, 1, m.copyFingerprint)
		} else {
			label = "     "
		}
		lines = append(lines, label+"   "+m.kit.Title.Render(sha1))
	}
	if m.Changed() {
		changed := m.changedLines(width)
		if height < lowHeight && m.focus != pins {
			changed = changed[:1]
		}
		lines = append(lines, changed...)
	} else {
		lines = append(lines, m.unvouchedLines(width)...)
		lines = append(lines, m.pinLines(len(lines), width, height < lowHeight && m.focus != pins)...)
	}
	room := height - len(lines) - 1
	found := m.findingLines(min(width, ui.ReadingWidth) - 2)
	chainHeight := max(len(m.report.Chain)+1, detailLines)
	switch {
	case len(m.report.Chain) == 0 || withFindings && !m.showsTechnical():
	case !withFindings:
		lines = append(lines, "")
		return append(lines, m.chainPane(len(lines), width, min(room, chainHeight))...)
	case m.focus == findings && len(found) > room-chainHeight-2: // they get the chain's room
	case room >= detailLines+3:
		chainHeight = min(chainHeight, max(detailLines, room-min(len(found)+2, room/2)))
		lines = append(lines, "")
		lines = append(lines, m.chainPane(len(lines), width, chainHeight)...)
		room -= chainHeight + 1
	case m.showsTechnical(): // no room for both: tab changes between them
		return append(lines, m.chainPane(len(lines), width, room+1)...)
	}
	if len(found) == 0 {
		return lines
	}
	if room > len(found)+1 && lines[len(lines)-1] != "" {
		lines = append(lines, "")
		room--
	}
	return append(lines, m.findingsPane(len(lines), 0, width, room+1)...)
}

// findingsPane is as much of the findings as fits beneath their label, from
// line top and column left on.
func (m *Model) findingsPane(top, left, width, height int) []string {
	k := m.kit
	width = min(width, ui.ReadingWidth)
	found := m.findingLines(width - 2)
	visible := k.Scrollbar(&m.scroll, m.scroll.Visible(found, height-1), width)
	label := m.label("Findings", findings)
	if n := len(m.ordered()); n > 0 {
		label += k.Faint.Render(fmt.Sprintf("  %d", n))
	}
	if m.scroll.Top()+len(visible) < len(found) {
		hint := "  pgdown for more"
		if m.focus == findings {
			hint = "  " + k.KeyName("down") + " for more"
		}
		label += k.Faint.Render(hint)
	}
	m.zones.Add(left, top, width, height, func() tea.Cmd { m.focus = findings; return nil })
	return append([]string{label}, visible...)
}

// verdict is the headline, and below it the reason and the cure when the board
// can't connect.
func (m *Model) verdict(width int) []string {
	k, b := m.kit, m.report.Board
	if !b.Connects {
		lines := []string{k.Mark(ui.Failure) + " " + k.Bad.Bold(true).Render("An ESP8266 can't connect")}
		for _, f := range m.report.Findings {
			if f.Severity == problem.Fatal {
				lines = append(lines, wrapped(problem.Sentence(sanitize.Line(f.Message)), width)...)
				return append(lines, wrapped(problem.Sentence(sanitize.Line(f.Fix)), width)...)
			}
		}
		return lines
	}
	head := k.Mark(ui.Success) + " " + k.Good.Bold(true).Render("An ESP8266 can connect")
	if m.expired() { // mutant TestExpiredIsNoSuccess in ./tui: m.expired() => false
		head = k.Mark(ui.Caution) + " " + k.Caution.Bold(true).Render("An ESP8266 can connect, but the certificate has expired")
	}
	if !m.showsTechnical() {
		return []string{head}
	}
	terms := []string{esp8266.VersionName(b.Version), b.CipherSuite.Name}
	if b.Group != 0 {
		terms = append(terms, b.Group.String())
	}
	text := strings.Join(terms, " "+k.Dot+" ")
	if ui.Width(head)+3+ui.Width(text) > width {
		return []string{head, "  " + k.Faint.Render(ui.Truncate(text, width-2, k.Ellipsis))}
	}
	return []string{head + strings.Repeat(" ", width-ui.Width(head)-ui.Width(text)) + k.Faint.Render(text)}
}

// expired reports whether the server's own certificate is past its end.
func (m *Model) expired() bool {
	return len(m.report.Chain) > 0 && m.report.Chain[0].NotAfter.Before(m.kit.Now())
}

// plain says in two lines until when the certificate is good, and what would be
// better than what is chosen.
func (m *Model) plain(width int) []string {
	k := m.kit
	if !m.report.Board.Connects || len(m.report.Chain) == 0 || len(m.choices) == 0 {
		return nil
	}
	end := m.report.Chain[0].NotAfter
	until := "  The certificate is good until " + date(end) + ", " + inDays(k.Now(), end) + "."
	if m.expired() {
		until = "  It ended on " + date(end) + ". Browsers refuse it: renew it on the server first."
	}
	better := ""
	if i := slices.IndexFunc(m.choices, func(c tlsinspect.PinChoice) bool { return c.Recommended }); i >= 0 && !m.Unvouched() && !m.Changed() {
		better = "  What is chosen is what is advised."
		switch {
		case i == m.chosen:
		case m.backup == esp8266.PinCA && m.choices[i].Pin.Mode == esp8266.PinCA:
			better = "  What is advised is the backup of what is chosen."
		default:
			better = "  Advised instead: " + sanitize.Line(m.choices[i].Name) + ", which holds " + m.choices[i].Holds + "."
		}
	}
	lines := []string{ui.Truncate(until, width, k.Ellipsis)}
	for _, text := range []string{better, m.signedPins()} {
		if text != "" {
			lines = append(lines, ui.Hanging(" ", strings.TrimSpace(text), width)...)
		}
	}
	return lines
}

// signedPins says that boards fetch signed pins, or why they should; "" for neither.
func (m *Model) signedPins() string {
	switch {
	case m.profile.Fetch.On():
		return problem.Sentence(m.profile.AtRenewal())
	case m.Unvouched() || m.Changed() || m.backup != "":
		return ""
	}
	advice := m.report.AdviseSigned(m.choices[m.chosen].Pin.Mode, m.before.Pin)
	if advice == "" {
		return ""
	}
	return problem.Sentences(advice, "Renewal on the Firmware step sets them up")
}

// changedLines show the pinned certificate beside the served one, as SSH does with a
// changed host key.
func (m *Model) changedLines(width int) []string {
	k := m.kit
	lines := []string{k.Mark(ui.Caution) + " " + k.Strong.Render(ui.Truncate("This is not the certificate that "+sanitize.Line(m.before.File)+" pins", width-2, k.Ellipsis))}
	for _, row := range [][2]string{{"pinned", tlsinspect.Pinned(m.before.Pin)}, {"served", m.report.Served(m.before.Pin)}} {
		text := strings.Split(ui.Wrap(sanitize.Line(row[1]), width-10), "\n")
		lines = append(lines, "  "+k.Faint.Render(row[0])+"  "+text[0])
		for _, more := range text[1:] {
			lines = append(lines, "          "+more)
		}
	}
	said := map[tlsinspect.Trust]string{
		tlsinspect.TrustSameKey: "It has proved that it holds the pinned key.", tlsinspect.TrustPublic: "CAs that browsers trust vouch for it.",
		tlsinspect.TrustPinnedCA: "The pinned CA vouches for it.", tlsinspect.TrustNone: "Nothing vouches for it.",
	}[m.report.Trust(m.before.Pin)]
	lines = append(lines, wrapped(said+" "+problem.Sentence(m.report.OldBoards(m.before.Pin)), width)...)
	return append(lines, "  "+ui.Truncate(k.Accent.Render(k.Cursor+" keep the old pin")+k.Faint.Render("   or t takes the new one: it rewrites the pin and pins.h"), width-2, k.Ellipsis))
}

// unvouchedLines say that it is up to the user whether to believe the server.
func (m *Model) unvouchedLines(width int) []string {
	k := m.kit
	switch {
	case m.Unvouched():
		text := wrapped("Nobody vouches for this certificate. Compare the SHA-1 with the certificate's file on the server, or through another network; then t trusts it.", width)
		text[0] = k.Mark(ui.Caution) + " " + strings.TrimPrefix(text[0], "  ")
		return text
	case m.word && !m.keeping:
		return []string{k.Mark(ui.Success) + " trusted by you, and pinned"}
	}
	return nil
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
		titles = max(titles, ui.Width(c.Name))
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
		mark, title := k.Unchosen, ui.Pad(ui.Truncate(c.Name, titles, k.Ellipsis), titles)
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
		if c.Recommended && !m.Unvouched() && i == slices.IndexFunc(m.choices, func(c tlsinspect.PinChoice) bool { return c.Recommended }) {
			detail += "  " + k.Good.Render("advised")
		}
		m.zones.Add(0, top+len(lines), width, 1, func() tea.Cmd { m.focus = pins; m.pick(i); return nil })
		lines = append(lines, ui.Truncate(label+"   "+mark+" "+title+"  "+detail, width, k.Ellipsis))
	}
	if len(m.choices) > 0 && !alone {
		lines = append(lines, strings.Split(k.Faint.Render(ui.Indent(ui.Wrap("It holds "+m.choices[m.chosen].Holds+".", width-8), 8)), "\n")...)
		lines = append(lines, m.backupLine(width)...)
	}
	return lines
}

// backupLine says by what boards go on where the pin doesn't fit.
func (m *Model) backupLine(width int) []string {
	k := m.kit
	var parts []string
	switch on := m.backup == esp8266.PinCA; {
	case !m.takesBackup():
	case on && m.caFits:
		parts = append(parts, "the CA "+sanitize.Line(m.ca.Name)+"; b takes it away")
	case on:
		parts = append(parts, "a CA that doesn't fit; b takes it away")
	case m.caFits:
		parts = append(parts, "none; b takes the CA "+sanitize.Line(m.ca.Name))
	}
	if n := tlsinspect.Spare(m.before.Pin); n > 0 {
		parts = append(parts, fmt.Sprintf("keys in reserve: %d", n))
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{ui.Truncate(k.Strong.Render("Backup")+"  "+k.Faint.Render(strings.Join(parts, ", ")), width, k.Ellipsis)}
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
	m.rows.Show(m.row+1, len(list), height)
	visible := k.Scrollbar(&m.rows, m.rows.Visible(list, height), left)
	for i := range visible {
		if row := m.rows.Top() + i - 1; row >= 0 {
			m.zones.Add(0, top+i, left+1, 1, func() tea.Cmd { m.focus, m.row = chain, row; return nil })
		}
	}
	m.zones.Add(left+1, top, width-left, height, func() tea.Cmd { m.focus = chain; return nil })
	pane := k.Split(strings.Join(visible, "\n"), k.Clip(m.details(width-left-3), width-left-3, height), left, width, height)
	return strings.Split(pane, "\n")
}

// detailLines is how many lines a certificate's details have: its name, and a
// line each for the rest.
const detailLines = 5

func (m *Model) details(width int) string {
	k, c := m.kit, m.report.Chain[m.row]
	names := append([]string(nil), c.DNSNames...)
	names = append(names, c.IPAddresses...)
	line := func(s string) string { return ui.Truncate(sanitize.Line(s), width-detailKey, k.Ellipsis) }
	return k.Strong.Render(ui.Truncate(sanitize.Line(c.Name()), width, k.Ellipsis)) + "\n" + k.Pairs([]ui.Pair{
		{Key: "issuer", Value: line(issuer(c))},
		{Key: "key", Value: line(c.Key + ", signed " + c.SignatureAlgorithm)},
		{Key: "valid", Value: m.validity(c, width-detailKey)},
		{Key: "names", Value: line(strings.Join(names, ", "))},
	}, width)
}

// detailKey is how wide the longest key of the details and its space are.
const detailKey = len("issuer  ")

// validity is from when until when, and how much of that is over.
func (m *Model) validity(c *tlsinspect.Certificate, width int) string {
	span := date(c.NotBefore) + " to " + date(c.NotAfter)
	if ui.Width(span) > width {
		return ui.Truncate("until "+date(c.NotAfter), width, m.kit.Ellipsis)
	}
	bar := min(12, width-ui.Width(span)-1)
	if bar < 4 {
		return span
	}
	return span + " " + m.kit.Bar(m.kit.Now().Sub(c.NotBefore).Hours(), c.NotAfter.Sub(c.NotBefore).Hours(), bar)
}

// ordered are the findings, what matters most first; the worst is told beneath the
// verdict already.
func (m *Model) ordered() []problem.Problem {
	all := slices.Clone(m.report.Findings)
	if !m.report.Board.Connects {
		if i := slices.IndexFunc(all, func(f problem.Problem) bool { return f.Severity == problem.Fatal }); i >= 0 {
			all = slices.Delete(all, i, i+1)
		}
	}
	rank := map[problem.Severity]int{problem.Fatal: 0, problem.Warning: 1, problem.OK: 2}
	place := func(f problem.Problem) int {
		if r, ok := rank[f.Severity]; ok {
			return r
		}
		return len(rank) // a note
	}
	slices.SortStableFunc(all, func(a, b problem.Problem) int { return cmp.Compare(place(a), place(b)) })
	return all
}

func (m *Model) findingLines(width int) []string {
	k := m.kit
	var lines []string
	for _, f := range m.ordered() {
		tone := ui.ToneOf(f.Severity)
		text := wrapped(problem.Sentence(sanitize.Line(f.Message)), width)
		text[0] = k.Mark(tone) + " " + strings.TrimPrefix(text[0], "  ")
		lines = append(lines, text...)
		if f.Fix != "" && tone != ui.Success {
			for _, line := range wrapped(problem.Sentence(sanitize.Line(f.Fix)), width) {
				lines = append(lines, k.Faint.Render(line))
			}
		}
	}
	if len(lines) == 0 && m.report.Board.Connects {
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

package connect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"espost/internal/recent"
	"espost/internal/sanitize"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui/ui"
)

// CheckFunc returns the fingerprint of the certificate that the board is served
// now; see tlsinspect.Client.Fingerprint.
type CheckFunc func(ctx context.Context, target request.Target) (sha1 string, err error)

// checkTimeout is for each server that is asked whether its pin still holds.
const checkTimeout = 5 * time.Second

// past is the servers that were looked at before, and how their pins stand.
type past struct {
	list  recent.List
	check CheckFunc
	rows  []row
	at    int // the row that enter takes, -1 for none: the input

	scroll ui.Scroll
}

// row is one server that was looked at before.
type row struct {
	entry recent.Entry
	state pinState
}

// pinState is what a new look at the server has shown.
type pinState int

const (
	unchecked pinState = iota
	checking
	holds
	changed
	unreachable
)

type (
	recalledMsg struct{ entries []recent.Entry }
	checkedMsg  struct {
		target string
		state  pinState
	}
)

// Recall reads the servers that were looked at before, in the background.
func (m *Model) Recall() tea.Cmd {
	list := m.past.list
	return func() tea.Msg {
		entries, err := list.Load()
		if err != nil {
			return ui.StatusMsg{Tone: ui.Caution, Text: err.Error()}
		}
		return recalledMsg{entries}
	}
}

// recalled shows the servers. None of them is asked anything: that they were
// looked at once is no reason to tell them, and whoever listens, of each start.
func (m *Model) recalled(entries []recent.Entry) {
	m.past.rows, m.past.at = nil, -1
	for _, e := range entries {
		m.past.rows = append(m.past.rows, row{entry: e})
	}
}

// askAll looks at all the servers again.
func (m *Model) askAll() tea.Cmd {
	var cmds []tea.Cmd
	for i := range m.past.rows {
		r := &m.past.rows[i]
		if cmd := m.recheck(r.entry); cmd != nil && r.state != checking {
			r.state = checking
			cmds = append(cmds, cmd)
		}
	}
	if cmds == nil {
		return ui.SetStatus(ui.Plain, "there is no fingerprint to check, or it is being checked")
	}
	return tea.Batch(cmds...)
}

func (m *Model) recheck(e recent.Entry) tea.Cmd {
	check, parent := m.past.check, m.kit.Context
	target, err := request.ParseTarget(e.Target)
	if err != nil || e.SHA1 == "" || check == nil {
		return nil
	}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, checkTimeout)
		defer cancel()
		sha1, err := check(ctx, target)
		switch {
		case err != nil:
			return checkedMsg{e.Target, unreachable}
		case sha1 != e.SHA1:
			return checkedMsg{e.Target, changed}
		}
		return checkedMsg{e.Target, holds}
	}
}

func (m *Model) checked(msg checkedMsg) {
	for i := range m.past.rows {
		if m.past.rows[i].entry.Target == msg.target {
			m.past.rows[i].state = msg.state
		}
	}
}

// Remember puts a server that was looked at on the list.
func (m *Model) Remember(report *tlsinspect.Report) tea.Cmd {
	if len(report.Chain) == 0 {
		return nil
	}
	list := m.past.list
	entry := recent.Entry{
		Target: report.Target.Public(), SHA1: report.Fingerprint(),
		Expires: report.Chain[0].NotAfter.UTC(), Seen: m.kit.Now().UTC().Truncate(time.Second), Refuses: !report.Board.Connects,
	}
	if list.Path != "" {
		p := &m.past
		p.rows = slices.DeleteFunc(p.rows, func(r row) bool { return r.entry.Target == entry.Target })
		p.rows = append([]row{{entry: entry, state: holds}}, p.rows...)
	}
	return func() tea.Msg {
		if err := list.Remember(entry); err != nil {
			return ui.StatusMsg{Tone: ui.Caution, Text: err.Error()}
		}
		return nil
	}
}

// checkKey has the servers asked; until it is pressed, none is.
const checkKey = "ctrl+r"

// pastActions are what can be done with the list.
func (m *Model) pastActions() []ui.Action {
	p := &m.past
	if len(p.rows) == 0 {
		return nil
	}
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd { m.choose(by); return nil }
	}
	actions := []ui.Action{
		{Keys: []string{"down"}, Label: "recent", Title: "Choose a recent server", Run: move(1)},
		{Keys: []string{"up"}, Title: "Back to the address", Run: move(-1)},
		{Keys: []string{checkKey}, Title: "Ask the recent servers whether their pins still hold", Run: m.askAll},
	}
	if p.at >= 0 {
		actions = append(actions, ui.Action{Keys: []string{"delete"}, Label: "forget", Title: "Take the server off the list", Run: m.forget})
	}
	return actions
}

// choose moves among the servers; above the first is the input.
func (m *Model) choose(by int) {
	m.past.at = min(max(m.past.at+by, -1), len(m.past.rows)-1)
}

func (m *Model) wheel(msg tea.MouseWheelMsg) {
	switch msg.Button {
	case tea.MouseWheelDown:
		m.choose(1)
	case tea.MouseWheelUp:
		m.choose(-1)
	}
}

// address is what stands in the input: what was typed, or the server that is
// chosen in its place, until it is taken.
func (m *Model) address() string {
	if m.past.at >= 0 && m.past.at < len(m.past.rows) {
		return m.past.rows[m.past.at].entry.Target
	}
	return m.input.Value()
}

// takeRecent puts the chosen server into the input for good.
func (m *Model) takeRecent() {
	m.SetAddress(m.address())
	m.past.at = -1
}

func (m *Model) forget() tea.Cmd {
	p := &m.past
	if p.at < 0 || p.at >= len(p.rows) {
		return nil
	}
	list, target := p.list, p.rows[p.at].entry.Target
	p.rows = append(p.rows[:p.at:p.at], p.rows[p.at+1:]...)
	p.at = min(p.at, len(p.rows)-1)
	return func() tea.Msg {
		if err := list.Forget(target); err != nil {
			return ui.StatusMsg{Tone: ui.Failure, Text: err.Error()}
		}
		return ui.StatusMsg{Text: "forgotten"}
	}
}

// pastLines draws the list, at most room lines of it; top is the line of the
// step's view on which it begins.
func (m *Model) pastLines(top, width, room int) []string {
	k, p := m.kit, &m.past
	if len(p.rows) == 0 || room < 3 {
		return nil
	}
	addresses := 0
	for _, r := range p.rows {
		addresses = max(addresses, ui.Width(r.title()))
	}
	addresses = min(addresses, max(20, width-44))
	lines := make([]string, len(p.rows))
	for i, r := range p.rows {
		text := ui.Pad(ui.Truncate(r.title(), addresses, k.Ellipsis), addresses) + "  " + ui.Pad(ago(k.Now(), r.entry.Seen), 14)
		tone, state := r.describe(k.Now())
		if end := r.end(); state == "" && end != "" {
			state = "until " + end
		}
		if i == p.at {
			lines[i] = k.Select(ui.Truncate(k.Cursor+" "+text+"  "+state, width-2, k.Ellipsis), width-2)
		} else {
			lines[i] = ui.Truncate("  "+text+"  "+k.Style(tone).Render(state), width-2, k.Ellipsis)
		}
	}
	p.scroll.Show(max(p.at, 0), len(lines), room-2)
	visible := k.Scrollbar(&p.scroll, p.scroll.Visible(lines, room-2), width)
	for i := range visible {
		m.zones.Add(0, top+2+i, width+1, 1, func() tea.Cmd { return m.clickRecent(p.scroll.Top() + i) })
	}
	head := k.Strong.Render("Recent")
	if position := k.Position(&p.scroll); position != "" {
		head += k.Faint.Render("  " + position)
	}
	if !slices.ContainsFunc(p.rows, func(r row) bool { return r.state != unchecked }) {
		head += k.Faint.Render("  not contacted; " + checkKey + " checks their pins")
	}
	return append([]string{"", ui.Truncate(head, width, k.Ellipsis)}, visible...)
}

// clickRecent chooses a server; a click on the chosen one looks at it.
func (m *Model) clickRecent(i int) tea.Cmd {
	if m.past.at == i {
		return m.Start()
	}
	m.past.at = i
	return nil
}

// title is the server's address as people type it: port 443 and a bare / go
// without saying.
func (r row) title() string {
	return sanitize.Line(strings.TrimSuffix(strings.TrimPrefix(r.entry.Target, "https://"), "/"))
}

// describe says how the pin of that server stands, in words that carry the
// meaning without their colour.
func (r row) describe(now time.Time) (ui.Tone, string) {
	days := int(r.entry.Expires.Sub(now).Hours() / 24)
	switch {
	case r.entry.Refuses:
		return ui.Failure, "no board can connect"
	case r.state == changed:
		return ui.Failure, "pin has changed"
	case r.entry.Expires.IsZero():
		return ui.Plain, ""
	case !r.entry.Expires.After(now):
		return ui.Failure, "certificate has expired"
	case r.state == holds && days < 1:
		return ui.Caution, "pin holds today only"
	case r.state == holds && days == 1:
		return ui.Caution, "pin holds 1 day"
	case r.state == holds && days < 14:
		return ui.Caution, fmt.Sprintf("pin holds %d days", days)
	case r.state == holds:
		return ui.Success, fmt.Sprintf("pin holds %d days", days)
	case r.state == checking:
		return ui.Plain, "checking"
	case r.state == unreachable:
		return ui.Plain, "can't be reached now"
	}
	return ui.Plain, ""
}

// end is the day on which the certificate ends; "" where nobody knows.
func (r row) end() string {
	if r.entry.Expires.IsZero() {
		return ""
	}
	return r.entry.Expires.UTC().Format("2 Jan 2006")
}

// details are all that is known of the server.
func (r row) details(k *ui.Kit, width int) string {
	_, state := r.describe(k.Now())
	if state == "" && r.end() != "" {
		state = "not asked"
	}
	return k.Pairs([]ui.Pair{
		{Key: "address", Value: r.title()},
		{Key: "seen", Value: ago(k.Now(), r.entry.Seen)},
		{Key: "SHA-1", Value: sanitize.Line(r.entry.SHA1)},
		{Key: "ends", Value: r.end()},
		{Key: "now", Value: state},
	}, width)
}

// ago says how long ago a moment was.
func ago(now, then time.Time) string {
	count := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit + " ago"
		}
		return fmt.Sprintf("%d %ss ago", n, unit)
	}
	hours := int(now.Sub(then).Hours())
	switch {
	case then.IsZero():
		return ""
	case hours < 1:
		return "just now"
	case hours < 24:
		return count(hours, "hour")
	case hours < 24*14:
		return count(hours/24, "day")
	case hours < 24*60:
		return count(hours/24/7, "week")
	}
	return count(hours/24/30, "month")
}

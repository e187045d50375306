// Package boards is the overview of many boards as a screen: the table that
// espost check prints of a folder, filled in as the servers answer.
package boards

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"espost/fleet"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/tui/ui"
)

// Outside is what the screen works with.
type Outside struct {
	Find  func() ([]string, error)                               // the profiles and sketches
	Check func(ctx context.Context, file string) (b fleet.Board) // one of them
	Jobs  int                                                    // checks at a time
}

// Model is the screen.
type Model struct {
	kit     *ui.Kit
	outside Outside

	boards   []fleet.Board // the most urgent first
	queue    []string      // files that are still to be checked
	round    int           // of checks; what an older one finds out no longer counts
	busy     int           // checks at work
	looking  bool          // for files
	err      error
	selected string // a board's file
	opened   string
	scroll   ui.Scroll
	rows     int // in sight
}

// New returns the screen.
func New(kit *ui.Kit, o Outside) *Model { return &Model{kit: kit, outside: o} }

// Opened is the file whose work was asked for; "" for none.
func (m *Model) Opened() string { return m.opened }

type (
	foundMsg struct {
		round int
		files []string
		err   error
	}
	checkedMsg struct {
		round int
		board fleet.Board
	}
)

// Start looks for the files and checks them, anew if it has done so.
func (m *Model) Start() tea.Cmd {
	m.round++
	m.busy, m.queue, m.err, m.looking = 0, nil, nil, true
	round, find := m.round, m.outside.Find
	return func() tea.Msg {
		files, err := find()
		return foundMsg{round, files, err}
	}
}

// Update takes what was found and checked.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case foundMsg:
		if msg.round == m.round {
			m.looking, m.queue, m.err = false, msg.files, msg.err
			m.boards = slices.DeleteFunc(m.boards, func(b fleet.Board) bool { return !slices.Contains(msg.files, b.File) })
			return m.next()
		}
	case checkedMsg:
		if msg.round == m.round {
			m.busy--
			m.take(msg.board)
			return m.next()
		}
	case tea.MouseWheelMsg:
		m.scroll.Wheel(msg)
	}
	return nil
}

// next begins as many checks as may be at work.
func (m *Model) next() tea.Cmd {
	var cmds []tea.Cmd
	for ; m.busy < m.outside.Jobs && len(m.queue) > 0; m.busy++ {
		file, round, check, ctx := m.queue[0], m.round, m.outside.Check, m.kit.Context
		m.queue = m.queue[1:]
		cmds = append(cmds, func() tea.Msg { return checkedMsg{round, check(ctx, file)} })
	}
	return tea.Batch(cmds...)
}

// take puts a board where its urgency belongs, in the place of what was known of it.
func (m *Model) take(b fleet.Board) {
	m.boards = slices.DeleteFunc(m.boards, func(old fleet.Board) bool { return old.File == b.File })
	at, _ := slices.BinarySearchFunc(m.boards, b, fleet.Urgent)
	m.boards = slices.Insert(m.boards, at, b)
}

// Actions are what can be done now.
func (m *Model) Actions() []ui.Action {
	var actions []ui.Action
	if len(m.boards) > 0 {
		actions = append(actions,
			ui.Action{Keys: []string{"enter"}, Label: "open", Title: "Open this board's work", Run: m.open},
			ui.Action{Keys: []string{"down", "j"}, Label: "select", Title: "The next board", Run: m.by(1)},
			ui.Action{Keys: []string{"up", "k"}, Title: "The board before", Run: m.by(-1)},
			ui.Action{Keys: []string{"pgdown"}, Title: "A page down", Run: func() tea.Cmd { return m.by(max(1, m.rows-1))() }},
			ui.Action{Keys: []string{"pgup"}, Title: "A page up", Run: func() tea.Cmd { return m.by(-max(1, m.rows-1))() }},
			ui.Action{Keys: []string{"home", "g"}, Title: "To the most urgent", Run: m.by(-len(m.boards))},
			ui.Action{Keys: []string{"end", "G"}, Title: "To the last", Run: m.by(len(m.boards))})
	}
	return append(actions,
		ui.Action{Keys: []string{"r"}, Label: "check again", Title: "Check all of them again", Run: m.Start},
		ui.Action{Keys: []string{"q", "esc", "ctrl+c"}, Label: "quit", Title: "Quit", Run: func() tea.Cmd { return tea.Quit }})
}

// open ends the screen for the work that is selected. A tutorial's sketch has none.
func (m *Model) open() tea.Cmd {
	b := m.boards[m.index()]
	if strings.HasSuffix(strings.ToLower(b.File), ".ino") {
		return ui.SetStatus(ui.Plain, "a sketch that espost didn't write: espost import makes work of it")
	}
	m.opened = b.File
	return tea.Quit
}

// by selects another board.
func (m *Model) by(n int) func() tea.Cmd {
	return func() tea.Cmd {
		m.selected = m.boards[min(max(m.index()+n, 0), len(m.boards)-1)].File
		return nil
	}
}

// index is the selected board's; the first one's where none is selected, or that
// is gone.
func (m *Model) index() int {
	return max(0, slices.IndexFunc(m.boards, func(b fleet.Board) bool { return b.File == m.selected }))
}

// Busy reports whether checks are at work.
func (m *Model) Busy() bool { return m.looking || m.busy > 0 }

// View draws the screen.
func (m *Model) View(width, height int) string {
	if len(m.boards) == 0 {
		return "\n " + strings.ReplaceAll(ui.Wrap(m.empty(), width-2), "\n", "\n ")
	}
	t, chosen := m.kit.Theme, m.boards[m.index()]
	detail := m.detail(chosen, width)
	m.rows = max(1, height-len(detail)-4) // summary, a blank, the heading and a blank
	columns := widths(m.boards, width)
	m.scroll.Show(m.index(), len(m.boards), m.rows)
	var lines []string
	for i := m.scroll.Top(); i < min(len(m.boards), m.scroll.Top()+m.rows); i++ {
		b := m.boards[i]
		line := columns.line(t, t.Mark(tone(b)), cells(b))
		if b.File == chosen.File {
			line = t.Select(line, width)
		}
		lines = append(lines, line)
	}
	heading := t.Faint.Render(columns.line(t, " ", [5]string{"BOARD", "SERVER", "PIN", "UNTIL", "FIRMWARE"}))
	lines = slices.Concat([]string{" " + m.summary(), "", heading}, t.Scrollbar(&m.scroll, lines, width), []string{""}, detail)
	return strings.Join(lines, "\n")
}

func (m *Model) empty() string {
	switch {
	case m.err != nil:
		return problem.Sentence(sanitize.Line(m.err.Error()))
	case m.Busy():
		return "Looking for profiles and sketches" + m.kit.Ellipsis
	}
	return "There is no profile and no sketch with a fingerprint in this folder. Ctrl+S in the app saves one."
}

// summary counts the boards by how they stand, and what is still to come.
func (m *Model) summary() string {
	t, count := m.kit.Theme, map[string]int{}
	for _, b := range m.boards {
		tone, _ := b.Mark()
		count[tone]++
	}
	var parts []string
	add := func(n int, style func(string) string, what string) {
		if n > 0 {
			parts = append(parts, style(fmt.Sprintf("%d %s", n, what)))
		}
	}
	add(count[fleet.ToneBad], t.Bad.Render, "to look after now")
	add(count[fleet.ToneCaution], t.Caution.Render, "before long")
	add(count[fleet.ToneGood], t.Good.Render, "right")
	add(len(m.queue)+m.busy, t.Faint.Render, "still to be checked")
	return strings.Join(parts, " "+t.Dot+" ")
}

// detail says why a board stands as it does, and what to do.
func (m *Model) detail(b fleet.Board, width int) []string {
	text := sanitize.Line(b.File) + ": right"
	switch {
	case b.Status != profile.Right, b.Firmware == fleet.FirmwareStale:
		text = b.About()
	case !b.Breaks.IsZero():
		text += " until about " + day(b.Breaks)
	}
	return ui.Hanging(m.kit.Mark(tone(b))+" ", m.kit.Clip(ui.Wrap(strings.TrimSpace(text), width-4), width-4, maxDetail), width-2)
}

// maxDetail is the most lines of a detail.
const maxDetail = 3

func tone(b fleet.Board) ui.Tone {
	name, _ := b.Mark()
	return map[string]ui.Tone{fleet.ToneGood: ui.Success, fleet.ToneCaution: ui.Caution, fleet.ToneBad: ui.Failure}[name]
}

// cells are a board's row.
func cells(b fleet.Board) [5]string {
	return [5]string{sanitize.Line(b.File), sanitize.Line(strings.TrimPrefix(b.Server, "https://")), b.Pin, day(b.Breaks), b.Firmware}
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2 Jan 2006")
}

// columns are the widths of the five.
type columns [5]int

// widths gives each column what its widest cell needs; what is missing is taken
// from the server and then from the board.
func widths(boards []fleet.Board, width int) columns {
	w := columns{len("BOARD"), len("SERVER"), len("PIN"), len("UNTIL"), len("FIRMWARE")}
	for _, b := range boards {
		for i, cell := range cells(b) {
			w[i] = max(w[i], ui.Width(cell))
		}
	}
	const least = 12
	over := -(width - 5 - 2*len(w))
	for _, n := range w {
		over += n
	}
	for _, i := range []int{1, 0} {
		cut := min(max(over, 0), max(w[i]-least, 0))
		w[i] -= cut
		over -= cut
	}
	return w
}

func (w columns) line(t *ui.Theme, mark string, cells [5]string) string {
	line := " " + mark + " "
	for i, cell := range cells {
		line += " " + ui.Pad(ui.Truncate(cell, w[i], t.Ellipsis), w[i]) + " "
	}
	return strings.TrimRight(line, " ")
}

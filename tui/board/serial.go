package board

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/device"
	"espost/internal/problem"
	"espost/tui/ui"
)

// maxLines is how many of the board's lines are kept; when there are more, a
// part of the oldest goes.
const maxLines = 4000

// A line is one of the board's, or one beside it; safe to show.
type line struct {
	text     string
	aside    bool
	severity problem.Severity // of an aside
}

// serial is what the board has said, and how much of it is in sight.
type serial struct {
	lines    []line
	narrator device.Narrator
	paused   bool
	missed   int // lines since the pause began
	scroll   ui.Scroll

	rows   []string // of the lines, as wide as the pane
	owners []int    // the line that a row belongs to
	width  int      // of the rows
	made   int      // lines that have rows

	search ui.Search
	found  int // the row where it was found

	plots []*plot
	shown int // the plot in sight; len(plots) for none
}

// add takes in an event's line and what is said beside it.
func (s *serial) add(e device.Event) {
	if e.Kind == device.Line {
		s.push(line{text: e.Text})
		s.plot(e)
	}
	for _, a := range s.narrator.Asides(e) {
		s.note(a)
	}
}

// note adds what isn't the board's own.
func (s *serial) note(a device.Aside) { s.push(line{text: a.Text, aside: true, severity: a.Severity}) }

func (s *serial) push(l line) {
	s.lines = append(s.lines, l)
	if s.paused {
		s.missed++
	}
	if len(s.lines) > maxLines+maxLines/4 {
		s.forget(len(s.lines) - maxLines)
	}
}

// forget drops the oldest lines; what is in sight stays where it is.
func (s *serial) forget(n int) {
	dropped := 0
	for dropped < len(s.owners) && s.owners[dropped] < n {
		dropped++
	}
	s.lines = append(s.lines[:0], s.lines[n:]...)
	s.rows = append(s.rows[:0], s.rows[dropped:]...)
	s.owners = append(s.owners[:0], s.owners[dropped:]...)
	for i := range s.owners {
		s.owners[i] -= n
	}
	s.made = max(0, s.made-n)
	s.scroll.By(-dropped)
	s.found = max(0, s.found-dropped)
}

// layOut makes the rows for a pane of that width, and shows the newest unless
// the lines are held still.
func (s *serial) layOut(k *ui.Kit, width, height int) {
	if s.width != width {
		s.width, s.made = width, 0
		s.rows, s.owners = s.rows[:0], s.owners[:0]
	}
	for ; s.made < len(s.lines); s.made++ {
		for _, row := range s.lines[s.made].rows(k, width) {
			s.rows, s.owners = append(s.rows, row), append(s.owners, s.made)
		}
	}
	s.scroll.Visible(s.rows, height)
	if !s.paused {
		s.scroll.To(len(s.rows))
	}
}

// rows are a line of the board's chopped, or an aside wrapped.
func (l line) rows(k *ui.Kit, width int) []string {
	if !l.aside {
		return strings.Split(ui.Chop(l.text, width), "\n")
	}
	rows := strings.Split(ui.Indent(ui.Wrap(l.text, width-4), 4), "\n")
	rows[0] = "  " + k.Arrow + rows[0][3:]
	return rows
}

// coloured are the rows, those in sight in colour.
func (s *serial) coloured(k *ui.Kit, height int) []string {
	rows := append([]string(nil), s.rows...)
	top := s.scroll.Top()
	for i := top; i < min(len(rows), top+height); i++ {
		l := s.lines[s.owners[i]]
		switch {
		case s.search.In(rows[i]):
			rows[i] = k.Selected.Render(rows[i])
		case l.aside:
			rows[i] = k.Style(ui.ToneOf(l.severity)).Render(rows[i])
		}
	}
	return rows
}

// title says how the lines run.
func (s *serial) title(baud int) string {
	title := "serial"
	if baud > 0 {
		title += fmt.Sprintf(", %d baud", baud)
	}
	if s.paused {
		title += fmt.Sprintf(", held still: %d newer", s.missed)
	}
	return title
}

func (s *serial) pauseLabel() string {
	if s.paused {
		return "go on"
	}
	return "pause"
}

// hold holds the lines still, or lets them run.
func (s *serial) hold(still bool) {
	s.paused = still
	s.missed = 0
}

// settle holds the lines still after scrolling up, and lets them run again at
// their end.
func (s *serial) settle() {
	before := s.scroll.Top()
	s.scroll.To(len(s.rows))
	atEnd := s.scroll.Top() == before
	s.scroll.To(before)
	if atEnd == s.paused {
		s.hold(!atEnd)
	}
}

func (s *serial) wheel(msg tea.MouseWheelMsg) {
	s.scroll.Wheel(msg)
	s.settle()
}

// scrolls are the scroll's actions.
func (s *serial) scrolls() []ui.Action {
	actions := s.scroll.Actions([]string{"up", "k"}, []string{"down", "j"})
	for i, a := range actions {
		actions[i].Run = func() tea.Cmd {
			cmd := a.Run()
			s.settle()
			return cmd
		}
	}
	return actions
}

func (m *Model) pause() tea.Cmd {
	m.serial.hold(!m.serial.paused)
	return nil
}

// find goes to the first row from one on that holds what is searched for.
func (m *Model) find(from, by int) tea.Cmd {
	s := &m.serial
	if s.search.Empty() {
		return ui.SetStatus(ui.Plain, "nothing to search for: / asks for a text")
	}
	at, ok := s.search.Find(s.rows, from, by)
	if !ok {
		return ui.SetStatus(ui.Caution, "not found")
	}
	if !s.paused {
		s.hold(true)
	}
	s.found = at
	s.scroll.To(at)
	return ui.SetStatus(ui.Plain, fmt.Sprintf("row %d of %d; n finds the next, N the one before", at+1, len(s.rows)))
}

func (m *Model) copyLines() tea.Cmd {
	var text strings.Builder
	for _, l := range m.serial.lines {
		if !l.aside {
			text.WriteString(l.text + "\n")
		}
	}
	return m.kit.Copy("the board's lines", text.String())
}

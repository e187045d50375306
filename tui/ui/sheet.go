package ui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"espost/internal/sanitize"
)

// A Sheet asks for several lines of text at once.
type Sheet struct {
	kit     *Kit
	title   string
	hint    string
	label   string // what enter does on the last line
	lines   []Line
	inputs  []textinput.Model
	run     func(texts []string) (cmd tea.Cmd, wrong int, err error)
	at      int
	problem error // what is wrong with what was typed, nil for nothing yet
	scroll  Scroll
	zones   Zones
	done    bool
}

// A Line is one that a sheet asks for.
type Line struct {
	Title, About string
	Text         string // that stands there at first
	Example      string // in the empty input
}

// NewSheet asks for lines. What was typed goes to run, which says what is wrong with
// it and on which line; the sheet stays until nothing is.
func (k *Kit) NewSheet(title, hint, label string, lines []Line, run func(texts []string) (cmd tea.Cmd, wrong int, err error)) *Sheet {
	s := &Sheet{kit: k, title: title, hint: hint, label: label, lines: lines, run: run}
	for _, l := range lines {
		in := k.NewInput(l.Example, 2048)
		in.SetValue(l.Text)
		in.CursorEnd()
		s.inputs = append(s.inputs, in)
	}
	s.focus(0)
	return s
}

func (s *Sheet) focus(at int) {
	s.at = min(max(at, 0), len(s.inputs)-1)
	for i := range s.inputs {
		s.inputs[i].Blur()
	}
	s.inputs[s.at].Focus()
}

// Actions implements Overlay.
func (s *Sheet) Actions() []Action {
	label := "next"
	if s.at == len(s.inputs)-1 {
		label = s.label
	}
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd { s.focus(s.at + by); return nil }
	}
	return []Action{
		{Keys: []string{"enter"}, Label: label, Title: s.title, Run: s.next},
		{Keys: []string{"down", "tab"}, Title: "Next line", Run: move(1)},
		{Keys: []string{"up", "shift+tab"}, Title: "Line before", Run: move(-1)},
		{Keys: []string{"esc"}, Label: "leave", Title: "Leave it as it is", Run: func() tea.Cmd { s.done = true; return nil }},
	}
}

// next goes to the next line, and from the last one on with what was typed.
func (s *Sheet) next() tea.Cmd {
	if s.at < len(s.inputs)-1 {
		s.focus(s.at + 1)
		return nil
	}
	texts := make([]string, len(s.inputs))
	for i := range s.inputs {
		texts[i] = strings.TrimSpace(s.inputs[i].Value())
	}
	cmd, wrong, err := s.run(texts)
	if err != nil {
		s.Fail(wrong, err)
		return nil
	}
	s.done = true
	return cmd
}

// Update implements Overlay.
func (s *Sheet) Update(msg tea.Msg) (tea.Cmd, bool) {
	if a, ok := Pressed(s.Actions(), msg); ok {
		return a.Run(), s.done
	}
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		return s.zones.Click(msg), s.done
	case tea.MouseWheelMsg:
		s.scroll.Wheel(msg)
		return nil, false
	}
	before := s.inputs[s.at].Value()
	cmd := Edit(&s.inputs[s.at], msg)
	if s.inputs[s.at].Value() != before {
		s.problem = nil
	}
	return cmd, false
}

// View implements Overlay.
func (s *Sheet) View(width, height int) string {
	k := s.kit
	inner := min(width-4, ReadingWidth)
	lines := []string{k.Strong.Render(s.title), ""}
	focused := 0
	s.zones.Reset()
	starts := make([]int, len(s.inputs))
	for i, l := range s.lines {
		k.Dress(&s.inputs[i])
		starts[i] = len(lines)
		if i == s.at {
			focused = len(lines) + 1
		}
		lines = append(lines, Truncate(l.Title+"  "+k.Faint.Render(l.About), inner, k.Ellipsis), k.InputBox(&s.inputs[i], inner))
	}
	lines = append(lines, "")
	if s.problem != nil {
		lines = append(lines, Hanging(k.Mark(Failure), sanitize.Line(s.problem.Error()), inner)...)
	} else {
		lines = append(lines, Hanging(k.Mark(Plain), s.hint, inner)...)
	}
	room := max(1, height-1)
	if len(lines) > room {
		s.scroll.Show(focused, len(lines), room)
	}
	visible := k.Scrollbar(&s.scroll, s.scroll.Visible(lines, room), inner+2)
	for i, start := range starts {
		s.zones.Add(0, 1+start-s.scroll.Top(), width, 2, func() tea.Cmd { s.focus(i); return nil })
	}
	return "\n" + Indent(strings.Join(visible, "\n"), 2)
}

// Fail says what is wrong with a line of what was typed.
func (s *Sheet) Fail(line int, err error) {
	s.problem = err
	s.focus(line)
}

package ui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"espost/internal/sanitize"
)

// A Sheet asks for several lines of text at once.
type Sheet struct {
	Questions
	kit     *Kit
	inputs  []textinput.Model
	at      int
	open    bool  // secrets are shown
	problem error // what is wrong with what was typed, nil for nothing yet
	scroll  Scroll
	zones   Zones
	done    bool
}

// Questions are what a sheet asks.
type Questions struct {
	Title, About string
	Lines        []Line
	Hint         string // stands beneath the lines while nothing is wrong
	Tone         Tone   // of the hint
	Source       string // of the hint; "" for none
	Begin, Leave string // what enter does on the last line, and esc

	// Run gets what was typed, and says what is wrong with it and on which line; the
	// sheet stays until nothing is.
	Run func(texts []string) (cmd tea.Cmd, wrong int, err error)
	// Read returns what a text says of the lines, by their number, while it is typed. It may
	// be nil.
	Read func(text string) map[int]string
}

// A Line is one that a sheet asks for.
type Line struct {
	Title, About string
	Text         string // that stands there at first
	Example      string // "such as" it stands in the empty input, where it must not look like an answer
	Secret       bool   // it isn't shown unless the user says so
}

// NewSheet asks.
func (k *Kit) NewSheet(q Questions) *Sheet {
	s := &Sheet{Questions: q, kit: k}
	for _, l := range q.Lines {
		example := l.Example
		if example != "" {
			example = "such as " + example
		}
		in := k.NewInput(example, 2048)
		in.SetValue(l.Text)
		in.CursorEnd()
		s.inputs = append(s.inputs, in)
	}
	s.mask()
	s.focus(0)
	return s
}

// mask hides the secrets, or shows them.
func (s *Sheet) mask() {
	for i, l := range s.Lines {
		if l.Secret && !s.open {
			s.inputs[i].EchoMode = textinput.EchoPassword
		} else {
			s.inputs[i].EchoMode = textinput.EchoNormal
		}
	}
}

func (s *Sheet) focus(at int) {
	s.at = min(max(at, 0), max(0, len(s.inputs)-1))
	for i := range s.inputs {
		s.inputs[i].Blur()
	}
	if len(s.inputs) > 0 {
		s.inputs[s.at].Focus()
	}
}

// Actions implements Overlay.
func (s *Sheet) Actions() []Action {
	label := "next"
	if s.at >= len(s.inputs)-1 {
		label = s.Begin
	}
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd { s.focus(s.at + by); return nil }
	}
	actions := []Action{
		{Keys: []string{"enter"}, Label: label, Title: s.Title, Run: s.next},
		{Keys: []string{"down", "tab"}, Title: "Next line", Run: move(1)},
		{Keys: []string{"up", "shift+tab"}, Title: "Line before", Run: move(-1)},
	}
	if slices.ContainsFunc(s.Lines, func(l Line) bool { return l.Secret }) {
		actions = append(actions, Action{Keys: []string{"ctrl+r"}, Label: "show", Title: "Show or hide secrets", Run: func() tea.Cmd {
			s.open = !s.open
			s.mask()
			return nil
		}})
	}
	return append(actions, Action{Keys: []string{"esc"}, Label: s.Leave, Title: "Leave it as it is", Run: func() tea.Cmd { s.done = true; return nil }})
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
	cmd, wrong, err := s.Run(texts)
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
	if len(s.inputs) == 0 {
		return nil, false
	}
	before := s.inputs[s.at].Value()
	cmd := Edit(&s.inputs[s.at], msg)
	if typed := s.inputs[s.at].Value(); typed != before {
		s.problem = nil
		if s.Read != nil {
			for i, text := range s.Read(typed) {
				s.inputs[i].SetValue(text)
			}
		}
	}
	return cmd, false
}

// View implements Overlay.
func (s *Sheet) View(width, height int) string {
	k := s.kit
	inner := min(width-4, ReadingWidth)
	title := k.Strong.Render(s.Title)
	if s.About != "" {
		title += "  " + k.Faint.Render(Truncate(s.About, max(1, inner-Width(s.Title)-2), k.Ellipsis))
	}
	lines := []string{title, ""}
	focused := 0
	s.zones.Reset()
	starts := make([]int, len(s.inputs))
	for i, l := range s.Lines {
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
		lines = append(lines, Hanging(k.Mark(s.Tone), s.Hint, inner)...)
		if s.Source != "" {
			lines = append(lines, k.Faint.Render(Truncate("  "+s.Source, inner, k.Ellipsis)))
		}
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

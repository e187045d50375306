package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// A Question asks for a yes before something that can't be taken back. Without Run
// it is a notice, which stays until it is read.
type Question struct {
	Kit   *Kit
	Title string
	Body  string // may be long: it scrolls
	Diff  bool   // the body holds unified diffs
	Yes   string // what yes does, one or two words
	Run   func() tea.Cmd
	Or    []Action // what else can be answered

	// Destroys says that yes takes something away for good: enter then gives the
	// first of Or, or leaves all as it is.
	Destroys bool

	scroll Scroll
	done   bool
}

// Ask wants the root to put something before the user, on top of the step.
type Ask struct{ Overlay Overlay }

// Show asks.
func Show(o Overlay) tea.Cmd { return func() tea.Msg { return Ask{o} } }

// CopySecrets asks whether text, which holds secrets in clear, shall be copied.
func (k *Kit) CopySecrets(what, text string) tea.Cmd {
	return Show(&Question{
		Kit: k, Title: "Copy the " + what + " with its secrets?", Yes: "copy",
		Body: "Every program on this computer can read the clipboard, and some keep what was copied. Without secrets, y or Y copies at once.",
		Run:  func() tea.Cmd { return k.Copy(what+" with its secrets", text) },
	})
}

// Update implements Overlay.
func (q *Question) Update(msg tea.Msg) (tea.Cmd, bool) {
	if wheel, ok := msg.(tea.MouseWheelMsg); ok {
		q.scroll.Wheel(wheel)
	}
	if a, ok := Pressed(q.Actions(), msg); ok {
		return a.Run(), q.done
	}
	return nil, false
}

// Actions implements Overlay.
func (q *Question) Actions() []Action {
	answer := func(run func() tea.Cmd) func() tea.Cmd {
		return func() tea.Cmd {
			q.done = true
			return run()
		}
	}
	nothing := answer(func() tea.Cmd { return nil })
	if q.Run == nil {
		return append([]Action{{Keys: []string{"enter", "esc"}, Label: q.Yes, Title: q.Title, Run: nothing}}, q.scrolls()...)
	}
	actions := []Action{{Keys: []string{"y"}, Label: q.Yes, Title: q.Title, Run: answer(q.Run)}}
	for _, a := range q.Or {
		a.Run = answer(a.Run)
		actions = append(actions, a)
	}
	no := Action{Keys: []string{"esc", "n"}, Label: "no", Title: "Leave it as it is", Run: nothing}
	byEnter := &actions[0]
	switch {
	case q.Destroys && len(q.Or) > 0:
		actions[0], actions[1] = actions[1], actions[0]
	case q.Destroys: // mutant TestEnterDestroysNothing: q.Destroys: => false:
		byEnter = &no
	}
	byEnter.Keys = append([]string{"enter"}, byEnter.Keys...)
	actions = append(actions, q.scrolls()...)
	return append(actions, no)
}

func (q *Question) scrolls() []Action {
	scrolls := q.scroll.Actions([]string{"up", "k"}, []string{"down", "j"})
	if len(scrolls) > 0 {
		scrolls[0].Label = "more" // down
	}
	return scrolls
}

// View implements Overlay.
func (q *Question) View(width, height int) string {
	k := q.Kit
	inner := min(width-4, ReadingWidth)
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(q.Body, "\n"), "\n") {
		for row := range strings.SplitSeq(Wrap(line, inner-2), "\n") {
			if q.Diff {
				row = k.diffStyle(line).Render(row)
			}
			lines = append(lines, row)
		}
	}
	visible := k.Scrollbar(&q.scroll, q.scroll.Visible(lines, max(1, height-3)), inner)
	title := k.Strong.Render(Truncate(q.Title, inner-20, k.Ellipsis))
	if position := k.Position(&q.scroll); position != "" {
		title += "  " + k.Faint.Render(position)
	}
	return "\n" + Indent(title, 2) + "\n\n" + Indent(strings.Join(visible, "\n"), 2)
}

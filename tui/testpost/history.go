package testpost

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
	"github.com/aymanbagabas/go-udiff"

	"espost/formpost"
	"espost/tui/ui"
)

// maxAnswers bounds the answers that are remembered.
const maxAnswers = 50

// A history is the answers of this run, oldest first.
type history struct {
	answers []*formpost.Response
	shown   int
}

// add remembers an answer and shows it.
func (h *history) add(a *formpost.Response) {
	h.answers = append(h.answers, a)
	if len(h.answers) > maxAnswers {
		h.answers = h.answers[1:]
	}
	h.shown = len(h.answers) - 1
}

// position says which of several answers is shown.
func (h *history) position() string {
	if len(h.answers) < 2 {
		return ""
	}
	return fmt.Sprintf("%d of %d: ", h.shown+1, len(h.answers))
}

// diff is what differs between the shown answer and the one before it, both
// drawn by text.
func (h *history) diff(text func(*formpost.Response) string) string {
	if h.shown == 0 {
		return "this is the first answer"
	}
	before, after := text(h.answers[h.shown-1])+"\n", text(h.answers[h.shown])+"\n"
	if before == after {
		return "no difference"
	}
	return udiff.Unified("before", "this one", before, after)
}

func (m *Model) browse(by int) tea.Cmd {
	h := &m.history
	h.shown = min(max(h.shown+by, 0), len(h.answers)-1)
	m.answer = h.answers[h.shown]
	m.answers.To(0)
	m.sent = m.answer.Request
	return nil
}

func (m *Model) toggleDiffers() tea.Cmd {
	m.differs = !m.differs
	m.answers.To(0)
	if m.differs {
		return ui.SetStatus(ui.Plain, "d shows the answer again")
	}
	return nil
}

package testpost

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/aymanbagabas/go-udiff"

	"espost/formpost"
	"espost/imports"
	"espost/internal/atomicfile"
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
	m.sent, m.failed = m.answer.Request, nil
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

// writeHAR writes what is remembered to a new file beside the profile.
func (m *Model) writeHAR() tea.Cmd {
	answers := slices.Clone(m.history.answers)
	base := filepath.Join(filepath.Dir(m.session.File), m.profile.Firmware.Name)
	return func() tea.Msg {
		name := base + ".har"
		for i := 2; ; i++ {
			if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) || i > 1000 {
				break
			}
			name = fmt.Sprintf("%s-%d.har", base, i)
		}
		if err := atomicfile.Write(name, imports.FormatHAR(answers, false), 0o600); err != nil {
			return ui.StatusMsg{Tone: ui.Failure, Text: "not written: " + err.Error()}
		}
		return ui.StatusMsg{Tone: ui.Success, Text: fmt.Sprintf("%s beside the profile holds requests and answers (%d), secrets masked", filepath.Base(name), len(answers))}
	}
}

package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"espost/internal/sanitize"
	"espost/tui/ui"
)

// View implements tea.Model.
func (m *Model) View() tea.View {
	view := tea.NewView(m.content())
	view.AltScreen = true
	view.WindowTitle = "espost"
	if m.session.Target.Host != "" {
		view.WindowTitle = "espost · " + sanitize.Line(m.session.Target.Shown())
	}
	if !m.mouseOff {
		view.MouseMode = tea.MouseModeCellMotion
	}
	if m.connect.Busy() || m.test.Busy() {
		view.ProgressBar = tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
	}
	if m.board.Flashing() {
		view.ProgressBar = tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
		if percent := m.board.Percent(); percent >= 0 {
			view.ProgressBar = tea.NewProgressBar(tea.ProgressBarDefault, percent)
		}
	}
	return view
}

func (m *Model) content() string {
	if m.width < ui.MinWidth || m.height < ui.MinHeight {
		return m.kit.TooSmall(m.width, m.height)
	}
	frame := m.frame()
	room := m.height - ui.FrameHeight
	if m.overlay != nil {
		frame.Body = m.overlay.View(m.width, room)
	} else {
		frame.Body = m.steps[m.current].View(m.width, room)
	}
	frame.Keys, frame.Status = m.offered(), m.status
	return frame.Render(m.kit.Theme, m.width, m.height)
}

// offered is what the footer lists.
func (m *Model) offered() []ui.Action {
	if m.overlay != nil {
		return m.overlay.Actions()
	}
	actions := m.steps[m.current].Actions()
	end := m.footerEnd()
	for i, a := range actions { // a step's own esc takes the place of the way back
		if at := slices.IndexFunc(end, isEsc); at >= 0 && isEsc(a) {
			end[at] = a
			actions = slices.Delete(actions, i, i+1)
			break
		}
	}
	return append(actions, end...)
}

func isEsc(a ui.Action) bool { return a.Keys[0] == "esc" }

// footerEnd is what stands at the end of every step's footer.
func (m *Model) footerEnd() []ui.Action {
	if m.steps[m.current].Editing() {
		return []ui.Action{{Keys: []string{"f1"}, Label: "help"}}
	}
	end := []ui.Action{{Keys: []string{"ctrl+p"}, Label: "find an action"}}
	if m.current > stepConnect {
		end = append(end, ui.Action{Keys: []string{"esc"}, Label: "back"})
	}
	return append(end, ui.Action{Keys: []string{"?"}, Label: "help"})
}

// frame is the frame without body and footer.
func (m *Model) frame() ui.Frame {
	f := ui.Frame{Corner: m.corner()}
	for i, s := range m.steps {
		mark := ui.MarkOpen
		switch {
		case i == m.current:
			mark = ui.MarkCurrent
		case m.done(i):
			mark = ui.MarkDone
		}
		f.Steps = append(f.Steps, ui.StepLabel{Name: s.Name(), Mark: mark})
	}
	return f
}

// corner names the host that was looked at last.
func (m *Model) corner() string {
	if r := m.certificate.Report(); r != nil {
		return sanitize.Line(r.Target.Host)
	}
	return ""
}

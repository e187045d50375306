package tui

import (
	"path/filepath"

	tea "charm.land/bubbletea/v2"

	"espost/internal/sanitize"
	"espost/tui/ui"
)

// View implements tea.Model.
func (m *Model) View() tea.View {
	content, x, y, typing := ui.Cursor(m.content())
	view := tea.NewView(content)
	if typing && x < m.width && y < m.height {
		view.Cursor = tea.NewCursor(x, y)
		view.Cursor.Color, view.Cursor.Blink = m.kit.CursorColour(), false
	}
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

// frame is the frame without body and footer.
func (m *Model) frame() ui.Frame {
	f := ui.Frame{Corner: m.corner(), Dirty: m.unsaved()}
	if m.onDisk {
		f.File = sanitize.Line(filepath.Base(m.session.File))
	}
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

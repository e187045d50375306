package tui

import (
	tea "charm.land/bubbletea/v2"

	"espost/profile"
	"espost/tui/ui"
)

// What the tests of the keys look at, beside the screen.

// Current returns which step is in front, from 0.
func (m *Model) Current() int { return m.current }

// Session returns the work in hand: another one once other work was opened.
func (m *Model) Session() *profile.Session { return m.session }

// Unsaved reports whether the work in hand isn't in its file.
func (m *Model) Unsaved() bool { return m.unsaved() }

// Covered reports whether something lies over the step.
func (m *Model) Covered() bool { return m.overlay != nil }

// Offered returns every action that a key runs now, as a press looks it up.
func (m *Model) Offered() []ui.Action {
	if m.overlay != nil {
		return m.overlay.Actions()
	}
	return append(m.steps[m.current].Actions(), m.everywhere()...)
}

// Editing reports whether letters are text now.
func (m *Model) Editing() bool { return m.overlay != nil || m.steps[m.current].Editing() }

// Status returns the sentence on the status line.
func (m *Model) Status() string { return m.status.Text }

// Typed returns the address as it was typed.
func (m *Model) Typed() string { return m.connect.Typed() }

// Drafts returns what stands in open inputs and is not in the profile yet.
func (m *Model) Drafts() string { return m.form.Typed() + "\n" + m.firmware.Typed() }

// Work returns the profile as it stands, a copy.
func (m *Model) Work() *profile.Profile { return m.session.Clone() }

// ForgetStatus clears the status line, as the next key does.
func (m *Model) ForgetStatus() { m.status = ui.StatusMsg{} }

// Theme returns how the app is drawn now.
func (m *Model) Theme() *ui.Theme { return m.kit.Theme }

// NewOverview returns the boards' screen.
func NewOverview(o Options, folder string, outside Fleet) tea.Model {
	return newOverview(o, folder, outside)
}

// OpenedOf returns the file that was opened from the boards' screen.
func OpenedOf(screen tea.Model) string { return screen.(*overview).boards.Opened() }

package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"espost/internal/sanitize"
)

// A Step is one page of the app. The root calls it by these methods only; what
// a step has to tell it returns as a message of its own package.
type Step interface {
	Name() string   // for the stepper: "Certificate"
	About() string  // one or two sentences for the help page
	Enter() tea.Cmd // it has come to the front
	Update(tea.Msg) tea.Cmd
	Actions() []Action // what can be done now, most useful first
	Editing() bool     // a text input has the keyboard: letters are text
	View(width, height int) string
}

// A Kit is what every step is given: the look, the clock, and the way to the
// outside that isn't the step's own business.
type Kit struct {
	*Theme
	Context   context.Context // ends when the app does
	Now       func() time.Time
	Clipboard func(string) error // the system's own clipboard
	Absolute  func(string) string
	Editor    string // the user's own, a command; "" for none
	Exec      ExecFunc
}

// An ExecFunc gives the terminal away until a command has ended; see tea.Exec.
type ExecFunc func(tea.ExecCommand, tea.ExecCallback) tea.Cmd

// StatusMsg is one sentence for the status line.
type StatusMsg struct {
	Tone Tone
	Text string
}

// SetStatus shows a sentence on the status line until the next key.
func SetStatus(tone Tone, text string) tea.Cmd {
	return func() tea.Msg { return StatusMsg{Tone: tone, Text: text} }
}

// Copy puts text on the clipboard both ways, through the terminal (OSC 52,
// which also works over SSH) and the system's own, and says what was copied.
// What could do harm where it is pasted is taken out.
func (k *Kit) Copy(what, text string) tea.Cmd {
	// mutant TestCopiedTextIsTamed in ./tui: text = sanitize.Clipboard(text) => _ = sanitize.Clipboard
	text = sanitize.Clipboard(text)
	native := func() tea.Msg {
		if k.Clipboard != nil {
			_ = k.Clipboard(text) // OSC 52 may have served: there is no telling, so no failure is claimed
		}
		return StatusMsg{Tone: Success, Text: what + " copied"}
	}
	return tea.Sequence(tea.SetClipboard(text), native)
}

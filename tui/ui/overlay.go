package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
)

// An Overlay takes the place of the step's body, and the keyboard, until it is
// done.
type Overlay interface {
	// Update handles a message; done closes the overlay.
	Update(tea.Msg) (cmd tea.Cmd, done bool)
	View(width, height int) string
	Actions() []Action
}

// Clicked is a click on an entry of the footer: the name of its key.
type Clicked string

// Pressed returns the action that a key press, or a click in the footer, is for.
func Pressed(actions []Action, msg tea.Msg) (Action, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return Find(actions, msg)
	case Clicked:
		return FindKey(actions, string(msg))
	}
	return Action{}, false
}

// TooSmall is all that is drawn on a terminal below MinWidth by MinHeight.
func (t *Theme) TooSmall(width, height int) string {
	return Fit(Wrap(fmt.Sprintf("espost needs a terminal of at least %d%s%d; this one is %d%s%d.",
		MinWidth, t.Times, MinHeight, width, t.Times, height), width), width, height)
}

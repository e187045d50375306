// Command hello is the smallest Bubble Tea program that fills the screen: what
// the app's first frame is measured against.
package main

import (
	"os"

	tea "charm.land/bubbletea/v2"
)

type hello struct{}

func (hello) Init() tea.Cmd                             { return nil }
func (h hello) Update(msg tea.Msg) (tea.Model, tea.Cmd) { return h, nil }

func (hello) View() tea.View {
	view := tea.NewView("hello, world")
	view.AltScreen = true
	return view
}

func main() {
	if _, err := tea.NewProgram(hello{}).Run(); err != nil {
		os.Exit(1)
	}
}

package ui

import tea "charm.land/bubbletea/v2"

// Zones are the places of the last frame that a click acts on. A view resets
// them and adds what it draws; lines and columns count from 0 at the top left of
// what the view returns, as a click's do when it reaches a step.
//
// Lipgloss's layers would have each such line be a layer of its own, for a
// compositor to draw; a rectangle beside the text that is drawn anyway does as
// much with less.
type Zones struct{ zones []zone }

type zone struct {
	x, y, width, height int
	click               func() tea.Cmd
}

// Reset forgets the frame before.
func (z *Zones) Reset() { z.zones = z.zones[:0] }

// Add makes a rectangle clickable.
func (z *Zones) Add(x, y, width, height int, click func() tea.Cmd) {
	z.zones = append(z.zones, zone{x, y, width, height, click})
}

// Click runs what was added last where the left button was pressed.
func (z *Zones) Click(msg tea.MouseClickMsg) tea.Cmd {
	if msg.Button != tea.MouseLeft {
		return nil
	}
	for i := len(z.zones) - 1; i >= 0; i-- {
		a := z.zones[i]
		if msg.X >= a.x && msg.X < a.x+a.width && msg.Y >= a.y && msg.Y < a.y+a.height {
			return a.click()
		}
	}
	return nil
}

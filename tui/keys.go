package tui

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"espost/codegen"
	"espost/profile"
	"espost/tui/ui"
)

// press looks a key up: first in what lies on top, then in the keys that work
// everywhere, then in the step's own; what nobody claims is text for the step.
func (m *Model) press(msg tea.KeyPressMsg) tea.Cmd {
	if msg.String() == "ctrl+c" {
		return m.quit()
	}
	if m.overlay != nil {
		return m.toOverlay(msg)
	}
	step := m.steps[m.current]
	if a, ok := ui.Find(step.Actions(), msg); ok && a.Run != nil {
		return a.Run()
	}
	if a, ok := ui.Find(m.everywhere(), msg); ok {
		return a.Run()
	}
	return step.Update(msg)
}

// typing reports whether letters are text now.
func (m *Model) typing() bool {
	_, question := m.overlay.(*ui.Question)
	_, help := m.overlay.(*ui.Help)
	if question || help {
		return false
	}
	return m.overlay != nil || m.steps[m.current].Editing()
}

func (m *Model) toOverlay(msg tea.Msg) tea.Cmd {
	shown := m.overlay
	cmd, done := shown.Update(msg)
	if done && m.overlay == shown { // the answer may have opened another
		m.overlay = nil
		if len(m.waiting) > 0 {
			m.overlay, m.waiting = m.waiting[0], m.waiting[1:]
		}
	}
	return cmd
}

// maxPaste is how many bytes are taken at once: about as much as a board's memory
// holds. A text area with ten times that answers each key after half a second.
const maxPaste = 32 << 10

// input gives a paste or the mouse to whom it is for.
func (m *Model) input(msg tea.Msg) tea.Cmd {
	switch mouse := msg.(type) {
	case tea.PasteMsg:
		if len(mouse.Content) > maxPaste {
			return ui.SetStatus(ui.Caution, fmt.Sprintf("nothing was pasted: that is %d KB, and no form of a board has more than %d", len(mouse.Content)>>10, maxPaste>>10))
		}
	case tea.MouseClickMsg:
		if m.width < ui.MinWidth || m.height < ui.MinHeight {
			return nil
		}
		switch mouse.Y {
		case 0:
			return m.clickStepper(mouse)
		case m.height - 1:
			return m.clickFooter(mouse)
		}
		mouse.Y -= ui.BodyTop
		msg = mouse
	case tea.MouseWheelMsg:
		mouse.Y -= ui.BodyTop
		msg = mouse
	}
	if m.overlay != nil {
		return m.toOverlay(msg)
	}
	return m.steps[m.current].Update(msg)
}

func (m *Model) clickStepper(click tea.MouseClickMsg) tea.Cmd {
	if step, ok := m.frame().StepAt(m.kit.Theme, click.X, m.width); ok && m.overlay == nil {
		return m.jump(step)
	}
	return nil
}

// clickFooter does what the key would do whose entry was clicked.
func (m *Model) clickFooter(click tea.MouseClickMsg) tea.Cmd {
	frame := m.frame()
	frame.Keys, frame.Status = m.offered(), m.status
	key, ok := frame.KeyAt(m.kit.Theme, click.X, m.width)
	if !ok {
		return nil
	}
	m.status = ui.StatusMsg{}
	if m.overlay != nil {
		return m.toOverlay(ui.Clicked(key))
	}
	if a, ok := ui.FindKey(append(m.steps[m.current].Actions(), m.everywhere()...), key); ok {
		return a.Run()
	}
	return nil
}

// everywhere returns the actions that every step has; those on plain letters
// only while no text is being typed.
func (m *Model) everywhere() []ui.Action {
	actions := []ui.Action{
		{Keys: []string{"f1"}, Title: "Help for this step", Run: m.help},
		{Keys: []string{"ctrl+p"}, Title: "Find an action by name", Run: m.palette},
		{Keys: []string{"ctrl+s"}, Title: "Save the profile", Run: m.save},
		{Keys: []string{"alt+s"}, Title: "Save under another name", Run: m.saveAs},
		{Keys: []string{"ctrl+o"}, Title: "Open a profile", Run: m.open},
		{Keys: []string{"alt+n"}, Title: "Begin new work", Run: m.renew},
	}
	for i, s := range m.steps {
		keys := []string{fmt.Sprintf("alt+%d", i+1)}
		if !m.steps[m.current].Editing() {
			keys = append(keys, strconv.Itoa(i+1))
		}
		actions = append(actions, ui.Action{Keys: keys, Title: goTo(s), Run: func() tea.Cmd { return m.jump(i) }})
	}
	if m.current > stepConnect {
		actions = append(actions, ui.Action{Keys: []string{"esc"}, Label: "back", Title: "One step back", Run: m.back})
	}
	if !m.steps[m.current].Editing() {
		actions = append(actions,
			ui.Action{Keys: []string{"?"}, Title: "Help for this step", Run: m.help},
			ui.Action{Keys: []string{"m"}, Title: "Mouse off, to select text, and on", Run: m.toggleMouse},
			ui.Action{Keys: []string{"q"}, Title: "Quit", Run: m.quit},
		)
	}
	return append(actions, ui.Action{Keys: []string{"ctrl+c"}, Title: "Quit", Run: m.quit})
}

func (m *Model) help() tea.Cmd {
	m.overlay = &ui.Help{Kit: m.kit, Step: m.steps[m.current], Global: m.everywhere()}
	return nil
}

func (m *Model) palette() tea.Cmd {
	actions := append(m.steps[m.current].Actions(), m.everywhere()...)
	for i, s := range m.steps {
		for j := range actions {
			if actions[j].Title == goTo(s) {
				actions[j].Blocked = m.blockedReason(i)
			}
		}
		if i != m.current {
			actions = append(actions, m.actionsAt(i)...)
		}
	}
	m.overlay = ui.NewPalette(m.kit, actions)
	return nil
}

func goTo(s ui.Step) string { return "Go to " + s.Name() }

// actionsAt returns what can be done on another step, and goes there first.
func (m *Model) actionsAt(step int) []ui.Action {
	var actions []ui.Action
	for _, a := range m.steps[step].Actions() {
		if a.Title == "" || slices.Contains(movements, a.Keys[0]) {
			continue
		}
		run := a.Run
		a.Title = m.steps[step].Name() + ": " + a.Title
		a.Keys, a.Blocked = nil, cmp.Or(m.blockedReason(step), a.Blocked)
		a.Run = func() tea.Cmd {
			cmd := m.jump(step)
			if m.current != step {
				return cmd
			}
			return tea.Batch(cmd, run())
		}
		actions = append(actions, a)
	}
	return actions
}

// movements are keys that make no sense on a step that isn't seen.
var movements = []string{"up", "down", "left", "right", "pgup", "pgdown", "home", "end", "tab", "shift+tab", "enter", "esc", "alt+up", "alt+down"}

func (m *Model) toggleMouse() tea.Cmd {
	m.mouseOff = !m.mouseOff
	if m.mouseOff {
		return ui.SetStatus(ui.Plain, "mouse off: select text with it; m turns it on again")
	}
	return ui.SetStatus(ui.Plain, "mouse on")
}

// unsaved reports whether quitting would lose work: something that was typed
// and can't be had again by looking at the server once more.
func (m *Model) unsaved() bool {
	now, before := m.session.Clone(), m.saved
	if !before.Pin.Pinned() { // a new look brings it back; to take another pin was the user's word
		now.Pin, now.Firmware.Buffers = before.Pin, before.Firmware.Buffers
	}
	forgetGiven(now, before)
	if proposed(now) && proposed(before) { // the name follows the address
		now.Firmware.Name = before.Firmware.Name
	}
	now.Target = before.Target
	if !now.Request.Equal(before.Request) {
		return true
	}
	// Reflection would take a fifth of a frame to compare requests.
	now.Request = before.Request
	return !reflect.DeepEqual(now, before) || m.form.Editing() || m.firmware.Editing() //nolint:govet // a profile holds errors only as warnings of its file
}

// forgetGiven takes the secrets out of now that were asked for because the file
// can't hold them.
func forgetGiven(now, before *profile.Profile) {
	for i := range min(len(now.Request.Headers), len(before.Request.Headers)) {
		if h := &now.Request.Headers[i]; h.Secret && before.Request.Headers[i].Value == "" {
			h.Value = ""
		}
	}
	for i := range min(len(now.Request.Fields), len(before.Request.Fields)) {
		if f := &now.Request.Fields[i]; f.HoldsSecret() && before.Request.Fields[i].Value == "" {
			f.Value = ""
		}
	}
}

// proposed reports whether the sketch has the name that its address suggests.
func proposed(p *profile.Profile) bool { return p.Firmware.Name == codegen.ProposeName(p.Target.Host) }

func (m *Model) quit() tea.Cmd {
	if !m.unsaved() && !m.board.Flashing() {
		return tea.Quit
	}
	if q, asked := m.overlay.(*ui.Question); asked && q.Title == quitTitle {
		return tea.Quit // asked already: ctrl+c twice always quits
	}
	if m.board.Flashing() && !m.unsaved() {
		m.overlay = &ui.Question{Kit: m.kit, Title: quitTitle, Yes: "quit", Destroys: true, Body: "The board is being flashed. Cut off half-way, it must be flashed again.", Run: func() tea.Cmd { return tea.Quit }}
		return nil
	}
	m.overlay = &ui.Question{
		Kit: m.kit, Title: quitTitle, Yes: "quit without saving", Destroys: true,
		Body: "The form or the settings have changed since they were saved. Secrets and the Wi-Fi password are never saved.",
		Run:  func() tea.Cmd { return tea.Quit },
		Or:   []ui.Action{{Keys: []string{"ctrl+s", "s"}, Label: "save and quit", Title: "Save the profile and quit", Run: m.saveAndQuit}},
	}
	return nil
}

func (m *Model) saveAndQuit() tea.Cmd {
	return m.saveThen(func() tea.Cmd { return tea.Quit })
}

const quitTitle = "Quit without saving?"

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
		return []ui.Action{{Keys: []string{"ctrl+c"}, Label: "quit"}, {Keys: []string{"f1"}, Label: "help"}}
	}
	end := []ui.Action{{Keys: []string{"ctrl+p"}, Label: "find an action"}}
	if m.current > stepConnect {
		end = append(end, ui.Action{Keys: []string{"esc"}, Label: "back"})
	}
	return append(end, ui.Action{Keys: []string{"q"}, Label: "quit"}, ui.Action{Keys: []string{"?"}, Label: "help"})
}

// Package firmware is the last step: the settings that only the board needs, a
// preview of the source, and the files on disk.
package firmware

import (
	"bytes"
	"slices"

	tea "charm.land/bubbletea/v2"

	"espost/codegen"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/tui/ui"
)

// Written is sent when the sketch's folder is on disk.
type Written struct {
	Folder   string // as the user would type it
	Full     string // the same, absolute
	Profile  string // the profile's file, absolute
	Commands []codegen.Command
	Summary  string // what was written, for people
	Found    string // what arduino_secrets.h had and keeps, as sketchdir says it; "" for nothing
	ToFillIn string // what arduino_secrets.h lacks, as sketchdir says it; "" for nothing
}

// Model is the step. It edits the profile's firmware settings in place.
type Model struct {
	kit     *ui.Kit
	profile *profile.Session

	cursor  int
	rows    ui.Scroll // of the settings
	editor  *editor
	dropped map[string]string // what was typed and not kept, by setting
	files   codegen.Folder    // as the settings stand
	problem error             // why there are none
	odd     problem.List      // what is no mistake and yet odd
	file    int               // shown in the preview
	listing listing           // of that file
	scroll  ui.Scroll         // in the preview
	whole   bool              // the file is shown at full width
	inSight bool              // there was room for it in the last frame
	written *Written          // what is on disk, nil before
	onDisk  codegen.Folder    // its files
	guide   guide
	leadsOn bool   // the board's step comes after this one
	full    string // the folder's absolute path
	renewal string // what becomes of the boards at the next one
	moved   bool   // the folder was changed since the sketch was written
	zones   ui.Zones

	keyFolder string
	key       string // the signing key's file, as it was named last; "" for the one in keyFolder
}

// New returns the step for the session's firmware. Signing keys are kept in keyFolder
// unless the user says otherwise.
func New(kit *ui.Kit, s *profile.Session, keyFolder string) *Model {
	m := &Model{kit: kit, profile: s, keyFolder: keyFolder, dropped: map[string]string{}}
	m.cursor = len(m.settings())
	return m
}

// Name implements ui.Step.
func (m *Model) Name() string { return "Firmware" }

// About implements ui.Step.
func (m *Model) About() string {
	return "The sketch is written into a folder of its own, ready for arduino-cli and PlatformIO. The Wi-Fi password goes into arduino_secrets.h and nowhere else. " +
		"Left empty, the Wi-Fi settings become placeholders to fill in there. readings.h is yours: it is created once and never overwritten. " +
		"Renewal says what becomes of the board when the server's certificate is renewed; with signed pins it learns the next one by itself."
}

// Enter implements ui.Step.
func (m *Model) Enter() tea.Cmd {
	if m.editor == nil {
		m.cursor = len(m.settings())
	}
	m.refresh()
	m.guide.shown = m.guide.shown && m.Done()
	return nil
}

// Editing implements ui.Step.
func (m *Model) Editing() bool { return m.editor != nil }

// refresh generates the files for the settings as they stand, and works out what frames tell of them.
func (m *Model) refresh() {
	m.files, m.problem = codegen.Generate(m.profile.Project)
	m.odd = slices.DeleteFunc(m.profile.Project.Validate(), func(p problem.Problem) bool {
		_, here := problem.List{p}.At("firmware", "request.fields")
		return !here || p.Severity != problem.Warning
	})
	m.file = min(m.file, max(0, len(m.files)-1))
	m.full, m.renewal = sanitize.Line(m.kit.Absolute(m.folder())), problem.Sentence(m.profile.AtRenewal())
}

// Done reports whether what is on disk is what the settings say.
func (m *Model) Done() bool {
	return m.written != nil && !m.moved && slices.EqualFunc(m.files, m.onDisk, func(a, b codegen.File) bool {
		return a.Path == b.Path && bytes.Equal(a.Data, b.Data)
	})
}

// Stale reports whether what is on disk was written here and is no longer what
// the settings say.
func (m *Model) Stale() bool {
	if m.written == nil {
		return m.moved
	}
	m.refresh()
	return !m.Done()
}

// LeadOn tells whether there is a step after this one.
func (m *Model) LeadOn(on bool) { m.leadsOn = on }

// folder is where the sketch goes.
func (m *Model) folder() string { return m.profile.SketchFolder() }

// Actions implements ui.Step.
func (m *Model) Actions() []ui.Action {
	switch {
	case m.editor != nil:
		return m.editor.actions(m)
	case m.guide.shown:
		return m.guideActions()
	case m.whole:
		return m.wholeActions()
	}
	write := ui.Action{Keys: []string{"w"}, Label: "write the files", Title: "Write the files", Run: m.write}
	settings := m.settings()
	var actions []ui.Action
	switch {
	case m.cursor < len(settings) && settings[m.cursor].turn != nil:
		s := settings[m.cursor]
		turn := ui.Action{Keys: []string{"enter", "space", "right"}, Label: "change", Title: "Change " + s.title, Run: m.turn(1)}
		if s.set != nil {
			actions = []ui.Action{{Keys: []string{"enter"}, Label: "find", Title: "Find " + s.title + " by name", Run: m.edit}}
			turn.Keys = turn.Keys[1:]
		}
		actions = append(actions, turn,
			ui.Action{Keys: []string{"left"}, Title: "Change " + s.title + " back", Run: m.turn(-1)},
			write,
		)
	case m.cursor < len(settings) && settings[m.cursor].open != nil:
		s := settings[m.cursor]
		actions = []ui.Action{{Keys: []string{"enter"}, Label: "set up", Title: "Set up " + s.title, Run: s.open}, write}
	case m.cursor < len(settings):
		s := settings[m.cursor]
		actions = []ui.Action{{Keys: []string{"enter"}, Label: "edit", Title: "Edit " + s.title, Run: m.edit}, write}
	case m.Done():
		write.Label = "write again"
		actions = []ui.Action{{Keys: []string{"enter"}, Label: "what comes next", Title: "Show what comes next", Run: m.showGuide}, write}
	default:
		write.Keys = []string{"enter", "w"}
		actions = []ui.Action{write}
	}
	up := "settings"
	if m.cursor < len(settings) {
		up = ""
	}
	actions = append(actions,
		ui.Action{Keys: []string{"up", "k"}, Label: up, Title: "Up", Run: func() tea.Cmd { m.move(-1); return nil }},
		ui.Action{Keys: []string{"down", "j"}, Title: "Down", Run: func() tea.Cmd { m.move(1); return nil }},
		ui.Action{Keys: []string{"v"}, Label: "view source", Title: "Show the source at full width", Run: m.toggleWhole},
	)
	actions = append(actions, m.renewalActions()...)
	return append(actions, m.fileActions("ctrl+b", "ctrl+f")...)
}

// fileActions are what can be done with the file that is shown; the last one
// copies the command that flashes it.
func (m *Model) fileActions(up, down string) []ui.Action {
	var actions []ui.Action
	if m.inSight {
		actions = append([]ui.Action{
			{Keys: []string{"tab", "]"}, Label: "next file", Title: "Show the next file", Run: m.show(1)},
			{Keys: []string{"shift+tab", "["}, Title: "Show the file before", Run: m.show(-1)},
			{Keys: []string{"Y"}, Title: "Copy the file, secrets masked", Run: m.copyFile},
		}, m.scroll.Actions([]string{up}, []string{down})...)
	}
	if file, ok := m.shown(); ok && m.inSight && m.hide(string(file.Data), request.Mask) != string(file.Data) {
		actions = append(actions, ui.Action{Keys: []string{"ctrl+y"}, Title: "Copy the file with its secrets", Run: m.copySecrets})
	}
	return append(actions, ui.Action{Keys: []string{"y"}, Title: "Copy the command that flashes it", Run: m.copyCommand})
}

// wholeActions are what can be done with a file at full width.
func (m *Model) wholeActions() []ui.Action {
	return append([]ui.Action{
		{Keys: []string{"enter", "esc", "v"}, Label: "settings", Title: "Back to the settings", Run: m.toggleWhole},
	}, m.fileActions("up", "down")...)
}

func (m *Model) toggleWhole() tea.Cmd {
	m.whole = !m.whole
	m.scroll.To(0)
	return nil
}

func (m *Model) move(by int) { m.cursor = min(max(m.cursor+by, 0), len(m.settings())) }

func (m *Model) show(by int) func() tea.Cmd {
	return func() tea.Cmd {
		if n := len(m.files); n > 0 {
			m.file = (m.file + by + n) % n
			m.scroll.To(0)
		}
		return nil
	}
}

func (m *Model) copyCommand() tea.Cmd {
	if m.written == nil {
		return ui.SetStatus(ui.Plain, "the command comes with the files: write them first, or copy the file shown with Y")
	}
	return m.kit.Copy("command", m.written.Commands[m.guide.command].Line)
}

// shown is the file that the preview shows.
func (m *Model) shown() (file codegen.File, ok bool) {
	if m.file >= len(m.files) {
		return codegen.File{}, false
	}
	return m.files[m.file], true
}

// copyFile copies the file as it is shown.
func (m *Model) copyFile() tea.Cmd {
	file, ok := m.shown()
	if !ok {
		return ui.SetStatus(ui.Caution, "there is no file to copy")
	}
	text := m.hide(string(file.Data), request.Mask)
	if text != string(file.Data) {
		return m.kit.Copy(file.Path+", secrets masked,", text)
	}
	return m.kit.Copy(file.Path, text)
}

// copySecrets copies the file as it is written.
func (m *Model) copySecrets() tea.Cmd {
	file, ok := m.shown()
	if !ok {
		return ui.SetStatus(ui.Caution, "there is no file to copy")
	}
	return m.kit.CopySecrets(file.Path, string(file.Data))
}

// Update implements ui.Step.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case comparedMsg:
		if msg.of == m.profile { // else other work is in hand by now
			return m.compared(msg)
		}
	case wroteMsg:
		if msg.of == m.profile {
			return m.wrote(msg)
		}
	case ownedMsg:
		if msg.of == m.profile {
			return m.owned(msg)
		}
	case tea.MouseWheelMsg:
		if m.guide.shown {
			m.guide.wheel(msg, len(m.written.Commands))
			return nil
		}
		m.scroll.Wheel(msg)
	case tea.MouseClickMsg:
		return m.zones.Click(msg)
	case tea.KeyPressMsg, tea.PasteMsg:
		if m.editor != nil {
			return m.editor.update(msg)
		}
		if paste, ok := msg.(tea.PasteMsg); ok {
			return m.paste(paste)
		}
	}
	return nil
}

// paste opens the setting at the cursor with what was pasted, where it is a text.
func (m *Model) paste(msg tea.PasteMsg) tea.Cmd {
	settings := m.settings()
	if m.guide.shown || m.whole || m.cursor >= len(settings) || settings[m.cursor].set == nil {
		return ui.SetStatus(ui.Plain, "nothing was pasted: go to a setting that is a text, such as Wi-Fi, and paste there")
	}
	m.edit()
	m.editor.input.SetValue("")
	return m.editor.update(msg)
}

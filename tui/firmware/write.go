package firmware

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/codegen"
	"espost/codegen/sketchdir"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/tui/ui"
)

type (
	// comparedMsg says what writing would change in the folder.
	comparedMsg struct {
		of      *profile.Session
		files   codegen.Folder
		folder  string
		changes sketchdir.Changes
		beside  string // a name for the sketch whose folder isn't there yet
		err     error
	}
	// wroteMsg says what came of writing.
	wroteMsg struct {
		of      *profile.Session
		files   codegen.Folder
		folder  string
		changes sketchdir.Changes // that were made
		full    string            // absolute paths of the folder and the profile's file
		file    string
		err     error
	}
)

// write looks at what is in the folder already; if writing would replace
// nothing, the files follow at once.
func (m *Model) write() tea.Cmd {
	m.refresh()
	if m.problem != nil {
		return ui.SetStatus(ui.Caution, "the firmware can't be written as the settings stand")
	}
	of, files, folder := m.profile, m.files, m.folder()
	return func() tea.Msg {
		changes, err := sketchdir.Compare(folder, files)
		return comparedMsg{of, files, folder, changes, unused(folder), err}
	}
}

// compared goes on to writing, or asks first when something would be replaced.
func (m *Model) compared(msg comparedMsg) tea.Cmd {
	if msg.err != nil {
		return ui.SetStatus(ui.Failure, msg.err.Error())
	}
	question := ask(msg.changes)
	if question == "" {
		return m.put(msg)
	}
	ask := &ui.Question{
		Kit: m.kit, Diff: true, Title: "Replace files in " + sanitize.Line(m.shownFolder()) + "?", Yes: "replace",
		Body: strings.ReplaceAll(question, request.Mask, strings.Repeat(m.kit.Mask, 8)),
		Run:  func() tea.Cmd { return m.put(msg) },
	}
	if slices.ContainsFunc(msg.changes, func(c sketchdir.Change) bool { return c.State.NeedsConsent() }) { // mutant TestWritingBesideWhatIsThere in ./tui: c.State.NeedsConsent() => false
		ask.Destroys = true
		ask.Or = []ui.Action{{Keys: []string{"2"}, Label: "write to " + msg.beside, Title: "Write to a folder of its own, " + msg.beside, Run: func() tea.Cmd {
			m.profile.Firmware.Name = msg.beside
			return m.write()
		}}}
	}
	return ui.Show(ask)
}

// unused is the name of a folder beside folder that isn't there yet: NAME-2, or
// the next.
func unused(folder string) string {
	name := filepath.Base(folder)
	for i := 2; ; i++ {
		end := fmt.Sprintf("-%d", i)
		other := name[:min(len(name), codegen.MaxName-len(end))] + end
		if _, err := os.Lstat(filepath.Join(filepath.Dir(folder), other)); err != nil {
			return other
		}
	}
}

// ask lists what writing would replace, and then the lines that differ; "" when
// nothing is lost by it.
func ask(changes sketchdir.Changes) string {
	var losses, diffs []string
	for _, c := range changes {
		if loss := c.State.Loss(); loss != "" {
			losses = append(losses, sanitize.Line(c.Path)+" "+loss)
			diffs = append(diffs, "", sanitize.Text(c.Diff))
		}
	}
	return strings.Join(append(losses, diffs...), "\n")
}

// put writes the files, and replaces only what was compared.
func (m *Model) put(msg comparedMsg) tea.Cmd {
	absolute, file := m.kit.Absolute, m.profile.File
	return func() tea.Msg {
		changes, err := sketchdir.Write(msg.folder, msg.files, sketchdir.Options{Agreed: msg.changes})
		return wroteMsg{msg.of, msg.files, msg.folder, changes, absolute(msg.folder), absolute(file), err}
	}
}

func (m *Model) wrote(msg wroteMsg) tea.Cmd {
	if msg.err != nil {
		return ui.SetStatus(ui.Failure, msg.err.Error())
	}
	if err := m.profile.Wrote(msg.folder); err != nil {
		return ui.SetStatus(ui.Failure, err.Error())
	}
	m.written = &Written{
		Folder: m.shownFolder(), Commands: codegen.Commands(m.profile.Project, m.shownFolder()),
		Summary: msg.changes.Summary(sanitize.Line(m.shownFolder())), Found: msg.changes.Found(), ToFillIn: msg.changes.ToFillIn(),
		Full: msg.full, Profile: msg.file,
	}
	m.onDisk, m.moved = msg.files, false
	m.showGuide()
	done := *m.written
	return func() tea.Msg { return done }
}

// shownFolder is the folder as the user would type it.
func (m *Model) shownFolder() string {
	folder := m.folder() + string(filepath.Separator)
	if filepath.IsLocal(folder) {
		return "." + string(filepath.Separator) + folder
	}
	return folder
}

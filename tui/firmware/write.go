package firmware

import (
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/codegen"
	"espost/codegen/sketchdir"
	"espost/internal/sanitize"
	"espost/request"
	"espost/tui/ui"
)

type (
	// comparedMsg says what writing would change in the folder.
	comparedMsg struct {
		files   codegen.Folder
		folder  string
		changes sketchdir.Changes
		err     error
	}
	// wroteMsg says what came of writing.
	wroteMsg struct {
		files   codegen.Folder
		folder  string
		changes sketchdir.Changes // that were made
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
	files, folder := m.files, m.folder()
	return func() tea.Msg {
		changes, err := sketchdir.Compare(folder, files)
		return comparedMsg{files, folder, changes, err}
	}
}

// compared goes on to writing, or asks first when something would be replaced.
func (m *Model) compared(msg comparedMsg) tea.Cmd {
	if msg.err != nil {
		return ui.SetStatus(ui.Failure, msg.err.Error())
	}
	question := ask(msg.changes)
	if question == "" {
		return put(msg)
	}
	ask := &ui.Question{
		Kit: m.kit, Diff: true, Title: "Replace files in " + sanitize.Line(m.shownFolder()) + "?", Yes: "replace",
		Body: strings.ReplaceAll(question, request.Mask, strings.Repeat(m.kit.Mask, 8)),
		Run:  func() tea.Cmd { return put(msg) },
	}
	return func() tea.Msg { return ui.Ask{Question: ask} }
}

// ask lists what writing would replace, with the lines that differ; "" when
// nothing is lost by it.
func ask(changes sketchdir.Changes) string {
	var lines []string
	for _, c := range changes {
		if loss := c.State.Loss(); loss != "" {
			lines = append(lines, sanitize.Line(c.Path)+" "+loss, sanitize.Text(c.Diff), "")
		}
	}
	return strings.Join(lines, "\n")
}

// put writes the files, and replaces only what was compared.
func put(msg comparedMsg) tea.Cmd {
	return func() tea.Msg {
		changes, err := sketchdir.Write(msg.folder, msg.files, sketchdir.Options{Agreed: msg.changes})
		return wroteMsg{msg.files, msg.folder, changes, err}
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
	}
	m.onDisk = msg.files
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

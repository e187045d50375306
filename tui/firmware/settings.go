package firmware

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/duration"
	"espost/internal/sanitize"
	"espost/tui/ui"
)

// A setting is one line of the left column: a text to edit (set), a choice to
// turn, or both.
type setting struct {
	title  string
	about  string // a sentence for the foot of the page
	where  string // its place in a profile, where something may be odd about it
	shown  string // as it may be shown
	value  string // as it is edited
	hint   string // in the empty input
	secret bool
	set    func(string) error
	turn   func(by int)
	open   func() tea.Cmd              // what asks for more than one text
	find   func(typed string) []string // what the text may mean, the likeliest first
}

func (m *Model) settings() []setting {
	fw := &m.profile.Firmware
	board := fw.Board
	wifi, password := sanitize.Line(fw.SSID), strings.Repeat(m.kit.Mask, 8)
	if fw.SSID == "" {
		wifi = m.kit.Caution.Render("to fill in later")
	}
	if fw.Password == "" {
		password = m.kit.Faint.Render("empty")
		if fw.SSID == "" {
			password = m.kit.Caution.Render("to fill in later")
		}
	}
	offline := m.profile.Wear() + "."
	if !board.HasFileSystem() {
		offline = "This board's flash has no room for readings to wait in."
	}
	battery := setting{title: "Battery", shown: orUnknown(fw.Battery.String()), value: fw.Battery.String(), hint: "2500mAh; empty: not known", set: func(s string) error { return setBattery(fw, s) },
		about: m.profile.Power() + "."}
	place := slices.IndexFunc(esp8266.Boards(), func(b esp8266.Board) bool { return b == board }) + 1
	const columns = 18 // for a name that is being chosen
	which := "Board"
	if ui.Width(board.Name) > columns {
		which = board.Name + ": board"
	}
	all := []setting{
		{title: "Board", shown: board.Name, turn: func(by int) { turnBoard(fw, by) },
			hint: "a part of its name", find: boardNames, set: func(s string) error { return setBoard(fw, s) },
			about: fmt.Sprintf("%s %d of %d; type a part of its name after enter. It decides on the LED, the flash layout and the upload.", which, place, len(esp8266.Boards()))},
		{title: "Wi-Fi", shown: wifi, value: fw.SSID, hint: "the network's name", set: func(s string) error { fw.SSID = s; return nil },
			about: "The network that the board shall join, on 2.4 GHz. Left empty, you put it into arduino_secrets.h yourself."},
		{title: "Password", shown: password, value: fw.Password, hint: "of the network", secret: true, set: func(s string) error { fw.Password = s; return nil },
			about: "It goes into arduino_secrets.h, which git ignores and you alone can read, and nowhere else."},
		{title: "Every", shown: duration.Format(fw.Every), value: duration.Format(fw.Every), hint: "60s, 5m, 1h", set: func(s string) error { return setEvery(fw, s) },
			about: "How often the board sends the form: 60s, 5m, 1h30m, 1d."},
		{title: "Keep offline", shown: fw.Keep.Text(), turn: func(by int) { turnKeep(fw, by) }, about: offline},
		{title: "Deep sleep", shown: yes(fw.DeepSleep), turn: func(int) { fw.DeepSleep = !fw.DeepSleep },
			about: "Between two POSTs the board sleeps, for batteries. A wire from GPIO 16 (D0) to RST wakes it. " + m.profile.Power() + "."},
		{title: "Blink LED", shown: yes(fw.LED), turn: func(int) { fw.LED = !fw.LED },
			about: "One blink for a delivered reading, three for a failure."},
		{title: "OTA updates", shown: yes(fw.OTA), turn: func(int) { fw.OTA = !fw.OTA }, about: fw.OTACost() + ".", where: "firmware.ota"},
		m.renewalSetting(),
		{title: "Folder", shown: m.shownTail(), value: m.typedFolder(), hint: "name or path; ~ is your own folder", set: m.setFolder,
			about: "The sketch's name, or the path of its folder, which has that name: " + m.full + "."},
	}
	if fw.DeepSleep {
		at := slices.IndexFunc(all, func(s setting) bool { return s.title == "Deep sleep" })
		all = slices.Insert(all, at+1, battery)
	}
	return slices.Insert(all, slices.IndexFunc(all, func(s setting) bool { return s.title == "Keep offline" }), m.between()...)
}

func orUnknown(s string) string {
	if s == "" {
		return "not known"
	}
	return s
}

func setBattery(fw *codegen.Firmware, s string) (err error) {
	if strings.TrimSpace(s) == "" {
		fw.Battery = 0
		return nil
	}
	charge, err := codegen.ParseCharge(s)
	if err == nil {
		fw.Battery = charge
	}
	return err
}

// between are the settings of what goes on between two readings, where anything
// does.
func (m *Model) between() []setting {
	p := &m.profile.Project
	span := func(title, about string, to *time.Duration, now time.Duration) setting {
		return setting{title: title, about: about, shown: duration.Format(now), value: duration.Format(now), hint: "6s, 1m", set: func(s string) error {
			t, err := duration.Parse(strings.ReplaceAll(s, " ", ""))
			if err != nil {
				return fmt.Errorf("%q is no time; %w", s, err)
			}
			if t != now {
				*to = t
			}
			return nil
		}}
	}
	var all []setting
	if p.Samples() {
		all = append(all, span("Sample every", "How often numbers are looked at between two readings, for their mean, minimum and maximum and for limits.", &p.SampleEvery, p.Sample()))
	}
	if p.Events() {
		all = append(all, span("At least", "The shortest time between a reading and one that something causes.", &p.MinGap, p.Gap()))
	}
	return all
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func turnBoard(fw *codegen.Firmware, by int) {
	all := esp8266.Boards()
	at := slices.IndexFunc(all, func(b esp8266.Board) bool { return b == fw.Board })
	takeBoard(fw, all[(at+by+len(all))%len(all)])
}

func takeBoard(fw *codegen.Firmware, b esp8266.Board) { fw.Board, fw.Keep = b, fw.Keep.OnBoard(b) }

func boardNames(typed string) []string {
	var names []string
	for _, b := range esp8266.SearchBoards(typed) {
		names = append(names, b.Name)
	}
	return names
}

// setBoard takes the likeliest board for what is typed; nothing changes nothing.
func setBoard(fw *codegen.Firmware, typed string) error {
	found := esp8266.SearchBoards(typed)
	switch {
	case strings.TrimSpace(typed) == "":
	case len(found) == 0:
		return fmt.Errorf("no board is called %q; type a part of the name printed on it, or of its chip", typed)
	default:
		takeBoard(fw, found[0])
	}
	return nil
}

func turnKeep(fw *codegen.Firmware, by int) {
	all := codegen.Keeps()
	at := max(0, slices.Index(all, fw.Keep))
	fw.Keep = all[(at+by+len(all))%len(all)].OnBoard(fw.Board)
}

func setEvery(fw *codegen.Firmware, s string) error {
	interval, err := duration.Parse(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		return fmt.Errorf("%q is no time; %w", s, err)
	}
	if p := codegen.CheckEvery(interval); p != nil {
		return p
	}
	fw.Every = interval
	return nil
}

// setFolder takes the sketch's name, or a path of its folder.
func (m *Model) setFolder(s string) error {
	s = strings.TrimSpace(s)
	if s == m.typedFolder() {
		return nil
	}
	before := m.profile.Folder
	if err := m.profile.Place(s); err != nil {
		return err
	}
	m.moved = m.moved || m.profile.Folder != before
	return nil
}

// typedFolder is the sketch's folder as it is edited: its name where that says it
// all, else the path.
func (m *Model) typedFolder() string {
	if filepath.Dir(m.folder()) == filepath.Dir(m.profile.File) {
		return m.profile.Firmware.Name
	}
	return m.folder()
}

// shownTail is the folder as it fits into a column: the end of a long path.
func (m *Model) shownTail() string {
	const columns = 26
	folder := sanitize.Line(strings.TrimSuffix(m.shownFolder(), string(filepath.Separator)))
	for ui.Width(folder) > columns {
		_, rest, ok := strings.Cut(strings.TrimPrefix(folder, m.kit.Ellipsis+"/"), "/")
		if !ok {
			break
		}
		folder = m.kit.Ellipsis + "/" + rest
	}
	return folder
}

func (m *Model) turn(by int) func() tea.Cmd {
	return func() tea.Cmd {
		m.settings()[m.cursor].turn(by)
		m.refresh()
		return nil
	}
}

func (m *Model) edit() tea.Cmd {
	s := m.settings()[m.cursor]
	e := &editor{kit: m.kit, setting: s, input: m.kit.NewInput(s.hint, 0)}
	if s.secret {
		e.input.EchoMode = textinput.EchoPassword
	}
	e.input.SetValue(s.value)
	if text, ok := m.dropped[s.title]; ok {
		e.input.SetValue(text)
		delete(m.dropped, s.title)
	}
	e.input.Focus()
	m.editor = e
	return nil
}

// Typed returns what is being typed and not yet in the settings, "" for nothing.
func (m *Model) Typed() string {
	if m.editor == nil {
		return ""
	}
	return m.editor.input.Value()
}

// An editor edits one setting's text.
type editor struct {
	kit     *ui.Kit
	setting setting
	input   textinput.Model
	problem error
}

func (e *editor) update(msg tea.Msg) tea.Cmd {
	return ui.Edit(&e.input, msg)
}

func (e *editor) actions(m *Model) []ui.Action {
	actions := []ui.Action{
		{Keys: []string{"enter"}, Label: "keep", Title: "Keep " + e.setting.title, Run: m.accept},
		{Keys: []string{"down", "tab"}, Title: "Keep and go to the next setting", Run: func() tea.Cmd {
			m.accept()
			if m.editor == nil {
				m.move(1)
			}
			return nil
		}},
		{Keys: []string{"esc"}, Label: "leave as it was", Title: "Leave it as it was", Run: m.leave},
	}
	if e.setting.secret {
		actions = append(actions, ui.Reveals(&e.input))
	}
	return actions
}

// lines draw the editor in the place of its setting.
func (e *editor) lines(width int) []string {
	k := e.kit
	k.Dress(&e.input)
	lines := []string{k.Title.Render(k.Cursor) + " " + k.Strong.Render(e.setting.title), "  " + k.InputBox(&e.input, width-2)}
	if e.setting.find != nil {
		found := e.setting.find(e.input.Value())
		for i, name := range found[:min(len(found), 6)] {
			mark := "  "
			if i == 0 && e.input.Value() != "" {
				mark = k.Accent.Render(k.Cursor) + " "
			}
			lines = append(lines, "  "+mark+ui.Truncate(name, width-4, k.Ellipsis))
		}
	}
	if e.problem != nil {
		lines = append(lines, strings.Split(k.Bad.Render(ui.Indent(ui.Wrap(sanitize.Line(e.problem.Error()), width-2), 2)), "\n")...)
	}
	return lines
}

// leave keeps the setting as it was; what was typed is there again when it is
// edited the next time.
func (m *Model) leave() tea.Cmd {
	e := m.editor
	m.editor = nil
	if e.input.Value() == e.setting.value {
		return nil
	}
	m.dropped[e.setting.title] = e.input.Value()
	return ui.SetStatus(ui.Plain, "left as it was; editing it again brings the text back")
}

// Keep takes over what is open in an editor; the error says why it can't be.
func (m *Model) Keep() error {
	if m.editor == nil {
		return nil
	}
	m.accept()
	if m.editor != nil {
		return m.editor.problem
	}
	return nil
}

func (m *Model) accept() tea.Cmd {
	e := m.editor
	if e.problem = e.setting.set(e.input.Value()); e.problem != nil {
		return nil
	}
	m.editor = nil
	m.refresh()
	return nil
}

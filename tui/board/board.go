// Package board is the sixth step: the sketch is compiled and flashed by the
// user's own tool chain, and the board is watched until it delivers.
package board

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"espost/device"
	"espost/internal/problem"
	"espost/profile"
	"espost/tui/ui"
)

// Finished is sent when the user is done with the app.
type Finished struct{}

// Found is sent when it is known whether there is anything to flash with or to:
// a port that may be a board's, or a tool chain.
type Found struct{ Any bool }

// Model is the step.
type Model struct {
	kit     *ui.Kit
	session *profile.Session
	outside Outside

	looked bool // the outside was asked
	found  found
	port   int // the chosen one
	tool   int
	onTool bool // the arrow keys choose the tool rather than the port

	job      ui.Job
	released chan struct{} // closed when the run before has let go of the port
	flashing bool
	progress device.Progress
	failed   error // why the last run ended

	baud      int
	verdict   verdict
	delivered int
	serial    serial
	recorder  *recorder
	logPath   string // "" while nothing is logged
	zones     ui.Zones

	asking  *asking     // for a board in the network; nil while nobody is asked
	network device.Port // the one that was named; zero for none
	sent    bool        // it has got the sketch
}

// A verdict is the one thing that counts of what the board has said.
type verdict struct {
	tone ui.Tone
	text string
}

// New returns the step for the session's sketch. No function of outside may be
// nil.
func New(kit *ui.Kit, s *profile.Session, outside Outside) *Model {
	released := make(chan struct{})
	close(released)
	return &Model{kit: kit, session: s, outside: outside, released: released, recorder: new(recorder)}
}

// Name implements ui.Step.
func (m *Model) Name() string { return "Board" }

// About implements ui.Step.
func (m *Model) About() string {
	return "The sketch is compiled and uploaded by arduino-cli or PlatformIO, whichever is there; then the board's serial port is shown, and what its lines mean beside them. " +
		"The step ends when the board has delivered its first reading; it can be left at any time."
}

// Enter implements ui.Step. Nothing is flashed before the user says so.
func (m *Model) Enter() tea.Cmd {
	if m.job.Running() {
		return nil
	}
	return m.Look()
}

// Editing implements ui.Step.
func (m *Model) Editing() bool { return m.serial.search.Typing || m.asking != nil }

// Flashing reports whether a board is being flashed: it should not be left half
// done.
func (m *Model) Flashing() bool { return m.flashing && m.job.Running() }

// Percent is how far the upload is, -1 where that isn't known.
func (m *Model) Percent() int {
	if m.progress.Part != device.Upload {
		return -1
	}
	return m.progress.Percent
}

// Delivered reports whether the board has delivered a reading.
func (m *Model) Delivered() bool { return m.delivered > 0 }

// Released is closed when no run has a port open, or a tool at work.
func (m *Model) Released() <-chan struct{} { return m.released }

// Found reports whether there is a port that may be a board's, or a tool chain.
func (m *Model) Found() bool { return len(m.found.ports)+len(m.found.tools) > 0 }

// ready reports whether there is all that it takes to flash.
func (m *Model) ready() bool { return len(m.found.ports) > 0 && len(m.found.tools) > 0 }

// Actions implements ui.Step.
func (m *Model) Actions() []ui.Action {
	switch {
	case m.asking != nil:
		return m.asking.actions(m)
	case m.serial.search.Typing:
		return m.serial.search.Actions(func() tea.Cmd { return m.find(m.serial.scroll.Top(), 1) })
	case m.Flashing():
		return append([]ui.Action{{Keys: []string{"esc"}, Label: "cancel", Title: "Stop flashing", Run: m.stop}}, m.serialActions()...)
	case m.job.Running():
		return append([]ui.Action{
			{Keys: []string{"enter"}, Label: "finish", Title: "Leave the app", Run: m.finish},
			{Keys: []string{"space"}, Label: m.serial.pauseLabel(), Title: "Hold the lines still, and let them run again", Run: m.pause},
			{Keys: []string{"r"}, Label: "reset", Title: "Restart the board", Run: m.reset},
			{Keys: []string{"f"}, Label: "flash again", Title: "Compile and flash again", Run: m.flash},
			{Keys: []string{"esc"}, Label: "stop", Title: "Stop watching", Run: m.stop},
		}, m.serialActions()...)
	}
	return append(m.idleActions(), m.serialActions()...)
}

// idleActions are what can be done while nothing is under way.
func (m *Model) idleActions() []ui.Action {
	finish := ui.Action{Keys: []string{"enter"}, Label: "finish", Title: "Leave the app", Run: m.finish}
	var actions []ui.Action
	switch {
	case !m.ready():
		actions = append(actions, finish)
	case (m.Delivered() || m.sent) && m.failed == nil:
		actions = append(actions, finish, ui.Action{Keys: []string{"f"}, Label: "flash again", Title: "Compile and flash again", Run: m.flash})
	default:
		actions = append(actions, ui.Action{Keys: []string{"enter", "f"}, Label: "flash", Title: "Compile, flash and watch", Run: m.flash})
	}
	if m.session.Firmware.OTA {
		actions = append(actions, ui.Action{Keys: []string{"o"}, Label: "over the Wi-Fi", Title: "Flash over the Wi-Fi a board that runs this sketch already", Run: m.ask})
	}
	if len(m.found.ports) > 0 && !m.overNetwork() {
		actions = append(actions, ui.Action{Keys: []string{"w"}, Label: "watch only", Title: "Watch the board without flashing it", Run: func() tea.Cmd { return m.run(false, false) }})
	}
	actions = append(actions, ui.Action{Keys: []string{"u"}, Label: "look again", Title: "Look for ports and tools again", Run: m.lookAgain})
	if len(m.found.ports) > 1 || len(m.found.tools) > 1 {
		actions = append(actions,
			ui.Action{Keys: []string{"down", "j"}, Label: "another", Title: "Choose the next port or tool", Run: func() tea.Cmd { return m.choose(1) }},
			ui.Action{Keys: []string{"up", "k"}, Title: "Choose the port or tool before", Run: func() tea.Cmd { return m.choose(-1) }},
		)
	}
	if len(m.found.ports) > 1 && len(m.found.tools) > 1 {
		actions = append(actions, ui.Action{Keys: []string{"tab"}, Title: "Move the arrow keys to ports or tools", Run: func() tea.Cmd { m.onTool = !m.onTool; return nil }})
	}
	return actions
}

// serialActions are what can be done with the lines, and with those to come.
func (m *Model) serialActions() []ui.Action {
	log := ui.Action{Keys: []string{"l"}, Label: "log", Title: "Log the lines to a file, and no longer", Run: m.toggleLog}
	if len(m.serial.lines) == 0 {
		return []ui.Action{log}
	}
	actions := []ui.Action{
		{Keys: []string{"/"}, Label: "search", Title: "Search in the lines", Run: func() tea.Cmd { return m.serial.search.Start(m.kit) }},
		{Keys: []string{"n"}, Title: "Find the next place", Run: func() tea.Cmd { return m.find(m.serial.found+1, 1) }},
		{Keys: []string{"N"}, Title: "Find the place before", Run: func() tea.Cmd { return m.find(m.serial.found-1, -1) }},
		log,
		{Keys: []string{"y"}, Title: "Copy the lines", Run: m.copyLines},
	}
	if len(m.serial.plots) > 0 {
		actions = append(actions, ui.Action{Keys: []string{"p"}, Title: "Plot another number, or none", Run: func() tea.Cmd { m.serial.nextPlot(); return nil }})
	}
	return append(actions, m.serial.scrolls()...)
}

func (m *Model) finish() tea.Cmd { return func() tea.Msg { return Finished{} } }

// choose moves among the ports, or the tools.
func (m *Model) choose(by int) tea.Cmd {
	ports, tools := len(m.found.ports), len(m.found.tools)
	if m.onTool && tools > 1 || ports < 2 {
		m.tool = (m.tool + by + tools) % tools
		return nil
	}
	m.port = (m.port + by + ports) % ports
	return nil
}

// takeFound takes in what the outside has, and keeps the choice where it is still
// there.
func (m *Model) takeFound(f found) tea.Cmd {
	name := func(all []device.Port, i int) string {
		if i < len(all) {
			return all[i].Name
		}
		return ""
	}
	before := name(m.found.ports, m.port)
	if m.network.Name != "" {
		f.ports = append(f.ports, m.network)
	}
	m.looked, m.found = true, f
	m.port = max(0, slices.IndexFunc(f.ports, func(p device.Port) bool { return p.Name == before }))
	m.tool = min(m.tool, max(0, len(f.tools)-1))
	anything := m.Found()
	return func() tea.Msg { return Found{anything} }
}

// Update implements ui.Step.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case found:
		return m.takeFound(msg)
	case eventsMsg:
		return m.take(msg)
	case ui.Tick:
		return m.job.Turn(msg)
	case loggedMsg:
		return m.logged(msg)
	case postedMsg:
		return m.posted(msg)
	case tea.MouseWheelMsg:
		m.serial.wheel(msg)
	case tea.MouseClickMsg:
		return m.zones.Click(msg)
	case tea.KeyPressMsg, tea.PasteMsg:
		if m.asking != nil {
			return ui.Edit(&m.asking.input, msg)
		}
		if m.serial.search.Typing {
			return m.serial.search.Update(msg)
		}
	}
	return nil
}

// event takes in what one event of a run tells.
func (m *Model) event(e any) {
	switch e := e.(type) {
	case device.Progress:
		m.progress = e
	case uploaded:
		m.flashing = false
		m.progress.Size = device.Size(e)
		if m.overNetwork() {
			m.sentOver()
		}
	case device.Event:
		if e.Kind == device.Silent && m.delivered > 0 {
			return // between two readings
		}
		m.serial.add(e)
		m.judge(e)
	case ended:
		m.job.Stop()
		m.failed, m.flashing = e.err, false
	}
}

// judge keeps the one thing that counts.
func (m *Model) judge(e device.Event) {
	problems := func(tone ui.Tone, p *problem.Problem) { m.verdict = verdict{tone, p.Sentences()} }
	switch {
	case e.Kind == device.Opened, e.Kind == device.Baud:
		m.baud = e.Baud
		m.verdict = verdict{}
	case e.Problem != nil:
		problems(ui.Caution, e.Problem)
	case e.Milestone == device.Delivered:
		if m.delivered++; m.delivered == 1 {
			m.verdict = verdict{ui.Success, "The board has delivered its first reading."}
		} else {
			m.verdict = verdict{ui.Success, "The board delivers: " + readings(m.delivered) + " so far."}
		}
	case e.Milestone.Final():
		problems(ui.Failure, e.Milestone.Problem())
	case e.Milestone == device.Crashed && len(e.Explanations) > 0:
		m.verdict = verdict{ui.Failure, problem.Sentence(e.Explanations[0].Message)} // the cure stands beside the line
	case e.Milestone == device.Started, e.Milestone == device.Online:
		m.verdict = verdict{ui.Plain, problem.Sentence(e.Summary)}
	case e.Summary != "":
		m.verdict = verdict{ui.Caution, problem.Sentence(e.Summary)}
	}
}

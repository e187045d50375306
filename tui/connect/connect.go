// Package connect is the first step: where will the board send its data? It
// understands what was typed, looks at the server, and hands on the report.
package connect

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"espost/imports"
	"espost/internal/problem"
	"espost/internal/recent"
	"espost/request"
	"espost/services"
	"espost/tlsinspect"
	"espost/tui/ui"
)

// InspectFunc looks at a target and reports each part of the work as it begins
// and ends; see tlsinspect.Client.
type InspectFunc func(ctx context.Context, target request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error)

// Captured is sent when the server was seen: the board's view of it is in the
// report, whether the board could connect or not.
type Captured struct {
	Target request.Target
	Report *tlsinspect.Report
}

// Imported is sent when a whole request was pasted in the place of an address.
type Imported struct{ Request imports.Import }

// Named is sent when a profile's path stands in the place of an address.
type Named struct{ Path string }

// isPath reports whether a text is written as a path, which no address is.
func isPath(text string) bool {
	ext := strings.ToLower(filepath.Ext(text))
	named := (ext == ".yaml" || ext == ".yml") && !strings.Contains(text, "://") && !strings.ContainsAny(text, "\n\r")
	for _, begin := range []string{"/", "./", "../", "~/"} {
		named = named || strings.HasPrefix(text, begin) && !strings.HasPrefix(text, "//")
	}
	return named || filepath.IsAbs(text)
}

// Model is the step.
type Model struct {
	kit     *ui.Kit
	inspect InspectFunc

	input    textinput.Model
	before   string // the address that was cleared or replaced last
	job      ui.Job
	asked    request.Target // what the job is looking at
	parts    []part
	problem  *problem.Problem // why the last look brought no report, nil for none
	tried    bool             // enter was pressed on the input as it stands: show its error
	own      netip.Addr       // this computer's address in the network, invalid for none
	past     past
	services []services.Service // to show beside the address
	zones    ui.Zones
}

// part is one line of the work under way.
type part struct {
	event tlsinspect.Event
	begun time.Time
}

type (
	progressMsg struct {
		run    ui.Run
		event  tlsinspect.Event
		events <-chan tlsinspect.Event
	}
	doneMsg struct {
		run    ui.Run
		report *tlsinspect.Report
		err    error
	}
)

// example is an address that anyone may post to.
const example = "https://postman-echo.com/post"

// OwnFunc finds this computer's address in the user's network.
type OwnFunc func() (netip.Addr, bool)

// ownMsg is this computer's address in the user's network.
type ownMsg netip.Addr

// FindOwn finds the address to offer where somebody types one that no board can
// reach.
func (m *Model) FindOwn(own OwnFunc) tea.Cmd {
	return func() tea.Msg {
		ip, _ := own() // the zero Addr is for none
		return ownMsg(ip)
	}
}

// takeOwn puts this computer's address in the network into the place of one that
// only this computer knows.
func (m *Model) takeOwn() tea.Cmd {
	target, err := m.Target()
	if err != nil || !target.OnlyHere() {
		return nil
	}
	target.Host = m.own.String()
	m.SetAddress(target.URL())
	return ui.SetStatus(ui.Plain, "the server must listen there, too, and not on localhost alone")
}

// New returns the step with target in its input. The servers of list are
// offered again; when the user asks for it, check tells how their pins stand.
func New(kit *ui.Kit, target string, inspect InspectFunc, list recent.List, check CheckFunc) *Model {
	m := &Model{kit: kit, inspect: inspect, input: kit.NewInput(example, 2048)}
	m.past = past{list: list, check: check, at: -1}
	m.input.SetValue(target)
	m.input.CursorEnd()
	m.input.Focus()
	return m
}

// Name implements ui.Step.
func (m *Model) Name() string { return "Connect" }

// About implements ui.Step.
func (m *Model) About() string {
	return "Type or paste the address that the board will post to: a host, host:port or a whole https:// URL. " +
		"espost connects as the board's own TLS stack would, and also as a browser would, and sends no request yet."
}

// Enter implements ui.Step.
func (m *Model) Enter() tea.Cmd { return m.input.Focus() }

// Editing implements ui.Step.
func (m *Model) Editing() bool { return !m.job.Running() }

// Target returns what stands in the input, understood.
func (m *Model) Target() (request.Target, error) { return request.ParseTarget(m.address()) }

// Typed returns what stands in the input.
func (m *Model) Typed() string { return m.input.Value() }

// SetAddress replaces what was typed, which can be had back.
func (m *Model) SetAddress(s string) {
	if s == m.input.Value() {
		return
	}
	m.clear()
	m.input.SetValue(s)
	m.input.CursorEnd()
}

// Busy reports whether a look at the server is under way.
func (m *Model) Busy() bool { return m.job.Running() }

// Actions implements ui.Step.
func (m *Model) Actions() []ui.Action {
	if m.job.Running() {
		return []ui.Action{{Keys: []string{"esc"}, Label: "cancel", Title: "Stop looking at the server", Run: m.stop}}
	}
	look := ui.Action{Keys: []string{"enter"}, Label: "look", Title: "Look at the server with the board's eyes", Run: m.Start}
	if m.problem != nil {
		look.Label = "try again"
	}
	actions := []ui.Action{look}
	empty := m.address() == ""
	if empty {
		actions = append(actions, ui.Action{Keys: []string{"tab"}, Label: "take the example", Title: "Take the example: " + example, Run: m.takeExample})
	}
	if m.before != "" {
		actions = append(actions, ui.Action{Keys: []string{"ctrl+z"}, Label: "undo", Title: "Bring the address before back", Run: m.undo})
	}
	actions = append(actions, m.serviceAction(empty))
	if target, err := m.Target(); err == nil && target.OnlyHere() && m.own.IsValid() {
		actions = append(actions, ui.Action{Keys: []string{"ctrl+o"}, Label: "network address", Title: "Take this computer's address in the network, " + m.own.String(), Run: m.takeOwn})
	}
	actions = append(actions, m.pastActions()...)
	if !empty {
		actions = append(actions, ui.Action{Keys: []string{"ctrl+u"}, Label: "clear", Title: "Clear the address", Run: m.clear})
	}
	return actions
}

// clear empties the input; undo brings back what stood there.
func (m *Model) clear() tea.Cmd {
	if typed := m.input.Value(); typed != "" {
		m.before = typed
	}
	m.input.Reset()
	m.problem, m.tried, m.past.at = nil, false, -1
	return nil
}

// undo exchanges the address with the one before it.
func (m *Model) undo() tea.Cmd {
	m.SetAddress(m.before)
	return nil
}

func (m *Model) takeExample() tea.Cmd {
	m.SetAddress(example)
	return nil
}

// Start begins the inspection in the background.
func (m *Model) Start() tea.Cmd {
	m.takeRecent()
	if cmd, named := m.namedService(); named {
		return cmd
	}
	target, err := m.Target()
	m.tried = true
	if path := strings.TrimSpace(m.input.Value()); isPath(path) {
		return func() tea.Msg { return Named{path} }
	}
	if err != nil {
		return m.imported(m.input.Value()) // otherwise View shows why, beneath the input
	}
	m.problem, m.parts, m.asked = nil, nil, target
	ctx, run := m.job.Start(m.kit.Context, m.kit.Now())
	events := make(chan tlsinspect.Event)
	work := func() tea.Msg {
		defer close(events)
		report, err := m.inspect(ctx, target, func(e tlsinspect.Event) {
			select {
			case events <- e:
			case <-ctx.Done():
			}
		})
		return doneMsg{run, report, err}
	}
	return tea.Batch(work, listen(run, events), run.Tick())
}

// imported hands a request on that stands in the place of an address; nil if
// text is none.
func (m *Model) imported(text string) tea.Cmd {
	r, err := imports.One([]byte(text), "")
	if err != nil {
		return nil
	}
	return func() tea.Msg { return Imported{r} }
}

func (m *Model) stop() tea.Cmd {
	m.job.Stop()
	return ui.SetStatus(ui.Plain, "stopped; nothing has changed")
}

// listen waits for the next part of the work.
func listen(run ui.Run, events <-chan tlsinspect.Event) tea.Cmd {
	return func() tea.Msg {
		event, open := <-events
		if !open {
			return nil
		}
		return progressMsg{run, event, events}
	}
}

// Update implements ui.Step.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case progressMsg:
		if m.job.Is(msg.run) {
			m.note(msg.event)
		}
		return listen(msg.run, msg.events)
	case ui.Tick:
		return m.job.Turn(msg)
	case doneMsg:
		if m.job.Is(msg.run) {
			return m.finish(msg)
		}
	case listedMsg:
		m.services = msg
	case ownMsg:
		m.own = netip.Addr(msg)
	case recalledMsg:
		m.recalled(msg.entries)
	case checkedMsg:
		m.checked(msg)
	case tea.MouseWheelMsg:
		if !m.job.Running() {
			m.wheel(msg)
		}
	case tea.MouseClickMsg:
		if !m.job.Running() {
			return m.zones.Click(msg)
		}
	case tea.KeyPressMsg, tea.PasteMsg:
		return m.edit(msg)
	}
	return nil
}

// note keeps one line a part: its latest state, and when it began.
func (m *Model) note(event tlsinspect.Event) {
	for i := range m.parts {
		if m.parts[i].event.Part == event.Part {
			m.parts[i].event = event
			return
		}
	}
	m.parts = append(m.parts, part{event: event, begun: m.kit.Now()})
}

func (m *Model) finish(msg doneMsg) tea.Cmd {
	m.job.Stop()
	if msg.err != nil {
		m.problem = explain(msg.err)
		return nil
	}
	captured := Captured{Target: m.asked, Report: msg.report}
	return func() tea.Msg { return captured }
}

// explain is the problem that an error holds.
func explain(err error) *problem.Problem {
	if known, ok := errors.AsType[*problem.Problem](err); ok {
		return known
	}
	return problem.New("", err.Error(), "Press enter to try again")
}

func (m *Model) edit(msg tea.Msg) tea.Cmd {
	if m.job.Running() {
		return nil
	}
	if paste, ok := msg.(tea.PasteMsg); ok {
		if cmd := m.imported(paste.Content); cmd != nil {
			return cmd
		}
	}
	m.takeRecent() // whoever types goes on from what he sees
	before := m.input.Value()
	cmd := ui.Edit(&m.input, msg)
	if m.input.Value() != before {
		m.problem, m.tried, m.past.at = nil, false, -1
	}
	return cmd
}

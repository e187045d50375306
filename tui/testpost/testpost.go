// Package testpost is the fourth step: the board's own request, sent from here
// over the board's terms, and what the board would make of the answer.
package testpost

import (
	"bytes"
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"espost/formpost"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui/ui"
)

// SendFunc sends the profile's request to the server that its pin names; the
// report says on which terms the board itself would talk to it. See
// formpost.Client.
type SendFunc func(ctx context.Context, p *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error)

// Answered is sent when an answer came, whatever its status.
type Answered struct{ Response *formpost.Response }

// Moved is sent when the user takes the address that a redirect points to.
type Moved struct{ Target request.Target }

// Rules is sent when the user wants to write the rule for answers as text.
type Rules struct{}

// Finished is sent when the user goes on.
type Finished struct{}

// Model is the step.
type Model struct {
	kit     *ui.Kit
	session *profile.Session
	profile *profile.Profile // the session's
	report  *tlsinspect.Report
	send    SendFunc

	job    ui.Job
	sent   []byte // the request of the last try
	answer *formpost.Response
	failed error

	focus   pane
	answers ui.Scroll // in what was received
	request ui.Scroll
	notes   ui.Scroll
	drawn   [2]page  // what was received, and that with its headers
	below   sentPage // what was sent
	rows    []string // scratch for the rows of it in colour
	whole   bool     // show status line and headers of the answer too
	zones   ui.Zones
	ready   ui.Memo[request.Request, []byte] // what would be sent
	means   ui.Memo[judged, request.Outcome]
	preview ui.Memo[request.Request, string] // what is shown, without secrets

	history history // the answers so far, the one shown among them
	differs bool    // show what differs from the answer before instead
	search  ui.Search
	found   int // the row where it was found
}

type doneMsg struct {
	run      ui.Run
	response *formpost.Response
	err      error
}

// New returns the step for s's request.
func New(kit *ui.Kit, s *profile.Session, send SendFunc) *Model {
	return &Model{kit: kit, session: s, profile: s.Profile, send: send}
}

// Name implements ui.Step.
func (m *Model) Name() string { return "Test" }

// About implements ui.Step.
func (m *Model) About() string {
	return "This sends the request once from here, byte for byte as the board will send it, to the server that the pin names; a server with another certificate gets nothing. " +
		"The timings are this computer's; the board's TLS takes longer."
}

// Enter implements ui.Step. Nothing is sent before the user says so.
func (m *Model) Enter() tea.Cmd { return nil }

// Editing implements ui.Step.
func (m *Model) Editing() bool { return m.search.Typing }

// Busy reports whether a request is under way.
func (m *Model) Busy() bool { return m.job.Running() }

// SetReport points the step at the server that was looked at; answers from
// before may have come from another one and are forgotten.
func (m *Model) SetReport(r *tlsinspect.Report) {
	m.job.Stop()
	m.report = r
	m.sent, m.answer, m.failed = nil, nil, nil
	m.history, m.differs, m.search = history{}, false, ui.Search{}
}

// bytes is what would be sent now, nil if the form can't be sent.
func (m *Model) bytes() []byte {
	return m.ready.Of(m.profile.Sent(), func(r request.Request) []byte {
		if r.Validate() != nil {
			return nil
		}
		return []byte(r.Text(false))
	})
}

// fresh reports whether the answer belongs to the request as it is now.
func (m *Model) fresh() bool { return m.answer != nil && bytes.Equal(m.sent, m.bytes()) }

// Passed reports whether the answer to the request as it is now counts as
// delivered.
func (m *Model) Passed() bool {
	return m.fresh() && m.outcome().Done()
}

// outcome is what the answer means by the profile's rule as it is now.
func (m *Model) outcome() request.Outcome {
	now := judged{m.answer, request.Request{Method: m.profile.Method, Answer: m.profile.Answer}}
	return m.means.Of(now, func(j judged) request.Outcome { return j.answer.Evaluate(j.rule.Answer, j.rule.Method) })
}

// A judged is what an outcome depends on.
type judged struct {
	answer *formpost.Response
	rule   request.Request
}

// Equal reports whether o comes to the same.
func (j judged) Equal(o judged) bool { return j.answer == o.answer && j.rule.Equal(o.rule) }

// Clone returns a copy whose rule is its own.
func (j judged) Clone() judged { return judged{j.answer, j.rule.Clone()} }

// turnRule makes the answer's status count as the next thing that it can.
func (m *Model) turnRule() tea.Cmd {
	before := m.outcome()
	m.profile.Answer = m.profile.Answer.Turn(m.answer.Reply(m.profile.Method))
	if m.outcome() == before {
		return ui.SetStatus(ui.Caution, "this answer can't count as anything else")
	}
	return ui.SetStatus(ui.Plain, fmt.Sprintf("%d counts as: %s", m.answer.BoardStatus, m.outcome().Text()))
}

// redirect is what one key does about a redirect, "" for nothing: have the board
// follow one that may have come after the form was taken, or send to the new
// address from now on.
func (m *Model) redirect() string {
	if m.answer == nil || m.location().Host == "" {
		return ""
	}
	switch m.answer.Status {
	case 302, 303:
		if !m.profile.Answer.Follow {
			return "have the board follow the redirect"
		}
	case 301, 307, 308:
		return "take the redirect's address"
	}
	return ""
}

// location is where the answer points to, the zero Target for nowhere.
func (m *Model) location() request.Target {
	next, err := m.shown().Redirected(m.answer.Header.Get("Location"))
	if err != nil {
		return request.Target{}
	}
	return next.Target
}

// followRedirect does what redirect says.
func (m *Model) followRedirect() tea.Cmd {
	if m.answer.Status == 302 || m.answer.Status == 303 {
		m.profile.Answer.Follow = true
		return tea.Batch(m.start(), ui.SetStatus(ui.Plain, "the board follows it, too"))
	}
	moved := Moved{m.location()}
	return func() tea.Msg { return moved }
}

// shown is the request that is shown: the one that the answer belongs to, or what
// would be sent now.
func (m *Model) shown() request.Request {
	if m.answer != nil {
		return m.answer.Sent
	}
	return m.profile.Sent()
}

// Actions implements ui.Step.
func (m *Model) Actions() []ui.Action {
	switch {
	case m.job.Running():
		return []ui.Action{{Keys: []string{"esc"}, Label: "cancel", Title: "Stop the test POST", Run: m.stop}}
	case m.search.Typing:
		return m.search.Actions(func() tea.Cmd { return m.find(m.answers.Top(), 1) })
	}
	send := ui.Action{Keys: []string{"r"}, Label: "send again", Title: "Send the test POST again", Run: m.start}
	next := ui.Action{Keys: []string{"enter"}, Label: "next", Title: "Go on to the firmware", Run: m.next}
	if !m.Passed() {
		send.Keys, next.Keys = []string{"enter", "r"}, []string{"n"}
		next.Label = "skip"
	}
	if m.sent == nil {
		send.Label, send.Title = "send", "Send the test POST"
	}
	actions := []ui.Action{send, next}
	if m.Passed() {
		actions = []ui.Action{next, send}
	}
	if what := m.redirect(); what != "" {
		actions = append(actions, ui.Action{Keys: []string{"l"}, Label: "redirect", Title: "Change what becomes of the redirect: " + what, Run: m.followRedirect})
	}
	if m.answer != nil {
		actions = append(actions,
			ui.Action{Keys: []string{"y"}, Label: "copy body", Title: "Copy the answer's body", Run: m.copyBody},
			ui.Action{Keys: []string{"tab"}, Label: "next part", Title: "Move the arrow keys to received, sent or notes", Run: m.turnFocus(1)},
			ui.Action{Keys: []string{"shift+tab"}, Run: m.turnFocus(-1)},
			ui.Action{Keys: []string{"c"}, Label: "counts as", Title: "Change what such an answer counts as", Run: m.turnRule},
			ui.Action{Keys: []string{"v"}, Label: "headers", Title: "Show or hide the answer's headers", Run: m.toggleWhole},
			ui.Action{Keys: []string{"/"}, Label: "search", Title: "Search in what was received", Run: m.startSearch},
			ui.Action{Keys: []string{"n", "f"}, Title: "Find the next place", Run: m.findNext},
			ui.Action{Keys: []string{"N"}, Title: "Find the place before", Run: func() tea.Cmd { return m.find(m.found-1, -1) }},
		)
	}
	if len(m.history.answers) > 0 {
		actions = append(actions, ui.Action{Keys: []string{"w"}, Title: "Write all requests and answers to a HAR file, secrets masked", Run: m.writeHAR})
	}
	if len(m.history.answers) > 1 {
		actions = append(actions,
			ui.Action{Keys: []string{"["}, Title: "Show the answer before", Run: func() tea.Cmd { return m.browse(-1) }},
			ui.Action{Keys: []string{"]"}, Title: "Show the answer after", Run: func() tea.Cmd { return m.browse(1) }},
			ui.Action{Keys: []string{"d"}, Label: "differences", Title: "Show what differs from the answer before", Run: m.toggleDiffers},
		)
	}
	actions = append(actions,
		ui.Action{Keys: []string{"e"}, Title: "Write the rule for answers as text: what they hold, waits, refusals", Run: func() tea.Cmd { return func() tea.Msg { return Rules{} } }},
		ui.Action{Keys: []string{"Y"}, Title: "Copy the request, secrets masked", Run: m.copyRequest},
	)
	if sent := m.clear(); sent != "" && sent != m.masked() {
		actions = append(actions, ui.Action{Keys: []string{"ctrl+y"}, Title: "Copy the request with its secrets", Run: m.copySecrets})
	}
	return append(actions, m.scroll().Actions([]string{"up", "k"}, []string{"down", "j"})...)
}

func (m *Model) next() tea.Cmd { return func() tea.Msg { return Finished{} } }

func (m *Model) toggleWhole() tea.Cmd {
	m.whole = !m.whole
	m.answers.To(0)
	return nil
}

func (m *Model) copyBody() tea.Cmd {
	body := m.answer.Masked(string(m.answer.Body))
	return m.kit.Copy(fmt.Sprintf("body, %d bytes,", len(body)), body)
}

// masked is the request without its secrets.
func (m *Model) masked() string {
	return m.preview.Of(m.shown(), func(r request.Request) string { return r.Text(true) })
}

// clear is the request with its secrets, "" for one that can't be sent.
func (m *Model) clear() string {
	if m.answer != nil {
		return string(m.answer.Request)
	}
	return string(m.bytes())
}

func (m *Model) copyRequest() tea.Cmd {
	if sent := m.clear(); sent == "" || sent == m.masked() {
		return m.kit.Copy("request", sent)
	}
	return m.kit.Copy("request, secrets masked,", m.masked())
}

func (m *Model) copySecrets() tea.Cmd { return m.kit.CopySecrets("request", m.clear()) }

// start sends the request, once every secret in it is known.
func (m *Model) start() tea.Cmd {
	if what, value := m.profile.Request.Ungiven(); value != nil { // mutant TestSecretsAreAskedFor in ./tui: value != nil => false
		return ui.Show(m.kit.NewSecretPrompt("The secret value of the "+sanitize.Line(what),
			"The profile doesn't keep it, and the request would go without it. It is sent to the server and goes into arduino_secrets.h, nowhere else.", "go on",
			func(text string) tea.Cmd {
				*value = text
				return m.start()
			}))
	}
	sent := m.bytes()
	if sent == nil {
		return ui.SetStatus(ui.Caution, "the form can't be sent as it stands; esc goes back to it")
	}
	ctx, run := m.job.Start(m.kit.Context, m.kit.Now())
	m.sent, m.answer, m.failed = sent, nil, nil
	m.focus, m.answers, m.notes = received, ui.Scroll{}, ui.Scroll{}
	snapshot, report, send := m.profile.Clone(), m.report, m.send // the command must not see later changes
	work := func() tea.Msg {
		response, err := send(ctx, snapshot, report)
		return doneMsg{run, response, err}
	}
	return tea.Batch(work, run.Tick())
}

func (m *Model) stop() tea.Cmd {
	m.job.Stop()
	m.sent = nil
	return ui.SetStatus(ui.Plain, "stopped; the server may have received the request all the same")
}

// Update implements ui.Step.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case ui.Tick:
		return m.job.Turn(msg)
	case doneMsg:
		if !m.job.Is(msg.run) {
			return nil
		}
		m.job.Stop()
		m.answer, m.failed = msg.response, msg.err
		if msg.err == nil {
			m.history.add(msg.response)
			return func() tea.Msg { return Answered{msg.response} }
		}
	case tea.MouseWheelMsg:
		m.zones.Click(tea.MouseClickMsg{X: msg.X, Y: msg.Y, Button: tea.MouseLeft}) // the pane beneath it
		m.scroll().Wheel(msg)
	case tea.MouseClickMsg:
		return m.zones.Click(msg)
	case tea.KeyPressMsg, tea.PasteMsg:
		if m.search.Typing {
			return m.search.Update(msg)
		}
		if _, ok := msg.(tea.PasteMsg); ok {
			return ui.SetStatus(ui.Plain, "nothing was pasted: a request goes to the Form step, text to look for behind /")
		}
	}
	return nil
}

package board

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"espost/demo"
	"espost/device"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/tui/ui"
)

// Outside is what the step works with; WithDefaults makes what is nil the real
// thing.
type Outside struct {
	Ports func() ([]device.Port, error)
	// Tools are the tool chains that can flash a folder; without one, the error
	// says what to install.
	Tools func(folder string) ([]*device.Toolchain, error)
	// Flash compiles and uploads; see device.Toolchain.
	Flash func(ctx context.Context, tool *device.Toolchain, job device.Job, tell func(device.Progress)) (device.Size, error)
	// Watch watches a port until ctx ends; see device.Monitor.
	Watch func(ctx context.Context, m *device.Monitor, tell func(device.Event)) error
	// Log opens a file to append to.
	Log func(path string) (io.WriteCloser, error)
	// Posts are those that the demo server got; nil without one that boards
	// reach.
	Posts <-chan demo.Entry
}

// WithDefaults puts the real thing in the place of what is nil.
func (o Outside) WithDefaults() Outside {
	if o.Ports == nil {
		o.Ports = device.Ports
	}
	if o.Tools == nil {
		o.Tools = func(folder string) ([]*device.Toolchain, error) { return device.Toolchains(folder, nil) }
	}
	if o.Flash == nil {
		o.Flash = func(ctx context.Context, tool *device.Toolchain, job device.Job, tell func(device.Progress)) (device.Size, error) {
			if job.Host == "" {
				if err := device.CheckPort(job.Port); err != nil {
					return device.Size{}, err
				}
			}
			return tool.Flash(ctx, job, tell)
		}
	}
	if o.Watch == nil {
		o.Watch = func(ctx context.Context, m *device.Monitor, tell func(device.Event)) error {
			return m.Run(ctx, tell)
		}
	}
	if o.Log == nil {
		o.Log = func(path string) (io.WriteCloser, error) {
			return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		}
	}
	return o
}

// found is what there is outside.
type found struct {
	ports   []device.Port
	tools   []*device.Toolchain
	portErr error // why there is no port
	toolErr error // why there is no tool
}

// Look asks for ports and tools.
func (m *Model) Look() tea.Cmd {
	folder, outside := m.session.LastFolder(), m.outside
	return func() tea.Msg {
		var f found
		f.ports, f.portErr = device.Boards(outside.Ports())
		f.tools, f.toolErr = outside.Tools(folder)
		return f
	}
}

func (m *Model) lookAgain() tea.Cmd {
	return tea.Sequence(m.Look(), ui.SetStatus(ui.Plain, "looked for ports and tools again"))
}

type (
	// eventsMsg are events of a run, as many as had come.
	eventsMsg struct {
		run  ui.Run
		list []any
		from <-chan any
	}

	uploaded device.Size         // the upload is done
	ended    struct{ err error } // the run is over
)

// flash compiles, uploads and watches.
func (m *Model) flash() tea.Cmd { return m.run(true, false) }

// run begins a run: flashing, if it is wanted, then watching. The one before
// lets go of the port first.
func (m *Model) run(flash, reset bool) tea.Cmd {
	if len(m.found.ports) == 0 || flash && len(m.found.tools) == 0 {
		return m.lookAgain() // unplugged since
	}
	ctx, id := m.job.Start(m.kit.Context, m.kit.Now())
	m.flashing, m.failed, m.progress = flash, nil, device.Progress{Percent: -1, Size: m.progress.Size}
	m.verdict = verdict{}
	if flash {
		m.progress, m.delivered, m.sent = device.Progress{Part: device.Prepare, Percent: -1}, 0, false
	}
	events := make(chan any, 256)
	before, released := m.released, make(chan struct{})
	m.released = released
	r := run{
		outside: m.outside, recorder: m.recorder, reset: reset,
		job: jobFor(m.session.LastFolder(), m.found.ports[m.port]),
		tell: func(e any) {
			select {
			case events <- e:
			case <-ctx.Done():
			}
		},
	}
	if flash {
		r.tool = m.found.tools[m.tool]
	}
	work := func() tea.Msg {
		defer close(released)
		defer close(events)
		<-before
		r.tell(ended{r.do(ctx)})
		return nil
	}
	return tea.Batch(work, listen(id, events), id.Tick())
}

// jobFor is a job for a port, or for a board in the network.
func jobFor(folder string, p device.Port) device.Job {
	if p.Network {
		return device.Job{Folder: folder, Host: p.Name}
	}
	return device.Job{Folder: folder, Port: p.Name}
}

// A run is one way from the sketch to the lines of the board.
type run struct {
	outside  Outside
	recorder *recorder
	tool     *device.Toolchain // nil for watching alone
	job      device.Job
	reset    bool
	tell     func(any)
}

func (r run) do(ctx context.Context) error {
	if r.tool != nil {
		size, err := r.outside.Flash(ctx, r.tool, r.job, func(p device.Progress) { r.tell(p) })
		if err != nil {
			return err
		}
		r.tell(uploaded(size))
	}
	if r.job.Host != "" {
		return nil // there is no port to watch
	}
	decoder := device.DecoderOf(r.job.Folder)
	monitor := &device.Monitor{Port: r.job.Port, Reset: r.reset, Decoder: decoder}
	return r.outside.Watch(ctx, monitor, func(e device.Event) {
		r.recorder.write(e)
		r.tell(e)
	})
}

// listen waits for the next events of a run, and takes all that have come.
func listen(id ui.Run, events <-chan any) tea.Cmd {
	return func() tea.Msg {
		first, open := <-events
		if !open { // also where its context ended and nobody said so
			return eventsMsg{id, []any{ended{}}, nil}
		}
		list := []any{first}
		for len(list) < cap(events) {
			select {
			case e, open := <-events:
				if open {
					list = append(list, e)
					continue
				}
			default:
			}
			break
		}
		return eventsMsg{id, list, events}
	}
}

func (m *Model) take(msg eventsMsg) tea.Cmd {
	for _, e := range msg.list {
		if m.job.Is(msg.run) {
			m.event(e)
		}
	}
	if msg.from == nil {
		return nil
	}
	return listen(msg.run, msg.from)
}

// reset restarts the board.
func (m *Model) reset() tea.Cmd {
	return tea.Batch(m.run(false, true), ui.SetStatus(ui.Plain, "the board is restarted"))
}

// Leave ends what is under way: other work comes to the front.
func (m *Model) Leave() { m.job.Stop() }

// stop ends the run.
func (m *Model) stop() tea.Cmd {
	text := "no longer watching"
	if m.flashing {
		text = "stopped; a board whose upload was cut off must be flashed again"
	}
	m.job.Stop()
	m.flashing = false
	return ui.SetStatus(ui.Plain, text)
}

// A recorder appends the board's lines to a file while there is one.
type recorder struct {
	mu   sync.Mutex
	file io.WriteCloser
	err  error // of a write
}

func (r *recorder) write(e device.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil || e.Kind != device.Line || r.err != nil {
		return
	}
	_, r.err = fmt.Fprintf(r.file, "%s %s\n", e.Time.Format("2006-01-02 15:04:05.000"), e.Text)
}

// change puts another file, or none, in the place of the one before, and returns
// what went wrong with that.
func (r *recorder) change(file io.WriteCloser) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.err
	if r.file != nil {
		err = errors.Join(err, r.file.Close())
	}
	r.file, r.err = file, nil
	return err
}

// loggedMsg says what came of opening or closing the log.
type loggedMsg struct {
	path string // "" for closed
	err  error
}

// toggleLog begins to log the lines beside the sketch's folder, or ends it.
func (m *Model) toggleLog() tea.Cmd {
	recorder, open := m.recorder, m.outside.Log
	if m.logPath != "" {
		return func() tea.Msg { return loggedMsg{"", recorder.change(nil)} }
	}
	path := filepath.Clean(m.session.LastFolder()) + ".log"
	return func() tea.Msg {
		file, err := open(path)
		if err != nil {
			return loggedMsg{"", err}
		}
		return loggedMsg{path, recorder.change(file)}
	}
}

func (m *Model) logged(msg loggedMsg) tea.Cmd {
	before := m.logPath
	m.logPath = msg.path
	switch {
	case msg.err != nil:
		return ui.SetStatus(ui.Failure, "the log can't be written: "+msg.err.Error())
	case msg.path == "":
		return ui.SetStatus(ui.Success, "the log is in "+before)
	}
	return ui.SetStatus(ui.Success, "lines are logged to "+msg.path)
}

// postedMsg is a POST that the demo server got.
type postedMsg demo.Entry

// Listen waits for the demo server's next POST.
func (m *Model) Listen() tea.Cmd {
	posts := m.outside.Posts
	if posts == nil {
		return nil
	}
	done := m.kit.Context.Done()
	return func() tea.Msg {
		select {
		case e := <-posts:
			return postedMsg(e)
		case <-done:
			return nil
		}
	}
}

// posted shows a POST as a line, and on the status line of the step in front.
func (m *Model) posted(msg postedMsg) tea.Cmd {
	e := demo.Entry(msg)
	text := "the demo server got " + sanitize.Line(e.Summary())
	m.serial.note(device.Aside{Severity: problem.OK, Text: text})
	return tea.Batch(ui.SetStatus(ui.Success, text), m.Listen())
}

// readings counts them.
func readings(n int) string {
	return strings.TrimSuffix(fmt.Sprintf("%d readings", n), map[bool]string{true: "s"}[n == 1])
}

// seconds is a time for people.
func seconds(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) }

package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/atotto/clipboard"
	"github.com/charmbracelet/x/ansi"

	"espost/demo"
	"espost/esp8266"
	"espost/formpost"
	"espost/imports"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/internal/recent"
	"espost/internal/sanitize"
	"espost/internal/settings"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui/board"
	"espost/tui/connect"
	"espost/tui/dialog"
	"espost/tui/firmware"
	"espost/tui/testpost"
	"espost/tui/ui"
)

// Options are what the app is started with. The zero value is an empty app in
// the working directory, on the process's own terminal.
type Options struct {
	Target      string           // stands in the first input
	Profile     *profile.Profile // work to go on with; nil for a new one
	Import      *imports.Import  // what Profile was made of, nil for nothing
	ProfilePath string           // where ctrl+s saves; "" for espost.yaml in Dir
	Demo        *demo.Server     // the built-in server to try, nil without --demo
	Dir         string           // sketches are written below it; "" for the working directory
	KeyFolder   string           // where signing keys are kept; "" for profile.KeyFolder
	Recent      recent.List      // servers to offer again; Run takes the user's own when it is empty
	ASCII       bool             // draw with ASCII only
	Theme       settings.Theme   // "" for settings.Auto
	NewBoard    *esp8266.Board   // that new work begins with; nil for the usual one
	NewWiFi     string           // the network that new work begins with
	Keys        ui.Keymap        // the user's own keys, Check-ed
	Accessible  bool             // questions and answers, line by line, instead of screens

	Input   io.Reader // nil for the terminal
	Output  io.Writer // nil for the terminal
	Environ []string  // nil for the process's own

	// What the steps work with; nil for the real thing.
	Context   context.Context
	Inspect   connect.InspectFunc
	Send      testpost.SendFunc
	Check     connect.CheckFunc
	Own       connect.OwnFunc
	Board     board.Outside
	Now       func() time.Time
	Clipboard func(string) error
	Absolute  func(string) string // of a path
	Exec      ui.ExecFunc

	Note NoteFunc // nil when nobody wants to know
}

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	if o.Demo != nil && o.Target == "" {
		o.Target = o.Demo.URL()
	}
	if o.Profile == nil {
		target, _ := request.ParseTarget(o.Target) // none yet where it isn't understood: the first step complains
		o.Profile = profile.New(target)
		if o.NewBoard != nil {
			o.Profile.Firmware.Board = *o.NewBoard
			o.Profile.Firmware.Keep = o.Profile.Firmware.Keep.OnBoard(*o.NewBoard)
		}
		o.Profile.Firmware.SSID = o.NewWiFi
	}
	if o.Context == nil {
		o.Context = context.Background()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Clipboard == nil {
		o.Clipboard = clipboard.WriteAll
	}
	if o.Exec == nil {
		o.Exec = tea.Exec
	}
	if o.Absolute == nil {
		o.Absolute = absolute
	}
	if o.Inspect == nil {
		o.Inspect = inspect
	}
	if o.Send == nil {
		o.Send = send
	}
	if o.Check == nil {
		o.Check = check
	}
	if o.Own == nil {
		o.Own = netdial.OwnAddress
	}
	o.Board = o.Board.WithDefaults()
	if o.KeyFolder == "" {
		o.KeyFolder = profile.KeyFolder()
	}
	if o.ProfilePath == "" {
		o.ProfilePath = filepath.Join(o.Dir, profile.FileName)
	}
	return o.noted()
}

// editor is the user's own, as the environment names it.
func (o Options) editor() string { return cmp.Or(o.getenv("VISUAL"), o.getenv("EDITOR")) }

// lookupSecret finds the values of the form's secrets in the environment.
func (o Options) lookupSecret(name string) (string, bool) {
	if !strings.HasPrefix(name, profile.SecretEnv("")) {
		return "", false
	}
	value := o.getenv(name)
	return value, value != ""
}

func (o Options) getenv(name string) string {
	environ := o.Environ
	if environ == nil {
		environ = os.Environ()
	}
	value := ""
	for _, e := range environ {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			value = v
		}
	}
	return value
}

func (o Options) target() string {
	if o.Target != "" {
		return o.Target
	}
	if o.Profile.Target.Host == "" {
		return ""
	}
	return o.Profile.Target.URL()
}

func inspect(ctx context.Context, target request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
	client := tlsinspect.Client{Progress: progress}
	return client.Inspect(ctx, target)
}

func check(ctx context.Context, target request.Target) (string, error) {
	var client tlsinspect.Client
	return client.Fingerprint(ctx, target)
}

func send(ctx context.Context, p *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error) {
	client := p.Client(r)
	return client.Send(ctx, p.Sent(), p.Pin)
}

// known are the fingerprints that are known to be the server's without a look at
// it: those of the built-in one.
func (o Options) known() []string {
	if o.Demo == nil {
		return nil
	}
	return o.Demo.Fingerprints()
}

// Run shows the app until the user quits or ctx ends, and then says on the
// terminal what was written.
func Run(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o.Context = ctx
	if o.Accessible {
		return converse(ctx, o.withDefaults())
	}
	// The terminal's library makes its table of widths, which takes 2 MB, meanwhile.
	go ansi.StringWidthWc("…")
	if o.Recent.Path == "" && o.Demo == nil { // the demo's address is another one each time
		o.Recent = recent.Default()
	}
	m := New(o)
	program := tea.NewProgram(m, programOptions(ctx, o)...)
	if _, err := program.Run(); err != nil && !errors.Is(err, tea.ErrInterrupted) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("the terminal can't show the app: %w", err)
	}
	cancel()
	select { // a tool at work is stopped, and the port closed
	case <-m.board.Released():
	case <-time.After(time.Second):
	}
	if m.written != nil {
		out := o.Output
		if out == nil {
			out = os.Stdout
		}
		_, _ = lipgloss.Fprint(out, farewell(*m.written))
	}
	return nil
}

// farewell is what stays on the terminal: the way from the files to the board,
// each command on a line of its own.
func farewell(w firmware.Written) string {
	text := fmt.Sprintf("firmware written to %s\nthe work is in %s\n", sanitize.Line(w.Full), sanitize.Line(w.Profile))
	if w.ToFillIn != "" {
		text += w.ToFillIn + "\n"
	}
	for _, c := range w.Commands {
		text += fmt.Sprintf("%s:\n  %s\n", c.Title, sanitize.Line(c.Line))
	}
	return text
}

// converse is Run as questions and answers.
func converse(ctx context.Context, o Options) error {
	d := &dialog.Dialog{
		In: o.Input, Out: o.Output,
		Session: &profile.Session{Profile: o.Profile, File: o.ProfilePath, Saved: o.Profile.Clone()}, Target: o.target(),
		Import: o.Import, Inspect: o.Inspect, Send: o.Send, Note: o.Note, Known: o.known, Posts: o.Board.Posts, KeyFolder: o.KeyFolder,
		Bench: dialog.Bench{Ports: o.Board.Ports, Tools: o.Board.Tools, Flash: o.Board.Flash, Watch: o.Board.Watch},
	}
	if d.In == nil {
		d.In = os.Stdin
	}
	if d.Out == nil {
		d.Out = os.Stdout
	}
	return d.Run(ctx)
}

func programOptions(ctx context.Context, o Options) []tea.ProgramOption {
	options := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler()}
	if o.Input != nil {
		options = append(options, tea.WithInput(o.Input))
	}
	if o.Output != nil {
		options = append(options, tea.WithOutput(o.Output))
	}
	if o.Environ != nil {
		options = append(options, tea.WithEnvironment(o.Environ))
	}
	return options
}

// tell says what whoever opened the profile should know.
func (m *Model) tell() tea.Cmd {
	warnings := append(slices.Clone(m.session.Warnings), m.session.ExpiryNotes(m.options.Now())...)
	if len(warnings) == 0 {
		return nil
	}
	return ui.SetStatus(ui.Caution, problem.Sentence(warnings[0].Message))
}

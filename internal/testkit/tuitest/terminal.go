package tuitest

import (
	"image/color"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// Options describe the terminal. The zero value is a dark one of 80×24 cells with 24-bit colour.
type Options struct {
	Width, Height int                  // in cells; 80×24 when zero
	ColorProfile  colorprofile.Profile // TrueColor when zero; ASCII is a terminal without colours
	DetectColors  bool                 // the program finds out by itself, from Env: NO_COLOR, COLORTERM …
	Light         bool                 // what the terminal answers when asked for its background
	Env           []string             // NAME=value, beside TERM=xterm-256color; nothing comes from outside
	Timeout       time.Duration        // of each wait; when zero two minutes, or 30 s of fake time in a bubble
}

// rest is a little more than the time of two frames: one may carry a question to the terminal, and the
// next one shows what its answer changes.
const rest = 2*time.Second/60 + time.Millisecond

// Terminal is a terminal with one program in it. Its methods are for the test's own goroutine, and fail
// the test when they can't do what they promise.
type Terminal struct {
	t       testing.TB
	program *tea.Program
	input   *inputQueue
	fake    bool // inside a synctest bubble
	timeout time.Duration

	mu       sync.Mutex
	changed  *sync.Cond // something below has changed
	emulator *vt.Emulator
	answers  io.Closer // the pipe of what the emulator answers
	modes    map[ansi.Mode]bool
	title    string
	copied   string
	arrived  arrivals
	ended    bool
	final    tea.Model
	err      error
}

// Start runs a program with this model and returns when it knows the terminal's size. The program is
// ended with the test, if not before.
func Start(t testing.TB, model tea.Model, opts Options) *Terminal {
	t.Helper()
	if opts.Width == 0 {
		opts.Width = 80
	}
	if opts.Height == 0 {
		opts.Height = 24
	}
	if opts.ColorProfile == colorprofile.Unknown {
		opts.ColorProfile = colorprofile.TrueColor
	}
	term := &Terminal{
		t:     t,
		input: newInputQueue(),
		fake:  inBubble(),
		modes: map[ansi.Mode]bool{},
	}
	switch {
	case opts.Timeout > 0:
		term.timeout = opts.Timeout
	case term.fake:
		term.timeout = 30 * time.Second
	default: // for what hangs, on a machine however busy
		term.timeout = 2 * time.Minute
	}
	term.changed = sync.NewCond(&term.mu)
	term.startEmulator(opts)
	environment := append([]string{"TERM=xterm-256color"}, opts.Env...)
	options := []tea.ProgramOption{
		tea.WithInput(term.input),
		tea.WithOutput(screenWriter{term}),
		tea.WithWindowSize(opts.Width, opts.Height),
		tea.WithFilter(term.arrive),
		tea.WithoutSignals(),
		tea.WithoutSignalHandler(),
	}
	if opts.DetectColors {
		environment = append(environment, "TTY_FORCE=1") // the output is a terminal, though no file
	} else {
		options = append(options, tea.WithColorProfile(opts.ColorProfile))
	}
	term.program = tea.NewProgram(model, append(options, tea.WithEnvironment(environment))...)
	go term.run()
	t.Cleanup(term.end)

	term.await("the program does not start", func() bool { return term.arrived.sizes > 0 })
	term.settle()
	return term
}

// startEmulator makes the terminal and the goroutine that takes its answers.
func (term *Terminal) startEmulator(opts Options) {
	em := vt.NewEmulator(opts.Width, opts.Height)
	if opts.Light {
		em.SetDefaultForegroundColor(color.Black)
		em.SetDefaultBackgroundColor(color.White)
	}
	em.SetCallbacks(vt.Callbacks{
		Title:       func(title string) { term.title = title },
		EnableMode:  func(mode ansi.Mode) { term.modes[mode] = true },
		DisableMode: func(mode ansi.Mode) { term.modes[mode] = false },
	})
	em.RegisterOscHandler(52, term.takeClipboard)
	_, _ = em.WriteString(ansi.SetModeLineFeedNewLine)
	pipe, ok := em.InputPipe().(io.Closer) // Emulator.Close would race with its Read
	if !ok {
		term.t.Fatal("the emulator's pipe can't be closed")
	}
	term.emulator, term.answers = em, pipe
	go func() {
		_, _ = io.Copy(term.input, em) // until run closes the pipe
	}()
}

func (term *Terminal) run() {
	final, err := term.program.Run()
	term.input.Close()
	_ = term.answers.Close()

	term.mu.Lock()
	defer term.mu.Unlock()
	term.final, term.err, term.ended = final, err, true
	term.changed.Broadcast()
}

// Quit ends the program from outside and returns its last model.
func (term *Terminal) Quit() tea.Model {
	term.t.Helper()
	term.program.Quit()
	return term.WaitEnd()
}

// WaitEnd waits until the program has ended by itself and returns its last model.
func (term *Terminal) WaitEnd() tea.Model {
	term.t.Helper()
	term.await("the program does not end", func() bool { return term.ended })
	term.mu.Lock()
	final, err := term.final, term.err
	term.mu.Unlock()
	if err != nil {
		term.t.Fatalf("the program ended with an error: %v", err)
	}
	term.drain()
	return final
}

// end is WaitEnd for the test's cleanup, where the program may have been left in any state.
func (term *Terminal) end() {
	term.mu.Lock()
	ended := term.ended
	term.mu.Unlock()
	if ended {
		return
	}
	term.program.Quit()
	if !term.wait(func() bool { return term.ended }) {
		term.t.Errorf("the program does not end")
		return
	}
	term.drain()
}

// drain lets the timers of abandoned commands run out.
func (term *Terminal) drain() {
	if term.fake {
		time.Sleep(30 * time.Second)
		synctest.Wait()
	}
}

// inBubble reports whether the caller runs inside testing/synctest. Outside of it Wait panics, and there
// is no other way to ask.
func inBubble() (yes bool) {
	defer func() { yes = recover() == nil }()
	synctest.Wait()
	return
}

package tui_test

import (
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"espost/tui"
	"espost/tui/ui"
)

// A driver runs the model without a terminal, for tests of many thousand
// inputs: it does what tea.Program does with messages and commands, and holds
// every frame against the terminal's size. It belongs into a synctest bubble.
type driver struct {
	t             *testing.T
	model         *tui.Model
	width, height int
	messages      chan tea.Msg
	quit          bool
	copied        int // times something was put on the clipboard
	frame         string
	paths         []string // that the random user knows
}

func drive(t *testing.T, o tui.Options, width, height int) *driver {
	d := &driver{t: t, model: tui.New(o), messages: make(chan tea.Msg, 1024)}
	d.run(d.model.Init())
	d.resize(width, height)
	return d
}

func (d *driver) resize(width, height int) {
	d.t.Helper()
	d.width, d.height = width, height
	d.send(tea.WindowSizeMsg{Width: width, Height: height})
}

// send gives the model a message, then everything that comes of it at once,
// and draws.
func (d *driver) send(msg tea.Msg) {
	d.t.Helper()
	d.update(msg)
	d.rest()
	d.draw()
}

func (d *driver) update(msg tea.Msg) {
	_, cmd := d.model.Update(msg)
	d.run(cmd)
}

// rest delivers what the commands have answered by now.
func (d *driver) rest() {
	for {
		synctest.Wait()
		select {
		case msg := <-d.messages:
			switch msg := msg.(type) {
			case tea.QuitMsg:
				d.quit = true
			case tea.BatchMsg:
				for _, cmd := range msg {
					d.run(cmd)
				}
			default:
				if commands, ok := sequence(msg); ok {
					go func() {
						for _, cmd := range commands {
							if cmd != nil {
								d.messages <- cmd()
							}
						}
					}()
					continue
				}
				if strings.Contains(reflect.TypeOf(msg).String(), "setClipboard") {
					d.copied++
				}
				d.update(msg)
			}
		default:
			return
		}
	}
}

// run starts a command.
func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		if msg := cmd(); msg != nil {
			d.messages <- msg
		}
	}()
}

// sequence returns the commands of tea.Sequence, whose type has no public name.
func sequence(msg tea.Msg) ([]tea.Cmd, bool) {
	v := reflect.ValueOf(msg)
	if v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeFor[tea.Cmd]() {
		return nil, false
	}
	commands := make([]tea.Cmd, v.Len())
	for i := range commands {
		commands[i], _ = v.Index(i).Interface().(tea.Cmd)
	}
	return commands, true
}

// draw draws a frame, which must fit.
func (d *driver) draw() {
	d.t.Helper()
	d.frame = d.model.View().Content
	lines := strings.Split(d.frame, "\n")
	if len(lines) > max(d.height, 1) {
		d.t.Fatalf("%d lines on a terminal of %d×%d:\n%s", len(lines), d.width, d.height, d.frame)
	}
	for i, line := range lines {
		if w := ui.Width(line); w > d.width {
			d.t.Fatalf("line %d is %d columns wide on a terminal of %d×%d:\n%s", i+1, w, d.width, d.height, d.frame)
		}
		if strings.ContainsAny(ansi.Strip(line), "\x00\x07\x1b\r\t\u202e") {
			d.t.Fatalf("line %d has control characters: %q", i+1, line)
		}
	}
}

// press sends a key by its name.
func (d *driver) press(names ...string) {
	d.t.Helper()
	for _, name := range names {
		d.send(keyPress(name))
	}
}

// typed sends text, a key a rune.
func (d *driver) typed(text string) {
	d.t.Helper()
	for _, r := range text {
		d.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// wait lets time pass: timers run, late answers come.
func (d *driver) wait(duration time.Duration) {
	d.t.Helper()
	time.Sleep(duration)
	d.rest()
	d.draw()
}

// end lets what is still under way run out, as the bubble wants it.
func (d *driver) end() {
	for range 3 {
		time.Sleep(time.Minute)
		d.rest()
	}
}

// shown is the frame as plain text.
func (d *driver) shown() string { return ansi.Strip(d.frame) }

// keyPress makes the message of a key's name, as tea.KeyPressMsg.String spells it.
func keyPress(name string) tea.KeyPressMsg {
	press, err := ui.ParseKey(name)
	if err != nil {
		panic(err)
	}
	return press
}

// Every name that the driver knows is spelled by Bubble Tea as the actions
// spell it.
func TestKeyNames(t *testing.T) {
	for _, name := range []string{"enter", "tab", "shift+tab", "esc", "space", "up", "alt+up", "alt+3", "ctrl+d", "pgdown", "home", "delete", "f1", "?", "Y", "["} {
		if got := keyPress(name).String(); got != name {
			t.Errorf("%q is spelled %q", name, got)
		}
	}
}

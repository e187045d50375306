package tuitest

import (
	"testing/synctest"
	"unicode"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// arrivals counts the messages that have reached the program.
type arrivals struct {
	keys, pastes, mice, sizes int
}

// barrier is sent through the program and dropped before Update. Taking it proves that the messages
// before it have been dealt with.
type barrier struct{}

// arrive is the program's filter: it sees each message just before Update does.
func (term *Terminal) arrive(_ tea.Model, msg tea.Msg) tea.Msg {
	term.mu.Lock()
	defer term.mu.Unlock()
	switch msg.(type) {
	case barrier:
		return nil
	case tea.KeyPressMsg:
		term.arrived.keys++
	case tea.PasteEndMsg:
		term.arrived.pastes++
	case tea.MouseMsg:
		term.arrived.mice++
	case tea.WindowSizeMsg:
		term.arrived.sizes++
	default:
		return msg
	}
	term.changed.Broadcast()
	return msg
}

// Press presses keys one after the other. They are named as Bubble Tea names them: "enter", "alt+2",
// "ctrl+s", "shift+tab", "?", "ä". A key that a terminal cannot send fails the test, and so does a key
// after the program's end.
func (term *Terminal) Press(keys ...string) {
	term.t.Helper()
	for _, key := range keys {
		sequence, err := encodeKey(key)
		if err != nil {
			term.t.Fatal(err)
		}
		term.send(sequence, "the key "+key, func(a arrivals) int { return a.keys }, 1)
	}
	term.settle()
}

// Type types text, which must not hold control characters: press "enter" and "tab" instead.
func (term *Terminal) Type(text string) {
	term.t.Helper()
	for rest := text; rest != ""; {
		cluster, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		rest = rest[len(cluster):]
		if r := []rune(cluster)[0]; unicode.IsControl(r) {
			term.t.Fatalf("Type(%q): %q is not typed but pressed or pasted", text, r)
		}
		term.send(cluster, "the text "+cluster, func(a arrivals) int { return a.keys }, 1)
	}
	term.settle()
}

// Paste pastes text in one go, as a terminal with bracketed paste does. A program that has switched
// bracketed paste off fails the test.
func (term *Terminal) Paste(text string) {
	term.t.Helper()
	term.await("the program has bracketed paste off", func() bool { return term.modes[ansi.ModeBracketedPaste] })
	term.send(ansi.BracketedPasteStart+text+ansi.BracketedPasteEnd, "a paste", func(a arrivals) int { return a.pastes }, 1)
	term.settle()
}

// MouseCaptured reports whether the program receives the mouse. If it doesn't, a click selects text in
// the terminal instead.
func (term *Terminal) MouseCaptured() bool {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.capturesMouse()
}

func (term *Terminal) capturesMouse() bool {
	return term.modes[ansi.ModeMouseButtonEvent] || term.modes[ansi.ModeMouseAnyEvent] || term.modes[ansi.ModeMouseNormal]
}

// Click presses and releases the left button at a cell, counted from 0 at the top left.
func (term *Terminal) Click(x, y int) {
	term.t.Helper()
	term.point(uv.MouseClickEvent{X: x, Y: y, Button: uv.MouseLeft})
	term.point(uv.MouseReleaseEvent{X: x, Y: y, Button: uv.MouseLeft})
	term.settle()
}

// ClickText clicks on the first cell of the first place where the screen shows text.
func (term *Terminal) ClickText(text string) {
	term.t.Helper()
	x, y, ok := term.Find(text)
	if !ok {
		term.fatalf("nothing to click on: %q is not on the screen", text)
	}
	term.Click(x, y)
}

// Wheel turns the wheel over a cell: down by notches, or up when they are negative.
func (term *Terminal) Wheel(x, y, notches int) {
	term.t.Helper()
	button := uv.MouseWheelDown
	if notches < 0 {
		button, notches = uv.MouseWheelUp, -notches
	}
	for range notches {
		term.point(uv.MouseWheelEvent{X: x, Y: y, Button: button})
	}
	term.settle()
}

// point sends one mouse event if the program wants any.
func (term *Terminal) point(event uv.MouseEvent) {
	term.t.Helper()
	term.mu.Lock()
	if !term.capturesMouse() {
		term.mu.Unlock()
		return
	}
	want := term.arrived.mice + 1
	term.emulator.SendMouse(event)
	term.mu.Unlock()
	term.await("a mouse event does not arrive", func() bool { return term.arrived.mice >= want || term.ended })
	term.finish()
}

// Resize gives the terminal another size and tells the program, as a window manager would.
func (term *Terminal) Resize(width, height int) {
	term.t.Helper()
	term.mu.Lock()
	term.emulator.Resize(width, height)
	term.mu.Unlock()
	term.program.Send(tea.WindowSizeMsg{Width: width, Height: height})
	term.finish()
	term.settle()
}

// send writes input, waits until n more messages of a kind have arrived, and until they are dealt with.
func (term *Terminal) send(sequence, what string, kind func(arrivals) int, n int) {
	term.t.Helper()
	term.mu.Lock()
	want := kind(term.arrived) + n
	ended := term.ended
	term.mu.Unlock()
	if ended {
		term.fatalf("%s comes after the program's end", what)
	}
	_, _ = term.input.Write([]byte(sequence))
	term.await(what+" does not arrive", func() bool { return kind(term.arrived) >= want || term.ended })
	term.finish()
}

// finish returns when Update has dealt with what has arrived and, in a bubble, with all that followed.
func (term *Terminal) finish() {
	term.program.Send(barrier{})
	if term.fake {
		synctest.Wait()
	}
}

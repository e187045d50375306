package tui_test

import (
	"testing"
	"testing/synctest"
)

// The mouse alone leads through: what has the focus is run by a click, other
// things take the focus, and the footer's entries are buttons.
func TestMouse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.ClickText("enter look")
		term.WaitText("An ESP8266 can connect")
		term.ClickText("its public key")
		term.WaitText("● its public key", "It holds over renewals, as long")
		term.Press("v")
		term.ClickText("Example R11              2 years")
		term.WaitText("▸ Example R11")
		term.ClickText("3F95F06F")
		term.WaitText("fingerprint copied")
		if got := term.Clipboard(); len(got) != 40 {
			t.Errorf("a click on the fingerprint copied %q", got)
		}
		term.ClickText("next")
		term.WaitText("▸ Send a test POST")
		term.ClickText("name2")
		term.WaitText("▸ ■ name2")
		term.ClickText("■ name2") // the mark
		term.WaitText("□ name2", "12 bytes")
		term.ClickText("name2")
		term.WaitText("Edit the field")
		term.ClickText("secret")
		term.ClickText("secret")
		term.WaitText("masked, never saved")
		term.ClickText("name1")
		term.WaitText("enter keeps the row")
		term.Press("esc")
		term.ClickText("body form")
		term.WaitText(`{"name1":"value1"}`)
		term.ClickText("POST")
		term.WaitText("PUT  https")
		term.ClickText("Send a test PUT")
		term.ClickText("Send a test PUT")
		term.WaitText("Ready to send")
		term.ClickText("send ·")
		term.WaitText("200 OK")
		term.ClickText("Firmware")
		term.WaitText("Write the files")
		term.ClickText("config.h")
		term.WaitText("1 // What one would change")
		term.ClickText("Every")
		term.ClickText("Every")
		term.WaitText("leave as it was")
		term.ClickText("esc leave")
		term.ClickText("Write the files")
		term.ClickText("Write the files")
		term.WaitText("arduino-cli compile")
		term.Press("ctrl+c")
		term.WaitEnd()
	})
}

// The wheel scrolls, `m` gives the mouse back to the terminal and takes it again.
func TestWheelAndMouseOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 80, 24)
		term.Press("enter", "enter", "alt+5")
		term.WaitText("  1 // porch_example_com")
		term.Wheel(60, 10, 2)
		term.WaitText("  7 ")
		term.WaitGone("  1 // porch")
		term.Wheel(60, 10, -2)
		term.WaitText("  1 // porch_example_com")
		term.Press("m")
		if term.MouseCaptured() {
			t.Error("m leaves the mouse captured")
		}
		term.Press("m")
		if !term.MouseCaptured() {
			t.Error("m doesn't take the mouse again")
		}
		term.Press("ctrl+p")
		term.ClickText("Show the next file")
		term.WaitGone("what would you like to do")
		term.Quit()
	})
}

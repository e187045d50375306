package tui_test

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"espost/internal/testkit/tuitest"
)

// atForm leads the app to the form.
func atForm(t *testing.T, s *stage) *tuitest.Terminal {
	t.Helper()
	term := s.start(t, 80, 24)
	term.Press("enter", "enter")
	term.WaitText("name1=value1&name2=value2")
	return term
}

// Rows can be added, edited, switched, doubled, moved, deleted and had back; the
// preview always shows what is sent.
func TestFormRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		steps := []struct {
			does  string
			keys  []string
			typed string
			more  []string
			want  string
		}{
			{"add", []string{"a"}, "note", []string{"tab", "tab"}, "name1=value1&name2=value2&note="},
			{"type the value", nil, "hé w", []string{"enter"}, "name1=value1&name2=value2&note=h%C3%A9+w"},
			{"off", []string{"space"}, "", nil, "name1=value1&name2=value2"},
			{"on", []string{"space"}, "", nil, "note=h%C3%A9+w"},
			{"double", []string{"ctrl+d"}, "", nil, "w&note=h%C3%A9"},
			{"delete", []string{"d"}, "", nil, "name1=value1&name2=value2&note=h%C3%A9+w"},
			{"undo", []string{"u"}, "", nil, "w&note="},
			{"undo", []string{"u"}, "", nil, "name2=value2&note=h%C3%A9+w"},
			{"move", []string{"up", "up", "alt+up"}, "", nil, "name2=value2&name1=value1"},
			{"json", []string{"e"}, "", nil, `{"name2":"value2","name1":"value1"`},
		}
		for _, step := range steps {
			term.Press(step.keys...)
			if step.typed != "" {
				term.Type(step.typed)
			}
			term.Press(step.more...)
			if !strings.Contains(strings.ReplaceAll(term.Screen(), "\n", ""), step.want) {
				t.Fatalf("%s: the preview lacks %q:\n%s", step.does, step.want, term.Screen())
			}
		}
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// A GET shows the address that carries its rows, and a text that leaves a row out
// says so.
func TestFormOfEveryMethod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		term.Press("t", "t", "t")
		term.WaitText("Send a test GET", "Address, as it is sent", "?name1=value1&name2=value2")
		term.Press("t", "t", "w")
		term.WaitText("body as text")
		term.Type("v={{name1}}")
		term.Press("tab")
		term.WaitText("v=value1", "field name2 stands nowhere in the text")
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// A live source sends its sample; what the row had before is not lost by looking
// at the choices.
func TestFormSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		term.Press("a")
		term.Type("rssi")
		term.Press("tab", "right", "right", "right", "enter")
		term.WaitText("Wi-Fi signal", "rssi=-61")
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// A sensor is found by typing its name, and says what it needs: its pins, and how
// its number is changed.
func TestFormSensor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		term.Press("a")
		term.Type("far")
		term.Press("tab")
		term.Type("hc-sr04")
		term.WaitText("HC-SR04 distance", "typed: hc-sr04")
		term.Press("tab", "enter")
		term.WaitText("Write 5,4 for GPIO 5 and GPIO 4")
		term.Type("12,13")
		term.Press("tab", "tab")
		term.Type("scale 0.01 decimals 3")
		term.WaitText("far=1.204")
		term.Press("enter", "b")
		term.WaitText("far@hcsr04.distance:12,13")
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// Another source has another sample: what was typed for the one before is not sent
// for it, and is there again when it comes back.
func TestSampleFollowsItsSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		term.Press("up", "enter", "tab") // name2=value2
		term.Type("counter")
		term.WaitText("20 bytes", "name2=1")
		term.Type("dht22")
		term.WaitText("sample │ 21.5", "▸ DHT22 temperature", "DHT22 humidity", "needs the number of a pin. Write 5 for GPIO 5.", "│ such as scale 1.8")
		term.Press("backspace", "backspace", "backspace", "backspace", "backspace")
		term.Type("text")
		term.WaitText("name2=value2")
		term.Press("esc")
		term.Quit()
	})
}

// A secret can be seen while it is typed, by one key, and is masked again for the
// next row.
func TestRevealWhileTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		for _, add := range []string{"a", "h"} {
			term.Press(add)
			term.Type("token")
			term.Press("shift+tab", "space", "shift+tab")
			term.Type("hunter2")
			term.WaitGone("hunter2")
			term.Press("ctrl+r")
			term.WaitText("┃ hunter2", "ctrl+r hide")
			term.Press("ctrl+r")
			term.WaitGone("hunter2")
			term.Press("ctrl+r", "enter")
			term.WaitGone("hunter2")
			term.Press("enter")
			term.WaitText("ctrl+r show")
			term.WaitGone("hunter2")
			term.Press("esc")
		}
		term.Quit()
	})
}

// What was typed into a row that is then discarded comes back with undo.
func TestDiscardedRowComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		term.Press("a")
		term.Type("precious")
		term.Press("esc")
		term.WaitText("discarded")
		if strings.Contains(term.Screen(), "precious") {
			t.Errorf("a discarded row is in the form:\n%s", term.Screen())
		}
		term.Press("u")
		term.WaitText("precious=")
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// A secret's value is never on the screen: not while it is typed, not in the
// row, not in the preview, not on the test's page.
func TestSecretIsMasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		term.Press("a")
		term.Type("token")
		term.Press("tab", "tab", "tab", "right", "shift+tab")
		never := func() {
			t.Helper()
			if strings.Contains(term.Screen(), "hunter2") {
				t.Errorf("the secret is on the screen:\n%s", term.Screen())
			}
		}
		term.Type("hunter2")
		never()
		term.Press("enter")
		term.WaitText("token")
		never()
		term.Press("n")
		term.WaitText("Ready to send")
		never()
		term.Press("enter", "enter")
		term.WaitText("Write the files")
		term.Press("tab", "tab", "tab", "tab")
		never()
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// What can't be read in a control that the row no longer has doesn't hold it.
func TestFormForgetsAHiddenControl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		term.Press("a")
		term.Type("signal")
		term.Press("tab")
		term.Type("rssi")
		term.Press("tab", "tab")
		term.Type("rubbish")
		term.Press("enter")
		term.WaitText("rubbish", "Add a field") // it isn't kept
		term.Press("shift+tab", "shift+tab")
		term.Type("text")
		term.Press("enter")
		term.WaitText("name2=value2&signal=", "Send a test POST")
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// A pin that is taken, or that decides how the board starts, is told while it is
// typed, and stays told.
func TestPinsWhereTheyAreTyped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 80, 24)
		term.Press("enter", "enter", "a")
		term.Type("temp")
		term.Press("tab")
		term.Type("dht22")
		term.Press("tab")
		term.Type("0")
		term.WaitText("Row 3 (temp) uses D3 (GPIO 0): the board starts only while it is not low.", "Add a field")
		term.Press("enter")
		term.WaitText("a add", "uses D3 (GPIO 0)")
		term.Press("a")
		term.Type("door")
		term.Press("tab")
		term.Type("reed")
		term.Press("tab")
		term.Type("0")
		term.WaitText("Row 4 (door) uses D3 (GPIO 0), as row 3 does.", "Add a field")
		term.Press("backspace")
		term.Type("5")
		term.WaitGone("as row 3 does")
		term.Press("enter")
		term.WaitText("Row 3 (temp) uses D3")
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// What was undone can be done again, until something else is done.
func TestRedo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 80, 24)
		term.Press("enter", "enter", "e")
		term.WaitText(`{"name1"`)
		term.Press("u")
		term.WaitText("name1=value1&", "U does it again")
		term.Press("U")
		term.WaitText(`{"name1"`)
		term.Press("u", "g", "d")
		term.WaitText("row deleted")
		term.Press("U")
		term.WaitText("nothing to do again")
		term.Press("6")
		term.WaitText("there is nothing to flash yet")
		term.Press("2")
		term.WaitText("● Certificate")
		term.Quit()
	})
}

// Undo brings the rows back, and leaves alone what other steps made since: another
// address, and the rule for answers.
func TestUndoKeepsWhatOtherStepsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "e") // JSON
		term.Press("enter", "enter")
		term.WaitText("200 OK")
		term.Press("c")
		term.WaitText("This answer counts as")
		term.Press("1", "ctrl+u")
		term.Type("https://other.example.com/in")
		term.Press("enter", "enter")
		term.WaitText("https://other.example.com/in", "body json")
		term.Press("u")
		term.WaitText("https://other.example.com/in", "body form")
		term.Press("ctrl+s")
		term.WaitText("saved to")
		term.Quit()
		p := loaded(t, filepath.Join(s.folder, "espost.yaml"))
		if p.Target.Host != "other.example.com" || p.Answer.Ordinary() {
			t.Errorf("undo took %s and %+v along", p.Target.Host, p.Answer)
		}
	})
}

// A request that takes the form's place while a row is typed, or a text, closes what is
// open; undo, or opening it again, brings it back.
func TestRequestComesWhileTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		requestComes := func() {
			term.Press("alt+1")
			term.Paste("curl -d c=d " + address)
			term.Press("alt+3")
			term.WaitText("Body, as it is sent", "c=d")
		}
		term.Press("a")
		term.Type("third")
		requestComes()
		term.Press("u")
		term.WaitText("name1=value1&name2=value2")
		term.Press("u")
		term.WaitText("name1=value1&name2=value2&third=")
		term.Press("b", "ctrl+end")
		term.Type("fourth=4")
		requestComes()
		term.Press("b")
		term.WaitText("fourth=4")
		term.Quit()
	})
}

package tui_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"espost/formpost"
	"espost/internal/netdial"
	"espost/internal/problem"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// A step can't be entered before what it needs is there, and the app says what
// is missing.
func TestStepsAreGuarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		for _, key := range []string{"alt+2", "alt+3", "alt+4", "alt+5"} {
			term.Press(key)
			term.WaitText("look at the server first", "Where will the board send its data?")
		}
		term.Press("enter")
		term.WaitText("An ESP8266 can connect")
		term.Press("alt+3", "h") // a header without a name can't be sent
		term.Type("Bad Name")
		term.Press("enter", "alt+5")
		term.WaitText("the form can't be sent yet")
		term.Press("u", "alt+5")
		term.WaitText("Write the files")
		term.Press("alt+1")
		term.WaitText("Where will the board send its data?")
		term.Quit()
	})
}

// When the board can't connect, the app says why and what to do, and nothing
// further can be entered.
func TestBoardThatCannotConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Inspect = func(_ context.Context, target request.Target, _ func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			return &tlsinspect.Report{
				Target: target, Taken: today(), Board: tlsinspect.Board{Alert: 70},
				Findings: []problem.Problem{{Severity: problem.Fatal, Code: tlsinspect.CodeTLS13Only,
					Message: "The server speaks only TLS 1.3; the board stops at 1.2.", Fix: "Ask the host to enable TLS 1.2."}},
			}, nil
		}
		term := s.start(t, 80, 24)
		term.Press("enter")
		term.WaitText("An ESP8266 can't connect", "stops at 1.2", "enable TLS 1.2")
		for _, key := range []string{"alt+3", "alt+4", "alt+5"} {
			term.Press(key)
			term.WaitText("nothing to pin", "An ESP8266 can't connect")
		}
		term.Quit()
	})
}

// Escape cancels a look at the server at once, and the answer that comes late
// changes nothing.
func TestLateAnswerIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Inspect = func(ctx context.Context, target request.Target, _ func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			<-ctx.Done()
			time.Sleep(time.Second) // of the bubble's time: it answers all the same, late
			return goodReport(t, target), nil
		}
		term := s.start(t, 80, 24)
		term.Press("enter")
		term.WaitText("connecting")
		term.Press("esc")
		term.WaitText("stopped; nothing has changed", address)
		term.Advance(3 * time.Second)
		if strings.Contains(term.Screen(), "SHA-1 ") {
			t.Errorf("the late answer was taken:\n%s", term.Screen())
		}
		term.Quit()
	})
}

// A failed look says what went wrong and what to do, and the address stays.
func TestConnectFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Inspect = func(context.Context, request.Target, func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			return &tlsinspect.Report{}, &problem.Problem{Code: netdial.CodeRefused, Message: "Nothing listens at porch.example.com:443", Fix: "Check the port."}
		}
		term := s.start(t, 80, 24)
		term.Press("enter")
		term.WaitText("Nothing listens at porch.example.com:443", "Check the port.", address)
		term.Quit()
	})
}

// A pin that differs is told in the board's words, and enter tries again.
func TestPostFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Send = func(context.Context, *profile.Profile, *tlsinspect.Report) (*formpost.Response, error) {
			s.posts++
			return nil, &formpost.Error{Problem: *problem.New("", "The server has another certificate", "Look at it again"), HTTPClient: -1, BearSSL: 62}
		}
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "enter", "enter")
		term.WaitText("HTTPClient -1, BearSSL 62", "The server has another certificate.", "Look at it again.")
		term.Press("enter")
		term.WaitText("BearSSL 62")
		if s.posts != 2 {
			t.Errorf("%d tries, want 2", s.posts)
		}
		term.Quit()
	})
}

// What a server sends can't draw outside its place.
func TestForeignTextIsTamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		evil := "\x1b[2J\x1b[Hgone\x07\u202egnp.exe\x00"
		s.options.Send = func(context.Context, *profile.Profile, *tlsinspect.Report) (*formpost.Response, error) {
			return &formpost.Response{Status: 200, BoardStatus: 200, Reason: evil, Body: []byte(strings.ReplaceAll(evil+"\r"+evil, "\x00", "")), // with a NUL it would be shown as hex
				Notes: []problem.Problem{{Code: "x", Message: evil, Fix: evil}}}, nil
		}
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "enter", "enter")
		term.WaitText("received", "espost") // the header is still there
		if screen := term.Screen(); strings.ContainsAny(screen, "\x1b\x07\x00\u202e\r") {
			t.Errorf("control characters reached the screen: %q", screen)
		}
		term.Quit()
	})
}

// What was received can do no harm where it is pasted.
func TestCopiedTextIsTamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Send = func(context.Context, *profile.Profile, *tlsinspect.Report) (*formpost.Response, error) {
			return &formpost.Response{Status: 200, BoardStatus: 200, Body: []byte("a\tb\x1b[201~\nreboot\r\x00")}, nil
		}
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "enter", "enter")
		term.WaitText("received")
		term.Press("y")
		term.WaitText("copied")
		if got, want := term.Clipboard(), "a\tb\ufffd[201~\nreboot\ufffd\ufffd"; got != want {
			t.Errorf("on the clipboard is %q, want %q", got, want)
		}
		term.Quit()
	})
}

// Nor can an error that quotes a file.
func TestForeignErrorsAreTamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Recent.Path = t.TempDir() + "/evil\x1b[2J\u202ename\x07" // can't be read: its error names it
		if err := os.Mkdir(s.options.Recent.Path, 0o700); err != nil {
			t.Fatal(err)
		}
		d := drive(t, s.options, 80, 24) // holds each frame against control characters
		defer d.end()
		if !strings.Contains(d.shown(), "reading the recent servers") {
			t.Errorf("the error isn't shown:\n%s", d.shown())
		}
	})
}

// Quitting asks when typed work would be lost, and only then.
func TestQuitAsksWhenWorkWouldBeLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "a")
		term.Type("rssi")
		term.Press("enter", "ctrl+c")
		term.WaitText("Quit without saving?")
		term.Press("esc")
		term.WaitText("rssi")
		term.Press("ctrl+s")
		term.WaitText("saved to")
		term.Press("ctrl+c")
		term.WaitEnd()
	})
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 80, 24)
		term.Press("enter", "ctrl+c")
		term.WaitEnd()
	})
}

// A terminal that is too small says so, and everything is there again after.
func TestTooSmallAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 80, 24)
		term.Press("enter")
		before := term.Screen()
		term.Resize(40, 10)
		term.WaitText("60×16", "40×10")
		term.Resize(80, 24)
		if after := term.Screen(); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
		term.Quit()
	})
}

// A step's tick says that it is done for the present state: it stays on the way
// back, and goes when another address is typed or another server was looked at.
func TestTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		ticks := func(want string) {
			t.Helper()
			if head := header(term); !strings.Contains(head, want) {
				t.Errorf("%q is not in %q", want, head)
			}
		}
		ticks("● Connect  ○ Certificate  ○ Form  ○ Test")
		term.Press("enter", "enter", "enter", "enter")
		term.WaitText("200 OK")
		ticks("✓ Connect  ✓ Certificate  ✓ Form  ● Test")
		term.Press("1")
		ticks("● Connect  ✓ Certificate  ✓ Form  ✓ Test")
		term.Type("/else")
		term.Press("alt+3")
		ticks("○ Connect  ○ Certificate  ● Form  ○ Test") // these are of the address before
		term.Press("e", "4")
		ticks("○ Form  ● Test")
		term.Press("1", "backspace", "backspace", "backspace", "backspace", "backspace", "alt+3")
		ticks("✓ Connect  ✓ Certificate  ● Form  ○ Test")
		term.Press("1", "enter")
		term.WaitText("SHA-1 ")
		ticks("✓ Connect  ● Certificate  ✓ Form  ○ Test")
		term.Press("1")
		ticks("● Connect  ○ Certificate  ✓ Form  ○ Test") // not gone on with yet
		term.Quit()
	})
}

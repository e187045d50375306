package tui_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"espost/internal/problem"
	"espost/internal/recent"
	"espost/request"
	"espost/tlsinspect"
)

// Who has only looked at a server has nothing to lose: quitting doesn't ask. The
// sketch's name, which follows the address, is nobody's work.
func TestLookingIsNoWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Target = ""
		term := s.start(t, 80, 24)
		term.Type("porch.example.com")
		term.Press("enter")
		term.WaitText("An ESP8266 can connect")
		term.Press("ctrl+c")
		term.WaitEnd()
	})
}

// An address that was cleared, or replaced by a recent one, can be had back.
func TestAddressUndo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Recent = recent.List{Path: t.TempDir() + "/recent.json"}
		if err := s.options.Recent.Remember(recent.Entry{Target: "https://other.example/", SHA1: chain(t)[0].SHA1(), Seen: today(), Expires: today()}); err != nil {
			t.Fatal(err)
		}
		term := s.start(t, 80, 24)
		term.Press("ctrl+u")
		term.WaitText("take the example", "ctrl+z undo")
		term.Press("ctrl+z")
		term.WaitText(address)
		term.Press("down", "enter")
		term.WaitText("An ESP8266 can connect")
		term.Press("esc")
		term.WaitText("┃ https://other.example/")
		term.Press("ctrl+z")
		term.WaitText("┃ " + address)
		term.Quit()
	})
}

// Enter on an empty input says what to do; tab takes the example.
func TestEmptyAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Target = ""
		term := s.start(t, 80, 24)
		term.Press("enter")
		term.WaitText("Type or paste an address first.", "espost --demo")
		term.Press("tab")
		term.WaitText("host postman-echo.com", "enter look")
		term.Quit()
	})
}

// Many recent servers scroll, by key and by wheel, and a click in the input
// leaves the list.
func TestManyRecentServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Recent = recent.List{Path: t.TempDir() + "/recent.json"}
		for i := range 20 {
			if err := s.options.Recent.Remember(recent.Entry{Target: "https://" + string(rune('a'+i)) + ".example/", SHA1: chain(t)[0].SHA1(), Seen: today(), Expires: today()}); err != nil {
				t.Fatal(err)
			}
		}
		term := s.start(t, 80, 24)
		term.WaitText("t.example", "1-10 of 20")
		for range 20 {
			term.Press("down")
		}
		term.WaitText("▸ a.example", "11-20 of 20")
		term.Wheel(10, 15, -30)
		term.WaitText("1-10 of 20")
		term.Press("down")
		term.WaitText("▸ t.example")
		term.ClickText("┃ https://")
		term.WaitGone("▸")
		term.Quit()
	})
}

// A paste that no board could send is refused, with the reason, and changes
// nothing.
func TestHugePasteIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 80, 24)
		term.Press("enter", "enter", "b")
		term.WaitText("fields as text")
		before := term.Screen()
		term.Paste(strings.Repeat("a=b\n", 1<<20))
		term.WaitText("nothing was pasted: that is 4096 KB")
		term.Press("right")
		if after := term.Screen(); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
		term.Quit()
	})
}

// An address that only this computer knows is said to be one before anything is
// looked at, and this computer's address in the network is a key away.
func TestOnlyThisComputer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Target = "https://localhost:8443/post"
		s.options.Own = func() (netip.Addr, bool) { return netip.MustParseAddr("192.168.1.20"), true }
		term := s.start(t, 80, 24)
		term.WaitText("Only this computer knows localhost", "192.168.1.20", "espost --demo --lan", "ctrl+o network address")
		term.Press("ctrl+o")
		term.WaitText("https://192.168.1.20:8443/post", "must listen there")
		term.WaitGone("Only this computer knows")
		term.Press("ctrl+z")
		term.WaitText("https://localhost:8443/post")
		term.Press("ctrl+c")
		term.WaitEnd()
	})
}

// How a look goes, why it failed and what to do stand before what is odd about the
// address, which would push them off the smallest screen.
func TestFailureBeforeOddities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Target = "https://localhost:1/post"
		s.options.Inspect = func(_ context.Context, _ request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			for _, part := range []string{"one", "two", "three", "four", "five", "six"} {
				progress(tlsinspect.Event{Part: tlsinspect.Part(part), Title: "part " + part})
			}
			time.Sleep(time.Second)
			return nil, problem.New("refused", "nothing listens at localhost:1 (127.0.0.1)", "check the port, and that the server is running; HTTPS usually has port 443")
		}
		term := s.start(t, 60, 16)
		term.WaitText("Only this computer knows localhost")
		if strings.Contains(term.Screen(), "espost connects") {
			t.Error("half of the introduction is on the screen")
		}
		term.Press("enter")
		term.WaitText("part one", "part six")
		term.WaitText("Nothing listens at localhost:1", "usually has port 443.", "Only this computer knows localhost")
		term.Quit()
	})
}

package tui_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"espost/esp8266"
	"espost/formpost"
	"espost/profile"
	"espost/tlsinspect"
	"espost/tui/tuitest"
)

// atAnswer leads the app to the first answer; each answer tells its number.
func atAnswer(t *testing.T) *tuitest.Terminal {
	t.Helper()
	s := newStage(t)
	s.options.Send = func(_ context.Context, p *profile.Profile, _ *tlsinspect.Report) (*formpost.Response, error) {
		s.posts++
		r, err := p.Request()
		if err != nil {
			return nil, err
		}
		body := fmt.Sprintf("answer %d\n%sneedle\nlast", s.posts, strings.Repeat("hay\n", 40))
		return &formpost.Response{Request: r.Bytes(), Status: 200, Reason: "OK", HeadRaw: []byte("HTTP/1.1 200 OK\r\nX-Turn: yes\r\n"), Body: []byte(body)}, nil
	}
	term := s.start(t, 80, 24)
	term.Press("enter", "enter", "enter", "enter")
	term.WaitText("answer 1")
	return term
}

// The answers of a run are kept, can be walked through, and differ visibly.
func TestAnswersAreComparedAndKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atAnswer(t)
		term.Press("r")
		term.WaitText("2 of 2", "answer 2")
		term.Press("d")
		term.WaitText("-answer 1", "+answer 2")
		term.Press("d", "[")
		term.WaitText("1 of 2", "answer 1")
		term.Press("]", "v")
		term.WaitText("answer 2", "X-Turn: yes")
		term.Quit()
	})
}

// A search scrolls to what it finds, in any case of letters, and says when there
// is nothing.
func TestSearchInTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atAnswer(t)
		if strings.Contains(term.Screen(), "needle") {
			t.Fatalf("needle is in sight before the search:\n%s", term.Screen())
		}
		term.Press("/")
		term.Type("NEEDLE")
		term.Press("enter")
		term.WaitText("needle")
		term.Press("/")
		term.Type("cow")
		term.Press("enter")
		term.WaitText("not found")
		term.Press("/", "esc", "esc")
		term.WaitText("encoding form")
		term.Quit()
	})
}

// A form that changed since the answer isn't called passed.
func TestChangedFormIsNotPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atAnswer(t)
		term.Press("esc", "e", "enter")
		term.WaitText("the form has changed since")
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// The test POST is told what the report found out about the board's connection.
func TestSendSeesTheReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		var seen *tlsinspect.Report
		s.options.Send = func(_ context.Context, _ *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error) {
			seen = r
			return &formpost.Response{Status: 204, Reason: "No Content"}, nil
		}
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "enter", "enter")
		term.WaitText("204 No Content")
		term.Quit()
		if seen == nil || seen.Board.CipherSuite.ID != 0xc02b || seen.Board.Group != esp8266.P256 {
			t.Errorf("the request was sent with %+v", seen)
		}
	})
}

// A pasted curl command becomes the form; with another address the app goes back
// to look at it.
func TestPastedCurl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		term.Paste("curl " + address + " -H 'X-Device: porch' -d 'a=1' -d 'b=2'")
		term.WaitText("curl command")
		term.Press("enter")
		term.WaitText("a=1&b=2", "X-Device", "7 bytes")
		term.Press("i")
		term.Paste("curl -F f=@x https://other.example.com/")
		term.Press("enter")
		term.WaitText("curl command", "!") // refused, with a reason, and still there to mend
		term.Press("esc")
		term.Paste("curl https://other.example.com/in -d c=3")
		term.Press("enter")
		term.WaitText("Where will the board send its data?", "other.example.com")
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// The form as text: rows come and go, a live source keeps its kind, and a secret
// stays what it was without being shown.
func TestFormAsText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atForm(t, newStage(t))
		term.Press("b")
		term.WaitText("fields as text", "name1=value1")
		term.Press("ctrl+end")
		term.Type("precious=1")
		term.Press("esc")
		term.WaitText("discarded")
		term.Press("b")
		term.WaitText("precious=1")
		term.Press("backspace", "backspace", "backspace", "backspace", "backspace", "backspace", "backspace", "backspace", "backspace", "backspace")
		term.Paste("rssi@rssi=-70\n# off=1\nbroken\n")
		term.Press("tab")
		term.WaitText("has no =", "broken") // nothing is lost
		term.Press("backspace", "backspace", "backspace", "backspace", "backspace", "backspace", "backspace", "tab")
		term.WaitText("Wi-Fi signal", "name1=value1&name2=value2&rssi=-70")
		term.Press("u")
		term.WaitGone("rssi=-70")
		term.Quit()
	})
}

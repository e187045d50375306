package tui_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"espost/esp8266"
	"espost/formpost"
	"espost/imports"
	"espost/internal/problem"
	"espost/internal/testkit/tuitest"
	"espost/profile"
	"espost/tlsinspect"
)

// atAnswer leads the app to the first answer; each answer tells its number.
func atAnswer(t *testing.T) *tuitest.Terminal {
	t.Helper()
	s := newStage(t)
	s.options.Send = func(_ context.Context, p *profile.Profile, _ *tlsinspect.Report) (*formpost.Response, error) {
		s.posts++
		r := p.Sent()
		body := fmt.Sprintf("answer %d\n%sneedle\nlast", s.posts, strings.Repeat("hay\n", 40))
		return &formpost.Response{Request: r.Bytes(), Status: 200, BoardStatus: 200, Reason: "OK", HeadRaw: []byte("HTTP/1.1 200 OK\r\nX-Turn: yes\r\n"), Body: []byte(body)}, nil
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

// The history becomes a file beside the profile, and none is ever replaced.
func TestHistoryIsWrittenAsHAR(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 100, 24)
		term.Press("enter", "enter", "enter", "enter")
		term.WaitText("received")
		term.Press("r")
		term.WaitText("2 of 2")
		term.Press("w")
		term.WaitText(".har beside the profile holds requests and answers (2), secrets masked")
		term.Press("w")
		term.WaitText("-2.har beside the profile")
		files, _ := filepath.Glob(filepath.Join(s.folder, "*.har"))
		if len(files) != 2 {
			t.Fatalf("files %q", files)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if all, err := imports.Read(text, file); err != nil || len(all) != 2 || all[1].Request.Target.URL() != address {
				t.Errorf("%+v, %v", all, err)
			}
		}
		term.Quit()
	})
}

// One key changes what such an answer counts as, and so which step enter leads to.
func TestOneKeyChangesTheRule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atAnswer(t)
		term.Press("c")
		term.WaitText("This answer counts as: refused", "enter send again")
		term.Press("c")
		term.WaitText("This answer counts as: try again")
		term.Press("c")
		term.WaitText("200 counts as: delivered", "enter next")
		term.Quit()
	})
}

// The whole rule can be written as text: a slip keeps the text, what is kept judges the
// answer at once, and one key takes it back.
func TestRuleAsText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atAnswer(t)
		term.Press("e")
		term.WaitText("request and answers", "name: name1", "Tab keeps the text")
		term.Press("ctrl+end", "enter")
		term.Type("  contain: needle")
		term.Press("tab")
		term.WaitText("line 25: ", "contain")
		for range len(": needle") {
			term.Press("left")
		}
		term.Type("s")
		term.Press("end")
		term.Type("s and hay")
		term.Press("tab")
		term.WaitText("taken over", "Send a test POST")
		term.Press("enter")
		term.WaitText("answer 1", "This answer counts as: try again")
		term.Press("esc")
		term.WaitText("Send a test POST")
		term.Press("u", "enter")
		term.WaitText("answer 1", "enter next")
		term.Quit()
	})
}

// What Test makes of the rule while the text is open stays, unless the text says otherwise.
func TestRuleAsTextKeepsWhatTestMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := atAnswer(t)
		term.Press("e")
		term.WaitText("request and answers")
		term.Press("alt+4", "c")
		term.WaitText("This answer counts as: refused")
		term.Press("alt+3", "ctrl+home", "enter", "tab")
		term.WaitText("taken over")
		term.Press("alt+4")
		term.WaitText("This answer counts as: refused")
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
		term.WaitText("body form")
		term.Quit()
	})
}

// answered leads the app to this answer.
func answered(t *testing.T, width, height int, response formpost.Response) *tuitest.Terminal {
	t.Helper()
	s := newStage(t)
	s.options.Send = func(_ context.Context, p *profile.Profile, _ *tlsinspect.Report) (*formpost.Response, error) {
		r := p.Sent()
		response.Sent, response.Request = r, r.Bytes()
		return &response, nil
	}
	term := s.start(t, width, height)
	term.Press("enter", "enter", "enter", "enter")
	term.WaitText("received")
	return term
}

// However long a line of the answer is, all of it can be read.
func TestLongLinesCanBeRead(t *testing.T) {
	for _, width := range []int{60, 80, 200} {
		synctest.Test(t, func(t *testing.T) {
			term := answered(t, width, 24, formpost.Response{Status: 200, BoardStatus: 200, Reason: "OK", Body: []byte(strings.Repeat("0123456789", 300) + "#")})
			term.Press("end")
			term.WaitText("# ")
			term.Press("home")
			term.WaitGone("# ")
			term.Quit()
		})
	}
}

// Notes scroll where there is no room for all of them, warnings first, and tab
// or a click moves the arrow keys among the panes.
func TestPanesOfTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := strings.Repeat("words and words and ", 20)
		term := answered(t, 80, 24, formpost.Response{
			Status: 200, BoardStatus: 200, Reason: "OK", HeadRaw: []byte("HTTP/1.1 200 OK\r\n"), Body: []byte("body\n" + strings.Repeat("row\n", 50) + "last row"),
			Notes: []problem.Problem{{Message: "By the way " + long, Severity: problem.Note}, {Message: "Beware " + long, Severity: problem.Warning}},
		})
		term.WaitText("! Beware", "received, 213 bytes  1-8 of 52")
		if strings.Contains(term.Screen(), "By the way") {
			t.Errorf("the warning doesn't come first:\n%s", term.Screen())
		}
		term.Press("tab", "end") // the request
		term.WaitText("name1=value1", "body")
		term.Press("tab", "end") // the notes
		term.WaitText("name1=value1")
		term.WaitGone("! Beware")
		term.Press("tab", "end") // what was received
		term.WaitText("last row")
		term.Press("shift+tab", "home")
		term.WaitText("! Beware", "last row")
		term.ClickText("received")
		term.Press("home")
		term.WaitText("body")
		x, y, _ := term.Find("sent  ")
		term.Wheel(x, y+3, -10)
		term.WaitText("POST /post HTTP/1.1")
		term.Quit()
	})
}

// JSON is coloured, also where a long string goes on in the next row.
func TestAnswerIsColoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := answered(t, 80, 24, formpost.Response{Status: 200, BoardStatus: 200, Reason: "OK", Body: []byte(`{"key": "` + strings.Repeat("long ", 30) + `tail", "number": 12}`)})
		key, text, number := term.StyleOf(`"key"`), term.StyleOf(`"long`), term.StyleOf("12")
		if key.Fg == text.Fg || key.Fg == number.Fg || text.Fg == number.Fg {
			t.Errorf("key, string and number have the colours %v, %v, %v", key.Fg, text.Fg, number.Fg)
		}
		if tail := term.StyleOf("tail"); tail.Fg != text.Fg {
			t.Errorf("the string ends in another colour, %v, than it begins in, %v", tail.Fg, text.Fg)
		}
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
			return &formpost.Response{Status: 204, BoardStatus: 204, Reason: "No Content"}, nil
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
		term.WaitText("is no field", "broken") // nothing is lost
		term.Press("backspace", "backspace", "backspace", "backspace", "backspace", "backspace", "backspace", "tab")
		term.WaitText("Wi-Fi signal", "name1=value1&name2=value2&rssi=-70")
		term.Press("u")
		term.WaitGone("rssi=-70")
		term.Quit()
	})
}

// The cure comes first: in the service's words, then the status's; what nobody needs
// to act on is beside the headers, one key away.
func TestCureComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		notes := problem.List{
			{Severity: problem.Note, Code: formpost.NoteSuiteReplaced, Message: "The board would get another cipher suite", Fix: "Nothing needs to be done"},
			{Severity: problem.Warning, Code: formpost.NoteCompressed, Message: "The body is compressed"},
		}
		for status, cure := range map[int]string{401: "The server wants credentials", 418: "The server refuses the request", 500: "The server failed", 599: "or a proxy in front of it, failed"} {
			term := answered(t, 80, 24, formpost.Response{Status: status, BoardStatus: status, Notes: notes})
			term.WaitText(cure, "The body is compressed")
			screen := strings.Join(strings.Fields(term.Screen()), " ")
			if at, then := strings.Index(screen, cure), strings.Index(screen, "The body is compressed"); at < 0 || at > then || strings.Contains(screen, "cipher suite") {
				t.Errorf("%d: the cure is not first, or what is technical is there:\n%s", status, term.Screen())
			}
			term.Press("v", "tab", "tab", "end")
			term.WaitText("another cipher suite")
			term.Quit()
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Profile = profile.New(target("https://api.thingspeak.com/update"))
		s.options.Profile.Service, s.options.Target = "thingspeak", "https://api.thingspeak.com/update"
		s.options.Send = func(_ context.Context, p *profile.Profile, _ *tlsinspect.Report) (*formpost.Response, error) {
			return &formpost.Response{Sent: p.Sent(), Request: p.Sent().Bytes(), Status: 401, BoardStatus: 401}, nil
		}
		term := s.start(t, 120, 40)
		term.Press("enter", "enter", "enter", "enter")
		term.WaitText("About ThingSpeak", "The server wants credentials")
		screen := term.Screen()
		if strings.Index(screen, "About ThingSpeak") > strings.Index(screen, "The server wants credentials") {
			t.Errorf("the service's words come last:\n%s", screen)
		}
		term.Quit()
	})
}

// One key does what a redirect advises: it takes the new address and looks at that
// server, or has the board follow, and sends again.
func TestRedirectsAdviceIsFollowed(t *testing.T) {
	redirects := func(status int, location string) *stage {
		s := newStage(t)
		s.options.Send = func(_ context.Context, p *profile.Profile, _ *tlsinspect.Report) (*formpost.Response, error) {
			r := p.Sent()
			response := &formpost.Response{Sent: r, Request: r.Bytes(), Status: status, BoardStatus: status, Header: http.Header{"Location": {location}}}
			if r.Answer.Follow {
				response.Followed = &formpost.Response{Status: 200, BoardStatus: 200}
			}
			return response, nil
		}
		return s
	}
	for status, location := range map[int]string{308: "https://new.example.com/in", 301: "/elsewhere"} {
		synctest.Test(t, func(t *testing.T) {
			term := redirects(status, location).start(t, 80, 24)
			term.Press("enter", "enter", "enter", "enter")
			term.WaitText("Press l to take the redirect's address")
			term.Press("l")
			term.WaitText("An ESP8266 can connect")
			term.Press("esc")
			term.WaitText(location)
			term.Quit()
		})
	}
	synctest.Test(t, func(t *testing.T) {
		term := redirects(302, "https://once.example.com/x").start(t, 80, 24)
		term.Press("enter", "enter", "enter", "enter")
		term.WaitText("Press l to have the board follow", "taken, perhaps")
		term.Press("l")
		term.WaitText("This answer counts as: delivered")
		term.WaitGone("Press l")
		term.Quit()
	})
	synctest.Test(t, func(t *testing.T) { // nowhere to go
		term := redirects(307, "http://plain.example.com/").start(t, 80, 24)
		term.Press("enter", "enter", "enter", "enter", "l")
		term.WaitText("307")
		term.WaitGone("Press l")
		term.Quit()
	})
}

// Old answers stand beside the request that they belong to.
func TestAnswersStandBesideTheirOwnRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 120, 40)
		term.Press("enter", "enter", "enter", "enter")
		term.WaitText("200 OK")
		term.Press("esc", "a")
		term.Type("later")
		term.Press("enter", "n")
		term.WaitText("the form has changed since")
		term.WaitGone("later=")
		term.Press("enter")
		term.WaitText("2 of 2", "later=")
		term.Press("[")
		term.WaitText("1 of 2")
		term.WaitGone("later=")
		term.Quit()
	})
}

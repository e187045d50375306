package tui_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"espost/formpost"
	"espost/imports"
	"espost/profile"
	"espost/tlsinspect"
)

// pasted are a request in three notations, each with something that a board can't
// do.
var pasted = map[string]struct{ text, warns string }{
	"raw":   {"POST /in HTTP/1.1\nHost: porch.example.com\nSec-Fetch-Mode: cors\nContent-Type: application/x-www-form-urlencoded\n\na=1", "describe the browser"},
	"curl":  {"curl https://porch.example.com/in \\\n  -d a=1 --proxy p:1", "--proxy has no counterpart"},
	"fetch": {"fetch('https://porch.example.com/in', {\n  method: 'POST',\n  headers: {'Sec-Fetch-Mode': 'cors', 'Content-Type': 'application/x-www-form-urlencoded'},\n  body: 'a=1'\n})", "describe the browser"},
}

// A request that is pasted in the place of an address, or on the Form step, is
// taken over, and what differs stays in sight until it is read.
func TestPastedRequests(t *testing.T) {
	for notation, p := range pasted {
		for _, place := range []string{"address", "form", "form, by i"} {
			t.Run(notation+" in "+place, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newStage(t)
					s.options.Target = "https://porch.example.com/in"
					term := s.start(t, 80, 24)
					if place != "address" {
						term.Press("enter", "enter")
						term.WaitText("Send a test POST")
					}
					if place == "form, by i" {
						term.Press("i")
						term.WaitText("Paste a curl command")
					}
					term.Paste(p.text)
					if place != "address" {
						term.WaitText("enter keep")
						term.Press("enter")
					}
					term.WaitText("Taken over, with differences", p.warns)
					term.Press("x", "down", "q")
					term.WaitText("Taken over, with differences", p.warns)
					term.Press("enter")
					term.WaitGone("Taken over")
					if place == "address" {
						term.WaitText("path /in")
						term.Press("enter", "enter")
					}
					term.WaitText("a", "text", "1", "Body, as it is sent", "3 bytes")
					term.Quit()
				})
			})
		}
	}
}

// A value that looks like a key under an innocent name is asked about, wherever it
// came in, once, and before it is sent.
func TestSuspectsAreAskedAbout(t *testing.T) {
	const key = "XB6T3Q9PL0ZK2M4N"
	for _, test := range []struct {
		name, target string
		before       []string // keys
		paste        string
		then         []string
		asks         string
		file         string // what the profile has then
	}{
		{"in the address", "https://porch.example.com/in?ort=" + key, []string{"enter"}, "", nil, "the parameter ort of the address", `target: "https://porch.example.com/in?ort={{ort}}"`},
		{"in the path", "https://porch.example.com/hook/" + key, []string{"enter"}, "", nil, "a part of the address", `target: "https://porch.example.com/hook/{{key}}"`},
		{"pasted", address, []string{"enter", "enter"}, "curl " + address + " -d station=" + key, []string{"tab"}, "the field station", "{name: station, secret: true}"},
		{"in a text", address, []string{"enter", "enter"}, "curl " + address + " -H 'Content-Type: text/plain' -d 'weather,ort=" + key + " t=21'", []string{"tab"}, "ort in the body", "weather,ort={{ort}} t=21"},
		{"typed", address, []string{"enter", "enter", "b"}, "station=" + key, []string{"tab", "enter"}, "the field station", "{name: station, secret: true}"},
	} {
		for _, yes := range []bool{true, false} {
			t.Run(test.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newStage(t)
					s.options.Target = test.target
					s.options.Send = func(_ context.Context, p *profile.Profile, _ *tlsinspect.Report) (*formpost.Response, error) {
						if sent := string(p.Sent().Bytes()); !strings.Contains(sent, key) {
							t.Errorf("sent\n%s", sent)
						}
						return &formpost.Response{Status: 200, BoardStatus: 200}, nil
					}
					term := s.start(t, 120, 30)
					term.Press(test.before...)
					if test.paste != "" {
						term.Paste(test.paste)
					}
					term.Press(test.then...)
					term.WaitText("Is this a key?", test.asks)
					answer := map[bool]string{true: "enter", false: "n"}[yes]
					term.Press(answer)
					term.WaitGone("Is this a key?")
					term.Press("alt+4")
					term.WaitText("Ready to send")
					if strings.Contains(term.Screen(), key) == yes {
						t.Errorf("answered with %s:\n%s", answer, term.Screen())
					}
					term.Press("r")
					term.WaitText("the board would see 200")
					term.Press("ctrl+s")
					term.WaitText("saved to")
					saved, err := os.ReadFile(filepath.Join(s.folder, "espost.yaml"))
					if err != nil || strings.Contains(string(saved), test.file) != yes || strings.Contains(string(saved), key) == yes {
						t.Errorf("%v\n%s", err, saved)
					}
					term.Quit()
				})
			})
		}
	}
}

// The app that opens an import shows what differs, asks about keys, and goes on
// with the request.
func TestOpenImport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := imports.One([]byte("curl https://porch.example.com/in -d station=XB6T3Q9PL0ZK2M4N --proxy p:1"), "")
		if err != nil {
			t.Fatal(err)
		}
		s := newStage(t)
		s.options.Target, s.options.Import = "", &r
		s.options.Profile = profile.New(r.Request.Target)
		s.options.Profile.Request = r.Request
		term := s.start(t, 80, 24)
		term.WaitText("Taken over, with differences", "--proxy")
		term.Press("enter")
		term.WaitText("Is this a key?", "the field station")
		term.Press("enter", "enter", "enter")
		term.WaitText("station", "Send a test POST")
		if strings.Contains(term.Screen(), "XB6T") {
			t.Error(term.Screen())
		}
		term.Quit()
	})
}

package tui_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"espost/internal/recent"
	"espost/request"
)

// Servers that were looked at before are offered again, and one key asks them
// whether their pins hold.
func TestRecentServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := recentStage(t)
		term := s.start(t, 80, 24)
		term.WaitText("postman-echo.com", "2 days ago", "not contacted; ctrl+r")
		term.Press("ctrl+r")
		term.WaitText("postman-echo.com", "2 days ago", "pin holds 41 days", "3 weeks ago", "pin has changed", "can't be reached now")
		term.Golden("recent-80x24")
		term.Press("down", "down", "delete")
		term.WaitText("forgotten")
		term.WaitGone("api.thingspeak.com")
		term.Press("up", "enter")
		term.WaitText("An ESP8266 can connect", "postman")
		term.Quit()
		entries, err := s.options.Recent.Load()
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != 2 || entries[0].Target != "https://postman-echo.com/post" || entries[0].SHA1 != chain(t)[0].SHA1() {
			t.Errorf("remembered are %+v", entries)
		}
	})
}

// A server that is chosen stands in the input, with port and path, where it can be
// changed; going back up brings back what was typed. One that no board can connect
// to says so.
func TestRecentServersFillTheAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := recentStage(t)
		for _, e := range []recent.Entry{
			{Target: "https://modern.example/", SHA1: strings.Repeat("1", 40), Expires: today().AddDate(0, 3, 0), Seen: today(), Refuses: true},
			{Target: "https://garden.example:8443/api/log", SHA1: chain(t)[0].SHA1(), Expires: today().AddDate(0, 3, 0), Seen: today()},
		} {
			if err := s.options.Recent.Remember(e); err != nil {
				t.Fatal(err)
			}
		}
		term := s.start(t, 80, 24)
		term.WaitText("garden.example:8443/api/log", "just now", "until 23 Feb 2027", "modern.example ", "no board can connect", "postman-echo.com/post")
		term.Press("down")
		term.WaitText("┃ https://garden.example:8443/api/log ", "host garden.example · port 8443 · path /api/log")
		term.Press("up")
		term.WaitText("┃ " + address)
		term.Press("down", "backspace", "backspace", "backspace")
		term.Type("mine")
		term.WaitText("┃ https://garden.example:8443/api/mine", "path /api/mine")
		term.Press("ctrl+z")
		term.WaitText("┃ " + address)
		term.Press("down", "ctrl+r")
		term.WaitText("pin holds 92 days", "no board can connect")
		term.Quit()
	})
}

// Nobody is contacted before a key is pressed, nor by any key but one.
func TestRecentServersAreLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := recentStage(t)
		var checks atomic.Int32
		s.options.Check = func(context.Context, request.Target) (string, error) {
			checks.Add(1)
			return "", nil
		}
		term := s.start(t, 80, 24)
		term.WaitText("not contacted; ctrl+r")
		term.Press("down", "down", "up", "delete")
		term.WaitText("forgotten")
		term.Advance(time.Minute)
		if n := checks.Load(); n != 0 {
			t.Errorf("%d servers were contacted", n)
		}
		term.Press("ctrl+r")
		term.WaitText("pin has changed")
		if n := checks.Load(); n != 2 {
			t.Errorf("%d servers were contacted", n)
		}
		term.Quit()
	})
}

// Asking them holds nothing up: a server that doesn't answer keeps its line
// without a state.
func TestRecentChecksDontHoldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := recentStage(t)
		s.options.Check = func(ctx context.Context, _ request.Target) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}
		term := s.start(t, 80, 24)
		term.WaitText("2 days ago")
		term.Press("ctrl+r")
		term.WaitText("checking")
		if strings.Contains(term.Screen(), "pin ") {
			t.Errorf("a state without an answer:\n%s", term.Screen())
		}
		term.Press("enter")
		term.WaitText("An ESP8266 can connect")
		term.Quit()
	})
}

// A long list costs a connection a server, and each of them five seconds at most.
func TestRecentChecksAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := recentStage(t)
		for i := range recent.Max {
			if err := s.options.Recent.Remember(recent.Entry{Target: fmt.Sprintf("https://%d.example/", i), SHA1: strings.Repeat("A", 40), Expires: today().AddDate(1, 0, 0)}); err != nil {
				t.Fatal(err)
			}
		}
		var checks atomic.Int32
		ended := make(chan time.Duration, recent.Max)
		s.options.Check = func(ctx context.Context, _ request.Target) (string, error) {
			checks.Add(1)
			began := time.Now()
			<-ctx.Done()
			ended <- time.Since(began)
			return "", ctx.Err()
		}
		term := s.start(t, 80, 40)
		term.WaitText("19.example")
		term.Press("ctrl+r")
		term.WaitText("checking")
		term.Advance(10 * time.Second)
		term.WaitText("can't be reached now")
		if n := checks.Load(); n != recent.Max {
			t.Errorf("%d servers were looked at", n)
		}
		for range checks.Load() {
			if took := <-ended; took != 5*time.Second {
				t.Errorf("a look took %v", took)
			}
		}
		term.Quit()
	})
}

// A damaged list is no list.
func TestRecentListIsDamaged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Recent = recent.List{Path: t.TempDir()} // a folder: it can't even be read
		term := s.start(t, 80, 24)
		term.WaitText("reading the recent servers", "Where will the board send its data?")
		term.Quit()
	})
}

func recentStage(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.options.Recent = recent.List{Path: filepath.Join(t.TempDir(), "recent.json")}
	sha1 := chain(t)[0].SHA1()
	for _, e := range []recent.Entry{
		{Target: "https://gone.example/", SHA1: sha1, Expires: today().AddDate(1, 0, 0), Seen: today().AddDate(0, -4, 0)},
		{Target: "https://api.thingspeak.com/update", SHA1: strings.Repeat("0", 40), Expires: today().AddDate(0, 2, 0), Seen: today().AddDate(0, 0, -21)},
		{Target: "https://postman-echo.com/post", SHA1: sha1, Expires: today().AddDate(0, 0, 41), Seen: today().AddDate(0, 0, -2)},
	} {
		if err := s.options.Recent.Remember(e); err != nil {
			t.Fatal(err)
		}
	}
	s.options.Check = func(_ context.Context, target request.Target) (string, error) {
		if target.Host == "gone.example" {
			return "", errors.New("no such host")
		}
		return sha1, nil
	}
	return s
}

package tui_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"espost/internal/problem"
	"espost/profile"
	"espost/request"
)

// What is copied holds no secret until a question was answered with yes.
func TestSecretsAreCopiedOnRequest(t *testing.T) {
	const secret = "hunter2-planted"
	target, err := request.ParseTarget("https://porch.example.com/post?api_key=" + secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		step string
		way  []string // to it
		copy string
		what string
	}{
		{"form", []string{"enter"}, "y", "body"},
		{"form, as curl", []string{"enter"}, "c", "body"},
		{"test", []string{"enter", "enter"}, "Y", "request"},
		{"firmware", []string{"enter", "alt+5", "v", "]", "]", "]"}, "Y", "arduino_secrets.h"},
	} {
		t.Run(test.step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				s.options.Target, s.options.Profile = "", profile.New(target)
				s.options.Profile.Request.Fields = []request.Field{{Name: "open", Value: "to-be-seen"}, {Name: "token", Value: secret, Secret: true}}
				term := s.start(t, 80, 24)
				term.Press(test.way...)
				term.Press(test.copy)
				term.WaitText("secrets masked, copied")
				if got := term.Clipboard(); strings.Contains(got, secret) || !strings.Contains(got, request.Mask) {
					t.Errorf("%s copies\n%s", test.copy, got)
				}
				term.Press("ctrl+y")
				term.WaitText("Copy the " + test.what + " with its secrets?")
				if strings.Contains(term.Clipboard(), secret) {
					t.Error("it was copied before the question was answered")
				}
				term.Press("enter")
				term.WaitText("with its secrets copied")
				if got := term.Clipboard(); !strings.Contains(got, secret) {
					t.Errorf("asked for, the clipboard has\n%s", got)
				}
				term.Quit()
			})
		})
	}
}

// An address's token is in no step's screen and not in the window's title, and
// the list of servers has the address without it.
func TestTokensInTheAddressAreMasked(t *testing.T) {
	const secret = "hunter2planted"
	target, err := request.ParseTarget("https://porch.example.com/bot77:" + secret + "/send?open=yes&api_key=" + secret)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := recentStage(t)
		s.options.Target, s.options.Profile = "", profile.New(target)
		term := s.start(t, 120, 40)
		for _, step := range []struct {
			key  string
			says string
		}{{"enter", "open=yes&api_key="}, {"enter", "open=yes&api_key="}, {"alt+5", "Write the files"}, {"v", "config.h"}, {"]", "SERVER_PATH"}} {
			term.Press(step.key)
			term.WaitText(step.says)
			if strings.Contains(term.Screen(), secret) {
				t.Errorf("after %s:\n%s", step.key, term.Screen())
			}
		}
		if title := term.Title(); strings.Contains(title, secret) || !strings.Contains(title, "open=yes") {
			t.Errorf("the window's title is %q", title)
		}
		term.Quit()
		entries, err := s.options.Recent.Load()
		if err != nil || len(entries) == 0 || entries[0].Target != "https://porch.example.com/" {
			t.Errorf("%v: remembered are %+v", err, entries)
		}
	})
}

// What a profile's reader has to say is on the first screen.
func TestWarningsOfTheProfileAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		target, err := request.ParseTarget(s.options.Target)
		if err != nil {
			t.Fatal(err)
		}
		s.options.Profile = profile.New(target)
		s.options.Profile.Warnings = problem.List{{Severity: problem.Warning, Message: "the value of token stood in the profile"}}
		term := s.start(t, 80, 24)
		term.WaitText("The value of token stood in the profile")
		term.Quit()
	})
}

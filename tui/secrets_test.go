package tui_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"espost/formpost"
	"espost/internal/problem"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
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

// A secret that a profile doesn't keep is asked for before it is sent, unless the
// environment has it, and is named on the last page; to have given it is no work to
// save.
func TestSecretsAreAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		var sent []string
		send := s.options.Send
		s.options.Send = func(ctx context.Context, p *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error) {
			sent = append(sent, string(p.Sent().Bytes()))
			return send(ctx, p, r)
		}
		p := profile.New(target(address))
		p.Request.Headers = []request.Header{{Name: "X-Key", Secret: true}}
		p.Request.Fields = []request.Field{{Name: "token", Secret: true}, {Name: "known", Secret: true}, {Name: "open", Value: "1"}}
		s.options.Profile, s.options.Target, s.options.ProfilePath = p, "", filepath.Join(s.folder, "porch.yaml")
		s.options.Environ = []string{"ESPOST_SECRET_KNOWN=fromhere"}
		if err := p.Save(s.options.ProfilePath); err != nil {
			t.Fatal(err)
		}
		term := s.start(t, 80, 24)
		term.WaitText("SHA-1 ")
		term.Press("enter", "enter", "enter")
		term.WaitText("The secret value of the header X-Key")
		term.Press("esc")
		term.WaitText("Ready to send")
		term.Press("enter")
		term.Type("hunter1")
		term.WaitGone("hunter1")
		term.Press("ctrl+r")
		term.WaitText("hunter1")
		term.Press("enter")
		term.WaitText("The secret value of the field token")
		if len(sent) > 0 {
			t.Errorf("it was sent before all was known: %q", sent)
		}
		term.Type("hunter2")
		term.Press("enter")
		term.WaitText("200 OK")
		if len(sent) != 1 || !strings.Contains(sent[0], "X-Key: hunter1") || !strings.Contains(sent[0], "token=hunter2&known=fromhere&open=1") {
			t.Errorf("sent: %q", sent)
		}
		if head, _, _ := strings.Cut(term.Screen(), "\n"); strings.Contains(head, "*") {
			t.Errorf("a secret that was asked for is unsaved work: %s", head)
		}
		term.Quit()
	})
	synctest.Test(t, func(t *testing.T) { // who skips the test is told at the end
		s := newStage(t)
		s.options.Profile = profile.New(target(address))
		s.options.Profile.Request.Fields = []request.Field{{Name: "token", Secret: true}}
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "alt+5", "enter")
		term.WaitText("arduino_secrets.h", "SECRET_FIELD_TOKEN", "YOUR_SECRET")
		term.Quit()
	})
}

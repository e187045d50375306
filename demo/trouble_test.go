package demo_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"espost/demo"
	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/request"
	"espost/tlsinspect"
)

// What espost says of each trouble: whether a board can connect, a finding or
// error that tells the trouble, and what becomes of the test POST.
func TestTroubles(t *testing.T) {
	t.Cleanup(func() { goleak.VerifyNone(t) })
	const refused = -1 // the POST fails with HTTPClient -1
	tests := map[demo.Trouble]struct {
		connects bool
		code     string // of a finding; empty where only the POST shows it
		post     int    // status, or HTTPClient's error
	}{
		demo.Expired:        {true, tlsinspect.CodeExpired, 200}, // a fingerprint doesn't look at dates
		demo.NotYetValid:    {true, tlsinspect.CodeNotYetValid, 200},
		demo.WrongName:      {true, tlsinspect.CodeNameMismatch, 200},
		demo.NoIntermediate: {true, tlsinspect.CodeMissingIntermediate, 200},
		demo.Rotate:         {true, "", 200},
		demo.TLS13:          {false, tlsinspect.CodeTLS13Only, refused},
		demo.Ed25519:        {false, tlsinspect.CodeKeyUnsupported, refused},
		demo.ClientCert:     {false, tlsinspect.CodeClientCertificate, refused},
		demo.Reset:          {false, tlsinspect.CodeUnreachable, refused},
		demo.Silence:        {false, tlsinspect.CodeUnreachable, refused},
		demo.PlainHTTP:      {false, tlsinspect.CodeNotTLS, refused},
		demo.Slow:           {true, "", -11},
		demo.BigRecords:     {true, "", 200},
		demo.Endless:        {true, "", 200},
		demo.Redirect:       {true, "", 307},
		demo.Failing:        {true, "", 500},
		demo.Closing:        {true, "", 200},
	}
	for _, info := range demo.Troubles() {
		t.Run(string(info.Trouble), func(t *testing.T) {
			t.Parallel()
			want, ok := tests[info.Trouble]
			if !ok {
				t.Fatal("there is no expectation for it")
			}
			s := start(t, demo.Options{Trouble: info.Trouble})
			target, err := request.ParseTarget(s.URL())
			if err != nil {
				t.Fatal(err)
			}
			handshake, answer := time.Minute, time.Minute // on a busy machine
			switch info.Trouble {
			case demo.Silence: // and then it ends
				handshake = time.Second
			case demo.Slow:
				answer = time.Second
			}
			report, err := (&tlsinspect.Client{Timeout: handshake}).Inspect(t.Context(), target)
			if report.Board.Connects != want.connects {
				t.Errorf("connects %v, want %v (%v)", report.Board.Connects, want.connects, err)
			}
			if want.code != "" && !slices.ContainsFunc(report.Findings, func(f problem.Problem) bool { return f.Code == want.code }) {
				t.Errorf("no finding %q among %+v", want.code, report.Findings)
			}
			if got := post(t, s, target, formpost.Timeouts{Handshake: handshake, Response: answer, Total: time.Minute}); got != want.post {
				t.Errorf("the test POST ends with %d, want %d", got, want.post)
			}
		})
	}
}

// post sends a form and returns the answer's status or HTTPClient's error.
func post(t *testing.T, s *demo.Server, target request.Target, timeouts formpost.Timeouts) int {
	t.Helper()
	client := formpost.Client{MaxBody: 4096, Timeouts: timeouts} // endless needs no more
	response, err := client.Send(t.Context(), request.Request{
		Method: "POST", Target: target, Body: request.Form,
		Fields: []request.Field{{Name: "name1", Value: "value1"}},
	}, esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{s.Fingerprint()}})
	var failed *formpost.Error
	switch {
	case errors.As(err, &failed):
		return failed.HTTPClient
	case err != nil:
		t.Fatal(err)
	}
	return response.Status
}

// Rotate renews by the clock.
func TestRotate(t *testing.T) {
	now := time.Now()
	s := start(t, demo.Options{Trouble: demo.Rotate, Now: func() time.Time { return now }})
	first := s.Fingerprint()
	served(t, s, 0)
	if s.Fingerprint() != first {
		t.Error("renewed too early")
	}
	now = now.Add(time.Minute)
	served(t, s, 0)
	if s.Fingerprint() == first {
		t.Error("not renewed after a minute")
	}
}

func TestUnknownTrouble(t *testing.T) {
	if _, err := demo.Start(demo.Options{Trouble: "toil"}); err == nil || !strings.Contains(err.Error(), "choose one of expired") {
		t.Error(err)
	}
}

package dialog_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"espost/device"
	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui/dialog"
)

const address = "https://porch.example.com/post"

// sitting is a dialog whose server is played and whose answers are known
// beforehand.
type sitting struct {
	dialog dialog.Dialog
	out    bytes.Buffer
	posts  int
	dir    string // for the profile and the sketch
}

func newSitting(t *testing.T, answers ...string) *sitting {
	t.Helper()
	s := &sitting{dir: t.TempDir()}
	target, err := request.ParseTarget(address)
	if err != nil {
		t.Fatal(err)
	}
	s.dialog = dialog.Dialog{
		In:      strings.NewReader(strings.Join(answers, "\n") + "\n"),
		Out:     &s.out,
		Session: &profile.Session{Profile: profile.New(target), File: filepath.Join(s.dir, "espost.yaml")},
		Target:  address, KeyFolder: filepath.Join(s.dir, "keys"),
		Inspect: func(_ context.Context, target request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			progress(tlsinspect.Event{Part: tlsinspect.PartLookup, Title: "found 1 address", State: tlsinspect.Done})
			return report(t, target), nil
		},
		Bench: dialog.Bench{Ports: func() ([]device.Port, error) { return nil, nil }},
		Send: func(_ context.Context, p *profile.Profile, _ *tlsinspect.Report) (*formpost.Response, error) {
			s.posts++
			return &formpost.Response{Status: 200, BoardStatus: 200, Reason: "OK", Body: []byte("thank you\x1b[2J\n")}, nil
		},
	}
	return s
}

// run runs the dialog and returns what it said.
func (s *sitting) run(t *testing.T) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := s.dialog.Run(ctx)
	return s.out.String(), err
}

// wants fails the test for each text that was not said.
func wants(t *testing.T, said string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("%q was not said:\n%s", text, said)
		}
	}
}

func report(t *testing.T, target request.Target) *tlsinspect.Report {
	t.Helper()
	rest, err := os.ReadFile(filepath.Join("..", "testdata", "chain.pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(rest)
	leaf := tlsinspect.NewCertificate(block.Bytes)
	suite, _ := esp8266.CipherSuiteByID(0xc02b)
	return &tlsinspect.Report{
		Target:  target,
		Shown:   tlsinspect.Shown{Chain: []*tlsinspect.Certificate{leaf}, Proven: true, Authorities: []*tlsinspect.Certificate{leaf}},
		Browser: &tlsinspect.Browser{Fingerprint: leaf.SHA1(), Trusted: true},
		Pins: tlsinspect.Pins{
			Fingerprint: tlsinspect.PinChoice{
				Pin:  esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{leaf.SHA1()}, Expires: leaf.NotAfter},
				Name: "this certificate", Works: true, Holds: "until the certificate is renewed",
			},
			PublicKey: tlsinspect.PinChoice{
				Pin:  esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: leaf.PublicKeyPEM()},
				Name: "its public key", Works: true, Holds: "as long as the host keeps its key", Recommended: true,
			},
		},
		Board: tlsinspect.Board{Connects: true, Version: esp8266.VersionTLS12, CipherSuite: suite, Buffers: esp8266.DefaultBuffers()},
		Findings: []problem.Problem{
			{Severity: problem.Warning, Code: "x", Message: "Browsers are served another certificate", Fix: "Use the fingerprint shown here."},
			{Severity: problem.OK, Code: "y", Message: "Fragments of 512 bytes are accepted."},
		},
	}
}

// Enter alone leads from start to firmware.
func TestEnterAlone(t *testing.T) {
	s := newSitting(t, make([]string, 20)...)
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wants(t, said,
		"Step 1 of 6: Connect.", "Where will the board send its data? [https://porch.example.com/post] ",
		"Done: Found 1 address.", "An ESP8266 can connect, with TLS 1.2 and ECDHE-ECDSA-AES128-GCM-SHA256.",
		"Warning: Browsers are served another certificate. Use the fingerprint shown here.", "Good: Fragments of 512 bytes are accepted.",
		"2: Its public key, advised. It holds as long as the host keeps its key.",
		"The form has 2 fields and is sent with POST as form.", "1: name1, text value1.", "The body has 25 bytes: name1=value1&name2=value2",
		"The server answered 200 OK after 0 milliseconds, with 14 bytes. The board would see 200.", "thank you\ufffd[2J",
		"How often does the board send? For example 60s or 5m: [60s] ", "files in ", "arduino-cli compile",
	)
	if s.posts != 1 {
		t.Errorf("%d test POSTs, want 1", s.posts)
	}
	for _, name := range []string{"porch_example_com.ino", "pins.h", "arduino_secrets.h"} {
		if _, err := os.Stat(filepath.Join(s.dir, "porch_example_com", name)); err != nil {
			t.Error(err)
		}
	}
	if strings.ContainsAny(said, "\x1b\a") {
		t.Errorf("control characters were printed: %q", said)
	}
}

// The input ends anywhere: the dialog ends with a reason, and leaves no files.
func TestInputEnds(t *testing.T) {
	for n := range 10 {
		s := newSitting(t)
		s.dialog.In = strings.NewReader(strings.Repeat("\n", n))
		said, err := s.run(t)
		if !errors.Is(err, dialog.ErrEnded) {
			t.Errorf("after %d lines: %v\n%s", n, err, said)
		}
		if entries, _ := os.ReadDir(s.dir); len(entries) != 0 {
			t.Errorf("after %d lines there are files: %v", n, entries)
		}
		if !strings.HasSuffix(said, "\n") {
			t.Errorf("after %d lines the last line is left open: %q", n, said[max(0, len(said)-40):])
		}
	}
}

// A line without its end, at the end of the input, still counts.
func TestLastLineWithoutEnd(t *testing.T) {
	s := newSitting(t)
	s.dialog.In = strings.NewReader(strings.Repeat("\n", 12) + "my_sketch\nno")
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wants(t, said, "my_sketch")
}

// Ctrl-C, which ends the context, ends the dialog although nothing is typed.
func TestCancelled(t *testing.T) {
	s := newSitting(t)
	never, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer never.Close()
	defer feed.Close()
	s.dialog.In = never
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	s.dialog.Inspect = nil
	time.AfterFunc(0, func() { cancel(stopped) })
	if err := s.dialog.Run(ctx); !errors.Is(err, stopped) {
		t.Errorf("ended with %v", err)
	}
}

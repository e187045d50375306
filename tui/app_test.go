package tui_test

import (
	"context"
	_ "embed"
	"encoding/pem"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/internal/testkit/tuitest"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
	"espost/tui"
)

// today is the clock of every test here.
func today() time.Time { return time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC) }

const address = "https://porch.example.com/post"

//go:embed testdata/chain.pem
var chainPEM []byte

// chain returns the certificates of testdata/chain.pem.
func chain(t testing.TB) []*tlsinspect.Certificate {
	t.Helper()
	rest := chainPEM
	var certs []*tlsinspect.Certificate
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return certs
		}
		certs = append(certs, tlsinspect.NewCertificate(block.Bytes))
	}
}

// goodReport is a server that the board likes.
func goodReport(t testing.TB, target request.Target) *tlsinspect.Report {
	t.Helper()
	suite, _ := esp8266.CipherSuiteByID(0xc02b)
	served := chain(t)
	return &tlsinspect.Report{
		Target:  target,
		Shown:   tlsinspect.Shown{Chain: served, Exchange: esp8266.ECDHEECDSA, Proven: true, Authorities: served[1:]},
		Browser: &tlsinspect.Browser{Fingerprint: served[0].SHA1(), Trusted: true},
		Pins: tlsinspect.Pins{
			Fingerprint: tlsinspect.PinChoice{
				Pin:  esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{served[0].SHA1()}, Expires: served[0].NotAfter},
				Name: "this certificate", Works: true,
				Holds: "until the certificate is renewed; then every board must be flashed again",
			},
			PublicKey: tlsinspect.PinChoice{
				Pin:  esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: served[0].PublicKeyPEM()},
				Name: "its public key", Works: true,
				Holds: "over renewals, as long as the host keeps its key; many change it with every renewal",
			},
			CAs: []tlsinspect.PinChoice{{
				Pin:  esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{served[1].PEM()}, Expires: served[1].NotAfter},
				Name: "Example R11", Works: true,
				Holds: "over renewals; needs the time from the network", Recommended: true,
			}},
		},
		Board: tlsinspect.Board{
			Connects: true, Version: esp8266.VersionTLS12, CipherSuite: suite, Group: esp8266.P256,
			MaxFragmentLengths: []int{512, 1024, 2048, 4096},
			Buffers:            esp8266.Buffers{RX: 512, TX: 512},
			Heap:               esp8266.Buffers{RX: 512, TX: 512}.Heap(esp8266.PinFingerprint),
		},
		Findings: []problem.Problem{
			{Severity: problem.Warning, Code: "browser-sees-another", Message: "Browsers are served another certificate: a fingerprint copied from one would fail.", Fix: "Use the fingerprint shown here."},
			{Severity: problem.OK, Code: "mfln-accepted", Message: "Fragments of 512 bytes are accepted: 12.0 KB of memory instead of 28.0 KB."},
		},
		Taken: today(),
	}
}

// A stage is an app whose server is played.
type stage struct {
	options tui.Options
	folder  string // an empty one
	posts   int    // requests that were sent
}

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{folder: t.TempDir()}
	s.options = tui.Options{
		Target: address,
		Dir:    s.folder,

		KeyFolder: filepath.Join(s.folder, "keys"),
		Environ:   []string{},
		Now:       today,
		Inspect: func(ctx context.Context, target request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			progress(tlsinspect.Event{Part: tlsinspect.PartLookup, Title: "found 1 address", State: tlsinspect.Done, Elapsed: 3 * time.Millisecond})
			return goodReport(t, target), nil
		},
		Send: func(_ context.Context, p *profile.Profile, _ *tlsinspect.Report) (*formpost.Response, error) {
			s.posts++
			r := p.Sent()
			return &formpost.Response{
				Sent: r, Request: r.Bytes(), Status: 200, BoardStatus: 200, Reason: "OK", Proto: "HTTP/1.1",
				HeadRaw: []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"),
				Body:    []byte(`{"form":{"name1":"value1","name2":"value2"}}`),
				Phases:  formpost.Phases{DNS: 2 * time.Millisecond, TCP: 11 * time.Millisecond, TLS: 38 * time.Millisecond, FirstByte: 31 * time.Millisecond, Body: 2 * time.Millisecond},
			}, nil
		},
		Own:       func() (netip.Addr, bool) { return netip.Addr{}, false },
		Board:     noBoard(),
		Check:     func(context.Context, request.Target) (string, error) { return "", errors.New("no such host") },
		Clipboard: func(string) error { return nil },
		Absolute:  func(path string) string { return "/home/ada/" + filepath.Base(path) },
	}
	return s
}

// start runs the app in an emulated terminal of that size.
func (s *stage) start(t *testing.T, width, height int) *tuitest.Terminal {
	t.Helper()
	return tuitest.Start(t, tui.New(s.options), tuitest.Options{Width: width, Height: height})
}

// Enter alone leads through the five steps before the board to firmware on disk.
func TestEnterAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.WaitText("Where will the board send its data?", "port 443")
		term.Press("enter")
		term.WaitText("An ESP8266 can connect", "SHA-1", "Pin")
		term.Press("enter")
		term.WaitText("name1=value1&name2=value2", "25 bytes")
		term.Press("enter")
		term.WaitText("Ready to send")
		if s.posts != 0 {
			t.Error("the test POST left before the user asked for it")
		}
		term.Press("enter")
		term.WaitText("200 OK in 84 ms", "name lookup 2 ms")
		term.Press("enter")
		term.WaitText("Write the files", "YOUR_WIFI_NAME")
		term.Press("enter")
		term.WaitText("arduino-cli compile")
		if s.posts != 1 {
			t.Errorf("%d requests were sent, want 1", s.posts)
		}
		term.Press("ctrl+c")
		term.WaitEnd()

		pins, err := os.ReadFile(filepath.Join(s.options.Dir, "porch_example_com", "pins.h"))
		if err != nil {
			t.Fatal(err)
		}
		if want := chain(t)[0].SHA1(); !strings.Contains(string(pins), want) {
			t.Errorf("pins.h lacks the fingerprint %s:\n%s", want, pins)
		}
	})
}

// The steps' main states, whole, at three sizes.
func TestScreens(t *testing.T) {
	for _, size := range sizes() {
		t.Run(size.name, func(t *testing.T) {
			elsewhere(t)
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				s.options.Dir = "" // so that the folder's name is the same everywhere
				term := s.start(t, size.width, size.height)
				for _, name := range []string{"connect", "certificate", "form", "test-ready", "test-answer", "firmware"} {
					term.Golden(name + "-" + size.name)
					if name != "firmware" {
						term.Press("enter")
					}
				}
				term.Press("f1")
				term.Golden("help-" + size.name)
				term.Press("esc", "ctrl+p")
				term.Golden("palette-" + size.name)
				term.Press("esc", "v")
				term.Golden("source-" + size.name)
				term.Press("v", "up")
				term.Golden("firmware-setting-" + size.name)
				term.Press("down", "enter")
				term.Golden("next-" + size.name)
				term.Quit()
			})
		})
	}
}

// target is an address that is one.
func target(url string) request.Target {
	t, err := request.ParseTarget(url)
	if err != nil {
		panic(err)
	}
	return t
}

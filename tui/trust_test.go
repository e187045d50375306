package tui_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"espost/esp8266"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// unvouched makes the stage's server one that nobody vouches for.
func (s *stage) unvouched(t testing.TB) {
	s.options.Inspect = func(_ context.Context, target request.Target, _ func(tlsinspect.Event)) (*tlsinspect.Report, error) {
		r := goodReport(t, target)
		r.Authorities, r.Browser.Trusted = nil, false
		return r, nil
	}
}

// The pin of a server that was seen before: another one.
const (
	oldSHA1 = "C6FB1122334455667788990011223344556677FF"
	oldKey  = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHWxuvT8QX7x3XuDiR9Ik66jrFXyq\nWAc+mgAI3Rs6Dm4Eobj7rJb9dWpDAM2NP3SbLmvdGl2v5nDpmXSTG6e5xw==\n-----END PUBLIC KEY-----\n"
)

// opened starts the stage's app with a saved profile.
func (s *stage) opened(t testing.TB, pin esp8266.Pin) {
	t.Helper()
	p := profile.New(target(address))
	p.Pin = pin
	s.options.Profile, s.options.Target = p, ""
	s.options.ProfilePath = filepath.Join(s.folder, "porch.yaml")
	if err := p.Save(s.options.ProfilePath); err != nil {
		t.Fatal(err)
	}
}

// saved is the profile on disk.
func (s *stage) saved(t testing.TB) *profile.Profile {
	t.Helper()
	p, err := profile.Load(s.options.ProfilePath)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// One key has the CA be the backup of a pin that is kept; another press takes it away.
func TestBackupByOneKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.opened(t, esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{chain(t)[0].SHA1()}})
		term := s.start(t, 80, 24)
		term.WaitText("Backup  none; b takes the CA Example R11")
		for _, want := range []esp8266.PinMode{esp8266.PinCA, "", esp8266.PinCA} {
			term.Press("b")
			term.WaitText(map[esp8266.PinMode]string{esp8266.PinCA: "Backup  the CA Example R11", "": "Backup  none; b takes"}[want])
			term.Press("ctrl+s")
			term.WaitText("saved to")
			if pin := s.saved(t).Pin; pin.Backup != want || pin.Mode != esp8266.PinFingerprint || want != "" && len(pin.CAs) != 1 {
				t.Errorf("saved with the backup %q and %d CAs", pin.Backup, len(pin.CAs))
			}
		}
		term.Press("enter", "ctrl+s")
		term.WaitText("saved to")
		if pin := s.saved(t).Pin; pin.Backup != esp8266.PinCA {
			t.Errorf("going on, the backup is %q", pin.Backup)
		}
	})
}

// Who only presses enter has the CA as the backup of the new pin, which needs none as the pin itself. A no stays one,
// whatever is pinned and looked at afterwards.
func TestNewPinHasABackup(t *testing.T) {
	const on, off = "Backup  the CA Example R11; b takes it away", "Backup  none; b takes the CA"
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.ProfilePath = filepath.Join(s.folder, "espost.yaml")
		term := s.start(t, 80, 24)
		saved := func(mode, backup esp8266.PinMode) {
			t.Helper()
			term.Press("ctrl+s")
			term.WaitText("saved to")
			if pin := s.saved(t).Pin; pin.Mode != mode || pin.Backup != backup || backup != "" && len(pin.CAs) != 1 {
				t.Errorf("the pin is by %s with the backup %q and %d CAs", pin.Mode, pin.Backup, len(pin.CAs))
			}
		}
		term.Press("enter")
		term.WaitText(on, "What is advised is the backup of what is chosen")
		term.Press("enter")
		saved(esp8266.PinPublicKey, esp8266.PinCA)
		term.Press("alt+5")
		term.WaitText("goes on by the backup", "its public key + CA")
		term.Press("alt+2", "r") // looked at again, with a pin that holds the CA
		term.WaitText(on)
		term.Press("down", "enter")
		saved(esp8266.PinCA, "")
		term.Press("alt+2", "up")
		term.WaitText(on)
		term.Press("b")
		term.WaitText(off)
		term.Press("enter")
		saved(esp8266.PinPublicKey, "")
		term.Press("alt+2", "up", "enter")
		saved(esp8266.PinFingerprint, "")
		term.Press("alt+2", "r")
		term.WaitText(off)
		term.Press("down", "enter")
		saved(esp8266.PinPublicKey, "")
		term.Quit()
	})
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.unvouched(t)
		s.options.ProfilePath = filepath.Join(s.folder, "espost.yaml")
		term := s.start(t, 80, 24)
		term.Press("enter")
		term.WaitText("Nobody vouches for this certificate")
		term.Press("t", "enter", "ctrl+s")
		term.WaitText("saved to")
		if pin := s.saved(t).Pin; !pin.Pinned() || pin.Backup != "" {
			t.Errorf("a pin by %s on the user's word has the backup %q", pin.Mode, pin.Backup)
		}
		term.Quit()
	})
}

// Where nobody vouches for a server, enter alone goes nowhere and pins nothing,
// nor does any jump; one key trusts it.
func TestEnterAloneTrustsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.unvouched(t)
		term := s.start(t, 80, 24)
		term.Press("enter")
		term.WaitText("Nobody vouches for this certificate", chain(t)[0].SHA1(), "t trust this certificate")
		for _, key := range []string{"enter", "enter"} {
			term.Press(key)
			term.WaitText("enter alone trusts nobody")
		}
		for _, key := range []string{"alt+3", "alt+4", "alt+5"} {
			term.Press(key)
			term.WaitText("nothing vouches for the server yet")
		}
		term.Press("ctrl+s")
		term.WaitText("saved to")
		s.options.ProfilePath = filepath.Join(s.folder, "espost.yaml")
		if pin := s.saved(t).Pin; pin.Pinned() || len(pin.SHA1) > 0 || pin.PublicKey != "" {
			t.Errorf("pinned: %+v", pin)
		}
		term.Press("t")
		term.WaitText("pinned: "+chain(t)[0].SHA1(), "trusted by you")
		term.Press("enter")
		term.WaitText("name1=value1&name2=value2")
		term.Press("ctrl+s")
		term.WaitText("saved to")
		if pin := s.saved(t).Pin; pin.Mode != esp8266.PinPublicKey || pin.PublicKey != chain(t)[0].PublicKeyPEM() {
			t.Errorf("after t the pin is %+v", pin)
		}
		term.Quit()
	})
}

// A saved profile whose server shows another certificate: nothing is pinned anew by
// itself, whatever vouches for it, until one key says so.
func TestChangedCertificate(t *testing.T) {
	for name, tt := range map[string]struct {
		pin   esp8266.Pin
		trust bool
		says  string
	}{
		"fingerprint": {esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{oldSHA1}}, false, "Nothing vouches for it."},
		"public key":  {esp8266.Pin{Mode: esp8266.PinPublicKey, SHA1: []string{oldSHA1}, PublicKey: oldKey}, false, "another key, issued by Example R11"},
		"renewed":     {esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{oldSHA1}}, true, "CAs that browsers trust vouch for it."},
		"same key": {esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{oldSHA1}, PublicKey: chain(t)[0].PublicKeyPEM()}, false,
			"It has proved that it holds the pinned key."},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				if !tt.trust {
					s.unvouched(t)
				}
				s.opened(t, tt.pin)
				before := s.saved(t).Pin
				term := s.start(t, 80, 24)
				term.WaitText("This is not the certificate that porch.yaml pins", "pinned  ", oldSHA1, "served  "+chain(t)[0].SHA1(), "keep the old pin", tt.says)
				term.Press("enter") // keeps it
				term.WaitText("name1=value1&name2=value2")
				term.Press("ctrl+s")
				term.WaitText("saved to")
				if got := s.saved(t).Pin; got.SHA1[0] != oldSHA1 || got.PublicKey != before.PublicKey || got.Mode != before.Mode {
					t.Errorf("enter alone has changed the pin: %+v", got)
				}
				term.Press("alt+2", "down", "down", "t")
				term.WaitText("pinned: " + chain(t)[0].SHA1())
				term.Press("o")
				term.WaitText("the old pin is kept", "keep the old pin")
				term.Press("t", "enter", "alt+5")
				term.WaitText("Write the files")
				term.Press("enter")
				term.WaitText("files in ")
				pins, err := os.ReadFile(filepath.Join(s.folder, "porch_example_com", "pins.h"))
				if err != nil || !strings.Contains(string(pins), chain(t)[0].SHA1()) || strings.Contains(string(pins), oldSHA1) {
					t.Errorf("%v, pins.h:\n%s", err, pins)
				}
				term.Press("ctrl+s")
				term.WaitText("saved to")
				if got := s.saved(t).Pin; got.SHA1[0] != chain(t)[0].SHA1() || got.Mode != before.Mode {
					t.Errorf("after t the pin is %+v", got)
				}
				term.Quit()
			})
		})
	}
}

// Both, whole, at three sizes.
func TestTrustScreens(t *testing.T) {
	for _, size := range sizes() {
		t.Run(size.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				s.unvouched(t)
				term := s.start(t, size.width, size.height)
				term.Press("enter")
				term.Golden("unvouched-" + size.name)
				term.Quit()
				s.opened(t, esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{oldSHA1}})
				term = s.start(t, size.width, size.height)
				term.Golden("changed-" + size.name)
				term.Quit()
			})
		})
	}
}

// Taking another pin is work that quitting would lose.
func TestTakenPinIsWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.opened(t, esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{oldSHA1}})
		term := s.start(t, 80, 24)
		term.Press("t", "q")
		term.WaitText("Quit without saving?")
		term.Press("ctrl+s")
		term.WaitEnd()
		if got := s.saved(t).Pin; got.SHA1[0] != chain(t)[0].SHA1() {
			t.Errorf("saved: %+v", got)
		}
	})
}

// A pin that fits stays as it is, whatever else the report would allow.
func TestFittingPinStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.unvouched(t)
		s.opened(t, esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{oldSHA1, chain(t)[0].SHA1()}})
		term := s.start(t, 80, 24)
		term.WaitText("● this certificate")
		term.Press("enter")
		term.WaitText("name1=value1&name2=value2")
		term.Press("ctrl+s")
		term.WaitText("saved to")
		if got := s.saved(t).Pin; len(got.SHA1) != 2 || got.PublicKey != "" {
			t.Errorf("the pin is %+v", got)
		}
		term.Quit()
	})
}

// A certificate past its end is no success, whatever a board makes of it, and what
// to do comes first; the technical view is one key away.
func TestExpiredIsNoSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Now = func() time.Time { return today().AddDate(1, 0, 0) }
		term := s.start(t, 80, 24)
		term.Press("enter")
		term.WaitText("! An ESP8266 can connect, but the certificate has expired", "It ended on 18 Feb 2027", "renew it on the server")
		if strings.Contains(term.Screen(), "✓ An ESP8266") {
			t.Errorf("a tick over an expired certificate:\n%s", term.Screen())
		}
		for _, word := range []string{"ECDHE", "Chain"} {
			if strings.Contains(term.Screen(), word) {
				t.Errorf("%s is on the plain page", word)
			}
		}
		term.Press("v")
		term.WaitText("ECDHE-ECDSA-AES128-GCM-SHA256", "Chain")
		term.Press("v")
		term.WaitGone("ECDHE")
		term.Press("?")
		term.WaitText("Words", "fingerprint, 40 digits")
		term.Quit()
	})
}

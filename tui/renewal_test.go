package tui_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/tuitest"
	"espost/profile"
)

const pinsURL = "http://porch.example.com/porch.pins"

// setUpPins has boards fetch signed pins, from the Firmware step on.
func setUpPins(term *tuitest.Terminal) {
	term.Press("r")
	term.WaitText("When the certificate is renewed", "Signing key")
	term.Paste(pinsURL)
	term.Press("enter")
	term.Type("12h")
	term.Press("enter", "enter")
	term.WaitText("A key was made: ")
}

// Without an address no board fetches anything: the examples are none, and the step says so.
func TestRenewalWithoutAnAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 80, 24)
		term.Press("enter", "enter", "alt+5", "r")
		term.WaitText("such as http://porch.example.com/porch_example_com.pins", "such as 12h")
		term.Press("enter", "enter", "enter")
		term.WaitText("A key was made: ", "Boards fetch nothing")
		term.Quit()
	})
}

// What the app sets up for a renewal is what espost pins init does: the same profile,
// and from it the same firmware, byte for byte.
func TestRenewalIsSetUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "alt+5", "ctrl+s")
		term.WaitText("saved to ")
		file := filepath.Join(s.folder, "espost.yaml")
		before, err := profile.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		term.Press("up", "up")
		term.WaitText("Renewal      goes on by the backup", "when the pin fits no longer: the CA Example")
		setUpPins(term)
		term.WaitText("fetches signed pins", "Boards fetch the pins that you sign from "+pinsURL)
		term.Press("w")
		term.WaitText("files in ")
		term.Quit()

		key := filepath.Join(s.options.KeyFolder, "porch_example_com.pem")
		if info, err := os.Stat(key); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
			t.Errorf("the key's file is %v, %v", info.Mode(), err)
		}
		if _, err := before.Own(profile.Owning{Key: key, Fetch: codegen.Fetch{URLs: []string{pinsURL}, Refresh: 12 * time.Hour}}); err != nil {
			t.Fatal(err)
		}
		before.Folder = "porch_example_com"
		saved, err := profile.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(before.Bytes()), string(saved.Bytes())); diff != "" {
			t.Errorf("the profile:\n%s", diff)
		}
		files, err := codegen.Generate(before.Project)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			got, err := os.ReadFile(filepath.Join(s.folder, "porch_example_com", filepath.FromSlash(f.Path)))
			if err != nil || string(got) != string(f.Data) {
				t.Errorf("%s, %v:\n%s", f.Path, err, cmp.Diff(string(f.Data), string(got)))
			}
		}
	})
}

// What can't be read is told on its line, and the sheet stays; escape leaves all as
// it was.
func TestRenewalMistyped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "alt+5", "r")
		term.Paste("https://porch.example.com/porch.pins")
		term.Press("enter", "enter", "enter")
		term.WaitText("The board fetches signed pins over plain http")
		term.Press("ctrl+u")
		term.Paste(pinsURL)
		term.Press("enter")
		term.Type("soon")
		term.Press("enter", "enter")
		term.WaitText(`"soon" is no time`)
		term.Press("ctrl+u")
		term.Type("1s")
		term.Press("enter", "enter")
		term.WaitText("Use 10m to 20d")
		term.Press("ctrl+u", "enter", "ctrl+u")
		term.Type(s.folder)
		term.Press("enter")
		term.WaitText("it is a folder", pinsURL)
		term.Press("esc")
		term.WaitText("goes on by the backup")
		term.Quit()
	})
}

// The next file of signed pins is shown and asked about before it is written; the
// profile remembers its serial.
func TestPinsAreSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "alt+5", "p")
		term.WaitText("no key signs them yet")
		term.Press("ctrl+p")
		term.Type("write signed")
		term.WaitText("Write signed pins: no key signs them yet: r on the Firmware")
		term.Press("esc")
		setUpPins(term)
		file := filepath.Join(s.folder, "porch_example_com.pins")
		for serial := uint32(1); serial <= 2; serial++ {
			term.Press("p")
			term.WaitText("Sign these pins?", "for the boards porch_example_com at", "the public key with the SHA-256")
			if f, err := os.ReadFile(file); serial == 1 && err == nil {
				t.Errorf("it is signed before the answer:\n%s", f)
			}
			term.Press("y")
			term.WaitText("signed: /home/ada/porch_example_com.pins", "put it where boards look:", pinsURL)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			saved, err := profile.Open(filepath.Join(s.folder, "espost.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			if f, _, err := saved.Owner.Accept(text, saved.Target.Addr()); err != nil || f.Serial != serial || saved.Owner.Serial != serial {
				t.Errorf("%v: serial %d, the profile's %d, want %d", err, f.Serial, saved.Owner.Serial, serial)
			}
		}
		elsewhere := filepath.Join(s.folder, "moved.pem")
		if err := os.Rename(filepath.Join(s.options.KeyFolder, "porch_example_com.pem"), elsewhere); err != nil {
			t.Fatal(err)
		}
		term.Press("p")
		term.WaitText("Which file holds the signing key?", "Reading the key")
		term.Press("ctrl+u")
		term.Type(elsewhere)
		term.Press("enter")
		term.WaitText("Sign these pins?", "serial 3")
		term.Press("esc", "ctrl+c")
		term.WaitEnd() // signing has saved everything
	})
}

// A file that another hand has changed isn't overwritten by signing.
func TestSigningNoticesAnotherHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "alt+5")
		setUpPins(term)
		term.Press("ctrl+s")
		term.WaitText("saved to ")
		file := filepath.Join(s.folder, "espost.yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), "every: 60s", "every: 5m", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		term.Press("p", "y")
		term.WaitText("Another hand changed the file")
		if _, err := os.Stat(filepath.Join(s.folder, "porch_example_com.pins")); err == nil {
			t.Error("pins were signed with a serial that nobody remembers")
		}
		term.Press("enter")
		term.Quit()
	})
}

// A board that can't fetch says so in the place of the sheet, in the palette too.
func TestRenewalCannotBeSetUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		for _, b := range esp8266.Boards() {
			if b.Flash == "512K" {
				s.options.NewBoard = &b
			}
		}
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "alt+5", "r")
		term.WaitText("is too small for signed pins")
		term.Press("ctrl+p")
		term.Type("renewal")
		term.WaitText("Renewal: have boards fetch signed pins: the flash of ")
		term.Press("esc")
		term.Quit()
	})
}

// Where renewals will cost the cable often, the Certificate step says so, but not where the backup
// outlives them; and who fetches signed pins is told that in its place.
func TestRenewalIsAdvised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Profile = profile.New(target(address))
		s.options.Profile.Pin.Mode = esp8266.PinFingerprint
		term := s.start(t, 80, 24)
		term.Press("enter")
		term.WaitText("Backup  the CA Example R11")
		term.WaitGone("times a year")
		term.Press("b")
		term.WaitText("renewed some 6 times a year", "Renewal on the Firmware step")
		term.Press("down")
		term.WaitGone("times a year")
		term.Press("up", "alt+5")
		setUpPins(term)
		term.Press("alt+2")
		term.WaitText("Boards fetch the pins that you sign from " + pinsURL)
		term.WaitGone("times a year")
		term.Quit()
	})
}

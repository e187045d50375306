package tui_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"espost/formpost"
	"espost/profile"
	"espost/tlsinspect"
)

// Whoever saves a profile, the public key is in it, in every mode: a later check
// tells by it what a renewal has changed.
func TestSavedPublicKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "ctrl+s")
		term.WaitText("saved to")
		term.Quit()
		p, err := profile.Load(filepath.Join(s.folder, "espost.yaml"))
		if err != nil || p.Pin.PublicKey == "" || len(p.Pin.SHA1) == 0 {
			t.Errorf("pin %+v, %v", p, err)
		}
	})
}

// The sketch goes beside the profile's file, not into the folder that espost was
// started in, and the profile remembers where.
func TestSketchBesideItsProfile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		boards, elsewhere := filepath.Join(s.folder, "boards"), t.TempDir()
		if err := os.Mkdir(boards, 0o755); err != nil {
			t.Fatal(err)
		}
		t.Chdir(elsewhere)
		s.options.Dir, s.options.ProfilePath = "", filepath.Join(boards, "porch.yaml")
		term := written(t, s, 80, 24)
		term.Press("ctrl+s")
		term.WaitText("saved to")
		term.Press("q")
		term.Quit()
		if _, err := os.Stat(filepath.Join(boards, "porch_example_com", "porch_example_com.ino")); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(elsewhere); len(left) != 0 {
			t.Errorf("the working directory holds %v", left)
		}
		p, err := profile.Load(filepath.Join(boards, "porch.yaml"))
		if err != nil || p.Folder != "porch_example_com" {
			t.Errorf("the folder is %q, %v", p.Folder, err)
		}
	})
}

// What sends a request has a copy of the work: nothing that happens meanwhile
// reaches it, nor does it reach the app.
func TestTestPostHasACopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		send := s.options.Send
		s.options.Send = func(ctx context.Context, p *profile.Profile, r *tlsinspect.Report) (*formpost.Response, error) {
			response, err := send(ctx, p, r)
			p.Request.Fields[0].Value = "changed"
			return response, err
		}
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "enter", "enter")
		term.WaitText("received")
		term.Press("esc")
		term.WaitText("name1=value1")
		term.Press("q")
		term.Quit()
	})
}

// A file that somebody else changed stays as it is until the user says otherwise;
// Enter leaves it.
func TestSavingOverAnotherHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		file := filepath.Join(s.folder, "espost.yaml")
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "ctrl+s")
		term.WaitText("saved to")
		other, err := profile.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		other.Firmware.Name = "garden"
		if err := other.Save(); err != nil {
			t.Fatal(err)
		}
		name := func() string {
			p, err := profile.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			return p.Firmware.Name
		}
		term.Press("ctrl+s")
		term.WaitText("Another hand changed the file")
		term.Press("enter")
		term.WaitText("not saved")
		if name() != "garden" {
			t.Error("Enter saved over it")
		}
		term.Press("ctrl+s")
		term.WaitText("Another hand")
		term.Press("o")
		term.WaitText("saved to")
		if name() == "garden" {
			t.Error("o didn't save over it")
		}
		term.Press("q")
		term.Quit()
	})
}

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
	"espost/internal/testkit/tuitest"
	"espost/profile"
	"espost/request"
	"espost/tlsinspect"
)

// header is the first line of the screen.
func header(term *tuitest.Terminal) string {
	line, _, _ := strings.Cut(term.Screen(), "\n")
	return line
}

func loaded(t *testing.T, file string) *profile.Profile {
	t.Helper()
	p, err := profile.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The header names the file and marks what isn't in it yet; save as, new and open
// go from one file to another, and nothing is dropped on the way.
func TestFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := s.start(t, 80, 24)
		term.Press("enter", "enter")
		term.WaitText("name1=value1")
		if head := header(term); strings.Contains(head, "*") || !strings.HasPrefix(head, " espost  ") {
			t.Errorf("before anything was typed: %s", head)
		}
		term.Press("e")
		term.WaitText(" espost *  ")
		term.Press("ctrl+s")
		term.WaitText("saved to /home/ada/espost.yaml", " espost.yaml  ")
		term.Press("e")
		term.WaitText("espost.yaml *")
		term.Press("alt+s", "ctrl+u")
		term.Type(filepath.Join(s.folder, "porch"))
		term.Press("enter")
		term.WaitText("porch.yaml")
		if a, b := loaded(t, filepath.Join(s.folder, "espost.yaml")), loaded(t, filepath.Join(s.folder, "porch.yaml")); a.Request.Body == b.Request.Body {
			t.Errorf("both files have the body %s", a.Request.Body)
		}
		term.Press("e", "ctrl+o")
		term.WaitText("Open without saving?", "enter save first")
		term.Press("enter")
		term.WaitText("Open a profile")
		term.Type(filepath.Join(s.folder, "none.yaml"))
		term.Press("enter")
		term.WaitText("none.yaml")
		term.Press("ctrl+o")
		term.WaitText("Open a profile")
		term.Type(s.folder)
		term.Press("enter")
		term.WaitText(" espost.yaml  ", "● Certificate") // it was looked at at once
		term.Press("alt+n")
		term.WaitText("Where will the board send its data?", " espost  ")
		term.Press("ctrl+u")
		term.Type(filepath.Join(s.folder, "porch.yaml")) // in the place of an address
		term.WaitText("enter opens it")
		term.Press("enter")
		term.WaitText(" porch.yaml  ", "● Certificate")
		term.Quit()
	})
}

// Save as never takes other work away by Enter.
func TestSaveAsAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		other := profile.New(target("https://garden.example.com/"))
		file := filepath.Join(s.folder, "garden.yaml")
		if err := other.Save(file); err != nil {
			t.Fatal(err)
		}
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "alt+s", "ctrl+u")
		term.Type(file)
		term.Press("enter")
		term.WaitText("There is a profile of that name already")
		term.Press("enter")
		term.WaitText("not saved")
		term.Quit()
		if loaded(t, file).Target.Host != "garden.example.com" {
			t.Error("it was saved over")
		}
	})
}

// Ctrl+S takes along what is open in an editor, or says why it can't.
func TestSaveTakesEditorsAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		file := filepath.Join(s.folder, "espost.yaml")
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "a")
		term.Type("late")
		term.Press("ctrl+s")
		term.WaitText("saved to")
		if fields := loaded(t, file).Request.Fields; len(fields) != 3 {
			t.Errorf("the row editor: %+v", fields)
		}
		term.Press("b")
		term.WaitText("fields as text")
		term.Type("more=1 ")
		term.Press("ctrl+s")
		term.WaitText("saved to")
		if fields := loaded(t, file).Request.Fields; len(fields) != 4 && !strings.Contains(fields[len(fields)-1].Name+fields[len(fields)-1].Value, "more") {
			t.Errorf("the text editor: %+v", fields)
		}
		term.Press("i")
		term.Type("curl http")
		term.Press("ctrl+s")
		term.WaitText("not saved: A pasted request waits")
		term.Press("esc", "alt+5", "up", "enter", "ctrl+u")
		term.Type("garden")
		term.Press("ctrl+s")
		term.WaitText("saved to")
		if name := loaded(t, file).Firmware.Name; name != "garden" {
			t.Errorf("the setting: %s", name)
		}
		term.Quit()
	})
}

// Writing the firmware saves the profile, too; Enter then leaves nothing behind.
func TestWritingSaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := written(t, s, 80, 24)
		term.WaitText("the work: /home/ada/espost.yaml", " espost.yaml  ")
		term.Press("enter")
		term.WaitEnd()
		if p := loaded(t, filepath.Join(s.folder, "espost.yaml")); p.Folder != "porch_example_com" || len(p.Request.Fields) != 2 {
			t.Errorf("the profile: %+v", p)
		}
	})
}

// Where files would be lost, Enter writes to a folder of its own.
func TestWritingBesideWhatIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		config := filepath.Join(s.folder, "porch_example_com", "config.h")
		if err := os.MkdirAll(filepath.Dir(config), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{config, filepath.Join(filepath.Dir(config), "porch_example_com.ino")} {
			if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "alt+5", "enter")
		term.WaitText("porch_example_com.ino was not written by espost", "config.h was not written by espost", "enter write to porch_example_com-2")
		term.Press("enter")
		term.WaitText("enter finish", "porch_example_com-2")
		term.Quit()
		if got, err := os.ReadFile(config); err != nil || string(got) != "mine" {
			t.Errorf("config.h is %q, %v", got, err)
		}
		if _, err := os.Stat(filepath.Join(s.folder, "porch_example_com-2", "porch_example_com-2.ino")); err != nil {
			t.Error(err)
		}
	})
}

// Opening a profile looks at its server at once, from the command line as from the
// app; new work and an address that is typed wait for Enter.
func TestOpeningLooksAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		looks := 0
		inspect := s.options.Inspect
		s.options.Inspect = func(ctx context.Context, target request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			looks++
			return inspect(ctx, target, progress)
		}
		term := s.start(t, 80, 24)
		term.WaitText(address)
		term.Press("alt+n")
		term.WaitText("new work")
		if looks != 0 {
			t.Errorf("%d looks before anything was opened", looks)
		}
		term.Quit()
		s.opened(t, esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{oldSHA1}})
		term = s.start(t, 80, 24)
		term.WaitText("This is not the certificate that porch.yaml pins")
		if looks != 1 {
			t.Errorf("%d looks", looks)
		}
		term.Quit()
	})
}

// What was asked for other work, which was left meanwhile, is not taken for this
// one's.
func TestAnswerOfOtherWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		inspect := s.options.Inspect
		s.options.Inspect = func(ctx context.Context, target request.Target, progress func(tlsinspect.Event)) (*tlsinspect.Report, error) {
			time.Sleep(20 * time.Second) // answers though it was cancelled
			if target.Host != "porch.example.com" {
				time.Sleep(10 * time.Second)
			}
			return inspect(ctx, target, progress)
		}
		other := profile.New(target("https://garden.example.com/"))
		file := filepath.Join(s.folder, "garden.yaml")
		if err := other.Save(file); err != nil {
			t.Fatal(err)
		}
		term := s.start(t, 80, 24)
		term.Press("enter") // asks porch.example.com
		term.WaitText("connecting")
		term.Press("esc", "ctrl+o")
		term.Type(file)
		term.Press("enter")
		term.WaitText("connecting", "garden.example.com")
		term.Advance(25 * time.Second)
		if !strings.Contains(term.Screen(), "connecting") {
			t.Errorf("the answer of the work before:\n%s", term.Screen())
		}
		term.WaitText("An ESP8266 can connect")
		if title := term.Title(); !strings.Contains(title, "garden.example.com") {
			t.Errorf("the title is %q", title)
		}
		term.Quit()
	})
}

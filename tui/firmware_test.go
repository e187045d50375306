package tui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"espost/internal/testkit/tuitest"
	"espost/profile"
	"espost/request"
)

// written leads an app of that size to the page after writing.
func written(t *testing.T, s *stage, width, height int) *tuitest.Terminal {
	t.Helper()
	term := s.start(t, width, height)
	term.Press("enter", "enter", "alt+5", "enter")
	term.WaitText("files in ")
	return term
}

// commands are the page's, joined again where they were broken.
func commands(screen string) string {
	var lines []string
	for line := range strings.SplitSeq(screen, "\n") {
		line = strings.TrimRight(line, " ┃│")
		if n := len(lines); n > 0 && strings.HasSuffix(lines[n-1], `\`) {
			lines[n-1] = strings.TrimSuffix(lines[n-1], `\`) + strings.TrimSpace(line)
			continue
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Once the files are written the app says what to do next, each command whole at
// any size; enter leaves, and the same stays on the terminal.
func TestWhatComesNext(t *testing.T) {
	for _, size := range [][2]int{{60, 16}, {80, 24}, {120, 40}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				t.Chdir(s.options.Dir)
				s.options.Dir = ""
				term := written(t, s, size[0], size[1])
				seen := commands(term.Screen())
				for range 2 {
					term.Press("down")
					seen += commands(term.Screen())
				}
				for _, want := range []string{
					"arduino-cli compile --profile nodemcuv2 -u -p /dev/ttyUSB0 ./porch_example_com/",
					"pio run -d ./porch_example_com/ -t upload",
					"arduino-cli monitor -p /dev/ttyUSB0 -c baudrate=115200",
					"YOUR_WIFI_NAME", "enter finish",
				} {
					if !strings.Contains(seen, want) {
						t.Errorf("%q is not shown:\n%s", want, seen)
					}
				}
				term.Press("enter")
				term.WaitEnd()
			})
		})
	}
}

// A command is chosen by key or click, and what is copied is the whole of it.
func TestCommandsAreCopied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := written(t, newStage(t), 80, 24)
		for _, step := range []struct{ key, want string }{
			{"", "arduino-cli compile "}, {"down", "pio run "}, {"down", "arduino-cli monitor "}, {"down", "arduino-cli compile "}, {"up", "arduino-cli monitor "},
		} {
			if step.key != "" {
				term.Press(step.key)
			}
			term.Press("y")
			if got := term.Clipboard(); !strings.HasPrefix(got, step.want) || strings.Contains(got, `\`) {
				t.Errorf("%q copied, want %q", got, step.want)
			}
		}
		term.Wheel(10, 10, -5)
		term.WaitText("▸ arduino-cli compile")
		term.Wheel(10, 10, 5)
		term.WaitText("▸ arduino-cli monitor")
		term.ClickText("pio run")
		term.WaitText("▸ pio run", "command copied")
		if got := term.Clipboard(); !strings.HasPrefix(got, "pio run ") {
			t.Errorf("the click copied %q", got)
		}
		term.Press("enter")
		term.WaitEnd()
	})
}

// What was written is done until something changes; then enter writes again.
func TestChangedSinceWriting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := written(t, s, 80, 24)
		term.Press("esc")
		term.WaitText("▸ What comes next", "✓ 21 files are in")
		term.Press("enter")
		term.WaitText("enter finish")
		term.Press("s", "up", "up", "up", "up", "enter") // the LED
		term.WaitText("Write the files")
		term.Press("down", "down", "down", "down")
		term.WaitText("changed since the files were written", "enter write the files")
		term.Press("enter")
		term.WaitText("Replace files in", "porch_example_com.ino would be updated", `+#include "led.h"`)
		term.Press("y")
		term.WaitText("enter finish")
		term.Press("alt+3", "e", "alt+5")
		term.WaitText("changed since the files were written", "● Firmware")
		term.Quit()
		sketch, err := os.ReadFile(filepath.Join(s.options.Dir, "porch_example_com", "porch_example_com.ino"))
		if err != nil || !strings.Contains(string(sketch), `#include "led.h"`) {
			t.Errorf("the LED is not in the sketch: %v\n%s", err, sketch)
		}
	})
}

// "Replace" is about what was shown: what an editor saved since then stays.
func TestReplaceIsAboutWhatWasShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := written(t, s, 80, 24)
		file := filepath.Join(s.options.Dir, "porch_example_com", "config.h")
		put := func(text string) {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Error(err)
			}
		}
		put("// edited\n")
		term.Press("esc", "w")
		term.WaitText("Replace files in", "config.h was changed by hand", "-// edited")
		put("// an hour's work\n")
		term.Press("y")
		term.WaitText("changed since you were asked")
		if got, err := os.ReadFile(file); err != nil || string(got) != "// an hour's work\n" {
			t.Errorf("config.h holds %q, %v", got, err)
		}
		term.Press("w")
		term.WaitText("Replace files in", "-// an hour's work")
		term.Press("y")
		term.WaitText("enter finish")
		term.Quit()
	})
}

// What arduino_secrets.h had before is used and said.
func TestFilledInSecretsAreSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		term := written(t, s, 80, 24)
		file := filepath.Join(s.options.Dir, "porch_example_com", "arduino_secrets.h")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text = []byte(strings.Replace(string(text), "YOUR_WIFI_NAME", "home", 1))
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		term.Press("esc", "w")
		term.WaitText("arduino_secrets.h keeps your Wi-Fi name.", "Put your Wi-Fi password into")
		term.Quit()
	})
}

// Firmware on disk holds the work that went into it, but not what came after.
func TestQuitAfterWriting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 80, 24)
		term.Press("enter", "enter", "e", "alt+5", "enter")
		term.WaitText("enter finish")
		term.Press("alt+3", "a")
		term.Type("late")
		term.Press("enter", "ctrl+c")
		term.WaitText("Quit without saving?")
		term.Press("esc", "u", "ctrl+c")
		term.WaitEnd()
	})
}

// The source can be read at full width, also where there is no room for it
// beside the settings.
func TestWholeSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 60, 16)
		term.Press("enter", "enter", "alt+5", "v")
		term.WaitText("porch_example_com.ino", "sends a form to a web server", "over HTTPS.") // wrapped, not cut
		term.Press("tab")
		term.WaitText("  1 ", "What one would change")
		term.Press("down")
		term.WaitGone("  1 ")
		term.Press("esc")
		term.WaitText("Write the files")
		term.Quit()
	})
}

// Text that was typed and not kept is there again when the setting is edited the
// next time.
func TestDroppedSettingComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 80, 24)
		term.Press("enter", "enter", "alt+5")
		term.ClickText("Wi-Fi")
		term.Press("enter")
		term.Type("home sweet home")
		term.Press("esc")
		term.WaitText("to fill in later", "brings the text back")
		term.Press("enter")
		term.WaitText("home sweet home")
		term.Press("enter")
		term.WaitText("Wi-Fi        home sweet home")
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// What is odd about the settings, and about what the form reads with them, is told before anything is written.
func TestOddSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Target, s.options.Profile = "", profile.New(target(address))
		s.options.Profile.Request.Fields = []request.Field{{Name: "n", Source: "pulse.total", GPIO: 14}}
		term := s.start(t, 80, 24)
		term.Press("enter", "enter", "alt+5")
		term.ClickText("NodeMCU 1.0")
		term.Press("enter")
		term.Type("mini lite")
		term.Press("enter")
		term.ClickText("OTA updates")
		term.Press("enter")
		term.WaitText("An update may not fit into the flash of LOLIN")
		term.Press("enter")
		term.ClickText("LOLIN")
		term.WaitText("LOLIN (Wemos) D1 mini Lite: board 5 of 36")
		term.Press("enter")
		term.Type("nodemcu 1")
		term.Press("enter")
		term.ClickText("Deep sleep")
		term.Press("enter")
		term.ClickText("Write the files")
		term.WaitText("counts nothing while the board sleeps deeply")
		term.Quit()
	})
}

// What is wrong with a setting is whole beside the scroll bar that it makes necessary.
func TestProblemBesideTheScrollbar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 80, 24)
		term.Press("enter", "enter", "alt+5")
		term.ClickText("Folder")
		term.Press("enter", "ctrl+u")
		term.Type("my first sketch for the porch")
		term.Press("enter")
		term.WaitText("A sketch can't have that name")
		for line := range strings.Lines(term.Screen()) {
			if settings := []rune(line); len(settings) > 42 && strings.Contains(string(settings[:42]), "…") {
				t.Errorf("cut: %s", line)
			}
		}
		term.Press("esc")
		term.Quit()
	})
}

// The sketch's folder is written as people do, as a name or a path, also from ~; the
// page tells the absolute one, and the profile remembers it.
func TestFolderIsAPath(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Absolute = nil
		term := s.start(t, 120, 40)
		term.Press("enter", "enter", "alt+5", "up")
		term.WaitText("the path of its folder")
		shows := func(path string) {
			t.Helper()
			if screen := strings.Join(strings.Fields(term.Screen()), ""); !strings.Contains(screen, path) {
				t.Errorf("%s is not on the screen:\n%s", path, term.Screen())
			}
		}
		shows(filepath.Join(s.folder, "porch_example_com"))
		for _, tt := range []struct{ typed, folder string }{
			{"garden", filepath.Join(s.folder, "garden")}, {"~/Arduino/shed", filepath.Join(home, "Arduino", "shed")},
			{filepath.Join(s.folder, "deep", "er", "cellar"), filepath.Join(s.folder, "deep", "er", "cellar")},
		} {
			term.Press("enter", "ctrl+u")
			term.Type(tt.typed)
			term.Press("enter")
			shows(tt.folder)
			term.Press("ctrl+s")
			term.WaitText("saved to")
			if again, err := profile.Open(filepath.Join(s.folder, "espost.yaml")); err != nil || again.SketchFolder() != tt.folder {
				t.Errorf("%v: the profile says %s, want %s", err, again.SketchFolder(), tt.folder)
			}
			term.Press("w")
			term.WaitText("files")
			shows(tt.folder)
			name := filepath.Base(tt.folder)
			if _, err := os.Stat(filepath.Join(tt.folder, name+".ino")); err != nil {
				t.Error(err)
			}
			term.Press("s")
		}
		term.Press("enter", "ctrl+u")
		term.Type("~/a b")
		term.Press("enter")
		term.WaitText("Use letters, digits")
		term.Press("esc")
		term.Quit()
	})
}

// A paste opens the text setting at the cursor; elsewhere it is said where it could go.
func TestPastesAreNotIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newStage(t).start(t, 80, 24)
		term.Press("enter")
		term.WaitText("An ESP8266 can connect")
		term.Paste("curl https://porch.example.com/post")
		term.WaitText("nothing was pasted: addresses go to the Connect step, requests to Form")
		term.Press("enter", "enter")
		term.Paste("a=b")
		term.WaitText("nothing was pasted: a request goes to the Form step, text")
		term.Press("alt+5")
		term.Paste("home")
		term.WaitText("nothing was pasted: go to a setting that is a text")
		term.ClickText("Wi-Fi")
		term.Paste("home sweet home")
		term.Press("enter")
		term.WaitText("Wi-Fi        home sweet home")
		term.Quit()
	})
}

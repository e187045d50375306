package tui_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	tea "charm.land/bubbletea/v2"

	"espost/tui/ui"
)

// A text can be written in the user's own editor: it goes there and comes back into
// the area, to be kept or not. What goes wrong leaves it as it was.
func TestOwnEditor(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the editor is a shell script")
	}
	script := filepath.Join(t.TempDir(), "my editor")
	if err := os.WriteFile(script, []byte(`#!/bin/sh
case "$1" in
--add) mode=$(stat -c %a "$2" 2>/dev/null || echo 600); sed -i.bak 's/name2=value2/name2=other/' "$2"; echo "mode=$mode" >>"$2" ;;
--empty) : >"$2" ;;
--fail) exit 3 ;;
esac
`), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	with := func(t *testing.T, editor string, keys ...string) (screen string, s *stage) {
		s = newStage(t)
		s.options.Exec = func(c tea.ExecCommand, done tea.ExecCallback) tea.Cmd {
			return func() tea.Msg { return done(c.Run()) }
		}
		if editor != "" {
			s.options.Environ = []string{"EDITOR=vi", "VISUAL=" + editor}
		}
		synctest.Test(t, func(t *testing.T) {
			term := s.start(t, 80, 24)
			term.Press("enter", "enter")
			term.WaitText("name1=value1")
			term.Press(keys...)
			screen = term.Screen()
			term.Quit()
		})
		return screen, s
	}
	quoted := "'" + script + "'"
	if screen, _ := with(t, quoted+" --add", "ctrl+e"); !strings.Contains(screen, "fields as text") || !strings.Contains(screen, "name2=other") || !strings.Contains(screen, "mode=600") {
		t.Errorf("what was written elsewhere is not in the area:\n%s", screen)
	}
	if screen, _ := with(t, quoted+" --add", "ctrl+e", "tab"); !strings.Contains(screen, "name1=value1&name2=other&mode=600") {
		t.Errorf("it isn't kept:\n%s", screen)
	}
	if screen, _ := with(t, quoted+" --add", "ctrl+e", "esc"); !strings.Contains(screen, "name1=value1&name2=value2 ") && strings.Contains(screen, "other") {
		t.Errorf("it was kept without a word:\n%s", screen)
	}
	for editor, says := range map[string]string{
		quoted + " --empty": "left nothing", quoted + " --fail": "exit status 3", "no-such-editor-here": "exit status 127", "": "set EDITOR",
	} {
		if screen, _ := with(t, editor, "b", "ctrl+e"); !strings.Contains(screen, "name2=value2") || !strings.Contains(strings.Join(strings.Fields(screen), " "), says) {
			t.Errorf("%s: no %q, or the text is gone:\n%s", editor, says, screen)
		}
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "espost*", "fields-as-text.txt")); err != nil || len(left) > 0 {
		t.Errorf("%v, left behind: %v", err, left)
	}
}

// The user's own keys do the work of the app's, are shown in their place, and stay
// text where text is typed.
func TestOwnKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Keys = ui.Keymap{"f2": "ctrl+s", "ctrl+x": "ctrl+c", "z": "enter"}
		if err := s.options.Keys.Check(); err != nil {
			t.Fatal(err)
		}
		term := s.start(t, 80, 24)
		term.WaitText("ctrl+x quit", "z look")
		term.Type("z")
		term.WaitText(address + "z")
		term.Press("backspace", "enter")
		term.WaitText("SHA-1 ", "z next")
		term.Press("z")
		term.WaitText("name1=value1")
		term.Press("f2")
		term.WaitText("saved to")
		term.Press("?", "end")
		term.WaitText("f2 ", "Save the profile")
		term.Press("z", "ctrl+p")
		term.Type("save the")
		term.WaitText("Save the profile", "f2")
		term.Press("esc", "ctrl+x")
		term.WaitEnd()
	})
	for _, wrong := range []ui.Keymap{{"f2": "save"}, {"": "q"}, {"ctrl+": "q"}, {"hyper+x": "q"}} {
		if err := wrong.Check(); err == nil || !strings.Contains(err.Error(), "write it as a, ctrl+s, alt+up or f2") {
			t.Errorf("%v: %v", wrong, err)
		}
	}
}

package ui_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"espost/tui/ui"
)

func frame() ui.Frame {
	return ui.Frame{
		Steps:  []ui.StepLabel{{"Connect", ui.MarkDone}, {"Form", ui.MarkCurrent}, {"Test", ui.MarkOpen}},
		Corner: "porch.example.com",
		Body:   "body\n",
		Keys:   []ui.Action{{Keys: []string{"enter"}, Label: "next"}, {Keys: []string{"up"}, Label: "move"}, {Keys: []string{"?"}, Label: "help"}},
	}
}

// The frame is exactly as large as the terminal, whatever is in it.
func TestFrameIsExact(t *testing.T) {
	theme := ui.NewTheme(true, false)
	long := strings.Repeat("日本 long words and more ", 40)
	for _, body := range []string{"", "one line", strings.Repeat(long+"\n", 90)} {
		for _, status := range []string{"", "short", long} {
			for _, size := range [][2]int{{60, 16}, {80, 24}, {61, 17}, {200, 60}} {
				f := frame()
				f.Body, f.Status.Text, f.Corner = body, status, long
				lines := strings.Split(f.Render(theme, size[0], size[1]), "\n")
				if len(lines) != size[1] {
					t.Errorf("%v: %d lines", size, len(lines))
				}
				for _, line := range lines {
					if ui.Width(line) > size[0] {
						t.Errorf("%v: a line is %d wide: %q", size, ui.Width(line), stripped(line))
					}
				}
			}
		}
	}
}

// A short status stands beside the keys, a longer one in their place, on as many
// lines as it takes.
func TestFrameStatus(t *testing.T) {
	theme := ui.NewTheme(true, false)
	for _, tt := range []struct {
		status string
		want   []string // the last lines
	}{
		{"", []string{" enter next · ↑ move · ? help"}},
		{"copied", []string{" enter next · ↑ move · ? help                  ✓ copied"}},
		{"a sentence that needs much of the line", []string{" ✓ a sentence that needs much of the line"}},
		{"a sentence that is longer than the line of this terminal is wide", []string{" ✓ a sentence that is longer than the line of this", "   terminal is wide"}},
	} {
		f := frame()
		f.Status = ui.StatusMsg{Tone: ui.Success, Text: tt.status}
		lines := strings.Split(stripped(f.Render(theme, 56, 16)), "\n")
		for i, want := range tt.want {
			if got := strings.TrimRight(lines[len(lines)-len(tt.want)+i], " "); got != want {
				t.Errorf("%q: got  %q\nwant %q", tt.status, got, want)
			}
		}
	}
}

// What stands in the header and the footer can be clicked where it stands.
func TestFrameClicks(t *testing.T) {
	theme := ui.NewTheme(true, false)
	for _, width := range []int{60, 80} {
		f := frame()
		lines := strings.Split(stripped(f.Render(theme, width, 16)), "\n")
		column := func(line, text string) int {
			before, _, found := strings.Cut(line, text)
			if !found {
				t.Fatalf("%q does not show %q", line, text)
			}
			return ui.Width(before)
		}
		for i, s := range f.Steps {
			x := column(lines[0], s.Name)
			for _, x := range []int{x - 2, x, x + len(s.Name) - 1} {
				if got, ok := f.StepAt(theme, x, width); !ok || got != i {
					t.Errorf("width %d: column %d is step %d, %t; want %d", width, x, got, ok, i)
				}
			}
		}
		foot := lines[len(lines)-1]
		for text, want := range map[string]string{"enter next": "enter", "next": "enter", "↑ move": "up", "help": "?"} {
			if got, ok := f.KeyAt(theme, column(foot, text), width); !ok || got != want {
				t.Errorf("width %d: a click on %q is %q, %t; want %q", width, text, got, ok, want)
			}
		}
		for _, x := range []int{0, column(foot, "· ?"), width - 1} {
			if got, ok := f.KeyAt(theme, x, width); ok {
				t.Errorf("width %d: column %d is %q", width, x, got)
			}
		}
	}
}

func TestClip(t *testing.T) {
	theme := ui.NewTheme(true, false)
	for _, tt := range []struct {
		block, want string
		height      int
	}{
		{"a\nb", "a\nb", 2}, {"a\nb\nc", "a\nb …", 2}, {"a\n0123456789\nc", "a\n01234567 …", 2}, {"a\nb", "a\nb", 0},
	} {
		if got := theme.Clip(tt.block, 10, tt.height); got != tt.want {
			t.Errorf("Clip(%q, 10, %d) = %q, want %q", tt.block, tt.height, got, tt.want)
		}
	}
}

// Keys are spelled for people, and stay words in ASCII.
func TestKeyName(t *testing.T) {
	for key, want := range map[string]string{"alt+up": "alt+↑", "up": "↑", "pgup": "pgup", "pgdown": "pgdown", "right": "→", "ctrl+d": "ctrl+d", "+": "+"} {
		if got := ui.NewTheme(true, false).KeyName(key); got != want {
			t.Errorf("%s is spelled %s, want %s", key, got, want)
		}
	}
	if got := ui.NewTheme(true, true).KeyName("alt+up"); got != "alt+up" {
		t.Errorf("in ASCII: %s", got)
	}
}

// A question closes with its answer, runs it once, and can be clicked.
func TestQuestion(t *testing.T) {
	kit := &ui.Kit{Theme: ui.NewTheme(true, false)}
	for _, tt := range []struct {
		msg  tea.Msg
		done bool
		want string
	}{
		{tea.KeyPressMsg{Code: tea.KeyEnter}, true, "yes"},
		{tea.KeyPressMsg{Code: 'y', Text: "y"}, true, "yes"},
		{tea.KeyPressMsg{Code: tea.KeyEscape}, true, ""},
		{tea.KeyPressMsg{Code: 'n', Text: "n"}, true, ""},
		{tea.KeyPressMsg{Code: 's', Text: "s"}, true, "save"},
		{tea.KeyPressMsg{Code: 'x', Text: "x"}, false, ""},
		{tea.KeyPressMsg{Code: tea.KeyDown}, false, ""},
		{ui.Clicked("enter"), true, "yes"},
		{ui.Clicked("esc"), true, ""},
		{tea.MouseWheelMsg{Button: tea.MouseWheelDown}, false, ""},
	} {
		got := ""
		answer := func(s string) func() tea.Cmd { return func() tea.Cmd { got += s; return nil } }
		q := &ui.Question{Kit: kit, Title: "Sure?", Body: strings.Repeat("long\n", 50), Yes: "go", Run: answer("yes"),
			Or: []ui.Action{{Keys: []string{"s"}, Label: "save", Run: answer("save")}}}
		q.View(60, 12)
		_, done := q.Update(tt.msg)
		if done != tt.done || got != tt.want {
			t.Errorf("%v: done %t, ran %q; want %t, %q", tt.msg, done, got, tt.done, tt.want)
		}
	}
}

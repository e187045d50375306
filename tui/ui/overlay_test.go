package ui_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"espost/tui/ui"
)

// A page is a step for tests.
type aPage struct{ actions []ui.Action }

func (aPage) Name() string            { return "Page" }
func (aPage) About() string           { return "What the page is for." }
func (aPage) Enter() tea.Cmd          { return nil }
func (aPage) Update(tea.Msg) tea.Cmd  { return nil }
func (p aPage) Actions() []ui.Action  { return p.actions }
func (aPage) Editing() bool           { return false }
func (aPage) View(_, _ int) string    { return "" }
func key(name string) tea.KeyPressMsg { return tea.KeyPressMsg{Code: []rune(name)[0], Text: name} }

// someActions note which of them ran.
func someActions(ran *string) []ui.Action {
	run := func(name string) func() tea.Cmd {
		return func() tea.Cmd { *ran = name; return nil }
	}
	return []ui.Action{
		{Keys: []string{"y"}, Title: "Copy the body", Run: run("body")},
		{Keys: []string{"Y"}, Title: "Copy the request", Run: run("request")},
		{Keys: []string{"?"}, Title: "Help", Run: run("help")},
		{Keys: []string{"f1"}, Title: "Help", Run: run("help")},
		{Keys: []string{"x"}, Run: run("hidden")},
	}
}

// The palette finds actions by the words of their titles, in any order and case,
// lists each title once, and runs the chosen one.
func TestPalette(t *testing.T) {
	theme := ui.NewTheme(true, true)
	for _, tt := range []struct {
		typed string
		keys  []rune
		want  []string // titles in sight
		ran   string
	}{
		{"", nil, []string{"Copy the body", "Copy the request", "Help"}, "body"},
		{"", []rune{tea.KeyDown, tea.KeyDown, tea.KeyDown}, []string{"Help"}, "help"},
		{"REQ copy", nil, []string{"Copy the request"}, "request"},
		{"copy", []rune{tea.KeyDown, tea.KeyUp, tea.KeyUp}, []string{"Copy the body", "Copy the request"}, "body"},
		{"nothing like it", nil, []string{"nothing is called that"}, ""},
	} {
		ran := ""
		p := ui.NewPalette(&ui.Kit{Theme: theme}, someActions(&ran))
		for _, r := range tt.typed {
			if _, done := p.Update(tea.KeyPressMsg{Code: r, Text: string(r)}); done {
				t.Fatalf("%q closes the palette", r)
			}
		}
		for _, code := range tt.keys {
			p.Update(tea.KeyPressMsg{Code: code})
		}
		shown := stripped(p.View(60, 12))
		for _, want := range tt.want {
			if strings.Count(shown, want) != 1 {
				t.Errorf("%q: %q is not shown once:\n%s", tt.typed, want, shown)
			}
		}
		if _, done := p.Update(tea.KeyPressMsg{Code: tea.KeyEnter}); !done || ran != tt.ran {
			t.Errorf("%q: enter ran %q (done %t), want %q", tt.typed, ran, done, tt.ran)
		}
	}
}

// A title that is too long for its line says so.
func TestPaletteCutsWithAnEllipsis(t *testing.T) {
	p := ui.NewPalette(&ui.Kit{Theme: ui.NewTheme(true, false)}, []ui.Action{{Keys: []string{"y"}, Title: strings.Repeat("long ", 20), Run: func() tea.Cmd { return nil }}})
	if shown := stripped(p.View(60, 12)); !strings.Contains(shown, "…") {
		t.Errorf("the cut doesn't show:\n%s", shown)
	}
}

// A click on a line of the palette runs it; escape runs nothing.
func TestPaletteMouseAndEscape(t *testing.T) {
	ran := ""
	p := ui.NewPalette(&ui.Kit{Theme: ui.NewTheme(true, true)}, someActions(&ran))
	for y, line := range strings.Split(stripped(p.View(60, 12)), "\n") {
		if strings.Contains(line, "Copy the request") {
			if _, done := p.Update(tea.MouseClickMsg{X: 9, Y: y, Button: tea.MouseLeft}); !done || ran != "request" {
				t.Errorf("the click ran %q (done %t)", ran, done)
			}
		}
	}
	ran = ""
	p = ui.NewPalette(&ui.Kit{Theme: ui.NewTheme(true, true)}, someActions(&ran))
	if _, done := p.Update(tea.KeyPressMsg{Code: tea.KeyEscape}); !done || ran != "" {
		t.Errorf("escape ran %q (done %t)", ran, done)
	}
}

// The help page names every key once, in one column or two, and closes by escape
// but not by a key that means nothing to it.
func TestHelp(t *testing.T) {
	ran := ""
	for _, width := range []int{60, 120} {
		h := &ui.Help{Kit: &ui.Kit{Theme: ui.NewTheme(true, true)}, Step: aPage{someActions(&ran)}, Global: []ui.Action{{Keys: []string{"ctrl+c"}, Title: "Quit"}, {Keys: []string{"x"}, Title: strings.Repeat("long ", 20) + "title"}}}
		shown := stripped(h.View(width, 40))
		for _, want := range []string{"What the page is for.", "y                  Copy the body", "?, f1              Help", "ctrl+c             Quit"} {
			if strings.Count(shown, want) != 1 {
				t.Errorf("width %d: %q is not there once:\n%s", width, want, shown)
			}
		}
		beside := regexp.MustCompile(`Copy the body +ctrl\+c`).MatchString(shown)
		if beside != (width == 120) {
			t.Errorf("width %d: beside each other is %t:\n%s", width, beside, shown)
		}
		if words := strings.Join(strings.Fields(shown), " "); strings.Count(words, "long") != 20 || strings.Contains(words, "~") {
			t.Errorf("width %d: a title is cut:\n%s", width, shown)
		}
		if _, done := h.Update(key("z")); done {
			t.Error("z closes the page")
		}
		if _, done := h.Update(tea.KeyPressMsg{Code: tea.KeyEscape}); !done {
			t.Error("escape doesn't close the page")
		}
	}
}

// A question runs its yes, another answer, or nothing; only an answer closes it.
func TestQuestionAnswers(t *testing.T) {
	for press, want := range map[string]string{"y": "yes", "s": "save", "n": "", "x": "open"} {
		ran := ""
		q := &ui.Question{Kit: &ui.Kit{Theme: ui.NewTheme(true, true)}, Title: "Quit?", Body: "Work is lost.", Yes: "quit",
			Run: func() tea.Cmd { ran = "yes"; return nil },
			Or:  []ui.Action{{Keys: []string{"s"}, Label: "save", Run: func() tea.Cmd { ran = "save"; return nil }}}}
		q.View(60, 12)
		_, done := q.Update(key(press))
		if !done {
			ran = "open"
		}
		if ran != want {
			t.Errorf("%s: %q, want %q", press, ran, want)
		}
	}
}

// An input's box is as wide as asked for, whatever is in it, and foreign
// direction marks don't reach the screen.
func TestInputBoxIsExact(t *testing.T) {
	theme := ui.NewTheme(true, false)
	for _, value := range []string{"", "short", strings.Repeat("long ", 40), strings.Repeat("日本", 40), "a\u202eb\u2066c"} {
		for _, width := range []int{8, 20, 76} {
			for _, focused := range []bool{true, false} {
				in := theme.NewInput("placeholder", 0)
				in.SetValue(value)
				if focused {
					in.Focus()
				}
				box := theme.InputBox(&in, width)
				if got := ui.Width(box); got != width {
					t.Errorf("%q in %d columns, focused %t: %d wide", value, width, focused, got)
				}
				if strings.ContainsAny(box, "\u202e\u2066") {
					t.Errorf("%q keeps its direction marks", value)
				}
				if in.Value() != value {
					t.Errorf("%q became %q", value, in.Value())
				}
			}
		}
	}
}

// A command that doesn't fit its line is broken so that a shell still reads the
// same words, quotes and all.
func TestShellLines(t *testing.T) {
	for _, tt := range []struct {
		command string
		width   int
		want    []string
	}{
		{"pio run -t upload", 40, []string{"pio run -t upload"}},
		{"pio run -t upload", 14, []string{`pio run -t \`, "  upload"}},
		{"pio run -d '/my sketches/a b' -t upload", 30, []string{`pio run -d \`, `  '/my sketches/a b' -t \`, "  upload"}},
		{"averyveryverylongword x", 10, []string{`averyveryverylongword \`, "  x"}},
		{"", 10, []string{""}},
	} {
		got := ui.ShellLines(tt.command, tt.width)
		if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
			t.Errorf("%q in %d columns: %q, want %q", tt.command, tt.width, got, tt.want)
		}
	}
}

// With sixteen colours nothing is drawn in one that is hard to read on its
// background: dark blue and bright black on black, yellow and cyan on white.
func TestSixteenColours(t *testing.T) {
	for dark, hard := range map[bool][]string{true: {"34", "90", "30"}, false: {"33", "93", "36", "96", "37", "97"}} {
		theme := ui.NewTheme16(dark, false)
		for name, style := range map[string]ui.Style{
			"faint": theme.Faint, "accent": theme.Accent, "title": theme.Title, "good": theme.Good, "caution": theme.Caution,
			"bad": theme.Bad, "key": theme.Key, "rule": theme.Rule, "selected": theme.Selected,
		} {
			drawn := style.Render("x")
			if strings.Contains(drawn, "38;") || strings.Contains(drawn, "48;") {
				t.Errorf("dark %t: %s is %q, not one of sixteen", dark, name, drawn)
			}
			for parameter := range strings.FieldsFuncSeq(drawn, func(r rune) bool { return r < '0' || r > '9' }) {
				if slices.Contains(hard, parameter) {
					t.Errorf("dark %t: %s is %q", dark, name, drawn)
				}
			}
		}
	}
}

// A few letters find an action, the nearest first; one that can't be done says why
// and isn't done.
func TestPaletteIsFuzzy(t *testing.T) {
	ran := ""
	do := func(what string) func() tea.Cmd { return func() tea.Cmd { ran = what; return nil } }
	kit := &ui.Kit{Theme: ui.NewTheme(true, true)}
	actions := []ui.Action{
		{Keys: []string{"a"}, Title: "Give the field another name", Run: do("far")},
		{Keys: []string{"b"}, Title: "Go to Board", Blocked: "write the files first", Run: do("blocked")},
		{Keys: []string{"y"}, Title: "Copy the fingerprint", Run: do("copy")},
		{Title: "Certificate: Copy the fingerprint as text", Run: do("elsewhere")},
	}
	for typed, want := range map[string]string{"cpfgr": "copy", "copy": "copy", "fing": "copy", "cert": "elsewhere", "gtbo": "", "zzz": "", "fld nm": "far"} {
		ran = ""
		p := ui.NewPalette(kit, actions)
		for _, r := range typed {
			p.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
		cmd, done := p.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
		if ran != want || !done {
			t.Errorf("%s does %q, want %q", typed, ran, want)
		}
		if typed == "gtbo" {
			if said, ok := cmd().(ui.StatusMsg); !ok || said.Text != "write the files first" {
				t.Errorf("a blocked action says %+v", said)
			}
		}
	}
}

// Where something would be lost, enter doesn't do it.
func TestEnterDestroysNothing(t *testing.T) {
	for _, or := range []bool{false, true} {
		ran := ""
		do := func(what string) func() tea.Cmd { return func() tea.Cmd { ran = what; return nil } }
		q := &ui.Question{Kit: &ui.Kit{Theme: ui.NewTheme(true, true)}, Title: "Replace?", Yes: "replace", Destroys: true, Run: do("yes")}
		want := ""
		if or {
			q.Or, want = []ui.Action{{Keys: []string{"2"}, Label: "beside", Run: do("beside")}}, "beside"
		}
		_, done := q.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
		if ran != want || !done {
			t.Errorf("enter: %q, want %q", ran, want)
		}
		q.Update(tea.KeyPressMsg{Code: 'y', Text: "y"})
		if ran != "yes" {
			t.Errorf("y: %q", ran)
		}
	}
}

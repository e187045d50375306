package ui_test

import (
	"strings"
	"testing"

	"espost/tui/ui"
)

// Colouring changes no character, and tells keys, strings, numbers and signs
// apart, also where a row is a part of a longer line.
func TestJSONColours(t *testing.T) {
	theme := ui.NewTheme(true, false)
	key, text, word, sign := theme.Accent.Render, theme.Good.Render, theme.Caution.Render, theme.Faint.Render
	for _, tt := range []struct {
		row        string
		inside     bool
		want       string
		stillInner bool
	}{
		{`  "a": "b",`, false, "  " + key(`"a"`) + sign(":") + " " + text(`"b"`) + sign(","), false},
		{`"a" : -1.5e3`, false, key(`"a"`) + " " + sign(":") + " " + word("-1.5e3"), false},
		{`[true,null]`, false, sign("[") + word("true") + sign(",") + word("null") + sign("]"), false},
		{`"\"\\", 1`, false, text(`"\"\\"`) + sign(",") + " " + word("1"), false},
		{`"begins`, false, text(`"begins`), true},
		{`"ends in \`, false, text(`"ends in \`), true},
		{`goes on`, true, text("goes on"), true},
		{`ends", 1`, true, text(`ends"`) + sign(",") + " " + word("1"), false},
		{`" rest`, true, text(`"`) + " " + word("rest"), false},
		{`ends\"`, true, text(`ends\"`), true},
		{"", true, "", true},
		{"", false, "", false},
	} {
		if got := theme.JSON(tt.row, tt.inside); got != tt.want || stripped(got) != tt.row {
			t.Errorf("JSON(%q, %t) = %q, want %q", tt.row, tt.inside, got, tt.want)
		}
		if got := ui.JSONInside(tt.row, tt.inside); got != tt.stillInner {
			t.Errorf("JSONInside(%q, %t) = %t", tt.row, tt.inside, got)
		}
	}
}

// Whatever is coloured as JSON keeps its characters.
func FuzzJSONColours(f *testing.F) {
	f.Add(`{"a": [1, "\u00e9", "open`, true)
	f.Fuzz(func(t *testing.T, row string, inside bool) {
		if strings.ContainsFunc(row, func(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0xfffd }) {
			return // such text doesn't come out of sanitize
		}
		ui.JSONInside(row, inside)
		if got := stripped(ui.NewTheme(true, false).JSON(row, inside)); got != row {
			t.Errorf("%q became %q", row, got)
		}
	})
}

func TestDiffAndHeadColours(t *testing.T) {
	theme := ui.NewTheme(true, false)
	for got, want := range map[string]string{
		theme.Diff("+new"):                  theme.Good.Render("+new"),
		theme.Diff("-old"):                  theme.Bad.Render("-old"),
		theme.Diff("+++ b"):                 theme.Faint.Render("+++ b"),
		theme.Diff("@@ -1 +1 @@"):           theme.Faint.Render("@@ -1 +1 @@"),
		theme.Diff(" same"):                 " same",
		theme.Diff(""):                      "",
		theme.Head("POST / HTTP/1.1", true): theme.Accent.Render("POST") + " / HTTP/1.1",
		theme.Head("Host: a:1", false):      theme.Accent.Render("Host") + ": a:1",
		theme.Head("no header", false):      "no header",
		theme.Head("two words: x", false):   "two words: x",
		theme.Head("", true):                "",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A question with more text than room says so and scrolls; the lines of a diff
// keep their colours where they wrap.
func TestQuestionScrolls(t *testing.T) {
	theme := ui.NewTheme(true, true)
	q := &ui.Question{Kit: &ui.Kit{Theme: theme}, Title: "Replace?", Yes: "replace", Diff: true,
		Body: "-" + strings.Repeat("old ", 30) + "\n" + strings.Repeat("same\n", 20) + "+last"}
	first := q.View(60, 12)
	if !strings.Contains(stripped(first), "1-9 of 24") || strings.Contains(first, "last") {
		t.Errorf("the first page:\n%s", stripped(first))
	}
	if got := strings.Count(first, strings.TrimSuffix(theme.Bad.Render("old"), "old\x1b[m")); got < 2 {
		t.Errorf("the wrapped line is red on %d rows:\n%q", got, first)
	}
	if footer := stripped(theme.Footer(q.Actions(), 60)); !strings.Contains(footer, "down more") {
		t.Errorf("the footer is %q", footer)
	}
	press(t, q.Actions(), "end")
	if last := stripped(q.View(60, 12)); !strings.Contains(last, "+last") || !strings.Contains(last, "16-24 of 24") {
		t.Errorf("the last page:\n%s", last)
	}
}

func press(t *testing.T, actions []ui.Action, key string) {
	t.Helper()
	a, ok := ui.FindKey(actions, key)
	if !ok {
		t.Fatalf("%s does nothing", key)
	}
	a.Run()
}

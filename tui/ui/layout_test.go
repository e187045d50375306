package ui_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/google/go-cmp/cmp"

	"espost/tui/ui"
)

// Whatever goes in, Fit gives exactly the lines asked for, none too wide.
func TestFit(t *testing.T) {
	styled := lipgloss.NewStyle().Bold(true).Render("a bold line that is rather long")
	for _, block := range []string{"", "one", "日本語のテキスト", styled, strings.Repeat("x\n", 50), "👩‍🔬 works"} {
		for _, width := range []int{1, 2, 7, 40} {
			for _, height := range []int{1, 3, 60} {
				got := ui.Fit(block, width, height)
				lines := strings.Split(got, "\n")
				if len(lines) != height {
					t.Errorf("Fit(%q, %d, %d) has %d lines", block, width, height, len(lines))
				}
				for _, line := range lines {
					if ui.Width(line) > width {
						t.Errorf("Fit(%q, %d, %d) has a line %d wide", block, width, height, ui.Width(line))
					}
				}
			}
		}
	}
}

func TestPadCountsColumnsNotBytes(t *testing.T) {
	for _, s := range []string{"", "ab", "日本", "日本語", "é"} {
		if got := ui.Width(ui.Pad(s, 5)); got != 5 {
			t.Errorf("Pad(%q, 5) is %d columns wide", s, got)
		}
	}
}

// What is counted by hand has the width that the whole of Unicode gives it.
func FuzzWidth(f *testing.F) {
	for _, theme := range []*ui.Theme{ui.NewTheme(true, false), ui.NewTheme16(false, false)} {
		glyphs := reflect.ValueOf(theme.Glyphs)
		for i := range glyphs.NumField() {
			if s, ok := glyphs.Field(i).Interface().(string); ok {
				f.Add(s + theme.Title.Render(s) + "x" + s)
			}
		}
	}
	for _, s := range []string{"", "a\u0301", "✓\ufe0f", "●\u20dd", "日本", "👩‍🔬", "\x1b[31", "\x1b[2J", "\x1b]0;x\x07", "é", "\xff", "─\u0301", "a\nbcd", "\t"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := ui.Width(s), lipgloss.Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
		for width := range 12 { // what is drawn comes out of sanitize: valid, and a line
			if !utf8.ValidString(s) {
				break
			}
			if got := lipgloss.Width(ui.Truncate(s, width, "")); got > width && !strings.Contains(s, "\n") {
				t.Errorf("Truncate(%q, %d) is %d wide", s, width, got)
			}
		}
	})
}

func TestCardAndSplitAreExact(t *testing.T) {
	theme := ui.NewTheme(true, false)
	for _, block := range []string{
		ui.Card{Title: "sent"}.Render(theme, []string{"POST / HTTP/1.1", "Host: a", "", strings.Repeat("x", 99)}, 30, 6),
		ui.Card{Title: "sent", Focused: true, Scroll: &ui.Scroll{}}.Render(theme, strings.Split(strings.Repeat("日本語", 20)+"\n2\n3\n4\n5\n6\n7", "\n"), 30, 6),
		theme.Split("left\nside", "right", 12, 30, 6),
	} {
		for i, line := range strings.Split(block, "\n") {
			if ui.Width(line) > 30 {
				t.Errorf("line %d is %d wide: %q", i, ui.Width(line), line)
			}
		}
		if got := strings.Count(block, "\n") + 1; got != 6 {
			t.Errorf("%d lines, want 6", got)
		}
	}
}

func TestPairsWrapBeneathThemselves(t *testing.T) {
	theme := ui.NewTheme(true, true)
	got := theme.Pairs([]ui.Pair{{"key", "RSA 2048"}, {"gone", ""}, {"names", "one.example, two.example"}}, 20)
	var plain []string
	for _, line := range strings.Split(got, "\n") {
		plain = append(plain, strings.TrimRight(stripped(line), " "))
	}
	want := []string{"key    RSA 2048", "names  one.example,", "       two.example"}
	if diff := cmp.Diff(want, plain); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func ExampleTheme_Bar() {
	theme := ui.NewTheme(true, true)
	fmt.Println(stripped(theme.Bar(3, 10, 10)))
	// Output: ###.......
}

// A flag is one word, which can be copied.
func TestWrapKeepsFlags(t *testing.T) {
	const text = "to try it with a board, espost --demo --lan does both"
	for width := 8; width < 60; width++ {
		got := ui.Wrap(text, width)
		if !strings.Contains(got, "--demo") || !strings.Contains(got, "--lan") || strings.Join(strings.Fields(got), " ") != text {
			t.Errorf("at %d: %q", width, got)
		}
	}
}

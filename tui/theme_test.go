package tui_test

import (
	"image/color"
	"math"
	"testing"
	"testing/synctest"

	tea "charm.land/bubbletea/v2"

	"espost/internal/settings"
	"espost/tui"
	"espost/tui/ui"
)

// luminance is WCAG 2.1's relative luminance of a colour.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.03928 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// Where the terminal doesn't tell its background, everything can be read on black
// and on white, at the 3:1 that WCAG 2.1 wants of signs and large text; the
// selected row brings no background of its own.
func TestThemeOfAnUnknownBackground(t *testing.T) {
	theme := ui.NewThemeUnknown(false, false)
	for name, style := range map[string]ui.Style{
		"accent": theme.Accent, "good": theme.Good, "caution": theme.Caution, "bad": theme.Bad, "faint": theme.Faint, "rule": theme.Rule, "key": theme.Key,
	} {
		l := luminance(style.GetForeground())
		if onBlack, onWhite := (l+0.05)/0.05, 1.05/(l+0.05); onBlack < 3 || onWhite < 3 {
			t.Errorf("%s: %.1f on black, %.1f on white", name, onBlack, onWhite)
		}
	}
	if !theme.Selected.GetReverse() {
		t.Error("the selected row isn't reversed")
	}
}

// The theme is the one that was named, or follows the terminal's answer, or
// COLORFGBG until there is one.
func TestThemes(t *testing.T) {
	darkTheme, lightTheme := ui.NewTheme(true, false), ui.NewTheme(false, false)
	for _, tt := range []struct {
		theme   settings.Theme
		environ []string
		answer  color.Color // nil for none
		want    *ui.Theme
	}{
		{"", []string{}, nil, ui.NewThemeUnknown(false, false)},
		{"", []string{"COLORFGBG=0;15"}, nil, lightTheme},
		{"", []string{"COLORFGBG=15;default;0"}, nil, darkTheme},
		{"", []string{"COLORFGBG=default"}, nil, ui.NewThemeUnknown(false, false)},
		{settings.Auto, []string{"COLORFGBG=0;15"}, color.Black, darkTheme},
		{settings.Light, []string{"COLORFGBG=15;0"}, color.Black, lightTheme},
		{settings.Dark, []string{}, color.White, darkTheme},
		{settings.Contrast, []string{}, color.White, ui.NewThemeContrast(false)},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newStage(t)
			s.options.Theme, s.options.Environ = tt.theme, tt.environ
			m := tui.New(s.options)
			if tt.answer != nil {
				m.Update(tea.BackgroundColorMsg{Color: tt.answer})
			}
			if got := m.Theme(); got.Faint.GetForeground() != tt.want.Faint.GetForeground() || got.Good.GetForeground() != tt.want.Good.GetForeground() {
				t.Errorf("%q, %v, %v: another theme", tt.theme, tt.environ, tt.answer)
			}
		})
	}
}

// No sign means two things in one place; the stepper stands above each.
func TestGlyphsDiffer(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		g := ui.NewTheme(true, ascii).Glyphs
		for _, group := range [][]string{{g.Done, g.Current, g.Open}, {g.OK, g.Note, g.Warn, g.Bad}, {g.Chosen, g.Unchosen, g.Done, g.Cursor}, {g.On, g.Off, g.Done, g.Cursor, g.Bad, g.Warn}} {
			seen := map[string]bool{}
			for _, sign := range group {
				if seen[sign] {
					t.Errorf("ASCII %v: %q twice among %q", ascii, sign, group)
				}
				seen[sign] = true
			}
		}
	}
}

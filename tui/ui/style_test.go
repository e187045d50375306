package ui_test

import (
	"testing"

	"espost/tui/ui"
)

// Every style of every theme draws as lipgloss does, whatever the text.
func TestStylesDrawAsLipgloss(t *testing.T) {
	themes := []*ui.Theme{
		ui.NewTheme(true, false), ui.NewTheme(false, true), ui.NewTheme16(true, false), ui.NewTheme16(false, false),
		ui.NewThemeUnknown(false, false), ui.NewThemeUnknown(true, false), ui.NewThemeContrast(false),
	}
	for i, theme := range themes {
		for name, style := range map[string]ui.Style{
			"text": theme.Text, "faint": theme.Faint, "strong": theme.Strong, "accent": theme.Accent, "title": theme.Title, "good": theme.Good,
			"caution": theme.Caution, "bad": theme.Bad, "selected": theme.Selected, "key": theme.Key, "rule": theme.Rule,
		} {
			for _, text := range []string{"", "x", "two words", " edges ", "→ ü 👨‍👩‍👧", "a\tb", "a\nlonger", "a\r\nb", "\x1b[1mbold\x1b[m"} {
				if got, want := style.Render(text), style.Style.Render(text); got != want {
					t.Errorf("theme %d: %s draws %q as %q, lipgloss as %q", i, name, text, got, want)
				}
			}
		}
	}
}

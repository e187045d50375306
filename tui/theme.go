package tui

import (
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"espost/internal/settings"
	"espost/tui/ui"
)

// background is what is known of the terminal's.
type background int

const (
	unknown background = iota
	dark
	light
)

// backgroundOf is the background before the terminal has told it: the one that
// the user named, or that hint, COLORFGBG's value, names, which rxvt, Konsole and others set
// ("15;0": foreground, background, by the sixteen colours' numbers).
func backgroundOf(theme settings.Theme, hint string) background {
	switch theme {
	case settings.Light:
		return light
	case settings.Dark:
		return dark
	}
	number, err := strconv.Atoi(hint[strings.LastIndex(hint, ";")+1:])
	switch {
	case err != nil || number < 0 || number > 15:
		return unknown
	case number == 7 || number > 8:
		return light
	}
	return dark
}

// Colours are the app's, for the help of the command line.
func Colours(pick lipgloss.LightDarkFunc) ui.Colours { return ui.NewColours(pick) }

// applyTheme gives everything the colours that the terminal can show.
func (m *Model) applyTheme() {
	ascii := m.options.ASCII
	defer func() { m.kit.Keymap = m.options.Keys }()
	switch {
	case m.options.Theme == settings.Contrast:
		m.kit.Theme = ui.NewThemeContrast(ascii)
	case m.background == unknown:
		m.kit.Theme = ui.NewThemeUnknown(m.sixteen, ascii)
	case m.sixteen:
		m.kit.Theme = ui.NewTheme16(m.background == dark, ascii)
	default:
		m.kit.Theme = ui.NewTheme(m.background == dark, ascii)
	}
}

package ui

import (
	"slices"
	"strings"
	"unicode"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textarea"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/rivo/uniseg"
)

// The inputs' own notion of where the terminal's cursor belongs counts characters,
// not columns, and they know nothing of where they are drawn. So each draws its
// cursor in a colour that nothing else has; a mark without width takes its place,
// and the frame is searched for that.

// cursorColour is of no cell but the cursor's.
const cursorColour = "#010203"

// cursorMark stands before the cell of the cursor: an application's own string
// (ECMA-48 §8.3.2), which has no width and which no foreign text can bring along.
const cursorMark = "\x1b_cursor\x1b\\"

// drawn is an input as it was drawn, the mark in the place of its cursor, without
// bidirectional controls: its value keeps them, but on the screen they would
// reorder the frame around it.
func drawn(view string) string {
	view = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, view)
	begin, end, _ := strings.Cut(lipgloss.NewStyle().Foreground(lipgloss.Color(cursorColour)).Inline(true).Reverse(true).Render("x"), "x")
	before, rest, found := strings.Cut(view, begin)
	if !found {
		return view
	}
	cell, after, _ := strings.Cut(rest, end)
	return before + cursorMark + cell + after
}

// Cursor takes the mark out of a frame and returns where it stood, in columns and
// lines from 0; not ok where the frame has none.
func Cursor(frame string) (without string, x, y int, ok bool) {
	before, after, ok := strings.Cut(frame, cursorMark)
	if !ok {
		return frame, 0, 0, false
	}
	return before + after, Width(before[strings.LastIndexByte(before, '\n')+1:]), strings.Count(before, "\n"), true
}

// Edit gives an input a message. What people see as one character, such as an
// emoji made of several, is gone through and deleted as one.
func Edit(in *textinput.Model, msg tea.Msg) tea.Cmd {
	keys := in.KeyMap
	return repeat(msg, in.Value(), in.Position(), [4]key.Binding{keys.CharacterBackward, keys.DeleteCharacterBackward, keys.CharacterForward, keys.DeleteCharacterForward}, func() (cmd tea.Cmd) {
		*in, cmd = in.Update(msg)
		return cmd
	})
}

// EditArea is Edit for a text area.
func EditArea(area *textarea.Model, msg tea.Msg) tea.Cmd {
	keys, line := area.KeyMap, ""
	if lines := strings.Split(area.Value(), "\n"); area.Line() < len(lines) {
		line = lines[area.Line()]
	}
	return repeat(msg, line, area.Column(), [4]key.Binding{keys.CharacterBackward, keys.DeleteCharacterBackward, keys.CharacterForward, keys.DeleteCharacterForward}, func() (cmd tea.Cmd) {
		*area, cmd = area.Update(msg)
		return cmd
	})
}

// repeat updates as often as the character beside the cursor has code points, where
// msg is one of keys: two back, two forward.
func repeat(msg tea.Msg, text string, at int, keys [4]key.Binding, update func() tea.Cmd) tea.Cmd {
	times := 1
	if press, ok := msg.(tea.KeyPressMsg); ok {
		back, ahead := beside(text, at)
		switch {
		case key.Matches(press, keys[0], keys[1]):
			times = max(1, back)
		case key.Matches(press, keys[2], keys[3]):
			times = max(1, ahead)
		}
	}
	var cmds []tea.Cmd
	for range times {
		cmds = append(cmds, update())
	}
	return tea.Batch(slices.DeleteFunc(cmds, func(c tea.Cmd) bool { return c == nil })...)
}

// beside returns how many code points the characters before and behind one have.
func beside(text string, at int) (back, ahead int) {
	state, begin := -1, 0
	for text != "" {
		var cluster string
		cluster, text, _, state = uniseg.FirstGraphemeClusterInString(text, state)
		end := begin + len([]rune(cluster))
		switch {
		case begin < at && at <= end:
			back = at - begin
			ahead = end - at
		case begin == at:
			return back, end - at
		}
		begin = end
	}
	return back, ahead
}

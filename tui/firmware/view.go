package firmware

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/codegen"
	"espost/internal/sanitize"
	"espost/tui/ui"
)

// View implements ui.Step.
func (m *Model) View(width, height int) string {
	k := m.kit
	m.zones.Reset()
	inner := width - 2
	m.inSight = inner >= 72 || m.whole
	if m.guide.shown && m.editor == nil {
		return m.guideView(width, height)
	}
	if m.whole && m.editor == nil {
		return ui.Fit(ui.Indent("\n"+m.preview(0, inner, height-1), 1), width, height)
	}
	foot := m.foot(min(inner, ui.ReadingWidth))
	room := height - 2 - len(foot)
	var body string
	if !m.inSight {
		body = ui.Fit(m.settingsPane(inner, room), inner, room)
	} else {
		left := min(44, inner/2)
		body = k.Split(m.settingsPane(left, room), m.preview(left+3, inner-left-3, room), left, inner, room)
	}
	return ui.Fit(ui.Indent("\n"+body+"\n"+strings.Join(foot, "\n"), 1), width, height)
}

// bodyTop is the line on which both panes begin, bodyLeft their first column.
const (
	bodyTop  = 1
	bodyLeft = 1
)

// settingsPane is the left column: every setting, then the line that writes.
func (m *Model) settingsPane(width, height int) string {
	k := m.kit
	var lines []string
	owner := map[int]int{} // which setting stands on a line
	row := func(index int, text string) {
		owner[len(lines)] = index
		if index == m.cursor && m.editor == nil {
			lines = append(lines, k.Select(k.Cursor+" "+ui.Truncate(text, width-4, k.Ellipsis), width-2))
			return
		}
		lines = append(lines, "  "+ui.Truncate(text, width-2, k.Ellipsis))
	}
	settings := m.settings()
	at := 0
	for i, s := range settings {
		if i == m.cursor {
			at = len(lines)
		}
		if m.editor != nil && i == m.cursor {
			lines = append(lines, m.editor.lines(width-2)...)
			at = len(lines) - 1
			continue
		}
		shown := s.shown
		if i == m.cursor && s.turn != nil {
			shown = "< " + shown + " >"
		}
		row(i, ui.Pad(s.title, 13)+shown)
	}
	for i, line := range m.pinLines() {
		lines = append(lines, "  "+k.Faint.Render(ui.Truncate(ui.Pad([]string{"Pin", ""}[i], 13)+line, width-2, k.Ellipsis)))
	}
	lines = append(lines, "")
	if m.cursor == len(settings) {
		at = len(lines)
	}
	last := "Write the files"
	if m.Done() {
		last = "What comes next"
	}
	row(len(settings), last)
	m.rows.Show(at, len(lines), height)
	visible := k.Scrollbar(&m.rows, m.rows.Visible(lines, height), width)
	for i := range visible {
		if index, ok := owner[m.rows.Top()+i]; ok {
			m.zones.Add(0, bodyTop+i, bodyLeft+width, 1, func() tea.Cmd { return m.click(index) })
		}
	}
	return strings.Join(visible, "\n")
}

// click moves the cursor to a setting; on the one that has it, it does what
// enter does.
func (m *Model) click(index int) tea.Cmd {
	switch {
	case m.editor != nil:
		return ui.SetStatus(ui.Plain, "enter keeps what is typed, esc leaves it as it was")
	case index != m.cursor:
		m.cursor = index
		return nil
	}
	if a, ok := ui.FindKey(m.Actions(), "enter"); ok {
		return a.Run()
	}
	return nil
}

// pinLines say how the firmware knows the server, and until when that holds.
func (m *Model) pinLines() []string {
	pin := m.profile.Pin
	lines := []string{pin.Words()}
	if !pin.Expires.IsZero() {
		lines = append(lines, "until "+pin.Expires.UTC().Format("2 Jan 2006"))
	}
	return lines
}

// preview is one generated file with line numbers, beneath the names of all;
// left is the column in which it begins.
func (m *Model) preview(left, width, height int) string {
	k := m.kit
	if len(m.files) == 0 {
		return ""
	}
	height = max(1, height-2)
	var visible []string
	if m.whole {
		visible = m.scroll.Visible(m.listing.numbered(k, m.files[m.file], m.hide, width-2), height)
	} else {
		visible = slices.Clone(m.scroll.Visible(m.listing.of(k, m.files[m.file], m.hide), height))
		for i, line := range visible {
			visible[i] = k.Faint.Render(fmt.Sprintf("%3d ", m.scroll.Top()+i+1)) + ui.Truncate(line, width-6, k.Ellipsis)
		}
	}
	return m.tabs(left, width) + "\n\n" + strings.Join(k.Scrollbar(&m.scroll, visible, width), "\n")
}

// tabs are the files' names, from one before the shown one, as many as fit.
func (m *Model) tabs(left, width int) string {
	k := m.kit
	var line strings.Builder
	x := 0
	first := max(0, m.file-1)
	if first > 0 {
		line.WriteString(k.Faint.Render(k.Ellipsis) + " ")
		x = 2
	}
	for i := first; i < len(m.files); i++ {
		name := m.files[i].Path
		m.zones.Add(bodyLeft+left+x, bodyTop, len(name), 1, m.show(i-m.file))
		if more := i < len(m.files)-1; x+len(name) > width || more && x+len(name)+3 > width {
			name = strings.TrimSuffix(ui.Truncate(name, width-x-2, k.Ellipsis), k.Ellipsis)
			line.WriteString(k.Faint.Render(name + k.Ellipsis))
			break
		}
		style := k.Faint
		if i == m.file {
			style = k.Title
		}
		line.WriteString(style.Render(name) + "  ")
		x += len(name) + 2
	}
	return line.String()
}

// mostOdd is how many lines of warnings leave the settings in sight.
const mostOdd = 6

// foot says how things stand: what is wrong or missing, what the setting at the
// cursor means, or what was written.
func (m *Model) foot(width int) []string {
	k := m.kit
	line := func(tone ui.Tone, text string) []string {
		return ui.Hanging(k.Mark(tone), sanitize.Line(text), width)
	}
	settings := m.settings()
	switch {
	case m.problem != nil:
		return line(ui.Failure, m.problem.Error())
	case m.cursor < len(settings):
		s := settings[m.cursor]
		if odd, found := m.odd.At(s.where); found && s.where != "" {
			return line(ui.Caution, odd.Sentences())
		}
		return line(ui.Plain, s.about)
	case m.Done():
		return line(ui.Success, fmt.Sprintf("%d files are in %s", len(m.files), m.written.Folder))
	case len(m.odd) > 0:
		var lines []string
		for _, p := range m.odd {
			lines = append(lines, line(ui.Caution, p.Sentences())...)
		}
		return lines[:min(len(lines), mostOdd)]
	case m.written != nil:
		return line(ui.Caution, "changed since the files were written to "+m.written.Folder)
	case m.profile.Firmware.SSID == "":
		return line(ui.Plain, fmt.Sprintf("without Wi-Fi settings the sketch gets %s and %s: put yours into arduino_secrets.h",
			codegen.PlaceholderSSID, codegen.PlaceholderPassword))
	}
	return []string{""}
}

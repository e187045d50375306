package firmware

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/codegen"
	"espost/esp8266"
	"espost/sanitize"
	"espost/tui/ui"
)

// View implements ui.Step.
func (m *Model) View(width, height int) string {
	k := m.kit
	m.zones.Reset()
	inner := width - 2
	foot := m.foot(min(inner, ui.ReadingWidth))
	room := height - 2 - len(foot)
	var body string
	if inner < 72 {
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
			lines = append(lines, k.Selected.Render(ui.Pad(k.Cursor+" "+ui.Truncate(text, width-2, k.Ellipsis), width)))
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
			lines = append(lines, m.editor.lines(width)...)
			at = len(lines) - 1
			continue
		}
		row(i, ui.Pad(s.title, 13)+s.shown)
	}
	for i, line := range m.pinLines() {
		lines = append(lines, "  "+k.Faint.Render(ui.Truncate(ui.Pad([]string{"Pin", ""}[i], 13)+line, width-2, k.Ellipsis)))
	}
	lines = append(lines, "")
	if m.cursor == len(settings) {
		at = len(lines)
	}
	row(len(settings), "Write the files")
	visible, offset := ui.Window(lines, at, m.offset, height)
	m.offset = offset
	for i := range visible {
		if index, ok := owner[offset+i]; ok {
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
		return ui.Say(ui.Plain, "enter keeps what is typed, esc leaves it as it was")
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
	lines := []string{map[esp8266.PinMode]string{
		esp8266.PinFingerprint: "this certificate", esp8266.PinPublicKey: "its public key",
		esp8266.PinCA: "its CA", esp8266.PinInsecure: "none: any server is believed",
	}[pin.Mode]}
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
	code := m.listing.of(k, m.files[m.file])
	visible := m.scroll.Visible(code, max(1, height-2))
	var out strings.Builder
	out.WriteString(m.tabs(left, width) + "\n")
	for i, line := range visible {
		out.WriteString("\n" + k.Faint.Render(fmt.Sprintf("%3d ", m.scroll.Top()+i+1)) + ui.Truncate(line, width-4, k.Ellipsis))
	}
	return out.String()
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
		if more := i < len(m.files)-1; x+len(name) > width || more && x+len(name)+3 > width {
			line.WriteString(k.Faint.Render(ui.Truncate(name, width-x, k.Ellipsis)))
			break
		}
		style := k.Faint
		if i == m.file {
			style = k.Title
		}
		line.WriteString(style.Render(name) + "  ")
		m.zones.Add(bodyLeft+left+x, bodyTop, len(name), 1, m.show(i-m.file))
		x += len(name) + 2
	}
	return line.String()
}

// foot says how things stand: what is missing, or what was written and what
// comes next.
func (m *Model) foot(width int) []string {
	k := m.kit
	line := func(tone ui.Tone, text string) []string {
		return strings.Split(k.Mark(tone)+" "+strings.ReplaceAll(ui.Wrap(sanitize.Line(text), width-2), "\n", "\n  "), "\n")
	}
	switch {
	case m.problem != nil:
		return line(ui.Failure, m.problem.Error())
	case m.written != nil:
		done := line(ui.Success, fmt.Sprintf("%d files in %s", len(m.files), m.written.Folder))
		if m.profile.Firmware.SSID == "" {
			done = append(done, line(ui.Caution, "put your Wi-Fi name and password into arduino_secrets.h before flashing")...)
		}
		command := strings.Split(ui.Wrap(sanitize.Line(m.written.Commands[0].Line), width-8), "\n")
		for i, part := range command {
			label := "        "
			if i == 0 {
				label = "  next  "
			}
			done = append(done, label+k.Strong.Render(part))
		}
		return done
	case m.profile.Firmware.SSID == "":
		return line(ui.Plain, fmt.Sprintf("without Wi-Fi settings the sketch gets %s and %s, to fill in in arduino_secrets.h",
			codegen.PlaceholderSSID, codegen.PlaceholderPassword))
	}
	return []string{""}
}

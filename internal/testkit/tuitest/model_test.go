package tuitest_test

import (
	"fmt"
	"image/color"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// notebook is the program under test: it writes down what it is told.
type notebook struct {
	init          tea.Cmd
	width, height int
	dark          string // what the terminal said of its background
	lines         []string
	mouse         tea.MouseMode
}

type note string

func (m notebook) Init() tea.Cmd { return tea.Batch(tea.RequestBackgroundColor, m.init) }

func (m notebook) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.dark = "light"
		if msg.IsDark() {
			m.dark = "dark"
		}
	case note:
		return m.add(string(msg)), nil
	case tea.KeyPressMsg:
		switch msg.String() {
		case "ctrl+c":
			return m, tea.Quit
		case "ctrl+y":
			return m.add("copied"), tea.SetClipboard("line 1\nline 2")
		case "ctrl+t":
			return m, tea.Tick(2*time.Second, func(time.Time) tea.Msg { return note("two seconds later") })
		case "ctrl+l":
			return notebook{width: m.width, height: m.height, dark: m.dark, mouse: m.mouse}, nil
		}
		return m.add("key " + msg.String()), nil
	case tea.PasteMsg:
		return m.add(fmt.Sprintf("paste %q", msg.Content)), nil
	case tea.MouseClickMsg:
		return m.add(fmt.Sprintf("click %s %d,%d", msg.Button, msg.X, msg.Y)), nil
	case tea.MouseWheelMsg:
		return m.add(fmt.Sprintf("%s %d,%d", msg.Button, msg.X, msg.Y)), nil
	default:
		if kind := fmt.Sprintf("%T", msg); strings.HasPrefix(kind, "tuitest.") {
			return m.add("the harness's own " + kind), nil
		}
	}
	return m, nil
}

func (m notebook) add(line string) notebook {
	m.lines = append(m.lines[:len(m.lines):len(m.lines)], line)
	return m
}

func (m notebook) View() tea.View {
	head := lipgloss.NewStyle().Bold(true).Foreground(color.RGBA{R: 0x20, G: 0xA0, B: 0x60, A: 0xFF})
	rows := []string{
		head.Render("Notes 日本 👩‍🚒|") + fmt.Sprintf(" %d×%d %s", m.width, m.height, m.dark),
		lipgloss.NewStyle().Reverse(true).Render("reverse") + " " + lipgloss.NewStyle().Faint(true).Render("faint"),
	}
	shown := m.lines[max(0, len(m.lines)-max(m.height-len(rows), 0)):]
	view := tea.NewView(strings.Join(append(rows, shown...), "\n"))
	view.AltScreen = true
	view.MouseMode = m.mouse
	view.WindowTitle = fmt.Sprintf("%d notes", len(m.lines))
	view.Cursor = tea.NewCursor(3, 1)
	return view
}

package tui

import (
	"context"
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"espost/tui/boards"
	"espost/tui/ui"
)

// An overview is the root model of the boards' screen. The look is the app's.
type overview struct {
	app    *Model
	boards *boards.Model
	folder string
}

// Fleet is what the boards' screen looks at.
type Fleet = boards.Outside

// RunBoards shows the boards of a folder until the user quits, or opens one:
// then its file is returned. Of o it takes the look and the terminal.
func RunBoards(ctx context.Context, o Options, folder string, outside Fleet) (opened string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o.Context = ctx
	m := newOverview(o, folder, outside)
	if _, err := tea.NewProgram(m, programOptions(ctx, o)...).Run(); err != nil && !errors.Is(err, tea.ErrInterrupted) {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", fmt.Errorf("the terminal can't show the boards: %w; espost check %s prints them", err, folder)
	}
	return m.boards.Opened(), nil
}

func newOverview(o Options, folder string, outside Fleet) *overview {
	app := New(o)
	return &overview{app: app, boards: boards.New(app.kit, outside), folder: folder}
}

// Init implements tea.Model.
func (m *overview) Init() tea.Cmd { return tea.Batch(tea.RequestBackgroundColor, m.boards.Start()) }

// Update implements tea.Model.
func (m *overview) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg, tea.BackgroundColorMsg, tea.ColorProfileMsg, ui.StatusMsg:
		_, cmd := m.app.Update(msg)
		return m, cmd
	case tea.KeyPressMsg:
		m.app.status = ui.StatusMsg{}
		if action, ok := ui.Find(m.boards.Actions(), msg); ok {
			return m, action.Run()
		}
		return m, nil
	case tea.MouseClickMsg:
		if key, ok := m.frame().KeyAt(m.app.kit.Theme, msg.X, m.app.width); ok && msg.Y == m.app.height-1 {
			action, _ := ui.FindKey(m.boards.Actions(), key)
			return m, action.Run()
		}
		return m, nil
	}
	return m, m.boards.Update(msg)
}

func (m *overview) frame() ui.Frame {
	return ui.Frame{File: "boards", Corner: m.folder, Keys: m.boards.Actions(), Status: m.app.status}
}

// View implements tea.Model.
func (m *overview) View() tea.View {
	view := tea.NewView("")
	view.AltScreen, view.WindowTitle, view.MouseMode = true, "espost · boards", tea.MouseModeCellMotion
	if m.boards.Busy() {
		view.ProgressBar = tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
	}
	kit, width, height := m.app.kit, m.app.width, m.app.height
	if width < ui.MinWidth || height < ui.MinHeight {
		view.Content = kit.TooSmall(width, height)
		return view
	}
	frame := m.frame()
	frame.Body = m.boards.View(width, height-ui.FrameHeight)
	view.Content = frame.Render(kit.Theme, width, height)
	return view
}

package ui_test

import (
	"context"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"espost/tui/ui"
)

func stripped(s string) string { return ansi.Strip(s) }

func TestFindTakesTheFirstActionWithTheKey(t *testing.T) {
	actions := []ui.Action{
		{Keys: []string{"a", "enter"}, Title: "first"},
		{Keys: []string{"enter"}, Title: "second"},
	}
	for press, want := range map[tea.KeyPressMsg]string{
		{Code: tea.KeyEnter}:     "first",
		{Code: 'a', Text: "a"}:   "first",
		{Code: 'b', Text: "b"}:   "",
		{Code: tea.KeySpace}:     "",
		{Code: tea.KeyBackspace}: "",
	} {
		if got, _ := ui.Find(actions, press); got.Title != want {
			t.Errorf("%v finds %q, want %q", press, got.Title, want)
		}
	}
}

// A narrow footer drops whole entries, keeps the last and the way back before
// it, or the last alone where there is no room for both, and never overflows.
func TestFooter(t *testing.T) {
	theme := ui.NewTheme(true, false)
	actions := []ui.Action{
		{Keys: []string{"enter"}, Label: "next"},
		{Keys: []string{"x"}},
		{Keys: []string{"alt+up"}, Label: "move"},
		{Keys: []string{"esc"}, Label: "back"},
		{Keys: []string{"?"}, Label: "help"},
	}
	for width, want := range map[int]string{
		60: "enter next · alt+↑ move · esc back · ? help",
		43: "enter next · alt+↑ move · esc back · ? help",
		42: "enter next · esc back · ? help",
		29: "esc back · ? help",
		17: "esc back · ? help",
		16: "? help",
		3:  "? …",
	} {
		if got := stripped(theme.Footer(actions, width)); got != want {
			t.Errorf("width %d: %q, want %q", width, got, want)
		}
	}
	if got := theme.Footer(nil, 10); got != "" {
		t.Errorf("no actions: %q", got)
	}
}

// An answer of a run that was stopped, or of the one before, is not the job's.
func TestJobDropsLateAnswers(t *testing.T) {
	var job ui.Job
	start := time.Unix(0, 0)
	first, one := job.Start(context.Background(), start)
	second, two := job.Start(context.Background(), start)
	if first.Err() == nil {
		t.Error("the first run was not cancelled by the second")
	}
	if job.Is(one) || !job.Is(two) || second.Err() != nil {
		t.Error("the second run isn't the one under way")
	}
	if got := job.Elapsed(start.Add(time.Second)); got != time.Second {
		t.Errorf("elapsed %v", got)
	}
	job.Stop()
	if job.Is(two) || job.Running() || second.Err() == nil {
		t.Error("a stopped run is still under way")
	}
}

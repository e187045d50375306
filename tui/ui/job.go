package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// A Job is the one long operation that a step may have under way. Each run gets
// a context and a name of its own; an answer that carries another name comes from
// a run that was cancelled, or from work that was left for other work, and is
// dropped.
type Job struct {
	number  int
	cancel  context.CancelFunc
	started time.Time
	frame   int // of the spinner
}

// A Run names one run of one job. No other in the process has that name.
type Run struct {
	job    *Job
	number int
}

// Start cancels what was running and begins a new run.
func (j *Job) Start(parent context.Context, now time.Time) (context.Context, Run) {
	j.Stop()
	ctx, cancel := context.WithCancel(parent)
	j.cancel, j.started = cancel, now
	return ctx, Run{j, j.number}
}

// Running reports whether a run is under way.
func (j *Job) Running() bool { return j.cancel != nil }

// Is reports whether r is the run that is under way.
func (j *Job) Is(r Run) bool {
	mine := r.job == j                                 // mutant TestAnswerOfOtherWork in ./tui: r.job == j => true
	return mine && j.Running() && r.number == j.number // mutant TestLateAnswerIsDropped in ./tui: j.Running() && r.number == j.number => true
}

// Stop ends the run, whether it is done or not; later answers of it are dropped.
func (j *Job) Stop() {
	if j.cancel != nil {
		j.cancel()
		j.cancel = nil
	}
	j.number++
}

// Elapsed returns how long the run has been under way.
func (j *Job) Elapsed(now time.Time) time.Duration { return now.Sub(j.started) }

// A Tick turns the spinner of a run.
type Tick struct{ run Run }

// Tick sends the run's next tick.
func (r Run) Tick() tea.Cmd {
	return tea.Tick(100*time.Millisecond, func(time.Time) tea.Msg { return Tick{r} })
}

// Turn takes a tick, and asks for the next one while its run is under way.
func (j *Job) Turn(t Tick) tea.Cmd {
	if !j.Is(t.run) {
		return nil
	}
	j.frame++
	return t.run.Tick()
}

// Spinner draws the spinner as it stands.
func (j *Job) Spinner(t *Theme) string { return t.Accent.Render(t.Spinner[j.frame%len(t.Spinner)]) }

package ui

import (
	"context"
	"time"
)

// A Job is the one long operation that a step may have under way. Each run gets
// a context and a name of its own; an answer that carries another name comes from
// a run that was cancelled, or from work that was left for other work, and is
// dropped.
type Job struct {
	number  int
	cancel  context.CancelFunc
	started time.Time
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

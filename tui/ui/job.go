package ui

import (
	"context"
	"time"
)

// A Job is the one long operation that a step may have under way. Each run gets
// a context and a number; an answer that carries an old number comes from a run
// that was cancelled and is dropped.
type Job struct {
	number  int
	cancel  context.CancelFunc
	started time.Time
}

// Start cancels what was running and begins a new run.
func (j *Job) Start(parent context.Context, now time.Time) (ctx context.Context, number int) {
	j.Stop()
	ctx, j.cancel = context.WithCancel(parent)
	j.started = now
	return ctx, j.number
}

// Running reports whether a run is under way.
func (j *Job) Running() bool { return j.cancel != nil }

// Is reports whether number is the run that is under way.
func (j *Job) Is(number int) bool { return j.Running() && number == j.number } // mutant TestLateAnswerIsDropped in ./tui: j.Running() && number == j.number => true

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

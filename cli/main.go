package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"espost/internal/coredump"
)

// Ctrl-C ends everything within a second: what can be called off has most of it,
// and for the rest, such as a read of standard input, the process ends. The app has
// longer on a slow computer: a terminal that isn't given back is worse than a wait.
const (
	grace       = 800 * time.Millisecond
	screenGrace = 10 * time.Second
)

// Main is the whole program: it runs the command that the process's arguments
// ask for and ends the process with its exit status.
func Main() {
	coredump.Forbid() // mutant TestPlantedSecretsInACrash in ./test: coredump.Forbid() => _ = coredump.Forbid
	p := Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ()}
	p.interruptible = p.untilCtrlC
	os.Exit(p.Run(context.Background(), os.Args[1:]))
}

// untilCtrlC returns a context that ends with Ctrl-C. It is for commands that have
// something to call off: to take signals costs a seventh of a start.
func (p *Program) untilCtrlC(ctx context.Context) context.Context {
	ctx, stop := signal.NotifyContext(ctx, endings()...)
	context.AfterFunc(ctx, func() {
		stop() // a second Ctrl-C ends the process at once
		// mutant TestInterruptWhileReading in ./test: time.AfterFunc(grace, p.end) => _ = p.end
		time.AfterFunc(grace, p.end)
	})
	return ctx
}

// end ends the process whatever it does.
func (p *Program) end() {
	if p.onScreen.Load() {
		time.Sleep(screenGrace)
	}
	os.Exit(statusInterrupted)
}

// endings are the signals to end by, in order: of a person, of the system, and of
// a terminal that is gone, unless nohup says that this is no reason.
func endings() []os.Signal {
	list := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		list = append(list, syscall.SIGHUP)
	}
	return list
}

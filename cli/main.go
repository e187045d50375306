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
// and for the rest, such as a read of standard input, the process ends.
const grace = 800 * time.Millisecond

// Main is the whole program: it runs the command that the process's arguments
// ask for and ends the process with its exit status.
func Main() {
	coredump.Forbid() // mutant TestPlantedSecretsInACrash in ./test: coredump.Forbid() => _ = coredump.Forbid
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() {
		stop() // a second Ctrl-C ends the process at once
		// mutant TestInterruptWhileReading in ./test: time.AfterFunc(grace, func() { os.Exit(statusInterrupted) }) => _ = grace
		time.AfterFunc(grace, func() { os.Exit(statusInterrupted) })
	})
	p := Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ()}
	status := p.Run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// Command espost takes makers from an HTTPS address to ready-to-flash ESP8266 firmware.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"espost/cli"
)

// Ctrl-C ends everything within a second: what can be called off has most of it,
// and for the rest, such as a read of standard input, the process ends.
const (
	grace       = 800 * time.Millisecond
	interrupted = 130 // the exit status
)

func main() {
	forbidCoreDump()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() {
		stop() // a second Ctrl-C ends the process at once
		time.AfterFunc(grace, func() { os.Exit(interrupted) })
	})
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run runs the command that args ask for and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	program := cli.Program{Stdin: stdin, Stdout: stdout, Stderr: stderr, Environ: os.Environ()}
	return program.Run(ctx, args)
}

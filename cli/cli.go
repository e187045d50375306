// Package cli is espost's commands: the bare one opens the app, the others work
// without it.
//
// The rules of talking to people and scripts, for every command: results go to
// stdout, everything else to stderr. The exit status is 0 for yes or done, 1
// for an honest no, 2 for wrong usage or input, and 130 when Ctrl-C ended it. An
// error is one sentence and what to do next, never a page of usage. Colours and
// progress are for terminals only, and NO_COLOR is respected. Text that came
// from a server or a file passes through sanitize. With --json, each result is
// one object on a line of its own.
package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"charm.land/fang/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"
)

// The exit statuses.
const (
	statusDone        = 0
	statusNo          = 1
	statusUsage       = 2
	statusInterrupted = 130
)

// A Program is the process around the commands.
type Program struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Environ        []string

	// Own is this computer's address in the network; nil means
	// netdial.OwnAddress.
	Own func() (netip.Addr, bool)

	interruptible func(context.Context) context.Context // what a command works in; nil for the context of Run

	out      *results  // Stdout
	paint    io.Writer // out, without colours where there is no place for them
	paintErr io.Writer // Stderr, likewise
	status   int

	onScreen atomic.Bool // the app has the terminal

	log     *slog.Logger
	logFile *os.File // nil without --log
	started time.Time
}

// Run runs the command that args (without the program's name) ask for and
// returns the exit status.
func (p *Program) Run(ctx context.Context, args []string) int {
	p.out = &results{to: p.Stdout}
	profile := colorprofile.Detect(p.Stdout, p.Environ)
	p.paint = &colorprofile.Writer{Forward: p.out, Profile: profile}
	p.paintErr = colorprofile.NewWriter(p.Stderr, p.Environ)

	args = withNegativeNumbers(args)
	root := p.root(args)
	root.SetArgs(args)
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	root.SetFlagErrorFunc(badFlag)
	err := fang.Execute(ctx, root,
		fang.WithVersion(version()),
		fang.WithoutManpage(),
		fang.WithColorSchemeFunc(helpColours(root)),
		fang.WithErrorHandler(func(io.Writer, fang.Styles, error) {}))
	defer p.endLog()
	if err != nil { // of cobra's, before a command ran
		p.fail(ctx, asUsage(err))
	}
	if p.out.err != nil {
		p.complain(fmt.Errorf("writing the result: %w", p.out.err))
		p.status = max(p.status, statusNo)
	}
	return p.status
}

// runE makes a command's RunE of run. Errors end here: they are told and become
// the exit status.
func (p *Program) runE(run func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		if p.interruptible != nil {
			ctx = p.interruptible(ctx)
		}
		if err := run(ctx, args); err != nil {
			p.fail(ctx, err)
		}
		return nil
	}
}

// fail tells err and raises the exit status to what it means.
func (p *Program) fail(ctx context.Context, err error) {
	if ctx.Err() != nil {
		p.status = statusInterrupted
		return
	}
	p.status = max(p.status, statusOf(err))
	p.complain(err)
}

// complain writes err to stderr.
func (p *Program) complain(err error) {
	text := message(err)
	if text != "" {
		fmt.Fprintf(p.Stderr, "espost: %s\n", strings.TrimRight(text, "\n"))
	}
}

// getenv returns a variable of Environ; the last one counts.
func (p *Program) getenv(name string) string {
	value, _ := p.lookupEnv(name)
	return value
}

func (p *Program) lookupEnv(name string) (string, bool) {
	for i := len(p.Environ) - 1; i >= 0; i-- {
		if key, value, ok := strings.Cut(p.Environ[i], "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

// results is stdout; it remembers the first error, so that a full disk isn't
// taken for success.
type results struct {
	to  io.Writer
	mu  sync.Mutex // a server's requests are told by several goroutines
	err error
}

func (r *results) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := r.to.Write(b)
	if err != nil && r.err == nil {
		r.err = err
	}
	return n, err
}

package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"espost/fleet"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/tui"
)

// boardsCommand is check's table as a screen.
func (p *Program) boardsCommand() *cobra.Command {
	checker := profile.Checker{}
	cmd := &cobra.Command{
		Use:   "boards [FOLDER]",
		Short: "Show all boards of a folder in the app",
		Long: "boards shows every profile and sketch below a folder, the most urgent first, as their servers answer. Enter opens " +
			"one's work, and quitting that leads back. espost check FOLDER prints the same table.",
		Example: "espost boards\nespost boards ~/boards",
		Args:    oneFolder,
	}
	cmd.RunE = p.runE(func(ctx context.Context, args []string) error {
		folder := "."
		if len(args) > 0 {
			folder = args[0]
		}
		return p.boards(ctx, checker, folder)
	})
	durationFlag(cmd.Flags(), &checker.Warn, "warn", 14*24*time.Hour, "warn this long before a pin is expected to break:\ndays, weeks or hours, such as 21d, 3w or 36h")
	durationFlag(cmd.Flags(), &checker.Timeout, "timeout", 10*time.Second, "wait this long for a server that says nothing")
	return cmd
}

func oneFolder(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return &usageError{fmt.Sprintf("boards takes one folder, not %d; name one that holds the others", len(args))}
	}
	return nil
}

// boards shows the screen, the work that was opened from it, and the screen again,
// until the user quits.
func (p *Program) boards(ctx context.Context, checker profile.Checker, folder string) error {
	options, err := p.appOptions(appFlags{})
	if err != nil {
		return err
	}
	if options.Accessible || !isTerminal(options.Input) || !isTerminal(options.Output) {
		return &usageError{fmt.Sprintf("boards needs a terminal; espost check %s prints the same", sanitize.Line(folder))}
	}
	find := func() ([]string, error) {
		found, _, err := fleet.Find(folder)
		return found, err
	}
	look := func(ctx context.Context, file string) fleet.Board { return p.lookAtBoard(ctx, checker, file) }
	for {
		p.onScreen.Store(true)
		opened, err := tui.RunBoards(ctx, options, sanitize.Line(folder), tui.Fleet{Find: find, Check: look, Jobs: checkJobs})
		p.onScreen.Store(false)
		if err != nil || opened == "" {
			return err
		}
		if err := p.app(ctx, appFlags{}, []string{opened}); err != nil {
			return err
		}
	}
}

// lookAtBoard checks a profile or sketch and changes nothing.
func (p *Program) lookAtBoard(ctx context.Context, checker profile.Checker, file string) fleet.Board {
	if isSketch(file) {
		c := p.checkSketch(ctx, checker, file, false, nil)
		b := sketchBoard(c.sketchJSON, c.verdict)
		if c.err != nil {
			b.Status, b.Reason = profile.Unknown, message(c.err)
		}
		return b
	}
	return checkFile(ctx, checker, file, false, proof{}).board()
}

package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"espost/request"
)

// maxTargets bounds a list of targets.
const maxTargets = 1_000_000

// A target is one of a list, or why it isn't one.
type target struct {
	text   string // for people
	target request.Target
	err    error
}

// targets reads the arguments and, if file isn't empty, its lines; empty lines
// and those that begin with # are left out. They stay texts until it is their
// turn: a list may be long.
func (p *Program) targets(args []string, file string) ([]string, error) {
	texts := args
	if file != "" {
		lines, err := p.lines(file)
		if err != nil {
			return nil, &inputError{fmt.Errorf("reading the list of targets: %w; name a file with a target on each line", err)}
		}
		texts = slices.Concat(texts, lines)
	}
	if len(texts) == 0 {
		return nil, &usageError{"no target was given; name a host such as postman-echo.com"}
	}
	return texts, nil
}

// newTarget understands one of them.
func newTarget(text string) target {
	t, err := request.ParseTarget(text)
	return target{shownTarget(text, t), t, err}
}

// shownTarget is a target as it was given, without credentials: t is what was
// understood of it, if anything.
func shownTarget(s string, t request.Target) string {
	if len(t.Secrets()) > 0 {
		return t.Shown()
	}
	if t.Host == "" {
		s, _, _ = strings.Cut(s[strings.LastIndex(s, "@")+1:], "?")
	}
	return s
}

// lines returns the lines of a file, or of standard input for "-".
func (p *Program) lines(file string) ([]string, error) {
	in := p.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return nonEmptyLines(in)
}

func nonEmptyLines(in io.Reader) ([]string, error) {
	var lines []string
	scanner := bufio.NewScanner(in)
	for scanner.Scan() {
		line := strings.TrimSpace(scanner.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if len(lines) == maxTargets {
			return nil, fmt.Errorf("there are more than %d lines", maxTargets)
		}
		lines = append(lines, line)
	}
	return lines, scanner.Err()
}

// waitingResults is how many results, for each job, may wait for the one before
// them: then nothing new is begun, so that memory stays as it is however long
// the list.
const waitingResults = 16

// inParallel does something with all items, so many at a time, and shows what
// comes of them in the items' order.
func inParallel[T, R any](ctx context.Context, progress *progress, jobs int, items []T, do func(context.Context, T) R, show func(R)) {
	queue := make(chan chan R, jobs*waitingResults)
	go func() {
		defer close(queue)
		var group errgroup.Group
		group.SetLimit(jobs)
		for _, item := range items {
			if ctx.Err() != nil {
				break
			}
			result := make(chan R, 1)
			queue <- result
			group.Go(func() error {
				r := do(ctx, item)
				progress.finished(len(items))
				result <- r
				return nil
			})
		}
	}()
	for result := range queue {
		r := <-result
		progress.printing(len(items), func() { show(r) })
	}
	progress.clear()
}

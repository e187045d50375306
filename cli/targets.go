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
	text   string
	target request.Target
	err    error
}

// targets reads the arguments and, if file isn't empty, its lines; empty lines
// and those that begin with # are left out.
func (p *Program) targets(args []string, file string) ([]target, error) {
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
	targets := make([]target, len(texts))
	for i, s := range texts {
		t, err := request.ParseTarget(s)
		targets[i] = target{s, t, err}
	}
	return targets, nil
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

// inParallel calls do for every item, at most jobs at a time, and show with the
// results, one at a time: as they come, or in the items' order. It starts
// nothing new after ctx has ended, and returns when all that was started has.
func inParallel[T, R any](ctx context.Context, jobs int, ordered bool, items []T, do func(context.Context, T) R, show func(R)) {
	type result struct {
		index int
		value R
	}
	results := make(chan result)
	go func() {
		defer close(results)
		var group errgroup.Group
		group.SetLimit(jobs)
		for i, item := range items {
			if ctx.Err() != nil {
				break
			}
			group.Go(func() error {
				results <- result{i, do(ctx, item)}
				return nil
			})
		}
		_ = group.Wait() // do returns no errors
	}()
	waiting := map[int]R{}
	next := 0
	for r := range results {
		if !ordered {
			show(r.value)
			continue
		}
		waiting[r.index] = r.value
		for value, ok := waiting[next]; ok; value, ok = waiting[next] {
			delete(waiting, next)
			next++
			show(value)
		}
	}
}

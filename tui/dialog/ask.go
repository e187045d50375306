package dialog

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"espost/internal/problem"
	"espost/internal/sanitize"
)

// ask prints a question with its default and returns the answer.
func (d *Dialog) ask(ctx context.Context, question, def string) (string, error) {
	return d.prompt(ctx, question, def, false)
}

// secret asks for something that a terminal must not show.
func (d *Dialog) secret(ctx context.Context, question string) (string, error) {
	return d.prompt(ctx, question, "", true)
}

func (d *Dialog) prompt(ctx context.Context, question, def string, hidden bool) (string, error) {
	question = sanitize.Line(question)
	if def != "" {
		question += " [" + sanitize.Line(def) + "]"
	}
	for {
		text, err := d.typed(ctx, question, hidden)
		if err != nil {
			return "", err
		}
		if !hidden {
			if done, err := d.order(text); err != nil {
				return "", err
			} else if done {
				continue
			}
		}
		if strings.TrimSpace(text) == "" {
			return def, nil
		}
		return text, nil
	}
}

// typed prints a question and returns the line that is typed.
func (d *Dialog) typed(ctx context.Context, question string, hidden bool) (string, error) {
	_, _ = fmt.Fprint(d.Out, question+" ")
	select {
	case <-ctx.Done():
		d.say("")
		return "", context.Cause(ctx)
	case d.requests <- hidden:
	}
	select {
	case <-ctx.Done():
		d.say("")
		return "", context.Cause(ctx)
	case l := <-d.lines:
		if l.err != nil {
			d.say("")
		}
		return l.text, l.err
	}
}

// until asks again and again until accept takes the answer.
func (d *Dialog) until(ctx context.Context, question, def string, accept func(string) error) error {
	for {
		answer, err := d.ask(ctx, question, def)
		if err != nil {
			return err
		}
		err = accept(answer)
		if err == nil || errors.Is(err, errBack) || errors.Is(err, errElsewhere) {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		d.say("%s", sanitize.Line(problem.Sentences(err.Error())))
	}
}

// yes asks a question that is answered with yes or no.
func (d *Dialog) yes(ctx context.Context, question string, def bool) (bool, error) {
	answer, shown := def, "no"
	if def {
		shown = "yes"
	}
	err := d.until(ctx, question+" Yes or no?", shown, func(s string) error {
		switch strings.ToLower(strings.TrimSpace(s)) {
		case "y", "yes":
			answer = true
		case "n", "no":
			answer = false
		default:
			return errors.New("please answer yes or no")
		}
		return nil
	})
	return answer, err
}

// choose asks for one of several options by its number, from 1.
func (d *Dialog) choose(ctx context.Context, question string, options []string, def int) (int, error) {
	for i, o := range options {
		d.say("%d: %s", i+1, sanitize.Line(problem.Sentences(o)))
	}
	chosen := def
	err := d.until(ctx, question, strconv.Itoa(def+1), func(s string) error {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 || n > len(options) {
			return fmt.Errorf("please answer with a number from 1 to %d", len(options))
		}
		chosen = n - 1
		return nil
	})
	return chosen, err
}

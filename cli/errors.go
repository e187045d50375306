package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
)

// A usageError is wrong usage, of flags or arguments. It says what to do.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

// badFlag is what cobra says of a flag, and where the flags are told.
func badFlag(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	return &usageError{fmt.Sprintf("%s; %s --help tells what there is", strings.TrimSuffix(err.Error(), "."), cmd.CommandPath())}
}

// asUsage is what cobra returns before a command ran: an error of espost's, or
// one of cobra's words, which only say what is wrong.
func asUsage(err error) error {
	var input *inputError
	var usage *usageError
	if errors.As(err, &input) || errors.As(err, &usage) {
		return err
	}
	return &usageError{err.Error() + "; espost --help tells what there is"}
}

// An inputError is input that can't be used. It says what to do by itself.
type inputError struct{ error }

func (e *inputError) Unwrap() error { return e.error }

// errTold ends a command with the status of an honest no, which it has told.
var errTold = errors.New("the answer is no")

// statusOf is the exit status that an error means.
func statusOf(err error) int {
	var usage *usageError
	var input *inputError
	var problems *problem.ListError
	var syntax *profile.SyntaxError
	var one *problem.Problem
	switch {
	case errors.As(err, &usage), errors.As(err, &input), errors.As(err, &problems), errors.As(err, &syntax),
		errors.As(err, &one) && one.Where != "", errors.Is(err, esp8266.ErrFingerprint):
		return statusUsage
	}
	return statusNo
}

// message is what people read of an error: sentence and what to do.
func message(err error) string {
	if errors.Is(err, errTold) {
		return ""
	}
	var post *formpost.Error
	if errors.As(err, &post) {
		return sanitize.Line(problem.Sentences(post.Message, post.Fix))
	}
	return sanitize.Text(err.Error())
}

package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/nearest"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/tlsinspect"
)

// A usageError is wrong usage, of flags or arguments. It says what to do.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

// badFlag is what cobra says of a flag, and where the flags are told. What
// somebody wrote as a field, a header or a flag that doesn't exist may hold a
// secret: it isn't quoted.
func badFlag(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	said := strings.TrimSuffix(err.Error(), ".")
	var value *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &value) && slices.Contains([]string{"field", "header"}, value.GetFlag().Name):
		said = fmt.Sprintf("--%s: %s", value.GetFlag().Name, strings.TrimSuffix(value.Unwrap().Error(), "."))
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		said = fmt.Sprintf("unknown shorthand flag: -%.1s", unknown.GetSpecifiedName())
	case errors.As(err, &unknown):
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if meant, ok := nearest.Name(unknown.GetSpecifiedName(), names); ok {
			return &usageError{fmt.Sprintf("%s; did you mean --%s? %s --help tells what there is", said, meant, cmd.CommandPath())}
		}
	case errors.As(err, &syntax):
		said = "bad flag syntax"
	}
	return &usageError{fmt.Sprintf("%s; %s --help tells what there is", said, cmd.CommandPath())}
}

// argument is what may be quoted of an argument that doesn't belong where it
// stands: it might be a field, a header or an address with a secret in it.
func argument(s string) string {
	if i := strings.IndexAny(s, "=:@! \t/?"); i >= 0 {
		return fmt.Sprintf("%q", s[:i]+"…")
	}
	return fmt.Sprintf("%q", s)
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
	var untrusted *tlsinspect.TrustError
	if errors.As(err, &untrusted) {
		return sanitize.Text(strings.Replace(err.Error(), untrusted.Error(), distrust(untrusted), 1))
	}
	var post *formpost.Error
	if errors.As(err, &post) {
		return sanitize.Line(problem.Sentences(post.Message, post.Fix))
	}
	return sanitize.Text(err.Error())
}

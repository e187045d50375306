package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"espost/internal/nearest"
)

// noArguments refuses arguments in espost's words.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &usageError{fmt.Sprintf("%s takes no arguments, and %s is one; %s --help tells what there is", cmd.CommandPath(), argument(args[0]), cmd.CommandPath())}
}

// oneTarget is for the app: a target or a profile, unless the first word is a
// command that was mistyped.
func oneTarget(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if err := mistyped(cmd, args[0]); err != nil {
		return err
	}
	if len(args) > 1 {
		return &usageError{fmt.Sprintf("there is no command %s, and the app takes one target or profile; espost --help tells what there is", argument(args[0]))}
	}
	return nil
}

// meantCommand asks whether one of cmd's commands was meant, "" where none is near.
func meantCommand(cmd *cobra.Command, word string) string {
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	if meant, ok := nearest.Name(word, names); ok {
		return "did you mean " + meant + "? "
	}
	return ""
}

// helpCommand is cobra's, which says nothing about a command that isn't there.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return &usageError{fmt.Sprintf("there is no command %s; %sespost --help tells what there is", argument(args[0]), meantCommand(root, args[0]))}
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// shells are what cobra writes completions for.
const shells = "bash, zsh, fish or powershell"

// namedShell has the completion command, which cobra adds, ask for a shell
// that it knows.
func namedShell(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() != "completion" {
			continue
		}
		cmd.Short = "Write completions for " + shells
		cmd.Args = cobra.ArbitraryArgs
		cmd.RunE = func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{"completion wants the name of a shell: " + shells}
			}
			return &usageError{fmt.Sprintf("there are no completions for %s; use %s", argument(args[0]), shells)}
		}
		for _, shell := range cmd.Commands() {
			shell.Args = noArguments
		}
	}
}

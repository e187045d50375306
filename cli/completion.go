package cli

import (
	"github.com/spf13/cobra"

	"espost/demo"
	"espost/device"
	"espost/esp8266"
)

// offer completes a flag's value from a list.
func offer(cmd *cobra.Command, flag string, list func() []cobra.Completion) {
	_ = cmd.RegisterFlagCompletionFunc(flag, listed(list)) // it fails only for a flag that doesn't exist
}

// listed completes from a list that is made when a shell asks for it: every start
// of espost would pay for it otherwise.
func listed(list func() []cobra.Completion) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return list(), cobra.ShellCompDirectiveNoFileComp
	}
}

// these is a list that is short.
func these(words ...cobra.Completion) func() []cobra.Completion {
	return func() []cobra.Completion { return words }
}

func boardCompletions() []cobra.Completion {
	var list []cobra.Completion
	for _, b := range esp8266.Boards() {
		list = append(list, cobra.CompletionWithDesc(b.ID, b.Name))
	}
	return list
}

func pinCompletions() []cobra.Completion {
	var list []cobra.Completion
	for _, m := range esp8266.PinModes() {
		list = append(list, string(m))
	}
	return list
}

func troubleCompletions() []cobra.Completion {
	var list []cobra.Completion
	for _, i := range demo.Troubles() {
		list = append(list, cobra.CompletionWithDesc(string(i.Trouble), i.About))
	}
	return list
}

// portCompletions completes serial ports, likely boards first.
func portCompletions(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	all, err := device.Ports()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var list []cobra.Completion
	for _, p := range all {
		list = append(list, cobra.CompletionWithDesc(p.Name, p.Chip))
	}
	return list, cobra.ShellCompDirectiveKeepOrder
}

// profiles completes arguments and flags that name profiles.
func profiles(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

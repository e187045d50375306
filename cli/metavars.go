package cli

import (
	"strings"

	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"espost/tui"
)

// metavars are what the values of flags are called that can't be called as the flag
// is.
var metavars = map[string]string{
	"profile": "FILE", "save": "FILE", "log": "FILE", "html": "FILE", "ics": "FILE", "metrics": "FILE", "pins": "FILE", "har": "FILE",
	"elf": "FILE", "key": "FILE", "new-key": "FILE", "next": "FILE", "ca": "FILE", "recovery": "FILE", "env": "FILE", "set": "NAME=VALUE",
	"trust-new": "DIGITS", "secret": "NAME", "listen": "ADDRESS", "static": "ADDRESS", "ota": "HOST", "target": "URL", "as": "NAME",
	"battery": "CHARGE", "body": "KIND", "template": "TEXT", "until": "EVENT", "choose": "N", "jobs": "N", "baud": "RATE",
}

// metavar is what a flag's value is called in the help; "" for a flag that has none.
func metavar(cmd *cobra.Command, f *pflag.Flag) string {
	switch name := metavars[f.Name]; {
	case f.Value.Type() == "bool":
		return ""
	case f.Value.Type() == "duration":
		return "TIME"
	case f.Name == "output" && cmd.Name() == "generate":
		return "FOLDER"
	case f.Name == "output":
		return "FILE"
	case name != "":
		return name
	}
	return strings.ToUpper(f.Name)
}

// helpColours are the app's, for the help of cmd and the commands below it. They
// are asked for right before a page is drawn, which writes flags by their names
// alone and offers no other place for what their values are called.
func helpColours(cmd *cobra.Command) fang.ColorSchemeFunc {
	return func(pick lipgloss.LightDarkFunc) fang.ColorScheme {
		nameValues(cmd)
		c, plain := tui.Colours(pick), lipgloss.NoColor{}
		return fang.ColorScheme{
			Base: plain, Title: c.Accent, Description: plain, Codeblock: plain, Program: c.Accent, Command: c.Accent, DimmedArgument: c.Faint,
			Comment: c.Faint, Flag: c.Accent, FlagDefault: c.Faint, QuotedString: c.Good, Argument: plain, Help: plain, Dash: plain,
			ErrorDetails: c.Bad,
		}
	}
}

// nameValues gives a command, and those below it, flags that are called as the help
// shows them, with their values. Nothing can be parsed by them.
func nameValues(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		nameValues(sub)
	}
	var shown []*pflag.Flag
	widest := 0
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		named := *f
		named.Name = strings.TrimSpace(f.Name + " " + metavar(cmd, f))
		widest = max(widest, len("-x --")+len(named.Name))
		shown = append(shown, &named)
	})
	cmd.ResetFlags()
	for _, f := range shown {
		if !cmd.HasSubCommands() { // whose names may be wider
			f.Usage = wrapUsage(f, 80-4-widest-2)
		}
		cmd.Flags().AddFlag(f)
	}
}

// wrapUsage is a flag's text in lines of at most width columns, with room for the
// default behind it.
func wrapUsage(f *pflag.Flag, width int) string {
	text := strings.ReplaceAll(f.Usage, "\n", " ")
	end := ""
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
		end = "(" + f.DefValue + ")"
	}
	text = ansi.Wordwrap(strings.TrimSpace(text+" "+end), width, "")
	return strings.TrimRight(strings.TrimSuffix(text, end), " ")
}

package cli

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// versionCommand says which espost this is. Without it, the word would be taken
// for a host.
func (p *Program) versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say which version this is, from which commit",
		Args:  noArguments,
	}
	cmd.Run = func(*cobra.Command, []string) { fmt.Fprintln(p.out, "espost version "+version()) }
	return cmd
}

// version is the module's version as the go command recorded it, a release's or
// one that names the commit, with the commit and its date where they are known.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(built from source)"
	}
	return versionOf(info)
}

func versionOf(info *debug.BuildInfo) string {
	name := info.Main.Version
	if name == "" || name == "(devel)" {
		name = "(built from source)"
	}
	set := make(map[string]string)
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	var from []string
	if commit := set["vcs.revision"]; commit != "" {
		if len(commit) > 12 {
			commit = commit[:12]
		}
		if set["vcs.modified"] == "true" {
			commit += ", changed since"
		}
		from = append(from, "commit "+commit)
	}
	if date, _, ok := strings.Cut(set["vcs.time"], "T"); ok {
		from = append(from, date)
	}
	if from == nil {
		return name
	}
	return name + " (" + strings.Join(from, ", ") + ")"
}

// commitTime is when the commit was made that this was built from.
func commitTime() (made time.Time, ok bool) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}, false
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			made, err := time.Parse(time.RFC3339, s.Value)
			return made, err == nil
		}
	}
	return time.Time{}, false
}

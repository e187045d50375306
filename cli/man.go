package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/muesli/mango"
	mcobra "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"espost/profile"
)

// manCommand writes the manual page; fang's own has no more than the flags, and
// their short forms with two hyphens.
func (p *Program) manCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "Write the manual page",
		Long:  "man writes espost's manual page in troff: espost man >espost.1, then man -l espost.1.",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			page, err := mcobra.NewManPage(1, root)
			if err != nil {
				return err
			}
			describe(&page.Root, root)
			page.WithSection("Exit status", "0: yes, or done. "+
				"1: an honest no: the board can't connect, a pin differs or is about to break, the server refused, or writing failed. "+
				"2: wrong usage or input. "+
				"130: Ctrl-C ended it.").
				WithSection("Environment", fmt.Sprintf("%s and %s: the Wi-Fi's name and password for generate. "+
					"%s: the password for updates over the Wi-Fi, for generate and flash --ota. "+
					"%s: the value of the secret field or header token, and likewise for every other name. "+
					"NO_COLOR: no colours. ACCESSIBLE: ask line by line.",
					profile.EnvSSID, profile.EnvPassword, profile.EnvOTA, profile.SecretEnv("token"))).
				WithSection("Files", profile.FileName+": the profile in the working directory, which commands take when none is named. "+
					"$XDG_DATA_HOME/espost/keys: the keys that sign pins. "+
					"$XDG_STATE_HOME/espost/recent.json: servers that the app offers again.")
			fmt.Fprint(p.out, page.Build(dated{roff.NewDocument()}))
			return nil
		},
	}
}

// dated is a manual page of the day of the commit, where that is known, so that
// the same commit always makes the same page.
type dated struct{ *roff.Document }

func (d dated) Heading(section uint, title, description string, today time.Time) {
	if made, ok := commitTime(); ok {
		today = made
	}
	d.Document.Heading(section, title, description, today)
}

// describe completes what mango takes over of a command and of those below it.
func describe(to *mango.Command, from *cobra.Command) {
	if about, _, _ := strings.Cut(from.Long, "\n\n"); about != "" {
		to.Short = about
	}
	from.Flags().VisitAll(func(f *pflag.Flag) {
		flag := to.Flags[f.Name]
		flag.Usage = f.Usage
		if f.DefValue != "" && f.DefValue != "false" {
			flag.Usage += " (" + f.DefValue + ")"
		}
		// mango puts the same hyphens before the short and the long form.
		flag.Name, flag.PFlag = strings.TrimSpace("-"+f.Name+" "+metavar(from, f)), false
		to.Flags[f.Name] = flag
	})
	for _, sub := range from.Commands() {
		if next := to.Commands[sub.Name()]; next != nil {
			describe(next, sub)
		}
	}
}

package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"espost/imports"
	"espost/profile"
)

// exportFlags are export's.
type exportFlags struct {
	as      string
	secrets bool
}

func (p *Program) exportCommand() *cobra.Command {
	var flags exportFlags
	cmd := &cobra.Command{
		Use:     "export [FILE.yaml]",
		Short:   "Write a profile's request for another program",
		Long:    "export prints the request that the board sends, with samples in the place of what only the board can read, as a curl command for a POSIX shell, Windows' cmd or PowerShell, as an .http file or for HTTPie.",
		Example: "espost export\nespost export porch.yaml --as powershell",
	}
	cmd.RunE = p.runE(func(_ context.Context, args []string) error { return p.export(flags, args) })
	cmd.Flags().StringVar(&flags.as, "as", "curl", "write it for "+strings.Join(texts(imports.Notations()), ", "))
	cmd.Flags().BoolVar(&flags.secrets, "secrets", false, "write secrets from the environment in clear")
	offer(cmd, "as", these(texts(imports.Notations())...))
	cmd.ValidArgsFunction = profiles
	return cmd
}

func (p *Program) export(flags exportFlags, args []string) error {
	file := profile.FileName
	switch {
	case len(args) > 1:
		return &usageError{"export takes one profile"}
	case len(args) == 1:
		file = args[0]
	}
	as := imports.Notation(flags.as)
	if !slices.Contains(imports.Notations(), as) {
		return &usageError{fmt.Sprintf("--as takes %s", strings.Join(texts(imports.Notations()), ", "))}
	}
	opened, err := openProfile(file)
	if err != nil {
		return err
	}
	opened.FillSecrets(p.lookupEnv)
	if err := opened.Request.Validate().Err(); err != nil {
		return err
	}
	text, err := imports.Format(opened.Request, as, flags.secrets)
	if err == nil {
		fmt.Fprintln(p.out, text)
	}
	return err
}

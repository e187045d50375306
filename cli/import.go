package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"

	"espost/imports"
	"espost/internal/readfile"
	"espost/internal/sanitize"
	"espost/profile"
	"espost/tui"
)

// importFlags are import's.
type importFlags struct {
	output       string
	list         bool
	choose       int
	environments []string
	secrets      []string
	open         bool
	app          appFlags
}

func (p *Program) importCommand() *cobra.Command {
	var flags importFlags
	cmd := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Make a profile of a command, another program's file or a sketch",
		Long: "import reads what you have and prints a profile that sends the same: a curl, wget or HTTPie command in any shell's notation, " +
			"a request copied from a browser as cURL, fetch or PowerShell, a raw HTTP request, an .http file, HAR, a Postman, Insomnia or Bruno export, " +
			"a description in OpenAPI 3, or a sketch. What can't be sent by a board is told on stderr. Nothing that is read is run. " +
			"A profile holds no secrets: they are asked for, or taken from the environment, when it is used.",
		Example: "espost import -\nespost import collection.json --list\nespost import collection.json --choose 3 -o porch.yaml",
	}
	cmd.RunE = p.runE(func(ctx context.Context, args []string) error { return p.importFile(ctx, flags, args) })
	f := cmd.Flags()
	f.StringVarP(&flags.output, "output", "o", "", "write the profile to this new file")
	f.BoolVar(&flags.list, "list", false, "list the requests that it holds")
	f.IntVar(&flags.choose, "choose", 0, "take the request with that number of the list")
	f.Lookup("choose").DefValue = "" // which help would print
	f.BoolVar(&flags.open, "open", false, "open the app with it")
	f.BoolVar(&flags.app.ascii, "ascii", false, "with --open: draw with ASCII only")
	f.BoolVar(&flags.app.accessible, "accessible", false, "with --open: ask line by line, for screen readers")
	f.Var(wordList{&flags.secrets}, "secret", "keep the value of the field, header or parameter of this\nname secret, of the address with path, of a word in the\nbody with body (repeatable)")
	cmd.MarkFlagsMutuallyExclusive("open", "output")
	cmd.MarkFlagsMutuallyExclusive("open", "list")
	f.Var(textList{&flags.environments}, "env", "take a Postman collection's variables from this environment\n(repeatable)")
	return cmd
}

func (p *Program) importFile(ctx context.Context, flags importFlags, args []string) error {
	if len(args) != 1 {
		return &usageError{"import takes one file, or - for what is piped into it"}
	}
	text, err := p.readImport(args[0])
	if err != nil {
		return err
	}
	var environments [][]byte
	for _, name := range flags.environments {
		env, err := p.readImport(name)
		if err != nil {
			return err
		}
		environments = append(environments, env)
	}
	all, err := imports.Read(text, args[0], environments...)
	if err != nil {
		return &inputError{err}
	}
	switch {
	case flags.choose < 0 || flags.choose > len(all):
		return &usageError{fmt.Sprintf("there is no request %d; the list ends with %d", flags.choose, len(all))}
	case flags.list:
		p.listImports(all)
		return nil
	case flags.choose == 0 && len(all) > 1:
		p.listImports(all)
		return &usageError{fmt.Sprintf("it holds %d requests; choose one with --choose and its number", len(all))}
	}
	chosen := all[max(0, flags.choose-1)]
	if flags.open {
		return p.openImport(ctx, flags.app, args[0], chosen)
	}
	return p.writeImport(flags.output, chosen, flags.secrets)
}

// openImport opens the app with a request. Where that was piped in, the app reads
// keys from the terminal itself.
func (p *Program) openImport(ctx context.Context, flags appFlags, name string, r imports.Import) error {
	options, err := p.appOptions(flags)
	if err != nil {
		return err
	}
	if name == "-" {
		in, _, err := tea.OpenTTY()
		if err != nil {
			return &usageError{"what is piped in leaves no keyboard for the app; name a file"}
		}
		defer in.Close()
		options.Input = in
	}
	options.Profile, options.Import, options.ProfilePath = profileOf(r), &r, tui.UnusedFile("")
	return p.runApp(ctx, options)
}

// profileOf is the profile of what was read.
func profileOf(r imports.Import) *profile.Profile {
	made := profile.New(r.Request.Target)
	made.Request = r.Request.Credentials()
	if r.Pin.Pinned() {
		made.Pin = r.Pin
	}
	if r.Every > 0 {
		made.Firmware.Every = r.Every
	}
	return made
}

// readImport reads a file, or stdin for "-", and no more than can be used.
func (p *Program) readImport(name string) (text []byte, err error) {
	if name == "-" {
		text, err = readfile.All(p.Stdin, imports.MaxFile)
	} else {
		text, err = readfile.Read(name, imports.MaxFile)
	}
	switch _, long := errors.AsType[*readfile.LengthError](err); {
	case err == nil:
		return text, nil
	case long || errors.Is(err, readfile.ErrFolder):
		return nil, &inputError{fmt.Errorf("%s can't be read: %w; name a file of at most %d MB", sanitize.Line(name), err, imports.MaxFile>>20)}
	}
	return nil, &inputError{fmt.Errorf("%w; name a file that can be read", err)}
}

// listImports prints a line a request.
func (p *Program) listImports(all []imports.Import) {
	for i, r := range all {
		title := r.Title
		if title != "" {
			title = "  " + sanitize.Clip(title, 60)
		}
		fmt.Fprintf(p.out, "%d  %s %s%s\n", i+1, r.Request.Method, sanitize.Line(r.Request.URL(true)), title)
	}
}

// writeImport tells what is worth knowing and prints or writes the profile.
func (p *Program) writeImport(output string, r imports.Import, secrets []string) error {
	for _, w := range r.Warnings {
		fmt.Fprintf(p.Stderr, "espost: %s\n", w)
	}
	if r.Insecure {
		fmt.Fprintln(p.Stderr, "espost: its source checks no certificate; the profile will pin the server's")
	}
	for _, w := range r.Request.Validate() {
		fmt.Fprintf(p.Stderr, "espost: to do before it can be sent: %s\n", w.Sentences())
	}
	made := profileOf(r)
	markSecrets(made, secrets)
	p.askSuspects(made)
	p.tellSecrets(made)
	if output == "" {
		_, err := p.out.Write(made.Bytes())
		return err
	}
	if err := unused(output); err != nil {
		return err
	}
	return made.Save(output)
}

// unused says so where a file to write is there already.
func unused(name string) error {
	if _, err := os.Lstat(name); name == "" || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return &inputError{fmt.Errorf("%s is there already; choose another name", sanitize.Line(name))}
}

// tellSecrets names the variables that hold what a profile doesn't.
func (p *Program) tellSecrets(made *profile.Profile) {
	empty := made.Clone()
	for i := range empty.Request.Headers {
		empty.Request.Headers[i].Value = ""
	}
	for i := range empty.Request.Fields {
		empty.Request.Fields[i].Value = ""
	}
	missing := empty.FillSecrets(func(string) (string, bool) { return "", false })
	if len(missing) > 0 {
		fmt.Fprintf(p.Stderr, "espost: a profile holds no secrets; give them when it is used, in %s\n", strings.Join(missing, ", "))
	}
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"espost/demo"
	"espost/device"
	"espost/esp8266"
	"espost/internal/settings"
	"espost/profile"
	"espost/request"
	"espost/tui"
)

// appFlags are the bare command's.
type appFlags struct {
	demo       bool
	lan        bool
	port       string
	ascii      bool
	light      bool
	dark       bool
	accessible bool
}

// root is the bare command, with those below it that args ask for.
func (p *Program) root(args []string) *cobra.Command {
	var flags appFlags
	root := &cobra.Command{
		Use:   "espost [TARGET | FILE.yaml | FOLDER]",
		Short: "From an HTTPS address to ESP8266 firmware that can talk to it",
		Long: "espost looks at an HTTPS server with an ESP8266's eyes, builds the form that the board will post, " +
			"tries it, and writes firmware that is ready to flash. Without a command it opens the app.",
		Example: "espost --demo\n" +
			"espost https://postman-echo.com/post\n" +
			"espost inspect --fingerprint postman-echo.com",
		Args: oneTarget,
	}
	root.RunE = p.runE(func(ctx context.Context, args []string) error {
		return p.app(ctx, flags, args)
	})
	f := root.Flags()
	f.BoolVar(&flags.demo, "demo", false, "start the built-in server and try espost on it")
	f.BoolVar(&flags.lan, "lan", false, "with --demo: listen where a board can post to it")
	f.StringVarP(&flags.port, "port", "p", "", "the serial port of your board; otherwise it is found")
	_ = root.RegisterFlagCompletionFunc("port", portCompletions) // it fails only for a flag that doesn't exist
	f.BoolVar(&flags.ascii, "ascii", false, "draw with ASCII only")
	f.BoolVar(&flags.light, "light", false, "draw for a light background")
	f.BoolVar(&flags.dark, "dark", false, "draw for a dark background")
	root.MarkFlagsMutuallyExclusive("light", "dark")
	f.BoolVar(&flags.accessible, "accessible", false, "ask line by line, for screen readers")
	p.logTo(root)
	p.addCommands(root, args)
	root.SetHelpCommand(helpCommand(root))
	return root
}

// addCommands adds the commands: the one that args begin with, none for the app alone
// and for --version, and otherwise all, since help, completions and typing errors are
// about any. To make them all is a tenth of a start.
func (p *Program) addCommands(root *cobra.Command, args []string) {
	commands := map[string]func() *cobra.Command{
		"inspect": p.inspectCommand, "post": p.postCommand, "generate": p.generateCommand, "check": p.checkCommand, "boards": p.boardsCommand,
		"pins": p.pinsCommand, "export": p.exportCommand, "import": p.importCommand, "explain": p.explainCommand, "flash": p.flashCommand,
		"monitor": p.monitorCommand, "demo": p.demoCommand, "services": p.servicesCommand, "version": p.versionCommand,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	if len(args) == 0 || args[0] == "--version" {
		return
	}
	if command, ok := commands[args[0]]; ok {
		root.AddCommand(command())
		return
	}
	for _, command := range commands {
		root.AddCommand(command())
	}
	root.AddCommand(p.manCommand(root))
	root.CompletionOptions.DisableDefaultCmd = false
	namedShell(root)
}

// mistyped recognises a command with a typing error, which would be a host
// otherwise.
func mistyped(root *cobra.Command, arg string) error {
	if arg == "" || strings.ContainsAny(arg, ".:/[") || arg == "localhost" {
		return nil
	}
	root.SuggestionsMinimumDistance = 2
	if similar := root.SuggestionsFor(arg); len(similar) > 0 {
		return &usageError{fmt.Sprintf("there is no command %q; did you mean %s? For a host of that name, write https://%s", arg, similar[0], arg)}
	}
	return nil
}

// app opens the terminal app.
func (p *Program) app(ctx context.Context, flags appFlags, args []string) error {
	options, err := p.appOptions(flags)
	if err != nil {
		return err
	}
	if flags.port != "" {
		options.Board.Ports = func() ([]device.Port, error) { return []device.Port{{Name: flags.port, Likely: true}}, nil }
	}
	if flags.lan && !flags.demo {
		return &usageError{"--lan is for the built-in server; write --demo --lan"}
	}
	if err := open(&options, flags, args); err != nil {
		return err
	}
	if flags.demo {
		var serverOptions demo.Options
		if flags.lan {
			posts := make(chan demo.Entry, 64)
			options.Board.Posts = posts
			var err error
			if serverOptions.Listen, err = p.lanAddress(); err != nil {
				return err
			}
			serverOptions.Log = func(e demo.Entry) { offerEntry(posts, e) }
		}
		server, err := demo.Start(serverOptions)
		if err != nil {
			return err
		}
		defer func() { _ = server.Close() }() // the process ends
		options.Demo = server
	}
	return p.runApp(ctx, options)
}

// appOptions are the app's, as the flags and the terminal want them.
func (p *Program) appOptions(flags appFlags) (tui.Options, error) {
	set, err := settings.Load(settings.Path())
	if err != nil {
		return tui.Options{}, &inputError{err}
	}
	options := tui.Options{
		ASCII:      flags.ascii || set.ASCII || p.getenv("TERM") == "linux",
		Theme:      set.Theme,
		NewWiFi:    set.WiFiName,
		Keys:       set.Keys,
		Accessible: flags.accessible || isOn(p.getenv("ACCESSIBLE")) || p.getenv("TERM") == "dumb",
		Environ:    p.Environ,
		Input:      p.Stdin,
		Output:     p.Stdout,
		Note:       p.logOutcome,
		Own:        p.own,
	}
	if set.Board != "" {
		found := esp8266.SearchBoards(set.Board)
		if len(found) == 0 {
			return tui.Options{}, &inputError{fmt.Errorf("%s: there is no board %q; name it as it is printed on the board, or by its chip", settings.Path(), set.Board)}
		}
		options.NewBoard = &found[0]
	}
	if err := options.Keys.Check(); err != nil {
		return tui.Options{}, &inputError{fmt.Errorf("%s: %w", settings.Path(), err)}
	}
	switch {
	case flags.light:
		options.Theme = settings.Light
	case flags.dark:
		options.Theme = settings.Dark
	}
	return options, nil
}

// runApp shows the app where there is a terminal for it.
func (p *Program) runApp(ctx context.Context, options tui.Options) error {
	if !options.Accessible && (!isTerminal(options.Input) || !isTerminal(options.Output)) {
		return &usageError{"the app needs a terminal; use --accessible to be asked line by line, or the commands inspect and generate in scripts"}
	}
	p.onScreen.Store(!options.Accessible)
	defer p.onScreen.Store(false)
	return tui.Run(ctx, options)
}

// offerEntry hands a request over; nobody waits where too many come at once.
func offerEntry(posts chan<- demo.Entry, e demo.Entry) {
	if e.Failure != "" {
		return
	}
	select {
	case posts <- e:
	default:
	}
}

// open fills in the work to start with: the profile or target that was asked
// for, or the profile in the working directory.
func open(options *tui.Options, flags appFlags, args []string) error {
	options.ProfilePath = profile.FileName
	arg := ""
	if len(args) == 1 {
		arg = args[0]
	}
	switch {
	case isProfile(arg) || isFolder(arg):
		file, err := profile.Find(arg)
		if err != nil {
			return &inputError{err}
		}
		options.ProfilePath = file
	case arg != "" || flags.demo:
		if arg != "" {
			if _, err := request.ParseTarget(arg); err != nil {
				return err
			}
		}
		options.Target = arg
		options.ProfilePath = tui.UnusedFile("")
		return nil
	default:
		if _, err := os.Stat(profile.FileName); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	opened, err := openProfile(options.ProfilePath)
	if err != nil {
		return err
	}
	options.Profile = opened.Profile
	return nil
}

// isProfile reports whether an argument names a profile rather than a target.
func isProfile(arg string) bool {
	ext := strings.ToLower(filepath.Ext(arg))
	return (ext == ".yaml" || ext == ".yml") && !strings.Contains(arg, "://")
}

// isFolder reports whether an argument is a folder: there is one, and it is
// written as a path, since a host may have its name.
func isFolder(arg string) bool {
	if !strings.ContainsAny(arg, `/\~`) && arg != "." && arg != ".." || strings.Contains(arg, "://") {
		return false
	}
	info, err := os.Stat(profile.ExpandHome(arg))
	return err == nil && info.IsDir()
}

// isOn reads a variable that switches something on.
func isOn(value string) bool { return value != "" && value != "0" && value != "false" }

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(f.Fd())
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"espost/device"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
)

func (p *Program) flashCommand() *cobra.Command {
	var job device.Job
	var tool string
	var verbose, noMonitor bool
	options := watching{until: untilDelivered}
	cmd := &cobra.Command{
		Use:   "flash [FOLDER | FILE.yaml]",
		Short: "Compile a sketch, upload it, and watch it deliver",
		Long: "flash compiles the folder that espost wrote, or that of a profile, with arduino-cli or PlatformIO, whichever is there, uploads it to the board, " +
			"and watches until the first reading was delivered: status 0. What goes wrong on the way, in the tool or on the board, " +
			"is explained: status 1. " +
			"With --ota it uploads over the Wi-Fi to a board whose sketch takes that (espost generate --ota); the password is " + profile.EnvOTA + ", " +
			"or SECRET_OTA in arduino_secrets.h, or asked for.",
		Example: "espost flash porch_post\n" +
			"espost flash porch_post --port /dev/ttyUSB0 --tool pio\n" +
			"espost flash porch_post --ota 192.168.1.57",
		Args: atMostOne("folder"),
	}
	cmd.RunE = p.runE(func(ctx context.Context, args []string) error {
		if err := options.check(); err != nil {
			return err
		}
		if job.Port != "" && job.Host != "" {
			return &usageError{"--port and --ota exclude each other; give one"}
		}
		var err error
		if job.Folder, err = sketchToFlash(args); err != nil {
			return err
		}
		if err := p.flash(ctx, &job, tool, verbose); err != nil || noMonitor || job.Host != "" {
			return err
		}
		decoder := device.DecoderOf(job.Folder)
		return p.watch(ctx, &device.Monitor{Port: job.Port, Decoder: decoder}, options)
	})
	f := cmd.Flags()
	f.StringVarP(&job.Port, "port", "p", "", "upload to this port; otherwise the board's is found")
	f.StringVar(&job.Host, "ota", "", "upload over the network to this board, as HOST or\nHOST:PORT; it must run a sketch with updates already")
	f.StringVar(&tool, "tool", "", "use this tool: arduino-cli or pio")
	f.BoolVarP(&verbose, "verbose", "v", false, "show all that the tool says")
	f.BoolVar(&noMonitor, "no-monitor", false, "end after the upload")
	options.addUntil(f, 2*time.Minute)
	offer(cmd, "until", these(untilDelivered))
	_ = cmd.RegisterFlagCompletionFunc("port", portCompletions) // it fails only for a flag that doesn't exist
	offer(cmd, "tool", these(device.ArduinoCLI, device.PlatformIO))
	return cmd
}

// sketchToFlash is the folder that was named, or that of the profile that was
// named. Without an argument it is the working directory if that is a sketch, or
// else the folder of the profile in it.
func sketchToFlash(args []string) (string, error) {
	file := profile.FileName
	switch {
	case len(args) == 1 && !isProfile(args[0]):
		return args[0], nil
	case len(args) == 1:
		file = args[0]
	case device.IsSketch("."):
		return ".", nil
	default:
		if _, err := os.Stat(profile.FileName); errors.Is(err, fs.ErrNotExist) {
			return ".", nil
		}
	}
	s, err := openProfile(file)
	if err != nil {
		return "", err
	}
	if s.LastFolder() == "" {
		return "", &usageError{fmt.Sprintf("%s tells no folder yet; write the sketch with espost generate, or name its folder", sanitize.Line(file))}
	}
	return s.LastFolder(), nil
}

// flash compiles and uploads, to the port that it chooses where none was named.
func (p *Program) flash(ctx context.Context, job *device.Job, tool string, verbose bool) error {
	chain, err := device.FindToolchain(tool, job.Folder, nil)
	if err != nil {
		return wrongInput(err, "tool-unknown", "folder-missing", "folder-no-sketch")
	}
	if job.Host == "" {
		if job.Port, err = choosePort([]string{job.Port}); err != nil {
			return wrongInput(err, "port-unclear")
		}
		if err := device.CheckPort(job.Port); err != nil {
			return err
		}
	} else {
		if _, _, err := device.SplitHost(job.Host); err != nil {
			return &inputError{err}
		}
		if job.Password, err = p.otaPassword(ctx, job.Folder); err != nil {
			return err
		}
	}
	started := time.Now()
	shown := &flashProgress{Program: p, progress: p.newProgress(), verbose: verbose, to: job.Port + job.Host, tool: chain.Name}
	size, err := chain.Flash(ctx, *job, shown.tell)
	shown.progress.clear()
	p.logOutcome("flashed", err, "tool", chain.Name)
	if err != nil {
		shown.showUnexplained(err)
		return err
	}
	name := filepath.Base(job.Folder)
	if full, err := filepath.Abs(job.Folder); err == nil {
		name = filepath.Base(full)
	}
	fmt.Fprintf(p.out, "uploaded %s to %s in %s%s\n", sanitize.Line(name), sanitize.Line(job.Port+job.Host), time.Since(started).Round(time.Second), sizeText(size))
	if job.Host != "" {
		fmt.Fprintln(p.Stderr, "espost: the board starts it now, which takes some ten seconds; whether it delivers, the server shows, or the cable and espost monitor.")
	}
	return nil
}

// otaPassword is the password that the board at --ota asks for: the environment's,
// since a board has the one it was flashed with, or that of the sketch's folder, or
// what the user types.
func (p *Program) otaPassword(ctx context.Context, folder string) (string, error) {
	if password, ok := p.lookupEnv(profile.EnvOTA); ok && password != "" {
		return password, nil
	}
	if password := device.OTAPassword(folder); password != "" {
		return password, nil
	}
	return p.askSecret(ctx, "Password for updates of the board, empty for none: ")
}

// wrongInput makes an input error of problems with these codes.
func wrongInput(err error, codes ...string) error {
	var p *problem.Problem
	if errors.As(err, &p) {
		for _, code := range codes {
			if p.Code == code {
				return &inputError{err}
			}
		}
	}
	return err
}

// sizeText tells a sketch's size against the board's room.
func sizeText(s device.Size) string {
	text := ""
	if s.FlashMax > 0 {
		text += fmt.Sprintf("; flash %d of %d bytes (%d%%)", s.Flash, s.FlashMax, 100*s.Flash/s.FlashMax)
	}
	if s.RAMMax > 0 {
		text += fmt.Sprintf("; memory %d of %d bytes (%d%%)", s.RAM, s.RAMMax, 100*s.RAM/s.RAMMax)
	}
	return text
}

// flashProgress shows how far a tool is: as a line that changes on a terminal,
// part by part elsewhere.
type flashProgress struct {
	*Program
	progress *progress
	verbose  bool
	to       string
	tool     string

	part device.Part
	last []string // what the tool said
}

// showUnexplained shows the tool's last words where they were not understood.
func (f *flashProgress) showUnexplained(err error) {
	var p *problem.Problem
	if f.verbose || !errors.As(err, &p) || p.Code != device.CodeToolFailed {
		return
	}
	for _, line := range f.last {
		fmt.Fprintf(f.Stderr, "%s: %s\n", f.tool, line)
	}
}

func (f *flashProgress) tell(now device.Progress) {
	what := map[device.Part]string{
		device.Prepare: "starting " + f.tool + "; the first time it downloads the core, which takes some minutes",
		device.Compile: "compiling",
		device.Connect: "looking for the board at " + sanitize.Line(f.to),
		device.Upload:  "uploading to " + sanitize.Line(f.to),
	}[now.Part]
	if now.Line != "" {
		const most = 20
		f.last = append(f.last[max(0, len(f.last)-most+1):], now.Line)
	}
	if f.verbose {
		if now.Line != "" {
			fmt.Fprintf(f.Stderr, "%s: %s\n", f.tool, now.Line)
		}
		return
	}
	if f.progress.to == nil {
		if now.Part != f.part {
			fmt.Fprintf(f.Stderr, "espost: %s\n", what)
		}
		f.part = now.Part
		return
	}
	if now.Percent >= 0 && now.Part == device.Upload {
		const width = 20
		f.progress.say("%s %d%% %s%s", bar(now.Percent*width/100, width), now.Percent, what, sizeText(now.Size))
		return
	}
	f.progress.say("… %s  %s", what, now.Line)
}

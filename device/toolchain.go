package device

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"espost/internal/problem"
	"espost/internal/sanitize"
)

// The tool chains, by the names of their programs.
const (
	ArduinoCLI = "arduino-cli"
	PlatformIO = "pio"
)

// A Toolchain compiles and uploads sketches: arduino-cli or PlatformIO, as the
// user has it.
type Toolchain struct {
	Name string // ArduinoCLI or PlatformIO
	Path string // of the program

	// Run runs the program and hands its output over as it comes, both streams
	// in one. nil: as a process.
	Run func(ctx context.Context, c Call, out io.Writer) error
}

// A Call is one run of a tool.
type Call struct {
	Path string
	Args []string
	Env  []string // added to the process's own
}

// programs are what each tool chain's program may be called.
var programs = map[string][]string{ArduinoCLI: {"arduino-cli"}, PlatformIO: {"pio", "platformio"}}

// projectFiles are what a folder must hold for each.
var projectFiles = map[string]string{ArduinoCLI: "sketch.yaml", PlatformIO: "platformio.ini"}

// IsSketch reports whether a folder holds a project file of one of the tools.
func IsSketch(folder string) bool {
	for _, name := range projectFiles {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			return true
		}
	}
	return false
}

// FindToolchain finds the tool to use for a folder: the preferred one, or else
// arduino-cli before PlatformIO, among those that the folder has a file for.
// lookPath is nil for exec.LookPath.
func FindToolchain(prefer, folder string, lookPath func(string) (string, error)) (*Toolchain, error) {
	if lookPath == nil {
		lookPath = exec.LookPath
	}
	if prefer == "platformio" {
		prefer = PlatformIO
	}
	names := []string{ArduinoCLI, PlatformIO}
	if prefer != "" {
		if programs[prefer] == nil {
			return nil, problem.New("tool-unknown", fmt.Sprintf("there is no tool %s", problem.Quote(sanitize.Line(prefer))), "write arduino-cli or pio")
		}
		names = []string{prefer}
	}
	usable := 0
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(folder, projectFiles[name])); err != nil {
			continue
		}
		usable++
		for _, program := range programs[name] {
			if path, err := lookPath(program); err == nil {
				return &Toolchain{Name: name, Path: path}, nil
			}
		}
	}
	if usable == 0 {
		return nil, noProject(folder, prefer)
	}
	return nil, noTool(prefer)
}

// Toolchains are all that can flash a folder, the one that FindToolchain takes
// first; its error where there is none.
func Toolchains(folder string, lookPath func(string) (string, error)) ([]*Toolchain, error) {
	first, err := FindToolchain("", folder, lookPath)
	if err != nil {
		return nil, err
	}
	all := []*Toolchain{first}
	for _, name := range []string{ArduinoCLI, PlatformIO} {
		if t, err := FindToolchain(name, folder, lookPath); err == nil && t.Name != first.Name {
			all = append(all, t)
		}
	}
	return all, nil
}

func noProject(folder, prefer string) error {
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return problem.New("folder-missing", fmt.Sprintf("there is no folder %s", sanitize.Line(folder)), "write the sketch first, with espost generate or the app")
	}
	wanted := "neither sketch.yaml nor platformio.ini"
	if prefer != "" {
		wanted = "no " + projectFiles[prefer]
	}
	return problem.New("folder-no-sketch", fmt.Sprintf("the folder %s has %s", sanitize.Line(folder), wanted), "name the folder that espost generate wrote")
}

// noTool says what to install. The addresses are the makers' own.
func noTool(prefer string) error {
	const (
		arduino = "arduino-cli (https://arduino.github.io/arduino-cli/latest/installation/; on a Mac brew install arduino-cli; on Windows winget install ArduinoSA.CLI)"
		pio     = "PlatformIO (pipx install platformio, or https://docs.platformio.org/en/latest/core/installation/)"
	)
	switch prefer {
	case ArduinoCLI:
		return problem.New("tool-missing", "arduino-cli is not on PATH", "install "+arduino)
	case PlatformIO:
		return problem.New("tool-missing", "PlatformIO is not on PATH", "install "+pio)
	}
	return problem.New("tool-missing", "neither arduino-cli nor PlatformIO is on PATH", "install one of them: "+arduino+", or "+pio+"; each brings the compiler by itself")
}

// A Job is what to flash where. Exactly one of Port and Host is given.
type Job struct {
	Folder   string
	Port     string // serial
	Host     string // over the network, by ArduinoOTA; with or without a port
	Password string // of the board at Host; empty: that in the folder's arduino_secrets.h
}

// call is the tool's command line: compiling and uploading in one, so that what is
// uploaded is what was compiled. For an update over the network the tool compiles
// only, arduino-cli into out. Without a profile, arduino-cli takes the
// default_profile of sketch.yaml (arduino-cli documentation, "Sketch project file").
func (t *Toolchain) call(job Job, out string) (Call, error) {
	folder, err := filepath.Abs(job.Folder)
	if err != nil {
		return Call{}, err
	}
	c := Call{Path: t.Path}
	if t.Name == ArduinoCLI {
		c.Args = []string{"compile", "--no-color", "--upload", "--port", job.Port, folder}
		if job.Host != "" {
			c.Args = []string{"compile", "--no-color", "--output-dir", out, folder}
		}
		return c, nil
	}
	c.Args = []string{"run", "--project-dir", folder}
	if job.Host == "" {
		c.Args = append(c.Args, "--target", "upload", "--upload-port", job.Port)
	}
	c.Env = []string{"PLATFORMIO_NO_ANSI=1", "PYTHONUNBUFFERED=1"}
	return c, nil
}

// A Size is how much of the board a sketch takes, in bytes; 0 where the tool
// did not say.
type Size struct {
	Flash, FlashMax int
	RAM, RAMMax     int
}

// Flash compiles the folder and uploads it. tell gets each step of the progress
// in order. A failure is a *problem.Problem with the cause and its cure.
func (t *Toolchain) Flash(ctx context.Context, job Job, tell func(Progress)) (Size, error) {
	if job.Host == "" {
		return t.run(ctx, job, "", tell)
	}
	if _, _, err := SplitHost(job.Host); err != nil {
		return Size{}, err
	}
	out, err := os.MkdirTemp("", "espost-ota")
	if err != nil {
		return Size{}, err
	}
	defer func() { _ = os.RemoveAll(out) }() // what stays in the temporary folder is the system's to clear
	size, err := t.run(ctx, job, out, tell)
	if err != nil {
		return size, err
	}
	update := Update{Host: job.Host, Password: job.Password}
	if update.Password == "" {
		update.Password = OTAPassword(job.Folder)
	}
	if update.Image, err = image(job.Folder, out); err != nil {
		return size, err
	}
	return size, update.Send(ctx, func(p Progress) {
		p.Size = size
		if tell != nil {
			tell(p)
		}
	})
}

// run runs the tool.
func (t *Toolchain) run(ctx context.Context, job Job, into string, tell func(Progress)) (Size, error) {
	call, err := t.call(job, into)
	if err != nil {
		return Size{}, err
	}
	run := t.Run
	if run == nil {
		run = runProcess
	}
	out := &output{folder: job.Folder, tell: tell}
	out.part(Prepare)
	err = run(ctx, call, out)
	out.end()
	switch {
	case ctx.Err() != nil:
		return out.size, ctx.Err()
	case err != nil:
		return out.size, out.failure(t.Name, err)
	}
	return out.size, nil
}

// runProcess runs a tool. When ctx ends, the tool is asked to stop as Ctrl-C
// would, and is killed if it doesn't.
func runProcess(ctx context.Context, c Call, out io.Writer) error {
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return cmd.Process.Kill() // Windows knows no other signal
		}
		return nil
	}
	cmd.WaitDelay = 700 * time.Millisecond
	return cmd.Run()
}

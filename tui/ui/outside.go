package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"espost/internal/platform"
	"espost/internal/readfile"
)

// maxOutside bounds what is read back from an editor, as maxPaste bounds what is
// pasted.
const maxOutside = 32 << 10

// EditOutside has the user's own editor edit a text in a file of that name; done
// gets what came of it. The app stands still meanwhile, and has no screen.
func (k *Kit) EditOutside(name, text string, done func(text string, err error) tea.Msg) tea.Cmd {
	if k.Editor == "" {
		return SetStatus(Caution, "no editor is named: set EDITOR, as in EDITOR=nano espost")
	}
	e := &outsideEditor{context: k.Context, command: k.Editor, name: name, text: text}
	return k.Exec(e, func(err error) tea.Msg { return done(e.text, err) })
}

// outsideEditor is an editor at work, a tea.ExecCommand.
type outsideEditor struct {
	context  context.Context
	command  string
	name     string
	text     string // before, and afterwards
	in       io.Reader
	out, err io.Writer
}

func (e *outsideEditor) SetStdin(r io.Reader)  { e.in = r }
func (e *outsideEditor) SetStdout(w io.Writer) { e.out = w }
func (e *outsideEditor) SetStderr(w io.Writer) { e.err = w }

// Run writes the text where only the user can read it, waits for the editor, and
// reads it back.
func (e *outsideEditor) Run() error {
	dir, err := os.MkdirTemp("", "espost") // of mode 0700
	if err != nil {
		return fmt.Errorf("the text can't be handed to the editor: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // what remains is the system's to clean up
	file := filepath.Join(dir, e.name)
	if err := os.WriteFile(file, []byte(e.text), 0o600); err != nil {
		return fmt.Errorf("the text can't be handed to the editor: %w", err)
	}
	cmd := e.process(file)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.in, e.out, e.err
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w; the text is as it was", e.command, err)
	}
	text, err := readfile.Read(file, maxOutside)
	if err != nil {
		return fmt.Errorf("%w; the text is as it was", err)
	}
	after := strings.ReplaceAll(string(text), "\r\n", "\n")
	if strings.TrimSpace(after) == "" && strings.TrimSpace(e.text) != "" {
		return errors.New("the editor left nothing; the text is as it was")
	}
	if !strings.HasSuffix(e.text, "\n") {
		after = strings.TrimSuffix(after, "\n") // which editors add
	}
	e.text = after
	return nil
}

// process is the editor with the file. Its name may hold arguments and quotes, as
// git takes it: "code --wait".
func (e *outsideEditor) process(file string) *exec.Cmd {
	if platform.Here == platform.Windows {
		words := strings.Fields(e.command)
		return exec.CommandContext(e.context, words[0], append(words[1:], file)...)
	}
	return exec.CommandContext(e.context, "sh", "-c", e.command+` "$@"`, e.command, file)
}

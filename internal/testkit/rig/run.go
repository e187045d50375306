package rig

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A Run is what a board did: its serial output, and what the rig says about it.
type Run struct {
	Serial string
	Notes  string // heap peak, rounds, pins
	Exit   int
}

// Boot runs a compiled sketch to its end. env are variables of the rig (see
// board/README.md); a run that doesn't end within five minutes hangs, and fails.
func Boot(t testing.TB, program string, env ...string) Run {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(append(os.Environ(), "ASAN_OPTIONS=detect_leaks=1"), env...)
	var serial, notes bytes.Buffer
	cmd.Stdout, cmd.Stderr = &serial, &notes
	err := cmd.Run()
	r := Run{Serial: strings.ReplaceAll(serial.String(), "\r\n", "\n"), Notes: notes.String()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		t.Fatalf("the board did not stop:\n%s\n%s", r.Serial, r.Notes)
	case errors.As(err, &exit):
		r.Exit = exit.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	if strings.Contains(r.Notes, "ERROR:") || strings.Contains(r.Notes, "runtime error") {
		t.Fatalf("a sanitizer found something:\n%s\n%s", r.Serial, r.Notes)
	}
	return r
}

// Says fails unless the serial output holds every text.
func (r Run) Says(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.Serial, text) {
			t.Errorf("the board doesn't say %q; it says:\n%s", text, r.Serial)
		}
	}
}

// Never fails if the serial output holds one of the texts.
func (r Run) Never(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(r.Serial, text) {
			t.Errorf("the board says %q; it says:\n%s", text, r.Serial)
		}
	}
}

// A Powered board runs in the background until it is killed.
type Powered struct {
	cmd   *exec.Cmd
	lines chan struct{} // one for each line on the serial port; closed at its end
	notes bytes.Buffer
}

// Power starts a compiled sketch.
func Power(t testing.TB, program string, env ...string) *Powered {
	t.Helper()
	b := &Powered{cmd: exec.CommandContext(t.Context(), program), lines: make(chan struct{}, 1)}
	b.cmd.Env = append(os.Environ(), env...)
	b.cmd.Stderr = &b.notes
	serial, err := b.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(b.lines)
		in := bufio.NewReader(serial)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if strings.Contains(line, "dropped") {
				t.Errorf("the board says: %s", line)
			}
			select {
			case b.lines <- struct{}{}:
			case <-t.Context().Done():
				return
			}
		}
	}()
	return b
}

// Kill takes the power away and returns what the rig said until then.
func (b *Powered) Kill() (notes string) {
	_ = b.cmd.Process.Kill()
	for range b.lines {
	}
	_ = b.cmd.Wait()
	return b.notes.String()
}

// Hears waits for n lines.
func (b *Powered) Hears(t testing.TB, n int) {
	t.Helper()
	for range n {
		select {
		case _, running := <-b.lines:
			if !running {
				t.Fatal("the board stopped by itself")
			}
		case <-time.After(5 * time.Minute):
			t.Fatal("the board says nothing any more")
		}
	}
}

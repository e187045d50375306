package codegen_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A run is what a board did: its serial output, and what the rig says about it.
type run struct {
	serial string
	notes  string // heap peak, rounds, pins
	exit   int
}

// boot runs a compiled sketch to its end. env are variables of the rig (see
// testdata/rig/README.md); a run that doesn't end within a minute fails.
func boot(t *testing.T, program string, env ...string) run {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(append(os.Environ(), "ASAN_OPTIONS=detect_leaks=1"), env...)
	var serial, notes bytes.Buffer
	cmd.Stdout, cmd.Stderr = &serial, &notes
	err := cmd.Run()
	r := run{serial: strings.ReplaceAll(serial.String(), "\r\n", "\n"), notes: notes.String()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		t.Fatalf("the board did not stop:\n%s\n%s", r.serial, r.notes)
	case errors.As(err, &exit):
		r.exit = exit.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	if strings.Contains(r.notes, "ERROR:") || strings.Contains(r.notes, "runtime error") {
		t.Fatalf("a sanitizer found something:\n%s\n%s", r.serial, r.notes)
	}
	return r
}

// says fails unless the serial output holds every text.
func (r run) says(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.serial, text) {
			t.Errorf("the board doesn't say %q; it says:\n%s", text, r.serial)
		}
	}
}

// never fails if the serial output holds one of the texts.
func (r run) never(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(r.serial, text) {
			t.Errorf("the board says %q; it says:\n%s", text, r.serial)
		}
	}
}

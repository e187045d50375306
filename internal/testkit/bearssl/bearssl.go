// Package bearssl runs real BearSSL, set up as the ESP8266 core does: one
// connection to a server, or a batch of certificates without one.
// testdata/bearssl.c says what the program takes and prints.
package bearssl

import (
	"bytes"
	_ "embed" // the program
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"espost/internal/testkit/need"
)

//go:embed testdata/bearssl.c
var source []byte

// build compiles the program, once a process. It lies in the user's cache, so
// that nothing has to be cleaned up.
var build = sync.OnceValues(func() (path string, err error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, "espost-bearssl")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path = filepath.Join(dir, "bearssl")
	own := fmt.Sprintf("%s.%d", path, os.Getpid()) // other processes may be at it
	cmd := exec.Command("cc", "-O1", "-o", own, "-x", "c", "-", "-lbearssl")
	cmd.Stdin = bytes.NewReader(source)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building with BearSSL: %w\n%s", err, out)
	}
	return path, os.Rename(own, path)
})

// Program returns the path of the program. Without a compiler or libbearssl-dev
// the test is skipped, or fails where nothing may be left out.
func Program(t testing.TB) string {
	t.Helper()
	need.Program(t, "cc")
	path, err := build()
	switch {
	case err == nil:
		return path
	case need.All():
		t.Fatal(err)
	}
	t.Skipf("SKIPPED: this test needs a C compiler and libbearssl-dev: %v", err)
	return ""
}

// Crash is what Batch says of a case that BearSSL crashed on.
const Crash = "crash"

// Batch returns the line that a process prints for each case, which is its words.
// After a crash another process goes on.
func Batch(t testing.TB, cases [][][]byte) (lines []string) {
	t.Helper()
	for len(lines) < len(cases) {
		var input []byte
		for _, words := range cases[len(lines):] {
			for _, w := range words {
				input = binary.BigEndian.AppendUint32(input, uint32(len(w)))
				input = append(input, w...)
			}
		}
		cmd := exec.Command(Program(t), "batch")
		cmd.Stdin = bytes.NewReader(input)
		out, err := cmd.Output()
		lines = append(lines, strings.Split(string(out), "\n")...)
		lines = lines[:len(lines)-1] // what is behind the last end of a line
		if _, ok := errors.AsType[*exec.ExitError](err); ok {
			lines = append(lines, Crash)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

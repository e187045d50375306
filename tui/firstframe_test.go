//go:build unix

package tui_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/creack/pty"
)

// The time from the start of the real program to its first frame on a
// pseudo-terminal, beside that of the smallest Bubble Tea program, in turns so
// that both have the same machine: the median of each, and how many times longer
// the app takes.
func BenchmarkFirstFrame(b *testing.B) {
	dir := b.TempDir()
	build := func(name, pkg string) string {
		path := filepath.Join(dir, name)
		cmd := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as a release is built
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("go build %s: %v\n%s", pkg, err, out)
		}
		return path
	}
	app, hello := build("espost", ".."), build("hello", "./testdata/hello")
	firstFrame(b, dir, hello, "hello, world") // so that both are in the cache
	firstFrame(b, dir, app, "Where will the board send")
	var apps, hellos []time.Duration
	for b.Loop() {
		hellos = append(hellos, firstFrame(b, dir, hello, "hello, world"))
		apps = append(apps, firstFrame(b, dir, app, "Where will the board send"))
	}
	slices.Sort(apps)
	slices.Sort(hellos)
	ours, theirs := apps[len(apps)/2], hellos[len(hellos)/2]
	b.ReportMetric(float64(ours.Microseconds())/1000, "espost-ms")
	b.ReportMetric(float64(theirs.Microseconds())/1000, "hello-ms")
	b.ReportMetric(float64(ours)/float64(theirs), "times")
}

// firstFrame runs a program until it shows text.
func firstFrame(b *testing.B, dir, program, text string) time.Duration {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), program)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "HOME="+dir, "XDG_STATE_HOME="+filepath.Join(dir, "state"))
	begun := time.Now()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	var shown bytes.Buffer
	buffer := make([]byte, 4096)
	for !bytes.Contains(shown.Bytes(), []byte(text)) {
		n, err := file.Read(buffer)
		shown.Write(buffer[:n])
		if err != nil {
			b.Fatalf("%s ended: %v\n%q", program, err, shown.String())
		}
	}
	return time.Since(begun)
}

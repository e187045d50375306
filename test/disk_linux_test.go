package test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/demo"
	"espost/internal/testkit/need"
)

// envDisk holds the folder where the test binary, as root of its own namespace,
// mounts a disk and fills it.
const envDisk = "ESPOST_TEST_DISK"

// With more or less room left, every command that writes succeeds and leaves the
// new files, or fails, says so and leaves the old ones: never a mixture, and no
// litter. The disk is a tmpfs of 512 KB.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv(envDisk); dir != "" {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=512k"); err != nil {
			t.Fatal(err)
		}
		fillAndWrite(t, dir, leave, 40, 2)
		return
	}
	unshare := need.Program(t, "unshare")
	if err := exec.CommandContext(t.Context(), unshare, "-rm", "true").Run(); err != nil {
		t.Skipf("SKIPPED: this user can't mount a disk (unshare: %v); TestShortFiles injects the fault", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), unshare, "-rm", self, "-test.run=^TestFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), envDisk+"="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// The same where no disk can be mounted: files can't grow beyond a limit.
func TestShortFiles(t *testing.T) {
	fillAndWrite(t, t.TempDir(), limit, 48, 6)
}

// leave fills the disk but for so many pages and returns what a command is run by.
func leave(t *testing.T, dir string, pages int) []string {
	t.Helper()
	path := filepath.Join(dir, "fill")
	fill, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer fill.Close()
	page := make([]byte, 4096)
	n := 0
	for ; err == nil; n++ {
		_, err = fill.Write(page)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := fill.Truncate(int64(max(0, n-1-pages) * len(page))); err != nil {
		t.Fatal(err)
	}
	return nil
}

// limit returns a command by which others are run with short files.
func limit(t *testing.T, _ string, blocks int) []string {
	t.Helper()
	return []string{"sh", "-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, blocks)}
}

// fillAndWrite runs the commands that write in dir, with room for 0 to most
// pages or blocks of 512 bytes, and before that with all they need.
func fillAndWrite(t *testing.T, dir string, squeeze func(t *testing.T, dir string, room int) []string, most, step int) {
	server, err := demo.Start(demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	espost := linkToSelf(t)
	run := func(prefix []string, args string) (status int, out string) {
		t.Helper()
		words := slices.Concat(prefix, []string{espost}, strings.Fields(args))
		cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
		cmd.Dir = dir
		text, err := cmd.CombinedOutput()
		if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), string(text)
	}
	start := "generate --target " + server.URL() + " --pin E952BE7D4BB1A92DF4126E8EE80FF132E491248D --field a=b -o porch --save espost.yaml"
	for _, args := range []string{
		"check --update --trust-new " + server.Fingerprint(), // the profile, then pins.h
		"generate --force --every 5m",                        // files of a folder that exists
		"generate -o shed",                                   // a new folder
		"generate -o shed --save shed.yaml",                  // and a new profile
	} {
		var failed, succeeded int
		var want map[string]string // how it is after success
		for room := -step; room <= most; room += step {
			if status, out := run(nil, start); status != 0 {
				t.Fatalf("status %d: %s", status, out)
			}
			before := snapshot(t, dir)
			var prefix []string
			if room >= 0 {
				prefix = squeeze(t, dir, room)
			}
			status, out := run(prefix, args)
			if reasons := strings.Count(out, "no space left") + strings.Count(out, "file too large"); status != 0 && (reasons != 1 || strings.Contains(out, ".espost-") || strings.Contains(out, "no space left") != strings.Contains(out, "make room on the disk")) {
				t.Errorf("%s, room %d: not one plain sentence: %s", args, room, out)
			}
			after := snapshot(t, dir)
			switch {
			case room < 0:
				want = after
				if status != 0 || maps.Equal(before, after) {
					t.Fatalf("%s: status %d: %s", args, status, out)
				}
			case status == 0:
				succeeded++
				if !maps.Equal(after, want) {
					t.Fatalf("%s, room %d: (-want +got)\n%s", args, room, cmp.Diff(want, after))
				}
			case status != 1:
				t.Fatalf("%s, room %d: status %d: %s", args, room, status, out)
			default:
				failed++
				if failed == 1 {
					t.Logf("%s", out)
				}
				for name, now := range after {
					if now != before[name] && now != want[name] {
						t.Fatalf("%s, room %d: %s is neither the old nor the new one:\n%s", args, room, name, now)
					}
				}
				if maps.Equal(after, want) {
					t.Fatalf("%s, room %d: nothing is missing, and the status is %d: %s", args, room, status, out)
				}
			}
			for _, name := range []string{"fill", "porch", "shed", "espost.yaml", "shed.yaml"} {
				if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
		t.Logf("%s: %d failed, %d succeeded", args, failed, succeeded)
		if failed == 0 || succeeded == 0 {
			t.Errorf("%s never failed or never succeeded: the range of rooms is wrong", args)
		}
	}
}

// snapshot describes what stands in dir, by name: a file, or a folder with all
// that is in it.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir || e.Name() == "fill" {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		var text []byte
		if info.Mode().IsRegular() {
			if text, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		top, _, _ := strings.Cut(name, string(filepath.Separator))
		found[top] += fmt.Sprintf("%s %v %x\n", name, info.Mode(), sha256.Sum256(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

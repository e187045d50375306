package sketchdir

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
)

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, e := range all {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = string(data)
	}
	return got
}

// twoFolders are an old state of a folder and a new one, which changes, adds and
// drops a file.
func twoFolders() (old, fresh []codegen.File) {
	return []codegen.File{{Path: "a.h", Data: []byte("old a")}, {Path: "b.h", Data: []byte("old b")}, {Path: "gone.h", Data: []byte("old")}},
		[]codegen.File{{Path: "a.h", Data: []byte("new a")}, {Path: "n.h", Data: []byte("new n")}, {Path: "b.h", Data: []byte("new b")}}
}

// What something else writes between the comparison and the writing is neither
// lost nor hidden.
func TestChangesMeanwhileAreKept(t *testing.T) {
	for _, name := range []string{"a.h", "b.h", "n.h", "gone.h"} {
		t.Run(name, func(t *testing.T) {
			old, fresh := twoFolders()
			dir := filepath.Join(t.TempDir(), "sketch")
			if _, err := Write(dir, old, Options{}); err != nil {
				t.Fatal(err)
			}
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			changes, known, err := compare(root, fresh)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte("just saved"), 0o644); err != nil {
				t.Fatal(err)
			}
			before := contents(t, dir)
			err = newUpdating(root).run(known, manifestOf(changes), changes)
			after := contents(t, dir)
			if after[name] != "just saved" {
				t.Errorf("%s holds %q now", name, after[name])
			}
			if name == "gone.h" { // nothing of the new state stands in its place
				return
			}
			if err == nil {
				t.Error("no error")
			}
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("the folder isn't as it was:\n%s", diff)
			}
		})
	}
}

// Whichever rename fails, the folder is as it was, or complete (when only the
// last manifest is missing), and in both cases nothing needs force.
func TestAnyRenameMayFail(t *testing.T) {
	old, fresh := twoFolders()
	for fail := 1; ; fail++ {
		dir := filepath.Join(t.TempDir(), "sketch")
		if _, err := Write(dir, old, Options{}); err != nil {
			t.Fatal(err)
		}
		before := contents(t, dir)
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		changes, known, err := compare(root, fresh)
		if err != nil {
			t.Fatal(err)
		}
		renames := 0
		u := newUpdating(root)
		u.rename = func(from, to string) error {
			if renames++; renames == fail {
				return errors.New("no")
			}
			return root.Rename(from, to)
		}
		err = u.run(known, manifestOf(changes), changes)
		if renames < fail {
			if err != nil || fail < 5 {
				t.Fatalf("after %d renames: %v", renames, err)
			}
			return
		}
		after := contents(t, dir)
		if err == nil {
			delete(after, manifestFile)
			if diff := cmp.Diff(map[string]string{"a.h": "new a", "b.h": "new b", "n.h": "new n"}, after); diff != "" {
				t.Errorf("rename %d failed without an error, and the folder is (-want +got):\n%s", fail, diff)
			}
		} else if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("rename %d failed (-before +after):\n%s", fail, diff)
		}
		if _, err := Write(dir, fresh, Options{}); err != nil {
			t.Errorf("after rename %d failed: %v", fail, err)
		}
	}
}

// envKillAt makes the test binary update the folder that it names, after a
// colon, and kill itself before that rename.
const envKillAt = "ESPOST_TEST_KILL_AT"

// Killed before any of its renames, an update leaves files of which each is the
// old or the new one, and the next Write completes it without force.
func TestKillAtEachRename(t *testing.T) {
	if at, dir, ok := strings.Cut(os.Getenv(envKillAt), ":"); ok {
		killAt(t, at, dir)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	old, fresh := twoFolders()
	for at := 1; ; at++ {
		dir := filepath.Join(t.TempDir(), "sketch")
		if _, err := Write(dir, old, Options{}); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestKillAtEachRename$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d:%s", envKillAt, at, dir))
		if out, err := cmd.CombinedOutput(); err == nil {
			if at < 5 {
				t.Errorf("there were only %d renames", at-1)
			}
			return
		} else if cmd.ProcessState.Exited() {
			t.Fatalf("the writer ended by itself: %v\n%s", err, out)
		}
		got := contents(t, dir)
		for _, name := range []string{"a.h", "b.h"} {
			if got[name] != "old "+name[:1] && got[name] != "new "+name[:1] {
				t.Errorf("killed before rename %d, %s is %q", at, name, got[name])
			}
		}
		if _, err := Write(dir, fresh, Options{}); err != nil {
			t.Fatalf("killed before rename %d: %v", at, err)
		}
		got = contents(t, dir)
		if got["a.h"] != "new a" || got["b.h"] != "new b" || got["n.h"] != "new n" || got["gone.h"] != "" {
			t.Errorf("killed before rename %d, the next Write left %q", at, got)
		}
	}
}

// killAt updates dir and dies before the rename of that number.
func killAt(t *testing.T, at, dir string) {
	_, fresh := twoFolders()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	changes, known, err := compare(root, fresh)
	if err != nil {
		t.Fatal(err)
	}
	renames := 0
	u := newUpdating(root)
	u.rename = func(from, to string) error {
		if renames++; strconv.Itoa(renames) == at {
			self, err := os.FindProcess(os.Getpid())
			if err != nil {
				return err
			}
			_ = self.Kill()
			select {} // until the signal is here
		}
		return root.Rename(from, to)
	}
	if err := u.run(known, manifestOf(changes), changes); err != nil {
		t.Fatal(err)
	}
}

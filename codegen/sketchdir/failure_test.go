package sketchdir_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/codegen/sketchdir"
)

// snapshot is what a folder holds.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, name := range entries(t, dir) {
		if info, err := os.Lstat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			all[name] = read(t, filepath.Join(dir, name))
		}
	}
	return all
}

// When a file can't be replaced (a folder has its name), nothing is.
func TestFailedWriteChangesNothing(t *testing.T) {
	p := tutorial()
	dir := filepath.Join(t.TempDir(), p.Name)
	write(t, p, dir)
	p.Every *= 2
	p.Target.Host = "example.com"
	for _, name := range []string{"wifi_link.h", "backoff.h"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "backoff.h"), 0o755); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	folder := generate(t, p)
	if _, err := sketchdir.Write(dir, folder, sketchdir.Options{Force: true}); fmt.Sprint(err) != "writing to "+dir+": backoff.h: it is a folder; the folder is as it was" {
		t.Fatalf("where a file's name is a folder's: %v", err)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("a failed Write changed the folder:\n%s", diff)
	}
}

// A crash between two renames leaves old and new files beside each other. The
// manifest knows both, so the next Write completes the work without force.
func TestCrashBetweenRenamesIsRepaired(t *testing.T) {
	p := tutorial()
	dir := filepath.Join(t.TempDir(), p.Name)
	write(t, p, dir)
	old := snapshot(t, dir)
	q := p
	q.Every *= 2
	q.Pin.SHA1 = []string{"0123456789012345678901234567890123456789"}
	write(t, q, dir)
	fresh := snapshot(t, dir)

	put(t, filepath.Join(dir, ".espost"), old[".espost"]+fresh[".espost"]) // step 2 done
	put(t, filepath.Join(dir, "config.h"), old["config.h"])                // step 3 half done
	for _, next := range []codegen.Project{q, p} {
		write(t, next, dir) // fails when it would need force
		for path, state := range states(compare(t, next, dir)) {
			if state != sketchdir.Kept {
				t.Errorf("after the repair, %s is %s", path, state)
			}
		}
	}
	if diff := cmp.Diff(old, snapshot(t, dir)); diff != "" {
		t.Errorf("writing the old project again (-want +got):\n%s", diff)
	}
}

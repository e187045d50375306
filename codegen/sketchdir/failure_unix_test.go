//go:build unix

package sketchdir_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"espost/codegen/sketchdir"
)

// A folder that is new appears complete or not at all. Nothing forbids root to
// write, so a run by root gives its rights up in a process of its own.
func TestFailedCreationLeavesNothing(t *testing.T) {
	const (
		asNobody = "ESPOST_TEST_AS_NOBODY"
		nobody   = 65534
	)
	if os.Geteuid() == 0 {
		if os.Getenv(asNobody) == "" {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFailedCreationLeavesNothing$", "-test.v")
			cmd.Env = append(os.Environ(), asNobody+"=1")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			return
		}
		if err := syscall.Setuid(nobody); err != nil {
			t.Fatal(err)
		}
	}
	parent := t.TempDir()
	if err := os.Chmod(parent, 0o500); err != nil {
		t.Fatal(err)
	}
	folder := generate(t, tutorial())
	dir := filepath.Join(parent, "porch_post")
	if _, err := sketchdir.Write(dir, folder, sketchdir.Options{}); fmt.Sprint(err) != "creating "+dir+": permission denied; nothing was written; choose another folder" {
		t.Errorf("in a folder that can't be written: %v", err)
	}
	if left := entries(t, parent); len(left) != 0 {
		t.Errorf("it left %v behind", left)
	}
}

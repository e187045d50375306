package sketchdir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espost/codegen"
)

// A new folder is renamed into place once it is filled, and Windows renames none
// that is open. Which folders are, /proc tells.
func TestAFilledFolderIsClosed(t *testing.T) {
	dir := t.TempDir()
	if _, err := fill(dir, []codegen.File{{Path: "a.h", Data: []byte("a"), Mode: 0o644}}); err != nil {
		t.Fatal(err)
	}
	open, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(open) == 0 {
		t.Fatal(open, err)
	}
	for _, fd := range open {
		if path, _ := os.Readlink(fd); strings.HasPrefix(path, dir) {
			t.Errorf("%s is still open", path)
		}
	}
}

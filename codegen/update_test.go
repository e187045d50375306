package codegen

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// Whichever rename fails, the folder is as it was, or complete (when only the
// last manifest is missing), and in both cases nothing needs force.
func TestAnyRenameMayFail(t *testing.T) {
	old := Folder{{Path: "a.h", Data: []byte("old a")}, {Path: "b.h", Data: []byte("old b")}, {Path: "gone.h", Data: []byte("old")}}
	fresh := Folder{{Path: "a.h", Data: []byte("new a")}, {Path: "n.h", Data: []byte("new n")}, {Path: "b.h", Data: []byte("new b")}}
	for fail := 1; ; fail++ {
		dir := filepath.Join(t.TempDir(), "sketch")
		if _, err := old.Write(dir, WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		before := contents(t, dir)
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		changes, known, err := fresh.compare(root)
		if err != nil {
			t.Fatal(err)
		}
		renames := 0
		u := &updating{root: root, suffix: ".espost-test", rename: func(from, to string) error {
			if renames++; renames == fail {
				return errors.New("no")
			}
			return root.Rename(from, to)
		}}
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
		if _, err := fresh.Write(dir, WriteOptions{}); err != nil {
			t.Errorf("after rename %d failed: %v", fail, err)
		}
	}
}

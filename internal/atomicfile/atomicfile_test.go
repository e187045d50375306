package atomicfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"espost/internal/atomicfile"
	"espost/internal/platform"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// A file is replaced with its permissions, and nothing stays beside it.
func TestWriteReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	put(t, path, "a longer old text")
	for _, text := range []string{"first", "second"} {
		if err := atomicfile.Write(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != text {
			t.Errorf("the file holds %q, %v", data, err)
		}
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if all := names(t, filepath.Dir(path)); len(all) != 1 {
		t.Errorf("litter: %q", all)
	}
}

// Whatever fails, the error names the file and nothing stays behind.
func TestErrorsNameTheFile(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "none", "a.txt"), folder} {
		err := atomicfile.Write(path, nil, 0o600)
		var e *fs.PathError
		if !errors.As(err, &e) || e.Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
	if all := names(t, dir); len(all) != 1 {
		t.Errorf("litter: %q", all)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	temporary := atomicfile.Temporary("a.h")
	put(t, filepath.Join(folder, temporary), "somebody else's")
	if err := atomicfile.Create(root, temporary, nil, 0o600); !errors.Is(err, fs.ErrExist) || strings.Contains(err.Error(), temporary) {
		t.Errorf("%v", err)
	}
	if data, err := os.ReadFile(filepath.Join(folder, temporary)); err != nil || string(data) != "somebody else's" {
		t.Errorf("a file that was there is %q, %v", data, err)
	}
}

// Of a full disk it is said what to do, whatever could not be written there.
func TestAFullDiskIsExplained(t *testing.T) {
	if platform.Here == platform.Windows {
		t.Skip("SKIPPED: Windows has other numbers, which package platform's test knows")
	}
	temporary := atomicfile.Temporary("a.h")
	for _, err := range []error{
		&fs.PathError{Op: "write", Path: temporary, Err: syscall.ENOSPC},
		&os.LinkError{Op: "rename", Old: temporary, New: "a.h", Err: syscall.ENOSPC},
	} {
		named := atomicfile.Named("a.h", atomicfile.Named("b.h", err)) // and once is enough
		if got := named.Error(); !strings.HasSuffix(got, " a.h: no space left on device (make room on the disk, then try again)") || !errors.Is(named, syscall.ENOSPC) {
			t.Errorf("%q", got)
		}
	}
}

// People open files, whatever the system's call for that is.
func TestOpening(t *testing.T) {
	err := atomicfile.Named("a.h", &fs.PathError{Op: "openat", Path: "b.h", Err: fs.ErrPermission})
	if err.Error() != "open a.h: permission denied" || !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}

// What is swept is old and is for that file; the caller decides on endings.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	young, mine := atomicfile.Temporary("a.txt"), ".a.txt.espost-notes"
	kept := []string{"a.txt", young, mine, atomicfile.Temporary("b.txt"), atomicfile.Temporary("a.txt") + "-saved"}
	old := time.Now().Add(-61 * time.Minute)
	for _, name := range append(kept, atomicfile.Temporary("a.txt")) {
		put(t, filepath.Join(dir, name), name)
		if name != young {
			if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := atomicfile.Write(path, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); len(got) != len(kept) {
		t.Errorf("left are %q, want %q", got, kept)
	}
}

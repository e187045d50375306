// Package atomicfile writes files whole or not at all: into a temporary file
// beside the place, synced, then renamed. Whoever reads the file, also after a
// crash, finds the old content or the new one.
//
// Nothing is written through a link: a link in the file's place is replaced.
// Errors are *fs.PathErrors that name the file, never the temporary one.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"espost/internal/lazyregexp"
	"espost/internal/platform"
)

// Write replaces the file at path, or creates it, with those permissions less
// the umask. It also removes what killed processes left there an hour ago or
// before.
func Write(path string, data []byte, perm fs.FileMode) error {
	dir, name := filepath.Split(path)
	root, err := os.OpenRoot(filepath.Clean(dir))
	if err != nil {
		return Named(path, err)
	}
	defer root.Close()
	temporary := Temporary(name)
	if err := Create(root, temporary, data, perm); err != nil {
		return Named(path, err)
	}
	// Replaces an existing file on Windows, too (Root.Rename: FILE_RENAME_REPLACE_IF_EXISTS).
	if err := root.Rename(temporary, name); err != nil {
		_ = root.Remove(temporary)
		return Named(path, err)
	}
	SyncFolder(root)
	Sweep(root, func(of, ending string) bool { return of == name && ending == "" })
	return nil
}

// Create creates a file that is not there yet and waits until it is on disk. It
// leaves none when it fails. The error names the file that a temporary name is for.
func Create(root *os.Root, name string, data []byte, perm fs.FileMode) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return Named(target(name), err)
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		_ = root.Remove(name)
	}
	return Named(target(name), err)
}

// temporary matches the names that Temporary returns, and an ending of the caller's.
var temporary = lazyregexp.New(`^\.(.+)\.espost-[A-Z2-7]{26}(-[a-z]+)?$`)

// Temporary returns a new name to write a file under until it is whole. The
// caller may add an ending, such as -saved, that Sweep then hands back.
func Temporary(name string) string { return "." + name + ".espost-" + rand.Text() }

// target returns the name that a temporary one is for.
func target(name string) string {
	if m := temporary.Get().FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return name
}

// Named puts the name that people know into an error of a file, a folder or a
// rename, and says what to do about a full disk.
func Named(name string, err error) error {
	var op string
	var cause error
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		op, cause = strings.Replace(path.Op, "openat", "open", 1), path.Err
	} else if link, ok := errors.AsType[*os.LinkError](err); ok {
		op, cause = "replace", link.Err
	} else {
		return err
	}
	if _, said := errors.AsType[*noRoomError](cause); !said && platform.Here.DiskFull(cause) {
		cause = &noRoomError{cause}
	}
	return &fs.PathError{Op: op, Path: name, Err: cause}
}

// A noRoomError is that of a full disk with what to do about it.
type noRoomError struct{ error }

func (e *noRoomError) Error() string {
	return e.error.Error() + " (make room on the disk, then try again)"
}

func (e *noRoomError) Unwrap() error { return e.error }

// abandoned is how old a temporary name must be to be nobody's any more.
const abandoned = time.Hour

// Sweep removes the temporary files and folders that killed processes left in a
// folder, if they are older than an hour and ours says that they may go: it is
// told the name that one is for and the ending, if any. It is best effort: what
// can't be removed stays.
func Sweep(root *os.Root, ours func(name, ending string) bool) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		m := temporary.Get().FindStringSubmatch(e.Name())
		if m == nil || !ours(m[1], m[2]) {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > abandoned {
			_ = root.RemoveAll(e.Name())
		}
	}
}

// SyncFolder asks that the names in a folder be on disk. It is a help after a
// crash, not a promise: some systems can't.
func SyncFolder(root *os.Root) {
	if folder, err := root.Open("."); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

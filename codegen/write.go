package codegen

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// WriteOptions say how far Folder.Write may go.
type WriteOptions struct {
	Force     bool     // replace every file that needs it
	Overwrite []string // replace these files though they need force
	Only      []string // leave all but these files of a folder that exists as they are; nil for none
}

func (o WriteOptions) allows(c Change) bool {
	return !c.State.NeedsForce() || o.Force || slices.Contains(o.Overwrite, c.Path)
}

// A ConflictError says which files kept Write from writing anything, since they
// aren't espost's or were edited since.
type ConflictError struct {
	Dir     string
	Changes []Change // those that need force
}

func (e *ConflictError) Error() string {
	names := make([]string, len(e.Changes))
	for i, c := range e.Changes {
		names[i] = c.Path + " (" + string(c.State) + ")"
	}
	return fmt.Sprintf("%s holds files that espost would overwrite: %s; nothing was written. Choose another folder, or force it",
		e.Dir, strings.Join(names, ", "))
}

// Write brings dir to the folder's state and returns what it did. Files that
// need force keep it from writing anything at all, with a *ConflictError,
// unless opts allow them.
//
// The folder is never half-written. A new one is filled under another name
// beside its place and then renamed. In one that exists
//
//  1. every new content goes to a temporary file first, so that a full disk or
//     a lacking permission shows before anything changed;
//  2. the manifest is replaced by one that knows the old and the new contents,
//     so that after a crash every file is recognised, and the next Write
//     completes the work;
//  3. the temporary files are renamed into place one after the other; when one
//     fails, those before it are put back;
//  4. what is obsolete is removed, and the manifest is cut down to what is there.
//
// What a killed process leaves are temporary files, which Git and the Arduino
// tools ignore and a later Write removes when they are an hour old.
//
// Nothing is written through a link: names are plain, access goes through an
// os.Root, and a rename replaces a link instead of following it.
func (f Folder) Write(dir string, opts WriteOptions) ([]Change, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", dir, err)
	}
	if err := f.checkName(dir); err != nil {
		return nil, err
	}
	var changes []Change
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if opts.Only != nil {
			return nil, fmt.Errorf("there is no folder %s; generate all of it first: %w", dir, fs.ErrNotExist)
		}
		changes, err = f.create(dir)
		if err != nil {
			return nil, fmt.Errorf("creating %s: %w; nothing was written", dir, err)
		}
		sweep(dir)
		return changes, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w; choose another folder", dir, err)
	}
	defer root.Close()
	changes, known, err := f.compare(root)
	if err != nil {
		return nil, fmt.Errorf("looking into %s: %w; nothing was written", dir, err)
	}
	if opts.Only != nil {
		changes = slices.DeleteFunc(changes, func(c Change) bool { return !slices.Contains(opts.Only, c.Path) })
	}
	if refused := slices.DeleteFunc(slices.Clone(changes), opts.allows); len(refused) > 0 {
		return nil, &ConflictError{Dir: dir, Changes: refused}
	}
	final := manifestOf(changes)
	if opts.Only != nil {
		final = known.with(final)
	}
	if err := update(root, known, final, changes); err != nil {
		return nil, fmt.Errorf("writing to %s: %w; the folder is as it was", dir, err)
	}
	sweep(dir)
	return changes, nil
}

// create makes a folder that doesn't exist yet, all at once.
func (f Folder) create(dir string) ([]Change, error) {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	beside := filepath.Join(parent, "."+filepath.Base(dir)+".espost-"+rand.Text())
	if err := os.Mkdir(beside, 0o755); err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(beside) }() // does nothing once it was renamed
	root, err := os.OpenRoot(beside)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	changes := f.allNew()
	for _, c := range changes {
		if err := writeNew(root, c.Path, c.data, c.mode); err != nil {
			return nil, err
		}
	}
	if err := writeNew(root, manifestFile, manifestOf(changes).bytes(), 0o644); err != nil {
		return nil, err
	}
	syncFolder(root)
	return changes, os.Rename(beside, dir)
}

// manifestOf lists what a folder holds of espost's after changes were made.
func manifestOf(changes []Change) manifest {
	m := make(manifest)
	for _, c := range changes {
		if c.Path != secretsFile && c.Path != readingsFile && c.State != Obsolete {
			m.add(c.Path, digestOf(c.data))
		}
	}
	return m
}

// writeNew creates a file with that content and waits until it is on disk. It
// leaves none when it fails.
func writeNew(root *os.Root, name string, data []byte, mode fs.FileMode) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
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
	return ofFile(name, err)
}

// ofFile names the file that people know in an error about a temporary one.
func ofFile(name string, err error) error {
	path, ok := errors.AsType[*fs.PathError](err)
	if !ok {
		return err
	}
	if m := temporary.FindStringSubmatch(name); m != nil {
		name = m[1]
	}
	return &fs.PathError{Op: path.Op, Path: name, Err: path.Err}
}

// syncFolder asks that the names in a folder be on disk. It is a help after a
// crash, not a promise: some systems can't.
func syncFolder(root *os.Root) {
	if folder, err := root.Open("."); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

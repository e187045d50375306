package sketchdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"espost/codegen"
	"espost/internal/atomicfile"
	"espost/internal/folderlock"
)

// Options say how far Write may go.
type Options struct {
	Force  bool     // replace every file that needs consent
	Agreed Changes  // what a person saw and agreed to; files that are there are replaced or removed only if they still are as compared then. nil for nobody.
	Only   []string // leave all but these files of a folder that exists as they are; nil for none
}

func (o Options) allows(c Change) bool {
	if o.Agreed != nil {
		return c.State.Loss() == "" || slices.ContainsFunc(o.Agreed, func(a Change) bool {
			// mutant TestOnlyWhatWasAgreedToIsReplaced: a.seen == c.seen => true
			return a.Path == c.Path && a.State == c.State && a.seen == c.seen
		})
	}
	// mutant TestForeignAndEditedFilesNeedConsent: o.Force || => true ||
	return o.Force || !c.State.NeedsConsent()
}

// A ConflictError says which files kept Write from writing anything: they need
// consent, or are no longer as they were when somebody agreed.
type ConflictError struct {
	Dir     string
	Changes Changes
	Since   bool // something was agreed to, and these changed since
}

func (e *ConflictError) Error() string {
	names := make([]string, len(e.Changes))
	for i, c := range e.Changes {
		names[i] = c.Path + " " + c.State.Loss()
		if e.Since {
			names[i] = c.Path
		}
	}
	if e.Since {
		return list(names) + " changed since you were asked; nothing was written. Write again to see what is there now"
	}
	return fmt.Sprintf("nothing was written to %s: %s. Choose another folder, or force it", e.Dir, strings.Join(names, "; "))
}

// Write brings dir to what files say and returns what it did. Files that need
// consent keep it from writing anything at all, with a *ConflictError, unless
// opts allow them.
//
// One espost writes at a time: another waits. The folder is never half-written. A new one is filled under another name
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
func Write(dir string, files []codegen.File, opts Options) (Changes, error) {
	if err := checkFiles(files); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", dir, err)
	}
	if err := checkName(dir, files); err != nil {
		return nil, err
	}
	release, err := folderlock.Take(filepath.Dir(dir))
	if err != nil {
		return nil, err
	}
	defer release()
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if opts.Only != nil {
			return nil, fmt.Errorf("there is no folder %s; generate all of it first: %w", dir, fs.ErrNotExist)
		}
		changes, err := create(dir, files)
		if err != nil {
			return nil, fmt.Errorf("creating %s: %w; nothing was written; choose another folder", dir, plain(dir, err))
		}
		sweepBeside(dir)
		return changes, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w; choose another folder", dir, plain(dir, err))
	}
	defer root.Close()
	changes, known, err := compare(root, files)
	if err != nil {
		return nil, fmt.Errorf("looking into %s: %w; nothing was written", dir, plain(dir, err))
	}
	if opts.Only != nil {
		changes = slices.DeleteFunc(changes, func(c Change) bool { return !slices.Contains(opts.Only, c.Path) })
	}
	if refused := slices.DeleteFunc(slices.Clone(changes), opts.allows); len(refused) > 0 {
		return nil, &ConflictError{Dir: dir, Changes: refused, Since: opts.Agreed != nil}
	}
	final := manifestOf(changes)
	if opts.Only != nil {
		final = known.with(final)
	}
	if err := newUpdating(root).run(known, final, changes); err != nil {
		return nil, fmt.Errorf("writing to %s: %w; the folder is as it was", dir, plain(dir, err))
	}
	sweepInside(root)
	sweepBeside(dir)
	return changes, nil
}

// plain is err without the system call's name, and without the path where that is dir's.
func plain(dir string, err error) error {
	path, ok := errors.AsType[*fs.PathError](err)
	switch {
	case !ok:
		return err
	case path.Path == dir:
		return path.Err
	}
	return fmt.Errorf("%s: %w", path.Path, path.Err)
}

// create makes a folder that doesn't exist yet, all at once.
func create(dir string, files []codegen.File) (Changes, error) {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, atomicfile.Named(parent, err)
	}
	beside := filepath.Join(parent, atomicfile.Temporary(filepath.Base(dir)))
	if err := os.Mkdir(beside, 0o755); err != nil {
		return nil, atomicfile.Named(dir, err)
	}
	defer func() { _ = os.RemoveAll(beside) }() // does nothing once it was renamed
	changes, err := fill(beside, files)
	if err != nil {
		return nil, err
	}
	return changes, atomicfile.Named(dir, os.Rename(beside, dir))
}

// fill writes files and manifest into an empty folder. It has closed the folder
// when it returns: Windows renames none that is open (os.OpenRoot lets others read
// and write meanwhile, not delete).
func fill(dir string, files []codegen.File) (Changes, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	changes := allNew(files)
	for _, c := range changes {
		if err := atomicfile.Create(root, c.Path, c.data, c.mode); err != nil {
			return nil, err
		}
	}
	if err := atomicfile.Create(root, manifestFile, manifestOf(changes).bytes(), 0o644); err != nil {
		return nil, err
	}
	atomicfile.SyncFolder(root)
	return changes, nil
}

// manifestOf lists what a folder holds of espost's after changes were made.
func manifestOf(changes Changes) manifest {
	m := make(manifest)
	for _, c := range changes {
		if c.Path != codegen.SecretsFile && !c.keep && c.State != Obsolete && c.State != Beside {
			m.add(c.Path, c.made) // of a merged one, too: what the user added stays the user's
		}
	}
	return m
}

// sweepInside removes what killed processes have left in a sketch's folder, but
// not an old content that may be the only one.
func sweepInside(root *os.Root) {
	atomicfile.Sweep(root, func(name, ending string) bool {
		_, err := root.Lstat(name)
		return ending == "" || ending == savedEnding && err == nil
	})
}

// sweepBeside removes what killed processes have left where they were creating dir.
func sweepBeside(dir string) {
	parent, err := os.OpenRoot(filepath.Dir(dir))
	if err != nil {
		return
	}
	defer parent.Close()
	atomicfile.Sweep(parent, func(name, ending string) bool { return name == filepath.Base(dir) && ending == "" })
}

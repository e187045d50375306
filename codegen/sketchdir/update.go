package sketchdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"espost/internal/atomicfile"
)

// An updating is one run of steps 1 to 4 of Write.
type updating struct {
	root   *os.Root
	rename func(from, to string) error
	names  map[string]string // temporary ones
	placed Changes           // replaced so far, or about to be
}

func newUpdating(root *os.Root) *updating {
	return &updating{root: root, rename: root.Rename, names: make(map[string]string)}
}

// run makes changes in an existing folder; known is its manifest, and final the
// one that it is to have then.
func (u *updating) run(known, final manifest, changes Changes) error {
	var todo, obsolete Changes
	for _, c := range changes {
		switch c.State {
		case Same, Kept, Beside:
		case Obsolete:
			obsolete = append(obsolete, c)
		default:
			todo = append(todo, c)
		}
	}
	if len(todo)+len(obsolete) == 0 && string(final.bytes()) == string(known.bytes()) {
		return nil
	}
	defer u.clean(todo)
	if err := u.prepare(todo); err != nil {
		return err
	}
	both := parseManifest(append(known.bytes(), final.bytes()...))
	if err := u.replace(manifestFile, both.bytes(), 0o644); err != nil {
		return err
	}
	if err := u.place(todo); err != nil {
		u.putBack()
		return errors.Join(err, u.replace(manifestFile, known.bytes(), 0o644))
	}
	for _, c := range obsolete {
		if !u.holds(c.Path, c.seen) {
			continue // it was edited just now: it is the user's
		}
		if err := u.root.Remove(c.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			final[c.Path] = known[c.Path] // it is tried again next time
		}
	}
	// All files are in place. Should this fail, the manifest knows a few contents
	// too many, which the next Write tidies up.
	_ = u.replace(manifestFile, final.bytes(), 0o644)
	atomicfile.SyncFolder(u.root)
	return nil
}

// savedEnding marks the temporary name of an old content.
const savedEnding = "-saved"

// fresh returns the temporary name of a new content, the same one each time.
func (u *updating) fresh(name string) string {
	if u.names[name] == "" {
		u.names[name] = atomicfile.Temporary(name)
	}
	return u.names[name]
}

func (u *updating) saved(name string) string { return u.fresh(name) + savedEnding }

// prepare writes every new content beside its place.
func (u *updating) prepare(changes Changes) error {
	for _, c := range changes {
		if info, err := u.root.Lstat(c.Path); err == nil && info.IsDir() {
			return &fs.PathError{Op: "replace", Path: c.Path, Err: errors.New("it is a folder")}
		}
		if err := atomicfile.Create(u.root, u.fresh(c.Path), c.data, c.mode); err != nil {
			return err
		}
	}
	return nil
}

// place renames the new contents into place, keeping the old ones under
// another name until all is done.
func (u *updating) place(changes Changes) error {
	for _, c := range changes {
		if c.State != New {
			if err := u.save(c.Path); err != nil {
				return err
			}
		}
		if c.State == New && u.exists(c.Path) {
			return changedMeanwhile(c.Path)
		}
		u.placed = append(u.placed, c) // also when the rename fails: save may have moved the old one
		if c.State != New && !u.holds(u.saved(c.Path), c.seen) {
			return changedMeanwhile(c.Path)
		}
		if err := u.rename(u.fresh(c.Path), c.Path); err != nil {
			return atomicfile.Named(c.Path, err)
		}
	}
	return nil
}

func (u *updating) exists(name string) bool {
	_, err := u.root.Lstat(name)
	return err == nil
}

// holds reports whether a file is as it was when it was compared: an editor may
// have saved it since, and that would be lost.
func (u *updating) holds(name, seen string) bool {
	_, _, now, err := identify(u.root, name)
	return err == nil && now == seen
}

func changedMeanwhile(name string) error {
	return fmt.Errorf("%s was changed just now by something else; try again", name)
}

// save keeps the old content under another name: the same file where the file
// system has links, so that it is never missing under its own.
func (u *updating) save(name string) error {
	if err := u.root.Link(name, u.saved(name)); err == nil {
		return nil
	}
	return atomicfile.Named(name, u.root.Rename(name, u.saved(name)))
}

// putBack undoes place.
func (u *updating) putBack() {
	for _, c := range slices.Backward(u.placed) {
		if c.State == New {
			_ = u.root.Remove(c.Path)
		} else {
			_ = u.root.Rename(u.saved(c.Path), c.Path)
		}
	}
}

// clean removes what temporary names are left.
func (u *updating) clean(changes Changes) {
	for _, c := range changes {
		_ = u.root.Remove(u.fresh(c.Path))
		_ = u.root.Remove(u.saved(c.Path))
	}
}

// replace puts one file in place at once.
func (u *updating) replace(name string, data []byte, mode fs.FileMode) error {
	if err := atomicfile.Create(u.root, u.fresh(name), data, mode); err != nil {
		return err
	}
	if err := u.rename(u.fresh(name), name); err != nil {
		return errors.Join(atomicfile.Named(name, err), u.root.Remove(u.fresh(name)))
	}
	return nil
}

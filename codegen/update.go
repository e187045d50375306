package codegen

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// An updating is one run of steps 1 to 4 of Folder.Write.
type updating struct {
	root   *os.Root
	rename func(from, to string) error
	suffix string   // of the temporary names
	placed []Change // replaced so far, or about to be
}

// update makes changes in an existing folder; known is its manifest, and final
// the one that it is to have then.
func update(root *os.Root, known, final manifest, changes []Change) error {
	u := &updating{root: root, rename: root.Rename, suffix: ".espost-" + rand.Text()}
	return u.run(known, final, changes)
}

func (u *updating) run(known, final manifest, changes []Change) error {
	var todo, obsolete []Change
	for _, c := range changes {
		switch c.State {
		case Same, Kept:
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
		if !u.holds(c.Path, c.was) {
			continue // it was edited just now: it is the user's
		}
		if err := u.root.Remove(c.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			final[c.Path] = known[c.Path] // it is tried again next time
		}
	}
	// All files are in place. Should this fail, the manifest knows a few contents
	// too many, which the next Write tidies up.
	_ = u.replace(manifestFile, final.bytes(), 0o644)
	syncFolder(u.root)
	return nil
}

func (u *updating) fresh(name string) string { return "." + name + u.suffix }
func (u *updating) saved(name string) string { return "." + name + u.suffix + "-saved" }

// prepare writes every new content beside its place.
func (u *updating) prepare(changes []Change) error {
	for _, c := range changes {
		if info, err := u.root.Lstat(c.Path); err == nil && info.IsDir() {
			return &fs.PathError{Op: "replace", Path: c.Path, Err: errors.New("it is a folder")}
		}
		if err := writeNew(u.root, u.fresh(c.Path), c.data, c.mode); err != nil {
			return err
		}
	}
	return nil
}

// place renames the new contents into place, keeping the old ones under
// another name until all is done.
func (u *updating) place(changes []Change) error {
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
		if c.State != New && !u.holds(u.saved(c.Path), c.was) {
			return changedMeanwhile(c.Path)
		}
		if err := u.rename(u.fresh(c.Path), c.Path); err != nil {
			return err
		}
	}
	return nil
}

func (u *updating) exists(name string) bool {
	_, err := u.root.Lstat(name)
	return err == nil
}

// holds reports whether a file is as it was when it was compared: an editor may
// have saved it since, and that would be lost. What was no text is replaced as it is.
func (u *updating) holds(name string, was []byte) bool {
	now, regular, err := readExisting(u.root, name)
	return was == nil || err == nil && regular && bytes.Equal(now, was)
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
	return u.root.Rename(name, u.saved(name))
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
func (u *updating) clean(changes []Change) {
	for _, c := range changes {
		_ = u.root.Remove(u.fresh(c.Path))
		_ = u.root.Remove(u.saved(c.Path))
	}
}

// replace puts one file in place at once.
func (u *updating) replace(name string, data []byte, mode fs.FileMode) error {
	if err := writeNew(u.root, u.fresh(name), data, mode); err != nil {
		return err
	}
	if err := u.rename(u.fresh(name), name); err != nil {
		return errors.Join(err, u.root.Remove(u.fresh(name)))
	}
	return nil
}

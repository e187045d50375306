package codegen

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// A State says what Folder.Write would do with a file.
type State string

// The states.
const (
	New      State = "new"      // isn't there yet: it is created
	Same     State = "same"     // is as it should be: it is left alone
	Changed  State = "changed"  // is espost's own, or only gains lines: it is updated
	Obsolete State = "obsolete" // is espost's own and no longer needed: it is removed
	Kept     State = "kept"     // is the user's own (readings.h): it is never touched
	Edited   State = "edited"   // is espost's own, but was edited since: it needs force
	Foreign  State = "foreign"  // is not espost's: it needs force
)

// NeedsForce reports whether Folder.Write refuses to go on without force.
func (s State) NeedsForce() bool { return s == Edited || s == Foreign }

// A Change is what writing a folder means for one file.
type Change struct {
	Path  string // within the folder
	State State
	Diff  string // a unified diff from what is there to what would be; "" where nothing changes or no text is there. Secrets are masked.
	Again bool   // what would be written is what espost wrote there last: at most the user's own edit differs

	data []byte // what is to be written
	was  []byte // what is there; nil where that is no file of ours to read
	mode fs.FileMode
}

// maxExisting is the longest existing file that is read; a longer one can't be
// espost's.
const maxExisting = 1 << 20

// Compare says what Write would do to dir, file by file: the folder's files in
// their order, then those that are obsolete. dir need not exist.
func (f Folder) Compare(dir string) ([]Change, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return f.allNew(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking into %s: %w; choose another folder", dir, err)
	}
	defer root.Close()
	changes, _, err := f.compare(root)
	if err != nil {
		return nil, fmt.Errorf("looking into %s: %w", dir, err)
	}
	return changes, nil
}

// check refuses a folder whose names could lead out of it.
func (f Folder) check() error {
	seen := make(map[string]bool)
	for _, file := range f {
		name := strings.ToLower(file.Path)
		if !plainName(file.Path) || name == manifestFile || seen[name] {
			return fmt.Errorf("%q can't be a file of a sketch folder", file.Path)
		}
		seen[name] = true
	}
	return nil
}

func (f Folder) allNew() []Change {
	changes := make([]Change, len(f))
	for i, file := range f {
		changes[i] = Change{Path: file.Path, State: New, data: file.Data, mode: file.Mode}
	}
	return changes
}

func (f Folder) compare(root *os.Root) ([]Change, manifest, error) {
	known, err := readManifest(root)
	if err != nil {
		return nil, nil, err
	}
	var changes []Change
	for _, file := range f {
		change, err := compareFile(root, known, file)
		if err != nil {
			return nil, nil, err
		}
		changes = append(changes, change)
	}
	for _, name := range obsolete(known, f) {
		data, text, err := readExisting(root, name)
		if err != nil || !text || !known.wrote(name, data) {
			continue // gone already, or edited: it is the user's now
		}
		changes = append(changes, Change{Path: name, State: Obsolete, Diff: diff(name, string(data), ""), was: data})
	}
	return changes, known, nil
}

// obsolete returns the names that known lists and f doesn't, sorted.
func obsolete(known manifest, f Folder) []string {
	var names []string
	for name := range known {
		if !slices.ContainsFunc(f, func(file File) bool { return strings.EqualFold(file.Path, name) }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func readManifest(root *os.Root) (manifest, error) {
	data, _, err := readExisting(root, manifestFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return parseManifest(data), nil
}

// Existing returns the file's content as it was compared, nil where there is no
// file that could be read.
func (c Change) Existing() []byte { return c.was }

// compareFile decides on one file of the folder.
func compareFile(root *os.Root, known manifest, file File) (Change, error) {
	change := Change{Path: file.Path, State: New, data: file.Data, mode: file.Mode, Again: known.wrote(file.Path, file.Data)}
	existing, regular, err := readExisting(root, file.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return change, nil
	case err != nil:
		return change, err
	case file.Keep:
		change.State = Kept
		return change, nil
	case !regular: // a link, a folder, a device, or far too long
		change.State = Foreign
		return change, nil
	}
	change.State, change.was = Changed, existing
	switch file.Path {
	case secretsFile:
		var replaced []string
		change.data, replaced = mergeSecrets(existing, file.Data)
		if len(replaced) > 0 {
			change.State = Edited
		}
		change.Diff = diff(file.Path, maskSecrets(existing, " // as it is"), maskSecrets(change.data, secretMark(replaced)))
	case ignoreFile:
		change.data = mergeIgnore(existing, file.Data)
		change.Diff = diff(file.Path, string(existing), string(change.data))
	default:
		change.Diff = diff(file.Path, string(existing), string(file.Data))
		if !known.wrote(file.Path, existing) {
			change.State = Edited
			if len(known[file.Path]) == 0 {
				change.State = Foreign
			}
		}
	}
	if string(existing) == string(change.data) {
		change.Diff = ""
		if !tooOpen(root, file) {
			change.State = Same
		}
	}
	return change, nil
}

// tooOpen reports that others may read the secrets, as they may after a copy:
// then the file is written anew.
func tooOpen(root *os.Root, file File) bool {
	info, err := root.Lstat(file.Path)
	return file.Path == secretsFile && runtime.GOOS != "windows" && err == nil && info.Mode().Perm()&^file.Mode != 0
}

// secretMark makes masked values differ in a diff when one is replaced.
func secretMark(replaced []string) string {
	if len(replaced) > 0 {
		return " // replaced: " + strings.Join(replaced, ", ")
	}
	return " // as it is"
}

// readExisting reads a file of the folder without following a link. regular is
// false for what isn't an ordinary file of a sensible length.
func readExisting(root *os.Root, name string) (data []byte, regular bool, err error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, false, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxExisting {
		return nil, false, nil
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, false, err
	}
	defer file.Close()
	if opened, err := file.Stat(); err != nil || !os.SameFile(info, opened) {
		return nil, false, err // another one was put in its place meanwhile
	}
	data, err = io.ReadAll(io.LimitReader(file, maxExisting+1))
	return data, err == nil && len(data) <= maxExisting, err
}

func diff(name, before, after string) string {
	return udiff.Unified(name+" as it is", name+" as generated", before, after)
}

// ErrFolderName is what Write returns when a folder's name isn't the sketch's.
var ErrFolderName = errors.New("the folder and the sketch have different names")

// checkName makes sure that dir is called as the sketch is, or no Arduino tool
// opens it.
func (f Folder) checkName(dir string) error {
	for _, file := range f {
		name, isSketch := strings.CutSuffix(file.Path, ".ino")
		if base := filepath.Base(dir); isSketch && base != name {
			return fmt.Errorf("%w: %s holds %s; name both alike, or the Arduino tools won't open it", ErrFolderName, base, file.Path)
		}
	}
	return nil
}

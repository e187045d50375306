package sketchdir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"espost/codegen"
	"espost/internal/lazyregexp"
	"espost/internal/platform"
)

// maxExisting is the longest existing file that is read; a longer one can't be
// espost's.
const maxExisting = 1 << 20

// Compare says what Write would do to dir, file by file. dir need not exist.
func Compare(dir string, files []codegen.File) (Changes, error) {
	if err := checkFiles(files); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return allNew(files), nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking into %s: %w; choose another folder", dir, plain(dir, err))
	}
	defer root.Close()
	changes, _, err := compare(root, files)
	if err != nil {
		return nil, fmt.Errorf("looking into %s: %w", dir, plain(dir, err))
	}
	return changes, nil
}

// checkFiles refuses names that could lead out of the folder.
func checkFiles(files []codegen.File) error {
	seen := make(map[string]bool)
	for _, file := range files {
		name := strings.ToLower(file.Path)
		if !plainName(file.Path) || name == manifestFile || seen[name] {
			return fmt.Errorf("%q can't be a file of a sketch folder", file.Path)
		}
		seen[name] = true
	}
	return nil
}

func allNew(files []codegen.File) Changes {
	changes := make(Changes, len(files))
	for i, file := range files {
		data := file.Data
		if file.Path == codegen.SecretsFile {
			data = drawPassword(data)
		}
		changes[i] = Change{Path: file.Path, State: New, data: data, made: digestOf(file.Data), mode: file.Mode, keep: file.Keep}
	}
	return changes
}

func compare(root *os.Root, files []codegen.File) (Changes, manifest, error) {
	known, err := readManifest(root)
	if err != nil {
		return nil, nil, err
	}
	var changes Changes
	for _, file := range files {
		change, err := compareFile(root, known, file)
		if err != nil {
			return nil, nil, err
		}
		changes = append(changes, change)
	}
	for _, name := range obsolete(known, files) {
		data, text, err := readExisting(root, name)
		digest := digestOf(data)
		if err != nil || !text || !known.wrote(name, digest) {
			continue // gone already, or edited: it is the user's now
		}
		changes = append(changes, Change{Path: name, State: Obsolete, Diff: diff(name, string(data), ""), was: data, seen: digest})
	}
	beside, err := sketchesBeside(root, changes)
	return append(changes, beside...), known, err
}

// sketchesBeside finds the sketches in a folder that changes neither write nor
// remove. The Arduino tools compile every .ino and .pde of a folder into one
// program (Arduino sketch specification, "Additional code files"), so a second
// setup or loop breaks the build; a tab without either is the user's.
func sketchesBeside(root *os.Root, changes Changes) (Changes, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var beside Changes
	for _, e := range entries {
		name := e.Name()
		known := slices.ContainsFunc(changes, func(c Change) bool { return strings.EqualFold(c.Path, name) })
		if extension := strings.ToLower(filepath.Ext(name)); known || extension != ".ino" && extension != ".pde" {
			continue
		}
		if data, text, err := readExisting(root, name); err == nil && text && entryPoint.Get().Match(data) {
			beside = append(beside, Change{Path: name, State: Beside, was: data, seen: digestOf(data)})
		}
	}
	return beside, nil
}

// entryPoint matches the definition of a function that a program has once.
var entryPoint = lazyregexp.New(`(?m)^[ \t]*void\s+(setup|loop)\s*\(`)

// obsolete returns the names that known lists and files doesn't, sorted.
func obsolete(known manifest, files []codegen.File) []string {
	var names []string
	for name := range known {
		if !slices.ContainsFunc(files, func(file codegen.File) bool { return strings.EqualFold(file.Path, name) }) {
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

// compareFile decides on one file of the folder.
func compareFile(root *os.Root, known manifest, file codegen.File) (Change, error) {
	made := digestOf(file.Data)
	change := Change{Path: file.Path, State: New, data: file.Data, made: made, mode: file.Mode, keep: file.Keep, Again: known.wrote(file.Path, made)}
	existing, regular, seen, err := identify(root, file.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if file.Path == codegen.SecretsFile {
			change.data = drawPassword(change.data)
		}
		return change, nil
	case err != nil:
		return change, err
	case file.Keep:
		change.State = Kept
		return change, nil
	case !regular: // a link, a folder, a device, or far too long
		change.State, change.seen = Foreign, seen
		return change, nil
	}
	change.State, change.was, change.seen = Changed, existing, seen
	switch file.Path {
	case codegen.SecretsFile:
		var replaced []string
		change.data, replaced = mergeSecrets(existing, file.Data)
		change.data = drawPassword(change.data)
		if len(replaced) > 0 {
			change.State = Edited
		}
		change.Diff = diff(file.Path, maskSecrets(existing, " // as it is"), maskSecrets(change.data, secretMark(replaced)))
	case ignoreFile:
		change.data = mergeIgnore(existing, file.Data)
		change.Diff = diff(file.Path, string(existing), string(change.data))
	default:
		if mergeable(file.Path) && !known.wrote(file.Path, seen) && len(known[file.Path]) > 0 {
			change.data = mergeBuild(file.Path, existing, file.Data)
			change.Diff = diff(file.Path, string(existing), string(change.data))
			break
		}
		change.Diff = diff(file.Path, string(existing), string(file.Data))
		if !known.wrote(file.Path, seen) {
			change.State = Edited
			if len(known[file.Path]) == 0 {
				change.State = Foreign
			}
		}
	}
	if string(existing) == string(change.data) {
		change.Diff = ""
		switch {
		case tooOpen(root, file): // mutant TestOpenSecretsAreClosed: tooOpen(root, file) => false
		case (file.Path == codegen.SecretsFile || mergeable(file.Path)) && string(existing) != string(file.Data):
			change.State = Kept
		default:
			change.State = Same
		}
	}
	return change, nil
}

// identify reads what stands under a name, and says in short what it is: two
// that are alike are the same content, or the same link or device.
func identify(root *os.Root, name string) (data []byte, regular bool, seen string, err error) {
	if data, regular, err = readExisting(root, name); err != nil || regular {
		return data, regular, digestOf(data), err
	}
	info, err := root.Lstat(name)
	if err != nil {
		return nil, false, "", err
	}
	return nil, false, fmt.Sprint(info.Mode(), info.Size(), info.ModTime().UnixNano()), nil
}

// tooOpen reports that others may read the secrets, as they may after a copy:
// then the file is written anew.
func tooOpen(root *os.Root, file codegen.File) bool {
	info, err := root.Lstat(file.Path)
	return file.Path == codegen.SecretsFile && err == nil && platform.Here.OthersRead(info.Mode())
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
	// mutant TestLinksAreNotFollowed: !info.Mode().IsRegular() || => false ||
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
func checkName(dir string, files []codegen.File) error {
	for _, file := range files {
		name, isSketch := strings.CutSuffix(file.Path, ".ino")
		if base := filepath.Base(dir); isSketch && base != name {
			return fmt.Errorf("%w: %s holds %s; name both alike, or the Arduino tools won't open it", ErrFolderName, base, file.Path)
		}
	}
	return nil
}

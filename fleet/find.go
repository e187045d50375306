package fleet

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"espost/codegen/sketchdir"
	"espost/imports"
)

// What a search costs at the most.
const (
	maxFound  = 100_000 // files
	maxSketch = 1 << 20 // bytes of a sketch that are read
	maxHead   = 4 << 10 // bytes in which a profile says that it is one
)

// Find returns the profiles and the sketches with a fingerprint below dir, in
// alphabetical order. It enters no hidden folder, no build folder and no symbolic
// link. A sketch that espost generated isn't among them: its profile is. What
// can't be read is left out and named.
func Find(dir string) (found, unread []string, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && path == dir:
			return err
		case err != nil:
			unread = append(unread, path)
			return nil //nolint:nilerr // the others are looked at
		case entry.IsDir():
			if path != dir && skipped(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		case !entry.Type().IsRegular():
			return nil
		}
		holds, err := holdsPin(path)
		if err != nil {
			unread = append(unread, path)
		}
		if holds {
			found = append(found, path)
		}
		if len(found) > maxFound {
			return fmt.Errorf("there are more than %d profiles and sketches below %s; name a folder further down", maxFound, dir)
		}
		return nil
	})
	slices.Sort(found)
	return found, unread, err
}

// skipped reports whether a folder holds nothing that a person has written:
// PlatformIO's .pio and git's own begin with a dot.
func skipped(name string) bool {
	return strings.HasPrefix(name, ".") || name == "build" || name == "node_modules"
}

// holdsPin reports whether a file is a profile, or a sketch with a fingerprint
// that no profile looks after.
func holdsPin(path string) (bool, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".yaml", ".yml":
		head, err := beginning(path, maxHead)
		return isProfile(head), err
	case ".ino":
		if sketchdir.Generated(filepath.Dir(path)) {
			return false, nil
		}
		text, err := beginning(path, maxSketch)
		return len(imports.Fingerprints(string(text))) > 0, err
	}
	return false, nil
}

// beginning reads the first bytes of a file.
func beginning(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

// isProfile finds the key that every profile begins with.
func isProfile(head []byte) bool {
	for line := range bytes.Lines(head) {
		if bytes.HasPrefix(line, []byte("espost:")) {
			return true
		}
	}
	return false
}

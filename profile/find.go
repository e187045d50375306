package profile

import (
	"os"
	"path/filepath"
	"strings"

	"espost/internal/problem"
)

// FileName is the file that a profile has where nobody names another.
const FileName = "espost.yaml"

// ExpandHome puts the user's folder in the place of a leading ~, as shells do.
func ExpandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && rest[0] != '/' && !os.IsPathSeparator(rest[0]) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, rest)
}

// Find returns the file of the profile that path means: path itself, or, where
// that is a folder, its espost.yaml, or else the profile beside it that wrote the
// sketch in it.
func Find(path string) (string, error) {
	path = ExpandHome(path)
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return path, nil //nolint:nilerr // Load says what is wrong with it
	}
	file := filepath.Join(path, FileName)
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	folder, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for _, pattern := range []string{"*.yaml", "*.yml"} {
		beside, _ := filepath.Glob(filepath.Join(escapeGlob(filepath.Dir(folder)), pattern)) // it fails only for a bad pattern
		for _, file := range beside {
			s, err := Open(file)
			if err == nil && s.LastFolder() == folder {
				return file, nil
			}
		}
	}
	return "", problem.New("no-profile", "there is no "+FileName+" in "+path+", and no profile beside it wrote a sketch there",
		"Name a profile's file, or make one of a sketch: espost import SKETCH.ino")
}

// escapeGlob has a path mean itself in a pattern.
func escapeGlob(path string) string {
	if filepath.Separator == '\\' { // where a pattern can't be escaped
		return path
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

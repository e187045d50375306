package profile

import (
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// abandoned is how old a temporary file must be to be nobody's any more.
const abandoned = time.Hour

// sweep removes the temporary files that killed processes have left beside
// path. It is best effort: what can't be removed stays.
func sweep(path string) {
	dir, base := filepath.Split(path)
	entries, err := os.ReadDir(filepath.Clean(dir + "."))
	if err != nil {
		return
	}
	temporary := regexp.MustCompile(`^\.` + regexp.QuoteMeta(base) + `\d+$`)
	for _, e := range entries {
		if !temporary.MatchString(e.Name()) {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > abandoned {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

package codegen

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// abandoned is how old a temporary name must be to be nobody's any more.
const abandoned = time.Hour

// temporary matches the names of updating and create: that of what is being
// written, then crypto/rand.Text, then perhaps what marks an old content.
var temporary = regexp.MustCompile(`^\.(.+)\.espost-[A-Z2-7]{26}(-saved)?$`)

// sweep removes what killed processes have left in a sketch's folder, and beside
// it where they were creating one. It is best effort: what can't be removed
// stays.
func sweep(dir string) {
	sweepFolder(dir, func(name string, saved bool) bool {
		if !saved {
			return true
		}
		_, err := os.Lstat(filepath.Join(dir, name)) // or the old content may be the only one
		return err == nil
	})
	base := filepath.Base(dir)
	sweepFolder(filepath.Dir(dir), func(name string, saved bool) bool { return name == base && !saved })
}

// sweepFolder removes those abandoned temporary names of a folder that ours
// says yes to.
func sweepFolder(dir string, ours func(name string, saved bool) bool) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		m := temporary.FindStringSubmatch(e.Name())
		if m == nil || !ours(m[1], m[2] != "") {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > abandoned {
			_ = root.RemoveAll(e.Name())
		}
	}
}

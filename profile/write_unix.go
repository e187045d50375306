//go:build !windows

package profile

import (
	"path/filepath"

	"github.com/google/renameio/v2"
)

// writeAtomically replaces path by a new file: synced, then renamed. The
// temporary file stands beside it, so that a full disk is noticed before.
func writeAtomically(path string, text []byte) error {
	return renameio.WriteFile(path, text, fileMode,
		renameio.WithTempDir(filepath.Dir(path)),
		renameio.WithStaticPermissions(fileMode))
}

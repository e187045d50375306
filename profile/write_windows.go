package profile

import (
	"errors"
	"os"
	"path/filepath"
)

// writeAtomically replaces path by a new file: synced, then renamed, which on
// Windows replaces an existing file too (os.Rename: MoveFileEx).
func writeAtomically(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path))
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package folderlock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// stale is the age at which a lock's file is a killed process's.
const stale = time.Minute

// tryLock creates a file that nobody else can have created.
func tryLock(dir string) (release func(), err error) {
	name := filepath.Join(dir, ".espost-lock")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrPermission) && exists(name) { // Windows refuses while it is being removed
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > stale {
			_ = os.Remove(name)
		}
		return nil, errHeld
	}
	if err != nil {
		return nil, err
	}
	f.Close()
	return func() { _ = os.Remove(name) }, nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// Package folderlock lets one espost at a time write into a folder: a second one
// waits, so that neither finds the other's work half done.
package folderlock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	patience = 10 * time.Second // writing takes milliseconds
	pause    = 5 * time.Millisecond
)

// errHeld is tryLock's where somebody else has the lock.
var errHeld = errors.New("the folder is locked")

// Take waits until no other espost writes into dir, or into the nearest folder
// above it that exists. release may be called once. The lock ends with the
// process, however that ends. Where the file system knows no locks, it is
// granted.
func Take(dir string) (release func(), err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", dir, err)
	}
	for _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir; _, err = os.Stat(dir) {
		dir = filepath.Dir(dir)
	}
	for end := time.Now().Add(patience); ; time.Sleep(pause) {
		release, err := tryLock(dir)
		switch {
		case err == nil:
			return release, nil
		case !errors.Is(err, errHeld):
			return func() {}, nil // what is wrong with the folder shows when it is written to
		case time.Now().After(end):
			return nil, fmt.Errorf("another espost is writing to %s; wait until it is done, then try again", dir)
		}
	}
}

package rig

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// unused is how long something may lie in the cache without being asked for.
const unused = 3 * 24 * time.Hour

// cacheFolder is where what was compiled is kept. What nobody asked for of late
// is removed when it is first used in a process.
var cacheFolder = sync.OnceValues(func() (string, error) {
	parent, err := os.UserCacheDir()
	if err != nil {
		parent = os.TempDir()
	}
	dir := filepath.Join(parent, "espost-rig")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > unused {
			_ = os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
	return dir, err
})

// running are the entries that this process makes or has made, so that two tests
// don't make the same one.
var running sync.Map // key to func() (string, error)

// cached returns the folder that holds what fill makes, by a key of all that it
// depends on. Processes may work on the same key: each fills a folder of its own,
// and the first to rename it into place has it used by all.
func cached(key string, fill func(dir string) error) (string, error) {
	once, _ := running.LoadOrStore(key, sync.OnceValues(func() (string, error) {
		parent, err := cacheFolder()
		if err != nil {
			return "", err
		}
		dir := filepath.Join(parent, key)
		now := time.Now()
		if os.Chtimes(dir, now, now) == nil {
			return dir, nil
		}
		fresh, err := os.MkdirTemp(parent, "making-")
		if err != nil {
			return "", err
		}
		defer os.RemoveAll(fresh) // does nothing once it was renamed
		if err := fill(fresh); err != nil {
			return "", err
		}
		if err := os.Rename(fresh, dir); err != nil && !errors.Is(err, fs.ErrExist) {
			if _, exists := os.Stat(dir); exists != nil {
				return "", err
			}
		}
		return dir, nil
	}))
	return once.(func() (string, error))()
}

// keyOf makes a key of texts.
func keyOf(texts ...string) string {
	sum := sha256.New()
	for _, text := range texts {
		fmt.Fprintf(sum, "%d %s", len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:20])
}

// toolchain tells compilers and libraries apart whose objects don't mix.
var toolchain = sync.OnceValues(func() (string, error) {
	version, err := exec.Command("g++", "--version").Output()
	if err != nil {
		return "", err
	}
	header, err := os.Stat("/usr/include/bearssl.h")
	if err != nil {
		return string(version), nil // it is elsewhere, or the compiler will say that it is missing
	}
	return fmt.Sprint(string(version), header.Size(), header.ModTime().UnixNano()), nil
})

//go:build unix

package profile_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"espost/profile"
)

// A pipe that nobody writes to is empty, and not waited for.
func TestLoadDoesNotWaitForPipes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.yaml")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := profile.Load(path); err == nil {
		t.Error("an empty pipe is a profile")
	}
}

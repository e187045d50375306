//go:build unix

package profile_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"espost/profile"
)

// A pipe that nobody writes to is refused, not waited for.
func TestLoadRefusesPipes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.yaml")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := profile.Load(path); err == nil || !strings.Contains(err.Error(), "device or a pipe") {
		t.Errorf("a pipe: %v", err)
	}
	if _, err := profile.Load(os.DevNull); err == nil || !strings.Contains(err.Error(), "device or a pipe") {
		t.Errorf("a device: %v", err)
	}
}

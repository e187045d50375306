package platform_test

import (
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"espost/internal/platform"
)

const linux platform.OS = "linux"

// A mode counts where it means something.
func TestModes(t *testing.T) {
	for mode, want := range map[fs.FileMode]bool{0o600: false, 0o400: false, 0o644: true, 0o660: true, 0o602: true, 0o666: true} {
		if linux.OthersRead(mode) != want {
			t.Errorf("linux: %o is for others: %v", mode, !want)
		}
		if platform.Windows.OthersRead(mode) {
			t.Errorf("Windows: a mode of %o is believed", mode)
		}
	}
}

// What Windows does otherwise is said there, and only there.
func TestWindows(t *testing.T) {
	env := func(name string) string { return map[string]string{"SystemRoot": "C:/Windows"}[name] }
	if got := filepath.ToSlash(platform.Windows.HostsFile(env)); got != "C:/Windows/System32/drivers/etc/hosts" {
		t.Errorf("the table of names is %s", got)
	}
	if got := linux.HostsFile(env); got != "/etc/hosts" {
		t.Errorf("the table of names is %s", got)
	}
	if note := platform.Windows.PrivacyNote("arduino_secrets.h"); !strings.Contains(note, "arduino_secrets.h") || linux.PrivacyNote("a") != "" {
		t.Errorf("%q", note)
	}
	if !platform.Windows.DeniedIsBusy() || linux.DeniedIsBusy() {
		t.Error("a port that is denied is forbidden on Linux and busy on Windows")
	}
}

// A full disk and a used-up quota are told by what the system calls them.
func TestDiskFull(t *testing.T) {
	wrapped := &fs.PathError{Op: "write", Path: "a", Err: syscall.ENOSPC}
	if !linux.DiskFull(wrapped) || !linux.DiskFull(syscall.EDQUOT) || linux.DiskFull(fs.ErrPermission) || linux.DiskFull(nil) {
		t.Error("Linux")
	}
	if !platform.Windows.DiskFull(syscall.Errno(112)) || !platform.Windows.DiskFull(syscall.Errno(39)) || platform.Windows.DiskFull(fs.ErrPermission) {
		t.Error("Windows")
	}
}

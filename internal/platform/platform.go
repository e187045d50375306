// Package platform has the few things that espost decides by the system it runs
// on, as methods that can be asked on any system.
package platform

import (
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"syscall"
)

// An OS is a system by Go's name of it.
type OS string

// Here is the one that espost runs on.
const Here = OS(runtime.GOOS)

// Windows is named where it is the exception.
const Windows OS = "windows"

// OthersRead reports whether a file's mode lets anybody but its owner read it, or
// more than that. On Windows a mode says nothing: there the folder's access list
// decides, and Go shows every file as readable by all (os.Chmod).
func (o OS) OthersRead(mode fs.FileMode) bool { return o != Windows && mode.Perm()&0o077 != 0 } // mutant TestModes: 0o077 => 0o000

// PrivacyNote says who can read a file that is for its owner alone, where espost
// can't see to that; empty elsewhere.
func (o OS) PrivacyNote(file string) string {
	if o != Windows {
		return ""
	}
	return "Windows lets everybody read " + file + " who may read its folder: keep it below your user folder, where that is you and administrators."
}

// DeniedIsBusy reports that a serial port which another program has open is
// refused as forbidden is elsewhere: ERROR_ACCESS_DENIED.
func (o OS) DeniedIsBusy() bool { return o == Windows }

// DiskFull reports that there is no room for a file, on the disk or in what its user
// may take of it. On Windows that is ERROR_HANDLE_DISK_FULL or ERROR_DISK_FULL, 39
// and 112 (Windows documentation, "System Error Codes (0-499)").
func (o OS) DiskFull(err error) bool {
	if o == Windows {
		return errors.Is(err, syscall.Errno(39)) || errors.Is(err, syscall.Errno(112))
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// HostsFile is where the system's own table of names lies. getenv is os.Getenv.
func (o OS) HostsFile(getenv func(string) string) string {
	if o == Windows {
		return filepath.Join(getenv("SystemRoot"), "System32", "drivers", "etc", "hosts")
	}
	return "/etc/hosts"
}

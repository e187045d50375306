package profile_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"espost/profile"
)

// A profile is replaced, never written through a link, and is the user's alone
// whatever stood there.
func TestLinksAreNotFollowed(t *testing.T) {
	dir := t.TempDir()
	outside, path := filepath.Join(dir, "outside.yaml"), filepath.Join(dir, "espost.yaml")
	const before = "espost: 1\ntarget: https://before.example/\n"
	if err := os.WriteFile(outside, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, path); err != nil {
		t.Skip("SKIPPED: this system has no symbolic links")
	}
	if err := profile.New(target("https://after.example/post")).Save(path); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(outside); err != nil || string(data) != before {
		t.Errorf("a link was followed: the file outside is %q now (%v)", data, err)
	}
	if info, err := os.Lstat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("the profile has mode %v (%v), want 0600", info.Mode(), err)
	}
}

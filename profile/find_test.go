package profile_test

import (
	"os"
	"path/filepath"
	"testing"

	"espost/profile"
	"espost/request"
)

// A folder stands for the profile in it, or for the one that wrote the sketch in it.
func TestFind(t *testing.T) {
	base := filepath.Join(t.TempDir(), "with [brackets]")
	t.Setenv("HOME", base)
	t.Setenv("USERPROFILE", base)
	for _, folder := range []string{"home", "garden", "empty"} {
		if err := os.MkdirAll(filepath.Join(base, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	save := func(file, folder string) {
		p := profile.New(request.Target{Host: "porch.example.com", Port: 443, Path: "/"})
		p.Folder = folder
		if err := p.Save(filepath.Join(base, file)); err != nil {
			t.Fatal(err)
		}
	}
	save("home/espost.yaml", "")
	save("porch.yaml", "porch")
	save("garden.yml", "garden")
	for path, want := range map[string]string{
		"home": "home/espost.yaml", "garden": "garden.yml", "porch.yaml": "porch.yaml", "none.yaml": "none.yaml",
	} {
		for _, path := range []string{filepath.Join(base, path), "~/" + path} {
			got, err := profile.Find(path)
			if err != nil || got != filepath.Join(base, want) {
				t.Errorf("%s: %s, %v", path, got, err)
			}
		}
	}
	if got, err := profile.Find(filepath.Join(base, "empty")); err == nil {
		t.Errorf("an empty folder is %s", got)
	}
	if got := profile.ExpandHome("~other/x"); got != "~other/x" {
		t.Errorf("another's folder became %s", got)
	}
}

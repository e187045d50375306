package profile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espost/profile"
)

// A credential that somebody wrote into the file is used, told about, and gone
// with the next save, comments and the rest staying.
func TestCredentialsInClear(t *testing.T) {
	file := filepath.Join(t.TempDir(), "espost.yaml")
	const text = "espost: 2\ntarget: https://porch.example/post\nrequest:\n  headers:\n    - {name: Authorization, value: Bearer hunter2} # mine\n    - {name: X-Device, value: porch}\n  fields:\n    - name: token\n      value: hunter3\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := profile.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if h, f := s.Request.Headers[0], s.Request.Fields[0]; !h.Secret || h.Value != "Bearer hunter2" || !f.Secret || f.Value != "hunter3" || s.Request.Headers[1].Secret {
		t.Errorf("read as %+v, %+v", s.Request.Headers, s.Request.Fields)
	}
	for i, where := range []string{"request.headers[0]", "request.fields[0]"} {
		if len(s.Warnings) != 2 || s.Warnings[i].Where != where || s.Warnings[i].Code != profile.CodeInClear || strings.Contains(s.Warnings[i].Error(), "hunter") {
			t.Fatalf("warnings are %+v", s.Warnings)
		}
	}
	if err := s.Save(); err != nil {
		t.Fatal(err)
	}
	saved, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(saved), "hunter") || !strings.Contains(string(saved), "# mine\n    - {name: X-Device, value: porch}") {
		t.Errorf("saved as\n%s", saved)
	}
	if again, err := profile.Open(file); err != nil || again.Warnings != nil {
		t.Errorf("read again: %v, %+v", err, again.Warnings)
	}
}

// Nor is one written that was never marked.
func TestUnmarkedCredentialsAreNotSaved(t *testing.T) {
	p, err := profile.Parse([]byte("espost: 2\ntarget: https://porch.example/post\n"))
	if err != nil {
		t.Fatal(err)
	}
	p.Request.Fields[0].Name, p.Request.Fields[0].Value = "password", "hunter2"
	file := filepath.Join(t.TempDir(), "espost.yaml")
	if err := p.Save(file); err != nil {
		t.Fatal(err)
	}
	if saved, err := os.ReadFile(file); err != nil || strings.Contains(string(saved), "hunter2") || strings.Contains(string(p.Bytes()), "hunter2") {
		t.Errorf("%v\n%s", err, saved)
	}
	if p.Request.Fields[0].Secret {
		t.Error("saving changed the profile in memory")
	}
}

package sketchdir_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/codegen/sketchdir"
	"espost/esp8266"
	"espost/request"
)

// states maps the files of a comparison to their states, leaving out the same.
func states(changes sketchdir.Changes) map[string]sketchdir.State {
	m := make(map[string]sketchdir.State)
	for _, c := range changes {
		if c.State != sketchdir.Same {
			m[c.Path] = c.State
		}
	}
	return m
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// entries lists a folder.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

func TestRenewedPinChangesPinsAndManual(t *testing.T) {
	p := tutorial()
	dir := filepath.Join(t.TempDir(), p.Name)
	write(t, p, dir)
	put(t, filepath.Join(dir, "readings.h"), "// mine\n")
	p.Pin.SHA1 = []string{strings.Repeat("AB", 20)}
	p.Pin.Expires = p.Pin.Expires.AddDate(0, 3, 0)
	want := map[string]sketchdir.State{"pins.h": sketchdir.Changed, "README.md": sketchdir.Changed, "readings.h": sketchdir.Kept} // the manual shows the fingerprint
	if diff := cmp.Diff(want, states(write(t, p, dir))); diff != "" {
		t.Errorf("writing again changed (-want +got):\n%s", diff)
	}
	if got := read(t, filepath.Join(dir, "readings.h")); got != "// mine\n" {
		t.Errorf("readings.h is %q now", got)
	}
	if got := states(compare(t, p, dir)); len(got) != 1 {
		t.Errorf("after writing, a comparison still finds %v", got)
	}
}

func TestForeignAndEditedFilesNeedConsent(t *testing.T) {
	p := tutorial()
	dir := filepath.Join(t.TempDir(), p.Name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "config.h"), "// somebody else's\n")
	folder := generate(t, p)
	refused := func(want map[string]sketchdir.State) {
		t.Helper()
		before := entries(t, dir)
		_, err := sketchdir.Write(dir, folder, sketchdir.Options{})
		var conflict *sketchdir.ConflictError
		if !errors.As(err, &conflict) {
			t.Fatalf("Write: %v, want a ConflictError", err)
		}
		if diff := cmp.Diff(want, states(conflict.Changes)); diff != "" {
			t.Errorf("conflicts (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(before, entries(t, dir)); diff != "" {
			t.Errorf("a refused Write left traces:\n%s", diff)
		}
	}
	refused(map[string]sketchdir.State{"config.h": sketchdir.Foreign})
	if got := read(t, filepath.Join(dir, "config.h")); got != "// somebody else's\n" {
		t.Errorf("a refused Write changed config.h to %q", got)
	}
	if _, err := sketchdir.Write(dir, folder, sketchdir.Options{Agreed: compare(t, p, dir)}); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "form.h"), "// edited\n")
	refused(map[string]sketchdir.State{"form.h": sketchdir.Edited})
	if _, err := sketchdir.Write(dir, folder, sketchdir.Options{Force: true}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(read(t, filepath.Join(dir, "form.h")), "edited") {
		t.Error("force didn't replace form.h")
	}
}

func TestDiffShowsTheLinesThatDiffer(t *testing.T) {
	p := tutorial()
	dir := filepath.Join(t.TempDir(), p.Name)
	write(t, p, dir)
	p.Every *= 2
	for _, c := range compare(t, p, dir) {
		if c.Path == "config.h" {
			for _, line := range []string{"-constexpr unsigned long EVERY_MS = 60000UL;", "+constexpr unsigned long EVERY_MS = 120000UL;"} {
				if !strings.Contains(c.Diff, line) {
					t.Errorf("the diff lacks %q:\n%s", line, c.Diff)
				}
			}
			return
		}
	}
	t.Error("config.h isn't compared")
}

func TestSecretsSurvive(t *testing.T) {
	p := tutorial()
	p.Password = "first secret"
	dir := filepath.Join(t.TempDir(), p.Name)
	write(t, p, dir)
	path := filepath.Join(dir, "arduino_secrets.h")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("arduino_secrets.h has mode %v (%v), want 0600", info.Mode(), err)
	}
	if strings.Contains(read(t, filepath.Join(dir, ".espost")), "arduino_secrets") {
		t.Error("the manifest holds a digest of the secrets")
	}
	p.SSID, p.Password = "", ""
	p.Fields = append(p.Fields, request.Field{Name: "token", Secret: true})
	write(t, p, dir)
	for _, line := range []string{`#define SECRET_PASS "first secret"`, `#define SECRET_FIELD_TOKEN "YOUR_SECRET"`} {
		if got := read(t, path); !strings.Contains(got, line) {
			t.Errorf("the secrets lack %s:\n%s", line, got)
		}
	}
	p.SSID, p.Password = "home", "second secret"
	for _, c := range compare(t, p, dir) {
		if c.Path == "arduino_secrets.h" && (c.State != sketchdir.Edited || strings.Contains(c.Diff, "secret\"") || !strings.Contains(c.Diff, "SECRET_PASS")) {
			t.Errorf("replacing a secret is %s and shows\n%s", c.State, c.Diff)
		}
	}
}

func TestModulesThatAreNoLongerNeededGo(t *testing.T) {
	p := tutorial()
	rows := p.Fields
	p.LED, p.Fields = true, []request.Field{{Name: "n", Source: esp8266.SourceCounter}}
	dir := filepath.Join(t.TempDir(), p.Name)
	write(t, p, dir)
	put(t, filepath.Join(dir, "led.h"), "// edited: the user's now\n")
	p.LED, p.Fields = false, rows
	write(t, p, dir)
	if _, err := os.Stat(filepath.Join(dir, "counter.h")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("counter.h is still there: %v", err)
	}
	if read(t, filepath.Join(dir, "led.h")) != "// edited: the user's now\n" {
		t.Error("an edited led.h was touched")
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	p := tutorial()
	outside := filepath.Join(t.TempDir(), "outside")
	put(t, outside, "untouched")
	dir := filepath.Join(t.TempDir(), p.Name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config.h", "arduino_secrets.h", ".gitignore", "readings.h"} {
		if err := os.Symlink(outside, filepath.Join(dir, name)); err != nil {
			t.Skip("SKIPPED: this system has no symbolic links")
		}
	}
	folder := generate(t, p)
	if _, err := sketchdir.Write(dir, folder, sketchdir.Options{}); err == nil {
		t.Error("Write took links for its own files")
	}
	if _, err := sketchdir.Write(dir, folder, sketchdir.Options{Force: true}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, outside); got != "untouched" {
		t.Errorf("a link was followed: the file outside is %q now", got)
	}
}

// Secrets that others may read, as they may after a copy or a checkout, are
// written anew for the user alone.
func TestOpenSecretsAreClosed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: this system has no modes")
	}
	p := tutorial()
	p.SSID, p.Password = "home", "a secret"
	dir := filepath.Join(t.TempDir(), p.Name)
	write(t, p, dir)
	path := filepath.Join(dir, "arduino_secrets.h")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := states(compare(t, p, dir)); got["arduino_secrets.h"] != sketchdir.Changed {
		t.Errorf("the comparison finds %v", got)
	}
	write(t, p, dir)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("arduino_secrets.h has mode %v (%v), want 0600", info.Mode(), err)
	}
	if !strings.Contains(read(t, path), "a secret") {
		t.Error("the secret is gone")
	}
}

// A file far longer than any of espost's isn't read, and isn't taken for one.
func TestHugeFilesAreForeign(t *testing.T) {
	p := tutorial()
	dir := filepath.Join(t.TempDir(), p.Name)
	write(t, p, dir)
	for _, name := range []string{"arduino_secrets.h", ".gitignore"} { // both are merged otherwise
		if err := os.Truncate(filepath.Join(dir, name), 1<<20); err != nil {
			t.Fatal(err)
		}
		if state := states(compare(t, p, dir))[name]; state == sketchdir.Foreign {
			t.Errorf("%s of 1 MB is foreign", name)
		}
		if err := os.Truncate(filepath.Join(dir, name), 1<<20+1); err != nil {
			t.Fatal(err)
		}
		if state := states(compare(t, p, dir))[name]; state != sketchdir.Foreign {
			t.Errorf("%s of more than 1 MB is %s", name, state)
		}
	}
}

func TestNamesStayInTheFolder(t *testing.T) {
	for _, name := range []string{"../a.h", "a/b.h", `a\b.h`, "", ".", "..", "c:a.h", ".espost", "nul.h"} {
		folder := []codegen.File{{Path: name, Data: []byte("x"), Mode: 0o644}}
		dir := filepath.Join(t.TempDir(), "sketch")
		if _, err := sketchdir.Write(dir, folder, sketchdir.Options{}); err == nil {
			t.Errorf("Write took the name %q", name)
		}
		if _, err := sketchdir.Compare(dir, folder); err == nil {
			t.Errorf("Compare took the name %q", name)
		}
	}
}

func TestFolderIsCalledAsItsSketch(t *testing.T) {
	folder := generate(t, tutorial())
	if _, err := sketchdir.Write(filepath.Join(t.TempDir(), "other"), folder, sketchdir.Options{}); !errors.Is(err, sketchdir.ErrFolderName) {
		t.Errorf("Write: %v, want ErrFolderName", err)
	}
}

// Only writes those files and keeps what the manifest knows of the others.
func TestOnly(t *testing.T) {
	p := tutorial()
	dir := filepath.Join(t.TempDir(), p.Name)
	only := sketchdir.Options{Only: []string{"pins.h"}}
	folder := generate(t, p)
	if _, err := sketchdir.Write(dir, folder, only); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("into no folder: %v", err)
	}
	write(t, p, dir)
	put(t, filepath.Join(dir, "config.h"), "// edited\n")
	p.Pin.SHA1 = []string{strings.Repeat("AB", 20)}
	p.Every *= 2
	folder = generate(t, p)
	for range 2 {
		changes, err := sketchdir.Write(dir, folder, only)
		if err != nil || len(changes) != 1 || changes[0].Path != "pins.h" {
			t.Fatalf("%v, %v", changes, err)
		}
	}
	if got := read(t, filepath.Join(dir, "config.h")); got != "// edited\n" {
		t.Errorf("config.h is %q", got)
	}
	if !strings.Contains(read(t, filepath.Join(dir, "pins.h")), p.Pin.SHA1[0]) {
		t.Error("pins.h lacks the new fingerprint")
	}
	want := map[string]sketchdir.State{"config.h": sketchdir.Edited, "README.md": sketchdir.Changed, "readings.h": sketchdir.Kept}
	if diff := cmp.Diff(want, states(compare(t, p, dir))); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
	put(t, filepath.Join(dir, "pins.h"), "// edited\n")
	var conflict *sketchdir.ConflictError
	if _, err := sketchdir.Write(dir, folder, only); !errors.As(err, &conflict) {
		t.Errorf("over an edited pins.h: %v, want a ConflictError", err)
	}
}

// A comparison tells an edit of the user's from a change of the project.
func TestAgain(t *testing.T) {
	p := tutorial()
	dir := filepath.Join(t.TempDir(), p.Name)
	write(t, p, dir)
	again := func(path string) bool {
		for _, c := range compare(t, p, dir) {
			if c.Path == path {
				return c.Again
			}
		}
		t.Fatalf("%s isn't compared", path)
		return false
	}
	put(t, filepath.Join(dir, "config.h"), "// edited\n")
	if !again("config.h") || !again("form.h") {
		t.Error("an edit passes for a change of the project")
	}
	p.Every *= 2
	if again("config.h") {
		t.Error("a change of the project passes for an edit")
	}
}

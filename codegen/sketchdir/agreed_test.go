package sketchdir_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/codegen/sketchdir"
)

// Who agreed to replace what was shown agreed to nothing else: what changed
// since then keeps Write from writing anything.
func TestOnlyWhatWasAgreedToIsReplaced(t *testing.T) {
	agreed := map[string]string{"form.h": "// edited\n", "config.h": "// edited, too\n"}
	for name, since := range map[string]func(t *testing.T, dir string){
		"edited again": func(t *testing.T, dir string) { put(t, filepath.Join(dir, "form.h"), "// edited twice\n") },
		"another edit": func(t *testing.T, dir string) { put(t, filepath.Join(dir, "pins.h"), "// edited\n") },
		"another file": func(t *testing.T, dir string) { put(t, filepath.Join(dir, "led.h"), "// mine\n") },
		"other sketch": func(t *testing.T, dir string) { put(t, filepath.Join(dir, "b.ino"), "void setup() {}\n") },
		"secret put in": func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "arduino_secrets.h"), "#define SECRET_PASS \"x\"\n")
		},
		"link": func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "form.h")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("config.h", filepath.Join(dir, "form.h")); err != nil {
				t.Skip("SKIPPED: this system has no symbolic links")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := tutorial()
			dir := filepath.Join(t.TempDir(), p.Name)
			write(t, p, dir)
			for name, text := range agreed {
				put(t, filepath.Join(dir, name), text)
			}
			p.LED = true
			shown := compare(t, p, dir)
			since(t, dir)
			before := snapshot(t, dir)
			_, err := sketchdir.Write(dir, generate(t, p), sketchdir.Options{Agreed: shown})
			var conflict *sketchdir.ConflictError
			if !errors.As(err, &conflict) || !conflict.Since || len(conflict.Changes) != 1 {
				t.Fatalf("%v", err)
			}
			if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
				t.Errorf("it changed the folder:\n%s", diff)
			}
			if _, err := sketchdir.Write(dir, generate(t, p), sketchdir.Options{Agreed: compare(t, p, dir)}); err != nil {
				t.Errorf("after another look: %v", err)
			}
		})
	}
}

// The Arduino tools compile every .ino of a folder into one program: a second
// sketch is named before anything is written, and never touched.
func TestSketchesBeside(t *testing.T) {
	p := tutorial()
	for name, test := range map[string]struct {
		text   string
		beside bool
	}{
		"old.ino":   {"int a;\r\nvoid setup () {\n}\n", true},
		"A.INO":     {"  void loop() {}\n", true},
		"old.pde":   {"void setup(){}", true},
		"tab.ino":   {"float dewPoint() { return 1; }\n// void setup() is elsewhere\n", false},
		"notes.txt": {"void setup() {}\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), p.Name)
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, name), test.text)
			changes := compare(t, p, dir)
			if got := states(changes)[name] == sketchdir.Beside; got != test.beside {
				t.Errorf("the comparison finds it beside: %v", got)
			}
			_, err := sketchdir.Write(dir, generate(t, p), sketchdir.Options{})
			var conflict *sketchdir.ConflictError
			if errors.As(err, &conflict) != test.beside || test.beside && len(entries(t, dir)) != 1 {
				t.Errorf("Write: %v, and the folder holds %q", err, entries(t, dir))
			}
			if _, err := sketchdir.Write(dir, generate(t, p), sketchdir.Options{Agreed: changes}); test.beside && err != nil {
				t.Error(err)
			}
			if got := read(t, filepath.Join(dir, name)); got != test.text {
				t.Errorf("it holds %q now", got)
			}
		})
	}
}

// A sketch of espost's own under an older name goes; one that was edited since
// is the user's.
func TestRenamedSketch(t *testing.T) {
	for _, edited := range []bool{false, true} {
		p := tutorial()
		parent := t.TempDir()
		write(t, p, filepath.Join(parent, p.Name))
		if edited {
			put(t, filepath.Join(parent, p.Name, p.Name+".ino"), "void loop() {}\n")
		}
		if err := os.Rename(filepath.Join(parent, p.Name), filepath.Join(parent, "shed")); err != nil {
			t.Fatal(err)
		}
		want := sketchdir.Obsolete
		if edited {
			want = sketchdir.Beside
		}
		p.Name = "shed"
		if got := states(compare(t, p, filepath.Join(parent, "shed")))["porch_post.ino"]; got != want {
			t.Errorf("edited: %v: the old sketch is %q, want %q", edited, got, want)
		}
	}
}

// What is told to fill in is what arduino_secrets.h lacks, not what the project
// lacks; and only what was written counts.
func TestFilledInSecretsAreKept(t *testing.T) {
	p := tutorial()
	p.SSID, p.Password = "", ""
	p.Fields[0].Value, p.Fields[0].Secret = "", true
	dir := filepath.Join(t.TempDir(), p.Name)
	changes := write(t, p, dir)
	const all = "put your Wi-Fi name and password and SECRET_FIELD_A into arduino_secrets.h, in place of YOUR_WIFI_NAME, YOUR_WIFI_PASSWORD and YOUR_SECRET"
	if got := changes.ToFillIn(); got != all || changes.Written() != len(changes) {
		t.Errorf("%d of %d written; %q", changes.Written(), len(changes), got)
	}
	path := filepath.Join(dir, "arduino_secrets.h")
	text := replace(t, read(t, path), "YOUR_WIFI_NAME", "home")
	put(t, path, replace(t, text, "YOUR_SECRET", "x"))
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	changes = write(t, p, dir)
	if got := changes.ToFillIn(); got != "put your Wi-Fi password into arduino_secrets.h, in place of YOUR_WIFI_PASSWORD" {
		t.Errorf("with the name filled in: %q", got)
	}
	if got := changes.Found(); got != "arduino_secrets.h keeps your Wi-Fi name and SECRET_FIELD_A" {
		t.Errorf("with the name filled in, found: %q", got)
	}
	if state := states(changes)["arduino_secrets.h"]; state != sketchdir.Kept || changes.Written() != 0 {
		t.Errorf("it is %q; %d files written", state, changes.Written())
	}
	put(t, path, replace(t, read(t, path), "YOUR_WIFI_PASSWORD", "secret"))
	if got := write(t, p, dir).ToFillIn(); got != "" {
		t.Errorf("with all filled in: %q", got)
	}
}

// replace replaces a text that must be there, once.
func replace(t *testing.T, text, old, fresh string) string {
	t.Helper()
	before, after, found := strings.Cut(text, old)
	if !found {
		t.Fatalf("no %q in:\n%s", old, text)
	}
	return before + fresh + after
}

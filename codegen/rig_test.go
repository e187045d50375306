package codegen_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"espost/codegen"
	"espost/codegen/sketchdir"
)

// need finds a program that a test can't do without.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("ESPOST_TEST_ALL") == "1" {
			t.Fatalf("this test needs the program %s", program)
		}
		t.Skipf("SKIPPED: this test needs the program %s", program)
	}
	return path
}

// A rig is the shim (testdata/rig), compiled once for a whole test run, and the
// flags to compile a sketch against it.
type rig struct {
	dir   string
	flags []string
}

var strict = []string{"-std=gnu++17", "-Wall", "-Wextra", "-Werror", "-DESP8266"}

// The two rigs of a test run, each compiled when it is first asked for.
var (
	plainRig     = sync.OnceValues(func() (*rig, error) { return compileRig("plain", "-O0") })
	sanitizedRig = sync.OnceValues(func() (*rig, error) {
		return compileRig("sanitized", "-O0", "-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
	})
)

// rigs is where both are built; TestMain removes it.
var rigs = filepath.Join(os.TempDir(), "espost-rig-"+itoa(os.Getpid()))

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(rigs)
	os.Exit(code)
}

// compileRig compiles the shim's sources and precompiles its headers.
func compileRig(name string, flags ...string) (*rig, error) {
	source, err := filepath.Abs("testdata/rig")
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(rigs, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	r := &rig{dir: dir, flags: append(append([]string{}, strict...), flags...)}
	sources, err := filepath.Glob(filepath.Join(source, "*.cpp"))
	if err != nil {
		return nil, err
	}
	all := "#include <ESP8266HTTPClient.h>\n#include <LittleFS.h>\n"
	if err := os.WriteFile(filepath.Join(dir, "all.h"), []byte(all), 0o644); err != nil {
		return nil, err
	}
	r.flags = append(r.flags, "-I"+source)
	if err := r.run(append([]string{"-x", "c++-header", "all.h", "-o", "all.h.gch"}, r.flags...)...); err != nil {
		return nil, err
	}
	return r, r.run(append(append([]string{"-c"}, r.flags...), sources...)...)
}

// run runs the compiler in the rig's folder.
func (r *rig) run(args ...string) error {
	cmd := exec.Command("g++", args...)
	cmd.Dir = r.dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return &compileError{out.String()}
	}
	return nil
}

type compileError struct{ output string }

func (e *compileError) Error() string { return e.output }

// objects are the shim's object files.
func (r *rig) objects() []string {
	objects, _ := filepath.Glob(filepath.Join(r.dir, "*.o"))
	return objects
}

// compile compiles the sketch in folder and returns the program.
func (r *rig) compile(folder, name string) (string, error) {
	program := filepath.Join(folder, ".program")
	args := append([]string{"-o", program, "-include", filepath.Join(r.dir, "all.h")}, r.flags...)
	args = append(args, "-I"+folder, "-x", "c++", filepath.Join(folder, name+".ino"), "-x", "none")
	args = append(args, r.objects()...)
	return program, r.run(append(args, "-lbearssl")...)
}

// programs are the sketches that were compiled in this test run, by rig and
// content, since compiling is what takes the time.
var programs struct {
	sync.Mutex
	compiled map[string]func() (string, error)
}

// build generates a project and compiles it, unless that was done before.
func build(t *testing.T, p codegen.Project, rigOf func() (*rig, error)) (program string) {
	t.Helper()
	need(t, "g++")
	r, err := rigOf()
	if err != nil {
		t.Fatalf("compiling the rig: %v", err)
	}
	folder, err := codegen.Generate(p)
	if err != nil {
		t.Fatalf("Generate: %v", err)
	}
	key := r.dir
	for _, file := range folder {
		key += "\x00" + file.Path + "\x00" + string(file.Data)
	}
	programs.Lock()
	compile, known := programs.compiled[key]
	if !known {
		if programs.compiled == nil {
			programs.compiled = make(map[string]func() (string, error))
		}
		dir := filepath.Join(r.dir, "sketch"+itoa(len(programs.compiled)), p.Name)
		compile = sync.OnceValues(func() (string, error) {
			if _, err := sketchdir.Write(dir, folder, sketchdir.Options{}); err != nil {
				return "", err
			}
			return r.compile(dir, p.Name)
		})
		programs.compiled[key] = compile
	}
	programs.Unlock()
	program, err = compile()
	if err != nil {
		t.Fatalf("compiling the sketch: %v", err)
	}
	return program
}

// write generates a project into dir.
func write(t *testing.T, p codegen.Project, dir string) {
	t.Helper()
	folder, err := codegen.Generate(p)
	if err != nil {
		t.Fatalf("Generate: %v", err)
	}
	if _, err := sketchdir.Write(dir, folder, sketchdir.Options{}); err != nil {
		t.Fatalf("Write: %v", err)
	}
}

// compileEdited compiles a folder whose texts were edited by hand.
func compileEdited(t *testing.T, folder codegen.Folder, rigOf func() (*rig, error), edit func(path, text string) string) string {
	t.Helper()
	need(t, "g++")
	r, err := rigOf()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	name := ""
	for _, file := range folder {
		if base, ok := strings.CutSuffix(file.Path, ".ino"); ok {
			name = base
		}
		put(t, filepath.Join(dir, file.Path), edit(file.Path, string(file.Data)))
	}
	program, err := r.compile(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// replaceOnce replaces a text that must be there.
func replaceOnce(t *testing.T, text, old, fresh string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("no %q in:\n%s", old, text)
	}
	return strings.Replace(text, old, fresh, 1)
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

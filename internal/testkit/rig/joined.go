package rig

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"espost/codegen"
	"espost/internal/testkit/need"
)

// perPart is how many sketches the compiler gets at once.
const perPart = 16

// BuildJoined generates projects and compiles them to one program, which costs an
// eighth of as many programs: the core's headers are read and the program is
// linked once. Sketch says which one runs.
func (k Kind) BuildJoined(t testing.TB, projects []codegen.Project) (program string) {
	t.Helper()
	need.Program(t, "g++")
	folders := make([]codegen.Folder, len(projects))
	for i, p := range projects {
		folder, err := codegen.Generate(p)
		if err != nil {
			t.Fatalf("Generate: %v", err)
		}
		folders[i] = folder
	}
	program, err := k.CompileJoined(folders)
	if err != nil {
		t.Fatalf("compiling %d sketches: %v", len(projects), err)
	}
	return program
}

// Sketch is the variable that chooses the n-th sketch of a joined program, from 0.
func Sketch(n int) string { return fmt.Sprint("RIG_SKETCH=", n) }

// CompileJoined compiles sketches to one program, each in a namespace of its own,
// unless that was done before. The error is what the compiler says.
func (k Kind) CompileJoined(folders []codegen.Folder) (program string, err error) {
	board, key, err := k.board()
	if err != nil {
		return "", err
	}
	names := make([]string, len(folders))
	var different []codegen.Folder
	var their []string
	for i, folder := range folders {
		names[i] = namespaceOf(key, folder)
		if !slices.Contains(their, names[i]) {
			different, their = append(different, folder), append(their, names[i])
		}
	}
	dir, err := cached("joined-"+keyOf(append(names, key)...), func(dir string) error {
		objects, err := k.compileParts(board, different, their)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "main.cpp"), []byte(chooser(names)), 0o600); err != nil {
			return err
		}
		ours, err := filepath.Glob(filepath.Join(board, "*.o"))
		if err != nil {
			return err
		}
		args := slices.Concat([]string{"-o", "program"}, k.sketchFlags(board, dir), []string{"main.cpp"}, objects, ours, []string{"-lbearssl"})
		return Compiler(dir, args...)
	})
	return filepath.Join(dir, "program"), err
}

func namespaceOf(key string, folder codegen.Folder) string {
	parts := []string{key}
	for _, file := range folder {
		parts = append(parts, file.Path, string(file.Data))
	}
	return "sketch_" + keyOf(parts...)
}

// compileParts compiles the sketches, as many at a time as there are processors.
func (k Kind) compileParts(board string, folders []codegen.Folder, names []string) (objects []string, err error) {
	count := (len(folders) + perPart - 1) / perPart
	objects = make([]string, count)
	errs := make([]error, count)
	turns := make(chan struct{}, runtime.NumCPU())
	var compiling sync.WaitGroup
	for i := range count {
		from, to := i*perPart, min((i+1)*perPart, len(folders))
		compiling.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			dir, err := cached("part-"+keyOf(names[from:to]...), func(dir string) error {
				if err := writePart(dir, folders[from:to], names[from:to]); err != nil {
					return err
				}
				return Compiler(dir, append(k.sketchFlags(board, dir), "-c", "part.cpp", "-o", "part.o")...)
			})
			objects[i], errs[i] = filepath.Join(dir, "part.o"), err
		})
	}
	compiling.Wait()
	return objects, errors.Join(errs...)
}

// writePart writes sketches, and a file that includes each of them in a namespace.
func writePart(dir string, folders []codegen.Folder, names []string) error {
	var libraries, sketches strings.Builder
	seen := make(map[string]bool)
	for i, folder := range folders {
		own := filepath.Join(dir, names[i])
		if err := os.Mkdir(own, 0o700); err != nil {
			return err
		}
		guarded := make([]codegen.File, len(folder))
		var macros []string
		for j, file := range folder {
			text := string(file.Data)
			for _, line := range library.FindAllString(text, -1) {
				if !seen[line] {
					seen[line] = true
					fmt.Fprintln(&libraries, line)
				}
			}
			for _, m := range macro.FindAllStringSubmatch(text, -1) {
				macros = append(macros, m[1])
			}
			guarded[j] = codegen.File{Path: file.Path, Data: []byte(guard(text, fmt.Sprintf("%s_%d", names[i], j)))}
		}
		sketch, err := unpack(own, guarded)
		if err != nil {
			return err
		}
		fmt.Fprintf(&sketches, "namespace %s {\n#include %q\n}\n", names[i], sketch)
		for _, name := range macros {
			fmt.Fprintln(&sketches, "#undef", name)
		}
	}
	return os.WriteFile(filepath.Join(dir, "part.cpp"), []byte(libraries.String()+sketches.String()), 0o600)
}

var (
	library = regexp.MustCompile(`(?m)^#include <.*>$`)
	macro   = regexp.MustCompile(`(?m)^#define (SECRET_\w+)`)
)

// guard has a header read once in each namespace: by #pragma once, the compiler
// takes files with the same text for one.
// Names of C's are given up, since there each can be there once only.
func guard(text, name string) string {
	text = strings.ReplaceAll(text, "extern \"C\" ", "")
	if !strings.Contains(text, "#pragma once\n") {
		return text
	}
	return "#ifndef " + name + "\n#define " + name + "\n" + strings.Replace(text, "#pragma once\n", "", 1) + "\n#endif\n"
}

// chooser is the program's setup and loop: those of the sketch that RIG_SKETCH
// names.
func chooser(names []string) string {
	var declared, listed strings.Builder
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		fmt.Fprintf(&declared, "namespace %s { void setup(); void loop(); }\n", name)
	}
	for _, name := range names {
		fmt.Fprintf(&listed, "{%s::setup, %s::loop},\n", name, name)
	}
	return declared.String() + "static void (*const SKETCHES[][2])() = {\n" + listed.String() + "};\n" +
		"static auto &chosen() { return SKETCHES[atoi(getenv(\"RIG_SKETCH\"))]; }\n" +
		"void setup() { chosen()[0](); }\nvoid loop() { chosen()[1](); }\n"
}

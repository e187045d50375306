package rig

import (
	"bytes"
	"embed"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"espost/codegen"
	"espost/internal/testkit/need"
)

// A Kind is a way to compile.
type Kind string

// The kinds.
const (
	Plain     Kind = "plain"
	Sanitized Kind = "sanitized" // by AddressSanitizer, LeakSanitizer and UBSan; plain unless nothing may be left out
)

// Strict are the flags that every generated sketch compiles with.
func Strict() []string { return []string{"-std=gnu++17", "-Wall", "-Wextra", "-Werror", "-DESP8266"} }

func (k Kind) flags() []string {
	if k == Sanitized && need.All() {
		return append(Strict(), "-O0", "-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
	}
	return append(Strict(), "-O0")
}

//go:embed board/*.h board/*.cpp libraries/*.h
var sources embed.FS

// prelude is precompiled and stands before every sketch.
const prelude = "#include <ESP8266HTTPClient.h>\n#include <LittleFS.h>\n"

// board returns the folder with the environment's headers, its precompiled
// prelude and its objects, and a key of all that.
func (k Kind) board() (dir, key string, err error) {
	compiler, err := toolchain()
	if err != nil {
		return "", "", err
	}
	parts := append(k.flags(), compiler, prelude)
	names, err := fs.Glob(sources, "*/*")
	if err != nil {
		return "", "", err
	}
	for _, name := range names {
		text, err := sources.ReadFile(name)
		if err != nil {
			return "", "", err
		}
		parts = append(parts, name, string(text))
	}
	key = "board-" + keyOf(parts...)
	dir, err = cached(key, k.compileBoard)
	return dir, key, err
}

// compileBoard compiles the environment in dir.
func (k Kind) compileBoard(dir string) error {
	if err := os.CopyFS(dir, sources); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "all.h"), []byte(prelude), 0o644); err != nil {
		return err
	}
	flags := append(k.flags(), "-Iboard")
	if err := Compiler(dir, append([]string{"-x", "c++-header", "all.h", "-o", "all.h.gch"}, flags...)...); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, "board", "*.cpp"))
	if err != nil {
		return err
	}
	errs := make([]error, len(files))
	var compiling sync.WaitGroup
	for i, file := range files {
		compiling.Go(func() {
			errs[i] = Compiler(dir, append([]string{"-c", "-include", "all.h", filepath.Join("board", filepath.Base(file))}, flags...)...)
		})
	}
	compiling.Wait()
	return errors.Join(errs...)
}

// Board returns the folder with the headers of the environment.
func Board(t testing.TB) string {
	t.Helper()
	need.Program(t, "g++")
	dir, _, err := Plain.board()
	if err != nil {
		t.Fatalf("compiling the rig: %v", err)
	}
	return filepath.Join(dir, "board")
}

// Compiler runs g++ in a folder. The error is what it says.
func Compiler(dir string, args ...string) error {
	cmd := exec.Command("g++", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.New(string(bytes.TrimSpace(out)) + "\n" + err.Error())
	}
	return nil
}

// Compile compiles a sketch to a program, unless that was done before. The error
// is what the compiler says.
func (k Kind) Compile(t testing.TB, files []codegen.File) (program string, err error) {
	t.Helper()
	need.Program(t, "g++")
	board, key, err := k.board()
	if err != nil {
		t.Fatalf("compiling the rig: %v", err)
	}
	parts := []string{key}
	for _, file := range files {
		parts = append(parts, file.Path, string(file.Data))
	}
	dir, err := cached("sketch-"+keyOf(parts...), func(dir string) error {
		sketch, err := unpack(dir, files)
		if err != nil {
			return err
		}
		objects, err := filepath.Glob(filepath.Join(board, "*.o"))
		if err != nil {
			return err
		}
		args := slices.Concat([]string{"-o", "program"}, k.sketchFlags(board, dir), []string{"-x", "c++", sketch, "-x", "none"}, objects, []string{"-lbearssl"})
		return Compiler(dir, args...)
	})
	return filepath.Join(dir, "program"), err
}

// Check lets the compiler look at a sketch without making a program, unless it
// found nothing wrong with it before. The error is what it says.
func (k Kind) Check(t testing.TB, files []codegen.File) error {
	t.Helper()
	need.Program(t, "g++")
	board, key, err := k.board()
	if err != nil {
		t.Fatalf("compiling the rig: %v", err)
	}
	parts := []string{key}
	for _, file := range files {
		parts = append(parts, file.Path, string(file.Data))
	}
	_, err = cached("checked-"+keyOf(parts...), func(dir string) error {
		sketch, err := unpack(dir, files)
		if err != nil {
			return err
		}
		return Compiler(dir, append(k.sketchFlags(board, dir), "-fsyntax-only", "-x", "c++", sketch)...)
	})
	return err
}

func (k Kind) sketchFlags(board, dir string) []string {
	return append([]string{"-include", filepath.Join(board, "all.h")}, append(k.flags(), "-I"+filepath.Join(board, "board"), "-I"+filepath.Join(board, "libraries"), "-I"+dir)...)
}

// unpack writes a sketch's files and returns the path of its .ino.
func unpack(dir string, files []codegen.File) (sketch string, err error) {
	for _, file := range files {
		path := filepath.Join(dir, file.Path)
		if err := os.WriteFile(path, file.Data, 0o600); err != nil {
			return "", err
		}
		if strings.HasSuffix(file.Path, ".ino") {
			sketch = path
		}
	}
	return sketch, nil
}

// Build generates a project and compiles it.
func (k Kind) Build(t testing.TB, p codegen.Project) (program string) {
	t.Helper()
	return k.BuildEdited(t, p, func(_, text string) string { return text })
}

// BuildEdited generates a project and compiles it with its texts edited by hand.
func (k Kind) BuildEdited(t testing.TB, p codegen.Project, edit func(path, text string) string) (program string) {
	t.Helper()
	files, err := codegen.Generate(p)
	if err != nil {
		t.Fatalf("Generate: %v", err)
	}
	for i, file := range files {
		files[i].Data = []byte(edit(file.Path, string(file.Data)))
	}
	program, err = k.Compile(t, files)
	if err != nil {
		t.Fatalf("compiling the sketch: %v", err)
	}
	return program
}

// Files reads what stands in a sketch's folder, without hidden files.
func Files(t testing.TB, dir string) []codegen.File {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []codegen.File
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, codegen.File{Path: e.Name(), Data: data})
	}
	return files
}

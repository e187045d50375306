package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A linked module is one that some release of espost holds code of.
type linkedModule struct {
	dir     string
	imports map[string]bool // of its linked packages
}

// linkedModules asks the go command, for the systems that espost is built for.
func linkedModules(t *testing.T) map[string]*linkedModule {
	t.Helper()
	all := make(map[string]*linkedModule)
	for _, system := range []string{"linux", "darwin", "windows"} {
		const format = `{{with .Module}}{{if not .Main}}{{.Path}};{{.Dir}};{{join $.Imports " "}}{{end}}{{end}}`
		list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", format, ".")
		list.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly")
		list.Stderr = os.Stderr
		out, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			parts := strings.Split(strings.TrimSpace(line), ";")
			if len(parts) != 3 {
				continue
			}
			if all[parts[0]] == nil {
				all[parts[0]] = &linkedModule{dir: parts[1], imports: make(map[string]bool)}
			}
			for _, i := range strings.Fields(parts[2]) {
				all[parts[0]].imports[i] = true
			}
		}
	}
	return all
}

// reach is what a module's code could touch.
func (m *linkedModule) reach() string {
	var reach []string
	for _, kind := range []struct {
		name    string
		imports []string
	}{
		{"files", []string{"os", "io/ioutil"}},
		{"programs", []string{"os/exec", "plugin"}},
		{"network", []string{"net", "net/http", "crypto/tls", "net/rpc", "net/smtp"}},
	} {
		if slices.ContainsFunc(kind.imports, func(i string) bool { return m.imports[i] }) {
			reach = append(reach, kind.name)
		}
	}
	if reach == nil {
		return "–"
	}
	return strings.Join(reach, ", ")
}

// licence names the module's licences by the words of their texts.
func (m *linkedModule) licence() (string, error) {
	files, err := filepath.Glob(filepath.Join(m.dir, "LICEN[SC]E*"))
	if err != nil {
		return "", err
	}
	var names []string
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return "", err
		}
		text := strings.Join(strings.Fields(string(data)), " ")
		switch {
		case strings.Contains(text, "Permission is hereby granted, free of charge, to any person obtaining a copy"):
			names = append(names, "MIT")
		case strings.Contains(text, "Apache License Version 2.0, January 2004"):
			names = append(names, "Apache-2.0")
		case strings.Contains(text, "Redistribution and use in source and binary forms") && strings.Contains(text, "Neither the name"):
			names = append(names, "BSD-3-Clause")
		default:
			return "", fmt.Errorf("%s is a licence that isn't known here: read it", f)
		}
	}
	if names == nil {
		return "", fmt.Errorf("%s has no licence file", m.dir)
	}
	slices.Sort(names)
	slices.Reverse(names)
	return strings.Join(names, " or "), nil
}

// docs/licences.md lists what is linked, no more and no less, under the licence
// that each module carries and with the reach that its code has.
func TestLicencesAreListed(t *testing.T) {
	text, err := os.ReadFile("docs/licences.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, row := range regexp.MustCompile(`(?m)^\| (\S+/\S+ \| .*? \| .*?) \| \S.* \|$`).FindAllSubmatch(text, -1) {
		listed = append(listed, string(row[1]))
	}
	var want []string
	for path, module := range linkedModules(t) {
		licence, err := module.licence()
		if err != nil {
			t.Error(err)
		}
		want = append(want, path+" | "+licence+" | "+module.reach())
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("docs/licences.md (-linked +listed):\n%s", diff)
	}
}

package test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The words by which a licence's text is known.
var licences = map[string]string{
	"MIT":          "Permission is hereby granted, free of charge, to any person obtaining a copy",
	"Apache-2.0":   "Apache License Version 2.0, January 2004",
	"BSD-3-Clause": "Redistribution and use in source and binary forms",
}

// docs/licences.md lists what is linked into espost, no more and no less, under
// the licence that each module carries.
func TestLicencesAreListed(t *testing.T) {
	text, err := os.ReadFile("../docs/licences.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed, linked []string
	for _, row := range regexp.MustCompile(`(?m)^\| (\S+/\S+ \| .*?) \|`).FindAllSubmatch(text, -1) {
		listed = append(listed, string(row[1]))
	}
	for _, system := range []string{"linux", "darwin", "windows"} {
		for _, line := range goList(t, system, `{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}`, "-deps", "espost") {
			if module, dir, ok := strings.Cut(line, " "); ok {
				linked = append(linked, module+" | "+licenceOf(t, dir))
			}
		}
	}
	slices.Sort(linked)
	if diff := cmp.Diff(slices.Compact(linked), listed); diff != "" {
		t.Errorf("docs/licences.md (-linked +listed):\n%s", diff)
	}
}

// licenceOf names the licences in a module's folder.
func licenceOf(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "LICEN[SC]E*"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(string(data)), " ")
		for name, words := range licences {
			if strings.Contains(text, words) {
				names = append(names, name)
			}
		}
	}
	if names == nil {
		t.Errorf("%s has no licence that is known here: read it", dir)
	}
	slices.Sort(names)
	slices.Reverse(names)
	return strings.Join(slices.Compact(names), " or ")
}

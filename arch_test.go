package main_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// The architecture, as docs/architecture.md draws it: who may import whom. Arrows point downwards only.
// "." is main; "tui/*" is any package directly under tui that has no row of its own: a step. A package
// without a row, or an import without an entry, fails the test. Test files may import what they like.
var arrows = map[string][]string{
	".":      {"cli"},
	"cli":    {"tui", "profile", "recent", "tlsinspect", "formpost", "codegen", "demo", "esp8266", "sanitize"},
	"tui":    {"tui/*", "tui/ui", "profile", "recent", "tlsinspect", "formpost", "codegen", "demo", "esp8266", "sanitize"},
	"tui/*":  {"tui/ui", "profile", "recent", "tlsinspect", "formpost", "codegen", "demo", "esp8266", "sanitize"},
	"tui/ui": {"esp8266", "sanitize"},

	"profile": {"tlsinspect", "formpost", "codegen", "esp8266", "sanitize"},

	"tlsinspect": {"esp8266", "sanitize"},
	"formpost":   {"tlsinspect", "esp8266", "sanitize"}, // the judge of chains
	"codegen":    {"esp8266", "sanitize"},
	"demo":       {"esp8266", "sanitize"},
	"recent":     {},

	"esp8266":  {},
	"sanitize": {},

	// For tests only: no row above names them.
	"hostile":         {},
	"tui/tuitest":     {},
	"tui/tuitest/svg": {},
}

// Module paths, or beginnings of them, that draw on a terminal or read its keys and flags.
var terminalLibraries = []string{
	"charm.land/",
	"github.com/charmbracelet/",
	"github.com/muesli/",
	"github.com/mattn/go-isatty",
	"github.com/mattn/go-runewidth",
	"github.com/atotto/clipboard",
	"github.com/spf13/cobra",
	"golang.org/x/term",
}

// Only these, and what lies under them, may use terminal libraries.
var terminalPackages = []string{"cli", "tui"}

// Names that say where something was put instead of what it is.
var drawerNames = []string{"base", "common", "helper", "helpers", "lib", "misc", "shared", "util", "utils"}

// Longest files, in lines: a file holds one idea.
const (
	maxLines     = 320
	maxTestLines = 600
)

func TestArchitecture(t *testing.T) {
	module, err := readModulePath(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	violations, err := checkTree(os.DirFS("."), module)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range violations {
		t.Error(v)
	}
}

// Every rule, broken once in a small tree that is otherwise fine.
func TestArchitectureRulesCanFail(t *testing.T) {
	tests := []struct {
		name string
		file string
		text string
		want []string
	}{
		{"nothing", "sanitize/more.go", "package sanitize\n", nil},
		{
			"upward import", "esp8266/more.go", "package esp8266\nimport _ \"espost/tlsinspect\"\n",
			[]string{"esp8266/more.go: esp8266 must not import tlsinspect"},
		},
		{
			"siblings", "codegen/more.go", "package codegen\nimport _ \"espost/tlsinspect\"\n",
			[]string{"codegen/more.go: codegen must not import tlsinspect"},
		},
		{
			"main past cli", "more.go", "package main\nimport _ \"espost/tui\"\n",
			[]string{"more.go: . must not import tui"},
		},
		{
			"step to step", "tui/form/more.go", "package form\nimport _ \"espost/tui/send\"\n",
			[]string{"tui/form/more.go: tui/form must not import tui/send"},
		},
		{
			"step to root", "tui/form/more.go", "package form\nimport _ \"espost/tui\"\n",
			[]string{"tui/form/more.go: tui/form must not import tui"},
		},
		{
			"ui outside tui", "cli/more.go", "package cli\nimport _ \"espost/tui/ui\"\n",
			[]string{"cli/more.go: cli must not import tui/ui"},
		},
		{
			"test kit in the product", "tui/more.go", "package tui\nimport _ \"espost/tui/tuitest\"\n",
			[]string{"tui/more.go: tui must not import tui/tuitest"},
		},
		{"test kit in a test", "tui/more_test.go", "package tui\nimport _ \"espost/tui/tuitest\"\n", nil},
		{
			"unknown package", "wifi/wifi.go", "// Package wifi is new.\npackage wifi\n",
			[]string{"wifi: has no row in arrows (arch_test.go); decide what it may import"},
		},
		{
			"terminal library below", "profile/more.go", "package profile\nimport _ \"charm.land/lipgloss/v2\"\n",
			[]string{"profile/more.go: profile must not import the terminal library charm.land/lipgloss/v2"},
		},
		{"terminal library above", "tui/form/more.go", "package form\nimport _ \"charm.land/lipgloss/v2\"\n", nil},
		{"look-alike library", "profile/more.go", "package profile\nimport _ \"golang.org/x/terminus\"\n", nil},
		{
			"long file", "codegen/more.go", "package codegen\n" + strings.Repeat("\n", maxLines),
			[]string{"codegen/more.go: 321 lines, at most 320: split it by idea"},
		},
		{"full file", "codegen/more.go", "package codegen\n" + strings.Repeat("\n", maxLines-1), nil},
		{"test file may be longer", "codegen/more_test.go", "package codegen\n" + strings.Repeat("\n", maxTestLines-1), nil},
		{
			"long test file", "codegen/more_test.go", "package codegen\n" + strings.Repeat("\n", maxTestLines),
			[]string{"codegen/more_test.go: 601 lines, at most 600: split it by idea"},
		},
		{
			"drawer", "tui/util/util.go", "// Package util holds things.\npackage util\n",
			[]string{"tui/util: a package is named for what it does, not util"},
		},
		{
			"undocumented package", "tui/quiet/quiet.go", "package quiet\n",
			[]string{"tui/quiet: no doc comment \"Package quiet …\""},
		},
		{
			"undocumented command", "main.go", "// Main program.\npackage main\n",
			[]string{`.: no doc comment "Command espost …"`},
		},
		{
			"changing variable", "demo/more.go", "package demo\nvar n, m = 0, map[int]int{}\nfunc f() { n++; m[1] = 2; for n = range 3 {} }\n",
			[]string{
				"demo/more.go:3: changes the package variable m",
				"demo/more.go:3: changes the package variable n",
				"demo/more.go:3: changes the package variable n",
			},
		},
		{"local of the same name", "demo/more.go", "package demo\nvar n = 0\nfunc f() { n := n; n++ }\n", nil},
		{"broken file", "demo/more.go", "pakage demo\n", []string{"demo/more.go:1:1: expected 'package', found pakage"}},
		{"test data is no code", "demo/testdata/util/more.go", "pakage util\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree := fstest.MapFS{}
			for name, text := range map[string]string{
				"main.go":               "// Command espost is here.\npackage main\nimport _ \"espost/cli\"\n",
				"cli/cli.go":            "// Package cli is here.\npackage cli\nimport _ \"espost/tui\"\n",
				"tui/tui.go":            "// Package tui is here.\npackage tui\nimport _ \"espost/tui/form\"\nimport _ \"espost/tui/ui\"\n",
				"tui/ui/ui.go":          "// Package ui is here.\npackage ui\nimport _ \"charm.land/lipgloss/v2\"\n",
				"tui/form/form.go":      "// Package form is here.\npackage form\nimport _ \"espost/tui/ui\"\n",
				"tui/send/doc.go":       "// Package send is here.\npackage send\n",
				"tui/tuitest/doc.go":    "// Package tuitest is here.\npackage tuitest\n",
				"profile/doc.go":        "// Package profile is here.\npackage profile\nimport _ \"espost/codegen\"\n",
				"tlsinspect/inspect.go": "// Package tlsinspect is here.\npackage tlsinspect\nimport _ \"espost/esp8266\"\n",
				"formpost/doc.go":       "// Package formpost is here.\npackage formpost\n",
				"codegen/doc.go":        "// Package codegen is here.\npackage codegen\n",
				"demo/doc.go":           "// Package demo is here.\npackage demo\n",
				"esp8266/doc.go":        "// Package esp8266 is here.\npackage esp8266\n",
				"sanitize/doc.go":       "// Package sanitize is here.\npackage sanitize\n",
			} {
				tree[name] = &fstest.MapFile{Data: []byte(text)}
			}
			tree[tt.file] = &fstest.MapFile{Data: []byte(tt.text)}

			got, err := checkTree(tree, "espost")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("violations differ (-want +got):\n%s", diff)
			}
		})
	}
}

package imports_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"espost/esp8266"
	"espost/imports"
)

var update = flag.Bool("update", false, "rewrite testdata")

// A specimen is what a program's documentation or its rules for copying, cited
// in the file's first line, make of a request, with values of our own.
type specimen struct {
	path, name string
	archive    *txtar.Archive
	input      []byte
	file       string // the input's name
}

// specimens are testdata's, and the curl commands that package curl is tested
// with.
func specimens(t testing.TB) []specimen {
	t.Helper()
	var all []specimen
	for _, pattern := range []string{"testdata/*.txtar", "../curl/testdata/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			first := archive.Files[0]
			all = append(all, specimen{path, strings.TrimSuffix(filepath.Base(path), ".txtar"), archive, first.Data, first.Name})
		}
	}
	return all
}

// Every specimen becomes what its file says, or is refused as it says.
func TestSpecimens(t *testing.T) {
	all := specimens(t)
	if len(all) < 180 {
		t.Errorf("%d specimens, want 180 and more", len(all))
	}
	for _, s := range all {
		if strings.HasPrefix(s.path, "..") {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			if !strings.HasPrefix(string(s.archive.Comment), "https://") {
				t.Error("nothing is cited")
			}
			got := describe(imports.Read(s.input, s.file))
			if *update {
				s.archive.Files = append(s.archive.Files[:1], txtar.File{Name: "requests", Data: []byte(got)})
				if err := os.WriteFile(s.path, txtar.Format(s.archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(s.archive.Files[1].Data), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// describe is what was read, as text.
func describe(all []imports.Import, err error) string {
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var out strings.Builder
	secret := map[bool]string{true: " (secret)"}
	for _, i := range all {
		r := i.Request
		fmt.Fprintf(&out, "%s %s port %d %s, %s\n", r.Method, r.Target.Host, r.Target.Port, r.Target.Path, r.Body)
		if i.Title != "" {
			fmt.Fprintf(&out, "title: %s\n", i.Title)
		}
		for _, h := range r.Headers {
			fmt.Fprintf(&out, "header %s: %s%s\n", h.Name, h.Value, secret[h.Secret])
		}
		if r.Template != "" {
			fmt.Fprintf(&out, "template %q\n", r.Template)
		}
		for _, f := range r.Fields {
			value := fmt.Sprintf("%q", f.Value)
			switch {
			case f.Source == esp8266.SourceJSON:
				value = f.Value
			case !f.Source.Constant():
				value = "@" + string(f.Source)
			}
			fmt.Fprintf(&out, "row %q = %s%s\n", f.Name, value, secret[f.Secret])
		}
		if i.Insecure {
			out.WriteString("insecure\n")
		}
		for _, w := range i.Warnings {
			fmt.Fprintf(&out, "warning: %s\n", w)
		}
		if err := r.Validate().Err(); err != nil {
			fmt.Fprintf(&out, "invalid: %v\n", err)
		}
	}
	return out.String()
}

package codegen_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
)

// One file alone is the one of the whole folder.
func TestGenerateFile(t *testing.T) {
	folder, err := codegen.Generate(tutorial())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range folder {
		got, err := codegen.GenerateFile(tutorial(), want.Path)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", want.Path, err, diff)
		}
	}
	if _, err := codegen.GenerateFile(tutorial(), "led.h"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that the sketch doesn't have: %v", err)
	}
	if _, err := codegen.GenerateFile(codegen.Project{}, "pins.h"); err == nil {
		t.Error("a project that is wrong was generated from")
	}
}

package test

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"espost/imports"
)

// sketches DIR: writes the tutorials' sketches of package imports there, for the
// server that runs and with its fingerprint where they have one.
func writeSketches(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sketches DIR")
	}
	files, err := filepath.Glob("../imports/testdata/sketches/*.txtar")
	if err != nil || len(files) == 0 {
		ts.Fatalf("no sketches: %v", err)
	}
	to := strings.NewReplacer("https://porch.example.com", "https://127.0.0.1:"+ts.Getenv("PORT"), "porch.example.com", "127.0.0.1", "443", ts.Getenv("PORT"))
	ts.Check(os.MkdirAll(ts.MkAbs(args[0]), 0o700))
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		ts.Check(err)
		text := to.Replace(string(archive.Files[0].Data))
		if sketch, err := imports.ReadSketch([]byte(text)); err == nil && len(sketch.Fingerprints) > 0 {
			text = sketch.Fingerprints[0].Replace(text, ts.Getenv("SHA1"))
		}
		ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[0]), archive.Files[0].Name), []byte(text), 0o600))
	}
}

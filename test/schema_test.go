package test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func loadSchema(name string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	return c.Compile(filepath.Join("..", "docs", "schema", name+".schema.json"))
}

// checkSchema: schema NAME [FILE] wants each line of a file, or of the last
// command's stdout, to be an object of docs/schema/NAME.schema.json.
func checkSchema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: schema NAME [FILE]")
	}
	file := "stdout"
	if len(args) == 2 {
		file = args[1]
	}
	s, err := loadSchema(args[0])
	ts.Check(err)
	lines := 0
	for line := range strings.Lines(ts.ReadFile(file)) {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		ts.Check(err)
		if err := s.Validate(v); err != nil {
			ts.Fatalf("%v\n%s", err, line)
		}
		lines++
	}
	if lines == 0 {
		ts.Fatalf("%s is empty", file)
	}
}

// The schemas can say no: to what is missing, unknown, or of another type.
func TestSchemaRefuses(t *testing.T) {
	s, err := loadSchema("demo")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`{"url":"","address":"","fingerprint":"","names":["a"]}`:       "",
		`{"url":"","address":"","fingerprint":""}`:                     "missing property 'names'",
		`{"url":"","address":"","fingerprint":"","names":[],"more":1}`: "additional properties 'more' not allowed",
		`{"url":1,"address":"","fingerprint":"","names":[]}`:           "got number, want string",
		`{"url":"","address":"","fingerprint":"","names":[null]}`:      "got null, want string",
		`[]`: "got array, want object",
	} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		switch err := s.Validate(v); {
		case err == nil && want != "":
			t.Errorf("%s passes, want %q", text, want)
		case err != nil && (want == "" || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

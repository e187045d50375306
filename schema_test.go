package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// A schema is the part of JSON Schema (draft 2020-12) that docs/schema uses.
type schema struct {
	Type       any                `json:"type"` // a name or several
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Items      *schema            `json:"items"`
	Enum       []string           `json:"enum"`
}

// check returns what is wrong with v, which stands at path.
func (s *schema) check(path string, v any) []string {
	if names := s.types(); !slices.ContainsFunc(names, func(name string) bool { return isType(name, v) }) {
		return []string{fmt.Sprintf("%s is %T, want %s", path, v, names)}
	}
	var wrong []string
	switch v := v.(type) {
	case string:
		if s.Enum != nil && !slices.Contains(s.Enum, v) {
			wrong = append(wrong, fmt.Sprintf("%s is %q, want one of %q", path, v, s.Enum))
		}
	case []any:
		for i, item := range v {
			wrong = append(wrong, s.Items.check(fmt.Sprintf("%s[%d]", path, i), item)...)
		}
	case map[string]any:
		for _, key := range s.Required {
			if _, ok := v[key]; !ok {
				wrong = append(wrong, path+" lacks "+key)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			property := s.Properties[key]
			if property == nil {
				wrong = append(wrong, path+" has "+key+", which the schema doesn't know")
				continue
			}
			wrong = append(wrong, property.check(path+"."+key, v[key])...)
		}
	}
	return wrong
}

func (s *schema) types() []string {
	if name, ok := s.Type.(string); ok {
		return []string{name}
	}
	var names []string
	for _, name := range s.Type.([]any) {
		names = append(names, name.(string))
	}
	return names
}

func isType(name string, v any) bool {
	switch v := v.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case float64:
		return name == "number" || name == "integer" && v == math.Trunc(v)
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}

func loadSchema(name string) (*schema, error) {
	text, err := os.ReadFile(filepath.Join("docs", "schema", name+".schema.json"))
	if err != nil {
		return nil, err
	}
	s := new(schema)
	return s, json.Unmarshal(text, s)
}

// checkSchema: schema NAME wants each line of the last command's stdout to be
// an object of docs/schema/NAME.schema.json.
func checkSchema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: schema NAME")
	}
	s, err := loadSchema(args[0])
	ts.Check(err)
	lines := 0
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var v any
		ts.Check(json.Unmarshal([]byte(line), &v))
		if wrong := s.check("$", v); len(wrong) > 0 {
			ts.Fatalf("%s", strings.Join(wrong, "\n"))
		}
		lines++
	}
	if lines == 0 {
		ts.Fatalf("stdout is empty")
	}
}

// The schemas can say no.
func TestSchemaRefuses(t *testing.T) {
	s, err := loadSchema("demo")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`{"url":"","address":"","fingerprint":"","names":["a"]}`:       "",
		`{"url":"","address":"","fingerprint":""}`:                     "$ lacks names",
		`{"url":"","address":"","fingerprint":"","names":[],"more":1}`: "$ has more, which the schema doesn't know",
		`{"url":1,"address":"","fingerprint":"","names":[]}`:           "$.url is float64, want [string]",
		`{"url":"","address":"","fingerprint":"","names":[null]}`:      "$.names[0] is <nil>, want [string]",
		`[]`: "$ is []interface {}, want [object]",
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.check("$", v), "; "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

package main_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Constants called max… that bound no foreigner: facts about the board, HTTP or
// TLS, the user's own settings, and what fits a screen.
var noLimits = map[string]bool{
	"tlsinspect maxKeyBytes": true, "tlsinspect maxRSABytes": true, "tlsinspect maxPointBytes": true,
	"esp8266 MaxBuffer": true, "codegen maxPath": true, "codegen maxSSID": true, "codegen maxCandidates": true, "codegen MaxName": true,
	"codegen maxRSA": true, "profile MaxEvery": true, "profile maxGPIO": true, "tui/dialog maxSpoken": true, "tui/form maxUndo": true, "tui/ui maxStatus": true,
}

// docs/limits.md says what the source says, lists every limit, and names tests
// that exist.
func TestLimitsAreListed(t *testing.T) {
	constants, tests := make(map[string]string), make(map[string]bool)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "hostile" || strings.HasPrefix(d.Name(), ".") && path != "."):
			return fs.SkipDir
		case filepath.Ext(path) == ".go":
			return readConstants(path, constants, tests)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := maps.Clone(noLimits)
	for _, row := range regexp.MustCompile(`(?m)^\| (\S+) \| (\w+) \| (.+?) \| .+ \| (Test\w+) \|$`).FindAllStringSubmatch(string(text), -1) {
		name := row[1] + " " + row[2]
		listed[name] = true
		if constants[name] != row[3] {
			t.Errorf("%s is listed as %s and is %q", name, row[3], constants[name])
		}
		if !tests[row[4]] {
			t.Errorf("%s: there is no %s", name, row[4])
		}
	}
	if len(listed) < len(noLimits)+40 {
		t.Errorf("only %d limits are listed", len(listed)-len(noLimits))
	}
	for name := range constants {
		_, short, _ := strings.Cut(name, " ")
		if regexp.MustCompile(`^[mM]ax([A-Z]|$)`).MatchString(short) && !listed[name] {
			t.Errorf("%s isn't listed in docs/limits.md", name)
		}
	}
}

// readConstants adds a file's constants, and what it fills structures in with,
// by package and name; of a test file its tests.
func readConstants(path string, constants map[string]string, tests map[string]bool) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if strings.HasSuffix(path, "_test.go") {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				tests[f.Name.Name] = true
			}
		}
		return nil
	}
	name := filepath.ToSlash(filepath.Dir(path))
	if name == "." {
		name = "main"
	}
	add := func(constant string, value ast.Expr) {
		var source bytes.Buffer
		if printer.Fprint(&source, token.NewFileSet(), value) == nil {
			constants[name+" "+constant] = source.String()
		}
	}
	for _, d := range file.Decls {
		if general, ok := d.(*ast.GenDecl); ok && general.Tok == token.CONST {
			ast.Inspect(general, func(n ast.Node) bool {
				if spec, ok := n.(*ast.ValueSpec); ok {
					for i, constant := range spec.Names[:len(spec.Values)] {
						add(constant.Name, spec.Values[i])
					}
				}
				return true
			})
		}
	}
	if filepath.Base(path) == "limits.go" { // DefaultTimeouts
		ast.Inspect(file, func(n ast.Node) bool {
			if pair, ok := n.(*ast.KeyValueExpr); ok {
				if key, ok := pair.Key.(*ast.Ident); ok {
					add(key.Name, pair.Value)
				}
			}
			return true
		})
	}
	return nil
}

package test

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// A start does nothing that may wait until it is needed: no package of espost's
// allocates more than a handful of things before main. What is counted depends on
// no clock.
func TestStartIsIdle(t *testing.T) {
	const most = 32 // allocations of one package
	cmd := exec.CommandContext(t.Context(), linkToSelf(t), "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	packages := 0
	for line := range strings.Lines(string(out)) {
		// init espost/cli @14 ms, 0.018 ms clock, 2392 bytes, 4 allocs
		var name string
		var at, took float64
		var bytes, allocations int
		if _, err := fmt.Sscanf(line, "init %s @%f ms, %f ms clock, %d bytes, %d allocs", &name, &at, &took, &bytes, &allocations); err != nil || !strings.HasPrefix(name, "espost/") {
			continue
		}
		if packages++; allocations > most && !strings.HasPrefix(name, "espost/internal/testkit/") {
			t.Errorf("%s allocates %d times before main; make its tables data, or make them when they are needed first", name, allocations)
		}
	}
	if packages == 0 {
		t.Errorf("no package tells of its start:\n%s", out)
	}
}

// Every expression that waits for its first use is a right one.
func TestPatternsCompile(t *testing.T) {
	var patterns []ast.Expr
	constants := make(map[string]ast.Expr) // of all packages, by name
	for _, line := range goList(t, "linux", `{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}`, "espost/...") {
		if line == "" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), line, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i := range min(len(n.Names), len(n.Values)) {
					constants[n.Names[i].Name] = n.Values[i]
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "New" && len(n.Args) == 1 && fmt.Sprint(f.X) == "lazyregexp" {
					patterns = append(patterns, n.Args[0])
				}
			}
			return true
		})
	}
	for _, p := range patterns {
		if text := constantText(p, constants); text == "" {
			t.Errorf("an expression of package lazyregexp is no constant: %#v", p)
		} else if _, err := regexp.Compile(text); err != nil {
			t.Error(err)
		}
	}
	if len(patterns) < 100 {
		t.Errorf("there are %d expressions: those of explain, imports and device aren't among them", len(patterns))
	}
}

// constantText is the value of a constant of literals and names; "" for anything else.
func constantText(e ast.Expr, constants map[string]ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		return constant.StringVal(constant.MakeFromLiteral(e.Value, e.Kind, 0))
	case *ast.BinaryExpr:
		return constantText(e.X, constants) + constantText(e.Y, constants)
	case *ast.Ident:
		return constantText(constants[e.Name], constants)
	case *ast.SelectorExpr:
		return constantText(e.Sel, constants)
	}
	return ""
}

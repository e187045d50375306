package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// goPackage is one folder of Go files.
type goPackage struct {
	dir   string // "." for the module's root
	files map[string]*ast.File
	fset  *token.FileSet
}

// checkTree holds the Go files of fsys, the root of the named module, against the rules in arch_test.go.
// It returns one sentence for each violation, sorted.
func checkTree(fsys fs.FS, module string) ([]string, error) {
	var violations []string
	packages := map[string]*goPackage{}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := path.Base(name); name != "." && (base == "testdata" || strings.HasPrefix(base, ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		violations = append(violations, checkLength(name, text)...)

		dir := path.Dir(name)
		if packages[dir] == nil {
			packages[dir] = &goPackage{dir: dir, files: map[string]*ast.File{}, fset: token.NewFileSet()}
		}
		file, err := parser.ParseFile(packages[dir].fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			violations = append(violations, err.Error())
			return nil
		}
		if !strings.HasSuffix(name, "_test.go") {
			packages[dir].files[name] = file
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, p := range packages {
		if len(p.files) == 0 { // only tests
			continue
		}
		violations = append(violations, p.checkName()...)
		violations = append(violations, p.checkDoc(module)...)
		violations = append(violations, p.checkImports(module)...)
		violations = append(violations, p.checkVariables()...)
	}
	slices.Sort(violations)
	return violations, nil
}

// readModulePath returns the module path that go.mod declares.
func readModulePath(fsys fs.FS) (string, error) {
	text, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if module, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(module), nil
		}
	}
	return "", errors.New("go.mod declares no module")
}

func checkLength(name string, text []byte) []string {
	limit := maxLines
	if strings.HasSuffix(name, "_test.go") {
		limit = maxTestLines
	}
	if n := bytes.Count(text, []byte("\n")); n > limit {
		return []string{fmt.Sprintf("%s: %d lines, at most %d: split it by idea", name, n, limit)}
	}
	return nil
}

func (p *goPackage) checkName() []string {
	var violations []string
	for _, name := range p.names() {
		if slices.Contains(drawerNames, name) {
			violations = append(violations, fmt.Sprintf("%s: a package is named for what it does, not %s", p.dir, name))
		}
	}
	return violations
}

// names returns the folder's name and the names in the package clauses, each once.
func (p *goPackage) names() []string {
	names := []string{path.Base(p.dir)}
	for _, file := range p.files {
		names = append(names, file.Name.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (p *goPackage) checkDoc(module string) []string {
	var opening string
	for _, file := range p.files {
		opening = "Package " + file.Name.Name
		if file.Name.Name == "main" {
			opening = "Command " + module
		}
		if file.Doc != nil && strings.HasPrefix(file.Doc.Text(), opening+" ") {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s: no doc comment \"%s …\"", p.dir, opening)}
}

func (p *goPackage) checkImports(module string) []string {
	allowed, known := rowOf(p.dir)
	if !known {
		return []string{p.dir + ": has no row in arrows (arch_test.go); decide what it may import"}
	}
	var violations []string
	for name, file := range p.files {
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue // the compiler says so too
			}
			if own, ok := strings.CutPrefix(imported, module+"/"); ok {
				if !slices.ContainsFunc(allowed, func(pattern string) bool { return matches(pattern, own) }) {
					violations = append(violations, fmt.Sprintf("%s: %s must not import %s", name, p.dir, own))
				}
			} else if isTerminalLibrary(imported) && !mayUseTerminal(p.dir) {
				violations = append(violations, fmt.Sprintf("%s: %s must not import the terminal library %s", name, p.dir, imported))
			}
		}
	}
	return violations
}

// rowOf returns what the package in dir may import: its own row, or that of "parent/*".
func rowOf(dir string) (allowed []string, known bool) {
	if allowed, known = arrows[dir]; known {
		return allowed, true
	}
	allowed, known = arrows[path.Dir(dir)+"/*"]
	return allowed, known
}

// matches reports whether pattern, an entry of arrows, stands for the package. A package with a row of
// its own is meant only by its name.
func matches(pattern, pkg string) bool {
	if pattern == pkg {
		return true
	}
	_, named := arrows[pkg]
	return !named && pattern == path.Dir(pkg)+"/*"
}

func isTerminalLibrary(imported string) bool {
	return slices.ContainsFunc(terminalLibraries, func(library string) bool {
		if strings.HasSuffix(library, "/") {
			return strings.HasPrefix(imported, library)
		}
		return imported == library || strings.HasPrefix(imported, library+"/")
	})
}

func mayUseTerminal(dir string) bool {
	return slices.ContainsFunc(terminalPackages, func(p string) bool { return dir == p || strings.HasPrefix(dir, p+"/") })
}

// checkVariables finds assignments to package variables outside their declarations. Imports are left
// unresolved: they don't matter to the question which names are the package's own.
func (p *goPackage) checkVariables() []string {
	files := make([]*ast.File, 0, len(p.files))
	for _, file := range p.files {
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: noImports{}, Error: func(error) {}}
	pkg, _ := config.Check(p.dir, p.fset, files, info) // errors: unresolved imports, and what the compiler reports

	var violations []string
	changed := func(target ast.Expr) {
		name := rootOf(target)
		if name == nil {
			return
		}
		if v, ok := info.Uses[name].(*types.Var); ok && v.Parent() == pkg.Scope() {
			at := p.fset.Position(name.Pos())
			violations = append(violations, fmt.Sprintf("%s:%d: changes the package variable %s", at.Filename, at.Line, name.Name))
		}
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, target := range n.Lhs {
					changed(target)
				}
			case *ast.IncDecStmt:
				changed(n.X)
			case *ast.RangeStmt:
				changed(n.Key)
				changed(n.Value)
			}
			return true
		})
	}
	return violations
}

// rootOf returns the variable at the bottom of an assignable expression such as v.field[i], or nil.
func rootOf(target ast.Expr) *ast.Ident {
	for {
		switch t := target.(type) {
		case *ast.Ident:
			return t
		case *ast.SelectorExpr:
			target = t.X
		case *ast.IndexExpr:
			target = t.X
		case *ast.StarExpr:
			target = t.X
		case *ast.ParenExpr:
			target = t.X
		default:
			return nil
		}
	}
}

// noImports is a types.Importer that has nothing.
type noImports struct{}

func (noImports) Import(string) (*types.Package, error) {
	return nil, errors.New("imports are not resolved here")
}

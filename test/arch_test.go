package test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The layers, from above. A package imports packages of lower layers, and those
// that share the first part of its path. Leaves, under internal, are for all.
var layers = [][]string{
	{"main"},
	{"cli"},
	{"tui"},
	{"fleet"},
	{"profile", "demo"},
	{"imports"},
	{"codegen", "formpost", "curl", "device", "services"},
	{"tlsinspect"},
	{"pinfile"},
	{"request"},
	{"sensors"},
	{"esp8266"},
}

// What draws on a terminal or reads its keys and flags is for cli and tui only.
var terminalLibraries = []string{
	"charm.land/", "github.com/charmbracelet/", "github.com/spf13/cobra", "golang.org/x/term",
}

// forbidden says why a package, named by its path in the module, must not import
// another; "" means that it may.
func forbidden(from, imported string) string {
	to, own := strings.CutPrefix(imported, "espost/")
	switch top, toTop := first(from), first(to); {
	case strings.HasPrefix(from, "internal/testkit/"):
		return ""
	case !own:
		if top != "cli" && top != "tui" && slices.ContainsFunc(terminalLibraries, func(l string) bool { return strings.HasPrefix(imported, l) }) {
			return "terminal libraries are for cli and tui"
		}
		return ""
	case strings.HasPrefix(to, "internal/testkit/"):
		return "the test kit is for tests"
	case to == "services/simulate" && top != "cli" && top != "demo" && top != "services":
		return "simulators are for the demo and for tests"
	case toTop == "internal":
		return ""
	case top == "internal":
		return "a leaf imports only leaves"
	case top == "tui" && toTop == "tui":
		if from != "tui" && to != "tui/ui" {
			return "steps know tui/ui only"
		}
		return ""
	case top != toTop && layer(toTop) <= layer(top):
		return "arrows point downwards"
	case toTop == "tui" && to != "tui":
		return "steps are tui's own"
	}
	return ""
}

func first(path string) string {
	top, _, _ := strings.Cut(path, "/")
	return top
}

// layer is -1 for a package that has none: nobody may import it.
func layer(top string) int {
	return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, top) })
}

// Arrows between packages point one way, as docs/architecture.md draws them.
func TestArrows(t *testing.T) {
	for _, system := range []string{"linux", "windows"} {
		for _, line := range goList(t, system, `{{.ImportPath}} {{join .Imports " "}}`, "espost/...") {
			imports := strings.Fields(line)
			from := strings.TrimPrefix(imports[0], "espost/")
			if from == "espost" {
				from = "main"
			}
			if top := first(from); layer(top) < 0 && len(imports) > 1 && top != "internal" {
				t.Errorf("%s has no layer", from)
			}
			for _, imported := range imports[1:] {
				if why := forbidden(from, imported); why != "" {
					t.Errorf("%s imports %s: %s", from, imported, why)
				}
			}
		}
	}
}

// The rules can say no.
func TestArrowsCanFail(t *testing.T) {
	for _, wrong := range [][2]string{
		{"esp8266", "espost/request"}, {"codegen", "espost/formpost"}, {"codegen/sketchdir", "espost/profile"},
		{"tui/form", "espost/tui/testpost"}, {"tui/form", "espost/tui"}, {"tui/ui", "espost/tui/form"}, {"cli", "espost/tui/ui"},
		{"tui", "espost/internal/testkit/tuitest"}, {"internal/recent", "espost/profile"}, {"cli", "espost/wifi"},
		{"profile", "charm.land/lipgloss/v2"}, {"internal/problem", "golang.org/x/term"},
		{"tui", "espost/services/simulate"}, {"profile", "espost/services/simulate"},
	} {
		if forbidden(wrong[0], wrong[1]) == "" {
			t.Errorf("%s may import %s", wrong[0], wrong[1])
		}
	}
}

// goList asks the go command about packages as they are built for a system and
// returns the lines of its answer.
func goList(t *testing.T, system, format string, args ...string) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", append([]string{"list", "-f", format}, args...)...)
	list.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// The domain's types are declared once.
func TestOneDomain(t *testing.T) {
	found := make(map[string][]string)
	for _, line := range goList(t, "linux", `{{.Name}} {{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}} {{end}}`, "espost/...") {
		fields := strings.Fields(line)
		for _, path := range fields[1:] {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok && ast.IsExported(spec.Name.Name) {
					found[spec.Name.Name] = append(found[spec.Name.Name], fields[0])
				}
				return true
			})
		}
	}
	for name, home := range map[string]string{
		"Field": "request", "Header": "request", "Target": "request", "Request": "request", "Body": "request", "Answer": "request",
		"Pin": "esp8266", "SSLError": "esp8266", "Problem": "problem", "Firmware": "codegen", "Session": "profile",
	} {
		if got := found[name]; !slices.Equal(got, []string{home}) {
			t.Errorf("the type %s is declared in %v, want %s alone", name, got, home)
		}
	}
}

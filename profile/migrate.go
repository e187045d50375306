package profile

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A format is a version of the file and the way to it from those before it.
type format struct {
	version int
	// migrations turn a text of the version that is the key into one of the next.
	// They leave every line where it is, so that errors point at the right one, and
	// the line with the version to migrate.
	migrations map[int]func(source string) string
}

// current is this espost's format.
func current() format {
	return format{version: Version, migrations: map[int]func(string) string{1: migrate1}}
}

// migrate1 turns version 1 into version 2: "form" is "request" since, and its
// "encoding" is "body".
func migrate1(source string) string {
	file, err := parseTree(source)
	if err != nil {
		return source
	}
	body, ok := file.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		return source
	}
	lines := strings.Split(source, "\n")
	if form := entry(body, "form"); form != nil {
		// from the end on, so that columns before it stay right
		if rows, ok := form.Value.(*ast.MappingNode); ok {
			if encoding := entry(rows, "encoding"); encoding != nil {
				rename(lines, encoding.Key.GetToken(), "body")
			}
		}
		rename(lines, form.Key.GetToken(), "request")
	}
	return strings.Join(lines, "\n")
}

// renameOutbox makes of firmware's "outbox: true", which version 1 and the first
// files of version 2 have, "keep: failed", and of false "keep: off"; renamed is false
// where there is nothing to rename.
func renameOutbox(source string, file *ast.File) (text string, renamed bool) {
	body, _ := file.Docs[0].Body.(*ast.MappingNode)
	if body == nil || entry(body, "firmware") == nil {
		return source, false
	}
	rows, _ := entry(body, "firmware").Value.(*ast.MappingNode)
	if rows == nil || entry(rows, "outbox") == nil || entry(rows, "keep") != nil {
		return source, false
	}
	outbox := entry(rows, "outbox")
	word, known := map[string]string{"true": "failed", "false": "off"}[outbox.Value.GetToken().Value]
	if !known {
		return source, false // it is an error: there is no such key
	}
	lines := strings.Split(source, "\n")
	rename(lines, outbox.Value.GetToken(), word) // from the end on, so that columns before it stay right
	rename(lines, outbox.Key.GetToken(), "keep")
	return strings.Join(lines, "\n"), true
}

// rename puts another key in the place of an unquoted one.
func rename(lines []string, key *token.Token, name string) {
	line, column := position(key)
	old := []rune(lines[line-1])
	lines[line-1] = string(old[:column-1]) + name + string(old[min(len(old), column-1+len([]rune(key.Value))):])
}

// migrate returns a text of f's version that says what source says, and its
// syntax tree. A text of a newer version is refused.
func (f format) migrate(source string) (string, *ast.File, error) {
	for {
		file, err := parseTree(source)
		if err != nil {
			return "", nil, explain(source, err)
		}
		if len(file.Docs) > 1 {
			return "", nil, slip("there are several documents in this file; keep one profile a file, without lines of ---", nil)
		}
		if len(file.Docs) == 1 {
			if text, renamed := renameOutbox(source, file); renamed {
				source = text
				continue
			}
		}
		version, node, err := f.versionOf(file, source)
		if err != nil || version == f.version {
			return source, file, err
		}
		source = f.migrations[version](withVersion(source, node, version+1))
	}
}

// versionOf looks at the format's version before anything else is read, since a
// newer format may hold anything.
func (f format) versionOf(file *ast.File, source string) (int, ast.Node, error) {
	var version *ast.MappingValueNode
	if len(file.Docs) == 1 {
		if body, ok := file.Docs[0].Body.(*ast.MappingNode); ok {
			version = entry(body, "espost")
		}
	}
	if version == nil {
		return 0, nil, slip(fmt.Sprintf("this is no profile of espost; one begins with a line espost: %d", f.version), nil)
	}
	var n int
	if err := yaml.NodeToValue(version.Value, &n); err != nil || n < 1 || n < f.version && f.migrations[n] == nil {
		e := slip(fmt.Sprintf("the format's version is a whole number; this espost writes espost: %d", f.version), nil)
		line, column := position(version.Value.GetToken())
		e.place(source, line, column)
		return 0, nil, e
	}
	if n > f.version {
		return 0, nil, slip(fmt.Sprintf("the profile has the format %d and this espost knows formats up to %d; install a newer espost", n, f.version), ErrVersion)
	}
	return n, version.Value, nil
}

// withVersion puts another version in the place of node.
func withVersion(source string, node ast.Node, version int) string {
	lines := strings.Split(source, "\n")
	rename(lines, node.GetToken(), fmt.Sprint(version))
	return strings.Join(lines, "\n")
}

package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"espost/internal/problem"
	"espost/internal/readfile"
	"espost/request"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of a profile: the library's time grows faster than the text, and with the
// square of the keys in a mapping.
const (
	MaxFile     = 96 << 10 // bytes of a file that is read; three CAs' PEM take 6 KB
	maxKeys     = 64       // keys of one mapping; a profile's longest has 9
	maxProblems = 20       // problems that are told of one profile
)

// ErrVersion is wrapped by errors about a profile of a newer format.
var ErrVersion = errors.New("the profile's format is newer than this espost")

// Load reads a profile's file. Errors are those of Parse, with the file's name,
// or say why the file couldn't be read.
func Load(path string) (*Profile, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	p, err := Parse(text)
	return p, inFile(err, path)
}

// A missingError is that of a profile that isn't there: fs.ErrNotExist, in words.
type missingError struct{ path string }

func (e *missingError) Error() string {
	return fmt.Sprintf("there is no profile %s; save one in the app, or check the path", e.path)
}
func (e *missingError) Unwrap() error { return fs.ErrNotExist }

// read returns the file's content, if it isn't too long.
func read(path string) ([]byte, error) {
	text, err := readfile.Read(path, MaxFile)
	switch _, long := errors.AsType[*readfile.LengthError](err); {
	case err == nil:
		return text, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, &missingError{path}
	case errors.Is(err, readfile.ErrFolder):
		return nil, fmt.Errorf("%s is a folder; name the profile's file", path)
	case long:
		return nil, fmt.Errorf("%s is no profile: %w", path, err)
	}
	return nil, fmt.Errorf("reading the profile: %w", err)
}

// inFile names the file in every SyntaxError of err.
func inFile(err error, path string) error {
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) {
		for _, e := range several.Unwrap() {
			_ = inFile(e, path)
		}
		return err
	}
	var one *SyntaxError
	if errors.As(err, &one) {
		one.File = path
	}
	return err
}

// Parse reads a profile's text. What it leaves out is as in New. Everything
// that isn't understood is an error, so that a slip never passes for a default:
// a *SyntaxError with line and caret, or several, joined by errors.Join. A
// credential that stands in the text in clear becomes a secret; Warnings say so.
func Parse(data []byte) (*Profile, error) {
	p, err := current().parse(unixLines(data))
	if err == nil {
		p.hideCredentials()
		p.missService()
	}
	return p, err
}

// parse is Parse without the last step: the profile as the text has it.
func (f format) parse(text string) (*Profile, error) {
	source, file, err := f.migrate(text)
	if err != nil {
		return nil, err
	}
	if err := checkKeys(file, source); err != nil {
		return nil, err
	}
	var doc document
	err = guarded(func() error { return yaml.NodeToValue(file.Docs[0].Body, &doc, yaml.Strict()) })
	if err != nil {
		return nil, explain(source, err)
	}
	if doc.Target == nil || *doc.Target == "" {
		return nil, slip("the key target is missing; add a line such as target: https://postman-echo.com/post", nil)
	}
	target, err := request.ParseURL(string(*doc.Target))
	p := New(target)
	if wrong := doc.apply(p); wrong != nil {
		return nil, explain(source, wrong)
	}
	readNulls(file, p.Request.Fields)
	if problems := append(problem.All(err), p.Validate()...); len(problems) > 0 {
		return nil, locate(problems, file, source)
	}
	return p, nil
}

// readNulls reads "none: null", of which the YAML library makes no key at all.
func readNulls(file *ast.File, fields []request.Field) {
	for i := range fields {
		if path, err := yaml.PathString(fmt.Sprintf("$.request.fields[%d].none", i)); err == nil && fields[i].None == "" && fields[i].MayLack() {
			if node, err := path.FilterFile(file); err == nil && node != nil && node.GetToken().Value == string(request.Null) {
				fields[i].None = request.Null
			}
		}
	}
}

// parseTree returns the text's syntax tree.
func parseTree(source string) (file *ast.File, err error) {
	err = guarded(func() error {
		tokens := lexer.Tokenize(source)
		if err := checkNesting(tokens, source); err != nil {
			return err
		}
		file, err = parser.Parse(tokens, 0)
		return err
	})
	return file, err
}

// checkKeys refuses a mapping of more keys than any profile has.
func checkKeys(file *ast.File, source string) error {
	var tooMany tooManyKeys
	for _, doc := range file.Docs {
		ast.Walk(&tooMany, doc)
	}
	if tooMany.at == nil {
		return nil
	}
	e := slip(fmt.Sprintf("there are more than %d keys here; a profile's longest list of keys has 9", maxKeys), nil)
	line, column := position(tooMany.at)
	e.place(source, line, column)
	return e
}

// tooManyKeys finds the first mapping of more than maxKeys keys.
type tooManyKeys struct{ at *token.Token }

// Visit implements ast.Visitor.
func (v *tooManyKeys) Visit(n ast.Node) ast.Visitor {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > maxKeys && v.at == nil { // mutant TestTooManyKeys: len(m.Values) > maxKeys => false
		v.at = m.Values[maxKeys].Key.GetToken()
	}
	if v.at != nil {
		return nil
	}
	return v
}

// guarded turns a panic into an error: some malformed texts make the YAML
// library dereference nil.
func guarded(call func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = slip("this isn't YAML that can be understood; look for a lone !, & or * or an unclosed bracket", nil)
		}
	}()
	return call()
}

// unixLines ends each line by LF, which the YAML library needs to count lines.
func unixLines(text []byte) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(text))
}

// entry returns a mapping's entry, or nil.
func entry(m *ast.MappingNode, key string) *ast.MappingValueNode {
	for _, v := range m.Values {
		if v.Key.GetToken().Value == key {
			return v
		}
	}
	return nil
}

// locate gives problems their places in the text.
func locate(problems problem.List, file *ast.File, source string) error {
	var located []error
	for i, p := range problems {
		if i == maxProblems { // mutant TestCostOfProfiles: i == maxProblems => false
			located = append(located, slip(fmt.Sprintf("%d more like these; correct the first ones", len(problems)-i), nil))
			break
		}
		e := &SyntaxError{Problem: p}
		if path, err := yaml.PathString("$." + p.Where); err == nil {
			if node, err := path.FilterFile(file); err == nil {
				line, column := position(node.GetToken())
				e.place(source, line, column)
			}
		}
		located = append(located, e)
	}
	return errors.Join(located...)
}

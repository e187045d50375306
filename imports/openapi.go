package imports

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"espost/internal/nesting"
	"espost/request"
)

// Bounds of a file of YAML: its parser recurses.
const (
	maxYAML    = 1 << 20
	maxMarks   = 60_000 // line ends, colons and commas; a megabyte as people write it has 55,000
	maxAliases = 20     // each may double what is there
	maxNesting = 24
)

// aliasCount counts aliases.
type aliasCount int

// Visit implements ast.Visitor.
func (n *aliasCount) Visit(node ast.Node) ast.Visitor {
	if _, ok := node.(*ast.AliasNode); ok {
		*n++
	}
	return n
}

// readYAML reads OpenAPI 3 or Insomnia 5, as YAML or JSON.
func readYAML(file string) ([]Import, error) {
	tree, err := parseYAML(file)
	if err != nil {
		return nil, err
	}
	if kind, _ := tree["type"].(string); strings.HasPrefix(kind, "collection.insomnia") {
		b, err := json.Marshal(tree)
		if err != nil {
			return nil, refusal("it is no export of Insomnia's", "export it again as Insomnia v4 or v5")
		}
		return readInsomnia5(b)
	}
	version, _ := tree["openapi"].(string)
	if !strings.HasPrefix(version, "3.") {
		return nil, refusal("it is no description of OpenAPI 3", "convert it, if it is of version 2 (Swagger); editor.swagger.io does that")
	}
	return openAPI{tree}.requests()
}

// parseYAML reads a mapping within bounds.
func parseYAML(file string) (tree map[string]any, err error) {
	defer func() {
		if recover() != nil {
			tree, err = nil, refusal("its YAML isn't understood", "check it with a YAML validator")
		}
	}()
	if json.Unmarshal([]byte(file), &tree) == nil {
		return tree, nil
	}
	marks := strings.Count(file, "\n") + strings.Count(file, ":") + strings.Count(file, ",")
	if len(file) > maxYAML || marks > maxMarks || tooDeep(file) { // mutant TestCostIsLinear in ./test: marks > maxMarks => marks < 0
		return nil, refusal(fmt.Sprintf("it is YAML of more than %d MB, of too many entries, or nested too deep", maxYAML>>20), "leave out what isn't needed, or convert it to JSON")
	}
	parsed, err := parser.ParseBytes([]byte(file), 0)
	if err != nil {
		return nil, refusal("its YAML isn't understood", "check it with a YAML validator")
	}
	aliases := aliasCount(0)
	for _, doc := range parsed.Docs {
		if doc.Body != nil {
			ast.Walk(&aliases, doc.Body)
		}
	}
	if aliases > maxAliases {
		return nil, refusal("its YAML has too many aliases (*name)", "write them out")
	}
	if yaml.Unmarshal([]byte(file), &tree) != nil || tree == nil {
		return nil, refusal("its YAML isn't understood", "check it with a YAML validator")
	}
	return tree, nil
}

func tooDeep(file string) bool {
	excess, _ := nesting.Limit{Depth: maxNesting}.Exceeded(file)
	return excess != nesting.None
}

// openAPI is a description of an API (spec.openapis.org/oas/v3.1.0).
type openAPI struct{ tree map[string]any }

func (o openAPI) requests() ([]Import, error) {
	return collect(func(add func(string, *request.Draft, error)) {
		paths := asMap(o.tree["paths"])
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			item := o.resolve(paths[path])
			for _, method := range []string{"post", "put", "patch", "get", "delete"} {
				operation := o.resolve(item[method])
				if operation == nil {
					continue
				}
				title := strings.ToUpper(method) + " " + path
				if summary, _ := operation["summary"].(string); summary != "" {
					title += ": " + summary
				}
				d, err := o.draft(method, path, item, operation)
				add(title, d, err)
			}
		}
	})
}

// server is the address that a description, path or operation names.
func (o openAPI) server(of ...map[string]any) string {
	for _, m := range of {
		servers, _ := m["servers"].([]any)
		if len(servers) == 0 {
			continue
		}
		first := asMap(servers[0])
		address, _ := first["url"].(string)
		for name, v := range asMap(first["variables"]) {
			address = strings.ReplaceAll(address, "{"+name+"}", fmt.Sprint(asMap(v)["default"]))
		}
		return strings.TrimSuffix(address, "/")
	}
	return ""
}

func (o openAPI) draft(method, path string, item, operation map[string]any) (*request.Draft, error) {
	server := o.server(operation, item, o.tree)
	if !strings.Contains(server, "://") {
		return nil, refusal("it names no server", "add servers: with the address")
	}
	d := &request.Draft{Method: method, URL: server + path}
	fields := make(scope)
	var query []string
	parameters, _ := item["parameters"].([]any)
	own, _ := operation["parameters"].([]any)
	for _, p := range append(append([]any(nil), parameters...), own...) {
		p := o.resolve(p)
		name, _ := p["name"].(string)
		where, _ := p["in"].(string)
		required, _ := p["required"].(bool)
		v := o.example(p, 0)
		switch {
		case where == "path":
			d.URL = strings.ReplaceAll(d.URL, "{"+name+"}", "{{"+name+"}}")
			fields[name] = plainText(v)
		case where == "query" && required:
			query = append(query, request.PercentEncode(name)+"={{"+name+"}}")
			fields[name] = plainText(v)
		case where == "header" && required:
			d.Headers = append(d.Headers, request.Header{Name: name, Value: "{{" + name + "}}"})
			fields[name] = plainText(v)
		}
	}
	d.URL = withQuery(d.URL, strings.Join(query, "&"))
	o.secure(d, operation, fields)
	err := o.body(d, operation)
	fields.fill(d)
	d.Warn("the values are the description's examples, or made up where it has none; put yours in their place")
	return d, err
}

// secure adds what the first way to authenticate needs.
func (o openAPI) secure(d *request.Draft, operation map[string]any, fields scope) {
	needs, ok := operation["security"].([]any)
	if !ok {
		needs, _ = o.tree["security"].([]any)
	}
	if len(needs) == 0 {
		return
	}
	schemes := asMap(asMap(o.tree["components"])["securitySchemes"])
	for _, name := range slices.Sorted(maps.Keys(asMap(needs[0]))) {
		scheme := o.resolve(schemes[name])
		key, _ := scheme["name"].(string)
		switch fmt.Sprint(scheme["type"], " ", strings.ToLower(fmt.Sprint(scheme["scheme"])), " ", scheme["in"]) {
		case "http bearer <nil>":
			d.Headers = append(d.Headers, request.Header{Name: "Authorization", Value: "Bearer {{token}}"})
			fields["token"] = ""
		case "apiKey <nil> header":
			d.Headers = append(d.Headers, request.Header{Name: key, Value: "{{api_key}}"})
			fields["api_key"] = ""
		case "apiKey <nil> query":
			d.URL = withQuery(d.URL, request.PercentEncode(key)+"={{api_key}}")
			fields["api_key"] = ""
		default:
			d.Warn("it asks for an authentication that has to be added by hand")
		}
	}
}

// body makes the data of the first media type that a board can send.
func (o openAPI) body(d *request.Draft, operation map[string]any) error {
	body := o.resolve(operation["requestBody"])
	content := asMap(body["content"])
	if len(content) == 0 {
		return nil
	}
	for _, mediaType := range []string{request.JSON.ContentType(), request.Form.ContentType(), request.Text.ContentType()} {
		for name, media := range content {
			if !strings.HasPrefix(name, mediaType) {
				continue
			}
			d.HasData, d.Implied = true, mediaType
			v := o.example(o.resolve(media), 0)
			switch mediaType {
			case request.JSON.ContentType():
				b, err := json.Marshal(v)
				if err != nil {
					return refusal("an example in it can't be sent", "correct the description")
				}
				d.Data = string(b)
			case request.Form.ContentType():
				form := value{kind: anObj}
				for _, key := range slices.Sorted(maps.Keys(asMap(v))) {
					form.set(key, value{text: plainText(asMap(v)[key])})
				}
				d.Data = form.form()
			default:
				d.Data = plainText(v)
			}
			return nil
		}
	}
	return refusal("its body is of a kind that a board can't send", "choose an operation with JSON, a form or text")
}

// example is a parameter's, a media type's or a schema's example, or one made up
// of the schema.
func (o openAPI) example(of map[string]any, depth int) any {
	if depth > 20 {
		return nil
	}
	for _, key := range []string{"example", "default", "const"} {
		if v, ok := of[key]; ok {
			return v
		}
	}
	if examples, ok := of["examples"].([]any); ok && len(examples) > 0 {
		return examples[0]
	}
	for _, name := range slices.Sorted(maps.Keys(asMap(of["examples"]))) {
		return o.resolve(asMap(of["examples"])[name])["value"]
	}
	if enum, ok := of["enum"].([]any); ok && len(enum) > 0 {
		return enum[0]
	}
	if schema, ok := of["schema"]; ok {
		return o.example(o.resolve(schema), depth+1)
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		if list, ok := of[key].([]any); ok && len(list) > 0 {
			return o.example(o.resolve(list[0]), depth+1)
		}
	}
	return o.madeUp(of, depth)
}

// madeUp is a value of a schema's type.
func (o openAPI) madeUp(schema map[string]any, depth int) any {
	object := make(map[string]any)
	if all, ok := schema["allOf"].([]any); ok {
		for _, part := range all {
			for name, v := range asMap(o.example(o.resolve(part), depth+1)) {
				object[name] = v
			}
		}
	}
	for name, property := range asMap(schema["properties"]) {
		p := o.resolve(property)
		if readOnly, _ := p["readOnly"].(bool); !readOnly && len(object) < 200 {
			object[name] = o.example(p, depth+1)
		}
	}
	kind, _ := schema["type"].(string)
	if kinds, ok := schema["type"].([]any); ok && len(kinds) > 0 {
		kind, _ = kinds[0].(string)
	}
	switch {
	case len(object) > 0 || kind == "object":
		return object
	case kind == "array":
		return []any{o.example(o.resolve(schema["items"]), depth+1)}
	case kind == "integer" || kind == "number":
		return 0
	case kind == "boolean":
		return false
	}
	return ""
}

// resolve follows a $ref within the description.
func (o openAPI) resolve(v any) map[string]any {
	m := asMap(v)
	for range 20 {
		ref, ok := m["$ref"].(string)
		if !ok {
			return m
		}
		path, local := strings.CutPrefix(ref, "#/")
		if !local {
			return nil
		}
		m = o.tree
		for part := range strings.SplitSeq(path, "/") {
			m = asMap(m[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)])
		}
	}
	return nil
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// plainText is a value as a text.
func plainText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

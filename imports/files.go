package imports

import (
	"encoding/json"
	"strings"

	"espost/internal/lazyregexp"
	"espost/request"
)

// fileReader returns the reader for a file, by what is in it and, where that
// doesn't tell, by its extension; nil for a command.
func fileReader(text, extension string) func(string) ([]Import, error) {
	start := strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(start, "{") && json.Valid([]byte(text)):
		return readJSON
	case extension == ".json" || extension == ".har":
		return readJSON
	case extension == ".bru" || bruStart.Get().MatchString(text):
		return readBruno
	case extension == ".ino" || extension == ".cpp" || extension == ".h" || includes.Get().MatchString(text):
		return readSketch
	case yamlFile.Get().MatchString(text):
		return readYAML
	case extension == ".http" || extension == ".rest" || httpFile.Get().MatchString(text):
		return readHTTPFile
	case extension == ".yaml" || extension == ".yml":
		return readYAML
	}
	return nil
}

var (
	bruStart = lazyregexp.New(`^\s*meta\s*\{\s*\n`)
	includes = lazyregexp.New(`(?m)^[ \t]*#[ \t]*include[ \t]*[<"]|^\s*void\s+(?:setup|loop)\s*\(`)
	yamlFile = lazyregexp.New(`(?m)^(?:openapi|swagger|type):[ \t]*['"]?(?:\d|collection\.insomnia)`)
	httpFile = lazyregexp.New(`(?m)^###|^@[\w.-]+[ \t]*=|^[A-Z]+[ \t]+https?://\S+[ \t]*(?:HTTP/[\d.]+)?[ \t]*$`)
)

// readJSON reads a file of JSON, by the key that each program's files have.
func readJSON(text string) ([]Import, error) {
	var kind struct {
		Log       json.RawMessage `json:"log"`
		Info      json.RawMessage `json:"info"`
		Item      json.RawMessage `json:"item"`
		Resources json.RawMessage `json:"resources"`
		OpenAPI   string          `json:"openapi"`
		Swagger   string          `json:"swagger"`
		Requests  json.RawMessage `json:"requests"`
		Values    json.RawMessage `json:"values"`
	}
	if err := json.Unmarshal([]byte(text), &kind); err != nil {
		return nil, refusal("it is no JSON, or not of a kind that is known", "export it again: HAR, Postman 2.1, Insomnia or OpenAPI 3")
	}
	switch {
	case kind.Log != nil:
		return readHAR(text)
	case kind.Item != nil:
		return readPostman(text)
	case kind.Resources != nil:
		return readInsomnia4(text)
	case kind.OpenAPI != "" || kind.Swagger != "":
		return readYAML(text)
	case kind.Requests != nil:
		return nil, refusal("it is a Postman collection of version 1", "export it as Collection v2.1")
	case kind.Values != nil:
		return nil, refusal("it is a Postman environment, which holds no requests", "import the collection, and name the environment with --env")
	}
	return nil, refusal("it is JSON of a kind that isn't known", "use HAR, a Postman collection 2.1, an Insomnia export or OpenAPI 3")
}

// A pair is a name with a value, as all those files have them.
type pair struct {
	Name     string `json:"name"`
	Key      string `json:"key"`
	Value    text   `json:"value"`
	Disabled bool   `json:"disabled"`
}

func (p pair) name() string { return p.Name + p.Key }

// A text is a string of JSON, or another value as it is written.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	if *t = text(b); *t == "null" {
		*t = ""
	}
	return nil
}

// addHeaders adds those that are on.
func addHeaders(d *request.Draft, headers []pair) {
	for _, h := range headers {
		if !h.Disabled && h.name() != "" {
			d.Headers = append(d.Headers, request.Header{Name: h.name(), Value: strings.TrimSpace(string(h.Value))})
		}
	}
}

// formOf is rows as application/x-www-form-urlencoded, variables left as they are.
func formOf(rows []pair) string {
	var out []string
	for _, row := range rows {
		if !row.Disabled {
			out = append(out, encodeAround(row.name())+"="+encodeAround(string(row.Value)))
		}
	}
	return strings.Join(out, "&")
}

// encodeAround encodes a text but for the variables in it.
func encodeAround(s string) string {
	var out strings.Builder
	end := 0
	for _, m := range variable.Get().FindAllStringIndex(s, -1) {
		out.WriteString(request.PercentEncode(s[end:m[0]]) + s[m[0]:m[1]])
		end = m[1]
	}
	return out.String() + request.PercentEncode(s[end:])
}

// setForm makes rows the body.
func setForm(d *request.Draft, rows []pair) {
	d.Data, d.HasData, d.Implied = formOf(rows), true, request.Form.ContentType()
}

package imports

import (
	"encoding/json"
	"strings"

	"espost/request"
)

// The parts of Insomnia's exports that say what is sent: version 4 is a list of
// resources, version 5 a tree (github.com/Kong/insomnia, 2024).
type insomniaRequest struct {
	Type       string          `json:"_type"`
	Name       string          `json:"name"`
	Method     string          `json:"method"`
	URL        string          `json:"url"`
	Headers    []pair          `json:"headers"`
	Parameters []pair          `json:"parameters"`
	Body       insomniaBody    `json:"body"`
	Auth       json.RawMessage `json:"authentication"`
	Data       map[string]any  `json:"data"`

	Children []insomniaRequest `json:"children"`
}

type insomniaBody struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Params   []pair `json:"params"`
	FileName string `json:"fileName"`
}

type insomniaAuth struct {
	Type     string `json:"type"`
	Disabled bool   `json:"disabled"`
	Token    string `json:"token"`
	Prefix   string `json:"prefix"`
	Username string `json:"username"`
	Password string `json:"password"`
	Key      string `json:"key"`
	Value    string `json:"value"`
	AddTo    string `json:"addTo"`
}

func readInsomnia4(file string) ([]Import, error) {
	var export struct {
		Resources []insomniaRequest `json:"resources"`
	}
	if err := json.Unmarshal([]byte(file), &export); err != nil {
		return nil, refusal("it is no export of Insomnia's", "export it again as Insomnia v4 or v5")
	}
	variables := make(scope)
	for _, r := range export.Resources {
		if r.Type == "environment" {
			flatten(variables, "", r.Data, 0)
		}
	}
	return collect(func(add func(string, *request.Draft, error)) {
		for _, r := range export.Resources {
			if r.Type == "request" {
				r.add(variables, "", add)
			}
		}
	})
}

// readInsomnia5 reads a tree, given as JSON.
func readInsomnia5(file []byte) ([]Import, error) {
	type environment struct {
		Data            map[string]any `json:"data"`
		SubEnvironments []struct {
			Data map[string]any `json:"data"`
		} `json:"subEnvironments"`
	}
	var export struct {
		Collection   []insomniaRequest `json:"collection"`
		Environments environment       `json:"environments"`
	}
	if err := json.Unmarshal(file, &export); err != nil {
		return nil, refusal("it is no export of Insomnia's", "export it again as Insomnia v4 or v5")
	}
	variables := make(scope)
	flatten(variables, "", export.Environments.Data, 0)
	if sub := export.Environments.SubEnvironments; len(sub) > 0 {
		flatten(variables, "", sub[0].Data, 0)
	}
	return collect(func(add func(string, *request.Draft, error)) {
		for _, r := range export.Collection {
			r.walk(variables, "", add, 0)
		}
	})
}

func (r insomniaRequest) walk(variables scope, path string, add func(string, *request.Draft, error), depth int) {
	if depth > maxDepth {
		return
	}
	if r.URL != "" {
		r.add(variables, path, add)
	}
	for _, child := range r.Children {
		child.walk(variables, path+r.Name+" / ", add, depth+1)
	}
}

// flatten names nested variables as Insomnia does: outer.inner.
func flatten(to scope, prefix string, data map[string]any, depth int) {
	for name, v := range data {
		switch v := v.(type) {
		case string:
			to[prefix+name] = v
		case map[string]any:
			if depth < maxDepth {
				flatten(to, prefix+name+".", v, depth+1)
			}
		default:
			if b, err := json.Marshal(v); err == nil {
				to[prefix+name] = string(b)
			}
		}
	}
}

func (r insomniaRequest) add(variables scope, path string, add func(string, *request.Draft, error)) {
	d := &request.Draft{Method: r.Method, URL: r.URL}
	if d.Method == "" {
		d.Method = "GET"
	}
	addHeaders(d, r.Headers)
	d.URL = withQuery(d.URL, formOf(r.Parameters))
	err := r.body(d)
	if err == nil {
		err = r.authenticate(d)
	}
	if err == nil {
		variables.fill(d)
	}
	add(path+r.Name, d, err)
}

func (r insomniaRequest) body(d *request.Draft) error {
	d.Implied = r.Body.MimeType
	switch {
	case r.Body.FileName != "" || strings.HasPrefix(r.Body.MimeType, "multipart/"):
		return refusal("its body is of files or parts", "choose a request with a form, JSON or text")
	case r.Body.MimeType == request.Form.ContentType():
		setForm(d, r.Body.Params)
	default:
		d.Data, d.HasData = r.Body.Text, r.Body.Text != ""
	}
	return nil
}

func (r insomniaRequest) authenticate(d *request.Draft) error {
	var a insomniaAuth
	if err := json.Unmarshal(r.Auth, &a); err != nil || a.Disabled {
		return nil //nolint:nilerr // versions differ: what isn't understood is no authentication
	}
	switch a.Type {
	case "", "none":
	case "basic":
		d.User = a.Username + ":" + a.Password
	case "bearer":
		prefix := a.Prefix
		if prefix == "" {
			prefix = "Bearer"
		}
		d.Headers = append(d.Headers, request.Header{Name: "Authorization", Value: prefix + " " + a.Token})
	case "apikey":
		if a.AddTo == "queryParams" {
			d.URL = withQuery(d.URL, encodeAround(a.Key)+"="+encodeAround(a.Value))
			return nil
		}
		d.Headers = append(d.Headers, request.Header{Name: a.Key, Value: a.Value})
	default:
		return refusal("it authenticates in a way that the board can't", "use Basic authentication, a bearer token or an API key")
	}
	return nil
}

package imports

import (
	"encoding/json"
	"strings"

	"espost/request"
)

// The parts of a Postman collection 2.1 that say what is sent
// (schema.postman.com/collection/json/v2.1.0/draft-07/collection.json).
type postmanItem struct {
	Name     string          `json:"name"`
	Item     []postmanItem   `json:"item"`
	Request  json.RawMessage `json:"request"`
	Variable []pair          `json:"variable"`
	Auth     *postmanAuth    `json:"auth"`
}

type postmanAuth struct {
	Type   string `json:"type"`
	Basic  []pair `json:"basic"`
	Bearer []pair `json:"bearer"`
	APIKey []pair `json:"apikey"`
}

type postmanRequest struct {
	Method string          `json:"method"`
	URL    json.RawMessage `json:"url"`
	Header json.RawMessage `json:"header"`
	Auth   *postmanAuth    `json:"auth"`
	Body   *struct {
		Mode       string `json:"mode"`
		Raw        string `json:"raw"`
		URLEncoded []pair `json:"urlencoded"`
		GraphQL    struct {
			Query     string          `json:"query"`
			Variables json.RawMessage `json:"variables"`
		} `json:"graphql"`
		Options struct {
			Raw struct {
				Language string `json:"language"`
			} `json:"raw"`
		} `json:"options"`
		Disabled bool `json:"disabled"`
	} `json:"body"`
}

func readPostman(file string) ([]Import, error) { return readPostmanWith(file, nil) }

// readPostmanWith reads a collection with an environment's variables, which
// come before its own.
func readPostmanWith(file string, environment scope) ([]Import, error) {
	var top postmanItem
	if err := json.Unmarshal([]byte(file), &top); err != nil {
		return nil, refusal("it is no Postman collection of version 2.1", "export it again as Collection v2.1")
	}
	return collect(func(add func(string, *request.Draft, error)) {
		top.walk("", scopeOf(top.Variable).with(environment), nil, add, 0)
	})
}

// scopeOf makes variables of pairs.
func scopeOf(pairs []pair) scope {
	s := make(scope)
	for _, p := range pairs {
		if !p.Disabled {
			s[p.name()] = string(p.Value)
		}
	}
	return s
}

// readPostmanEnvironment reads the file that Postman exports an environment to.
func readPostmanEnvironment(file string) (scope, error) {
	var env struct {
		Values []struct {
			pair
			Enabled *bool `json:"enabled"`
		} `json:"values"`
	}
	if err := json.Unmarshal([]byte(file), &env); err != nil || env.Values == nil {
		return nil, refusal("the environment is no file that Postman exports", "export the environment again")
	}
	s := make(scope)
	for _, v := range env.Values {
		if v.Enabled == nil || *v.Enabled {
			s[v.name()] = string(v.Value)
		}
	}
	return s, nil
}

func (i postmanItem) walk(path string, variables scope, auth *postmanAuth, add func(string, *request.Draft, error), depth int) {
	if depth > maxDepth {
		return
	}
	if i.Auth != nil {
		auth = i.Auth
	}
	if i.Request != nil {
		d, err := i.draft(auth)
		if err == nil {
			variables.fill(d)
		}
		add(path, d, err)
	}
	for _, child := range i.Item {
		title := child.Name
		if path != "" {
			title = path + " / " + title
		}
		child.walk(title, variables, auth, add, depth+1)
	}
}

func (i postmanItem) draft(auth *postmanAuth) (*request.Draft, error) {
	var r postmanRequest
	if i.Request[0] == '"' { // an address alone
		r.URL = i.Request
	} else if err := json.Unmarshal(i.Request, &r); err != nil {
		return nil, refusal("a request in it isn't understood", "export the collection again as v2.1")
	}
	d := &request.Draft{Method: r.Method, URL: postmanURL(r.URL)}
	if d.Method == "" {
		d.Method = "GET"
	}
	var headers []pair
	if json.Unmarshal(r.Header, &headers) == nil {
		addHeaders(d, headers)
	}
	if r.Auth != nil {
		auth = r.Auth
	}
	if err := auth.apply(d); err != nil {
		return nil, err
	}
	return d, r.body(d)
}

// postmanURL is an address: a text, or an object whose raw holds it and whose
// path variables (:name) have values.
func postmanURL(raw json.RawMessage) string {
	var address string
	if json.Unmarshal(raw, &address) == nil {
		return address
	}
	var object struct {
		Raw      string `json:"raw"`
		Variable []pair `json:"variable"`
	}
	if json.Unmarshal(raw, &object) != nil {
		return ""
	}
	address = object.Raw
	for _, v := range object.Variable {
		address = strings.ReplaceAll(address+"/", "/:"+v.name()+"/", "/"+string(v.Value)+"/")
		address = strings.TrimSuffix(address, "/")
		address = strings.ReplaceAll(address, "/:"+v.name()+"?", "/"+string(v.Value)+"?")
	}
	return address
}

// apply adds what authentication adds.
func (a *postmanAuth) apply(d *request.Draft) error {
	if a == nil || a.Type == "noauth" || a.Type == "" {
		return nil
	}
	switch basic, bearer, key := scopeOf(a.Basic), scopeOf(a.Bearer), scopeOf(a.APIKey); a.Type {
	case "basic":
		d.User = basic["username"] + ":" + basic["password"]
	case "bearer":
		d.Headers = append(d.Headers, request.Header{Name: "Authorization", Value: "Bearer " + bearer["token"]})
	case "apikey":
		if key["in"] == "query" {
			d.URL = withQuery(d.URL, encodeAround(key["key"])+"="+encodeAround(key["value"]))
			return nil
		}
		d.Headers = append(d.Headers, request.Header{Name: key["key"], Value: key["value"]})
	default:
		return refusal("it authenticates in a way that the board can't", "use Basic authentication, a bearer token or an API key")
	}
	return nil
}

// body makes the data.
func (r postmanRequest) body(d *request.Draft) error {
	b := r.Body
	if b == nil || b.Disabled {
		return nil
	}
	switch b.Mode {
	case "", "none":
	case "raw":
		d.Data, d.HasData, d.Implied = b.Raw, b.Raw != "", request.Text.ContentType()
		if b.Options.Raw.Language == "json" {
			d.Implied = request.JSON.ContentType()
		}
	case "urlencoded":
		setForm(d, b.URLEncoded)
	case "graphql":
		variables := string(b.GraphQL.Variables)
		var quoted string
		if json.Unmarshal(b.GraphQL.Variables, &quoted) == nil {
			variables = quoted
		}
		if strings.TrimSpace(variables) == "" {
			variables = "{}"
		}
		d.Data, d.HasData, d.Implied = `{"query":`+request.JSONString(b.GraphQL.Query)+`,"variables":`+variables+`}`, true, request.JSON.ContentType()
	default:
		return refusal("its body is of files or parts", "choose a request with a form, JSON or text")
	}
	return nil
}

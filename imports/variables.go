package imports

import (
	"encoding/json"
	"slices"
	"strings"

	"espost/esp8266"
	"espost/internal/lazyregexp"
	"espost/internal/sanitize"
	"espost/request"
)

// A scope is the variables of a file: {{name}} in its requests.
type scope map[string]string

// with returns the scope with another's variables before its own.
func (s scope) with(inner scope) scope {
	out := make(scope)
	for _, from := range []scope{s, inner} {
		for name, v := range from {
			out[name] = v
		}
	}
	return out
}

var variable = lazyregexp.New(`\{\{\s*([^{}]*?)\s*\}\}`)

// clean is a variable's name as a field's: without what programs put before it
// ("_.", "$processEnv ", "$dotenv ").
func clean(name string) string {
	name = strings.TrimPrefix(name, "_.")
	if f := strings.Fields(name); len(f) > 1 {
		name = f[len(f)-1]
	}
	return name
}

// maxVariable is the longest text that variables may grow to.
const maxVariable = 64 << 10

// lookup is a variable's value, with those that it names.
func (s scope) lookup(name string) (string, bool) {
	v, ok := s[name]
	if !ok {
		v, ok = s[clean(name)]
	}
	for range 8 {
		if !ok || len(v) > maxVariable || !variable.Get().MatchString(v) {
			return v, ok
		}
		v = variable.Get().ReplaceAllStringFunc(v, func(place string) string {
			if inner, known := s[clean(variable.Get().FindStringSubmatch(place)[1])]; known {
				return inner
			}
			return place
		})
	}
	return "", false // they name each other
}

// A filling puts variables into a draft: those whose place keeps their value as
// it is become fields, the others are filled in.
type filling struct {
	scope scope
	draft *request.Draft
	told  map[string]bool
}

// text fills one text. as is the encoding of a field's value at that place; with
// none, known variables are filled in.
func (f *filling) text(text string, as func(before string, v string) (esp8266.Source, bool)) string {
	var out strings.Builder
	end := 0
	for _, m := range variable.Get().FindAllStringSubmatchIndex(text, -1) {
		before, name := text[:m[0]], text[m[2]:m[3]]
		if name == "" {
			continue
		}
		out.WriteString(text[end:m[0]])
		end = m[1]
		v, known := f.scope.lookup(name)
		name = clean(name)
		source, keeps := as(before, v)
		if !known && source == esp8266.SourceJSON {
			v = "null"
		}
		switch {
		case known && (!keeps || variable.Get().MatchString(v) || !f.fits(name, v, source)):
			out.WriteString(v)
		default:
			if !known && !f.told[name] {
				f.told[name] = true
				f.draft.Warn("the variable %s has no value here; it became a field, fill it in", sanitize.Clip(name, 40))
			}
			f.field(name, v, source)
			out.WriteString("{{" + name + "}}")
		}
		if out.Len() > MaxFile {
			break
		}
	}
	return out.String() + text[end:]
}

// fits reports whether the field of that name is written as source demands.
func (f *filling) fits(name, v string, source esp8266.Source) bool {
	for _, known := range f.draft.Fields {
		if known.Name == name {
			return known.Source == source || source != esp8266.SourceJSON && known.Value == v
		}
	}
	return source != esp8266.SourceJSON || !request.IsSecret(name, v)
}

func (f *filling) field(name, v string, source esp8266.Source) {
	if slices.ContainsFunc(f.draft.Fields, func(known request.Field) bool { return known.Name == name }) {
		return
	}
	field := request.Field{Name: name, Value: v, Source: source, Secret: request.IsSecret(name, v)}
	if field.Secret {
		field.Source = esp8266.SourceText
	}
	f.draft.Fields = append(f.draft.Fields, field)
}

// fill fills the draft's parts.
func (s scope) fill(d *request.Draft) {
	f := &filling{scope: s, draft: d, told: make(map[string]bool)}
	d.Templated = true
	for i, h := range d.Headers { // it decides what the body is
		if strings.EqualFold(h.Name, "Content-Type") {
			d.Headers[i].Value = f.text(h.Value, substitute)
		}
	}
	switch contentType, _ := (request.Request{Headers: d.Headers}).Header("Content-Type"); {
	case strings.Contains(contentType.Value, "x-www-form-urlencoded"), contentType.Value == "" && strings.HasPrefix(d.Implied, request.Form.ContentType()):
		d.Data = f.text(d.Data, substitute)
	case request.TemplateBody(d.Data) == request.JSON || strings.Contains(contentType.Value, "json"):
		d.Data = f.text(d.Data, jsonPlace)
	default:
		d.Data = f.text(d.Data, keep(request.Plain))
	}
	d.URL = f.address(d.URL)
	d.User = f.text(d.User, substitute)
	for i := range d.Headers {
		h := &d.Headers[i]
		h.Name = f.text(h.Name, substitute)
		h.Value = f.text(h.Value, keep(request.HeaderValue))
	}
}

// address fills an address: its host first.
func (f *filling) address(address string) string {
	if m := variable.Get().FindStringIndex(address); m != nil && m[0] == 0 { // {{base}}/path
		base := f.text(address[:m[1]], substitute)
		address = base + address[m[1]:]
	}
	from := 0
	if i := strings.Index(address, "://"); i >= 0 {
		from = i + len("://")
	}
	path := len(address)
	if i := strings.IndexAny(address[from:], "/?"); i >= 0 {
		path = from + i
	}
	return f.text(address[:path], substitute) + f.text(address[path:], keep(request.PathValue))
}

func substitute(string, string) (esp8266.Source, bool) { return esp8266.SourceText, false }

// keep keeps fields whose values an encoding doesn't change.
func keep(as request.Encoding) func(string, string) (esp8266.Source, bool) {
	return func(_, v string) (esp8266.Source, bool) { return esp8266.SourceText, as.Encode(v) == v }
}

// jsonPlace keeps a field within a JSON string that needs no escapes, and in
// place of a value that is no string.
func jsonPlace(before, v string) (esp8266.Source, bool) {
	if strings.Count(strings.ReplaceAll(before, `\"`, ""), `"`)%2 == 1 {
		return esp8266.SourceText, request.JSONInside.Encode(v) == v
	}
	return esp8266.SourceJSON, json.Valid([]byte(v)) && strings.TrimSpace(v) == v && !strings.HasPrefix(v, `"`)
}

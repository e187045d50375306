package imports

import (
	"encoding/json"
	"strconv"
	"strings"

	"espost/internal/sanitize"
	"espost/request"
)

// maxDepth is how deep values may be nested.
const maxDepth = 100

// A kind is what a literal of a program is.
type kind int

const (
	aText    kind = iota
	aWord         // a number, true, false or null, as JSON has it
	aList         // of items
	anObj         // of names and items
	aForm         // an object or a text that is sent as a form
	aName         // of something that only the program knows
	absent        // undefined
	anObject      // of a kind that isn't understood
)

// A value is a literal of a program.
type value struct {
	kind  kind
	text  string
	names []string
	items []value
}

// set puts a member into an object; the last of a name counts, at the place of
// the first.
func (v *value) set(name string, item value) {
	for i, n := range v.names {
		if n == name {
			v.items[i] = item
			return
		}
	}
	v.names, v.items = append(v.names, name), append(v.items, item)
}

// member returns an object's member, whatever the case of its name.
func (v value) member(name string) (value, bool) {
	for i, n := range v.names {
		if strings.EqualFold(n, name) {
			return v.items[i], true
		}
	}
	return value{}, false
}

// json is v as JSON; a name is left to be filled in.
func (v value) json() string {
	var out strings.Builder
	switch v.kind {
	case aText:
		return request.JSONString(v.text)
	case aList:
		for i, item := range v.items {
			out.WriteString(comma(i) + item.json())
		}
		return "[" + out.String() + "]"
	case anObj:
		n := 0
		for i, item := range v.items {
			if item.kind != absent {
				out.WriteString(comma(n) + request.JSONString(v.names[i]) + ":" + item.json())
				n++
			}
		}
		return "{" + out.String() + "}"
	case absent:
		return "null"
	}
	return v.plain()
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// plain is v within a text.
func (v value) plain() string {
	if v.kind == aName {
		return "{{" + v.text + "}}"
	}
	return v.text
}

// form is v as application/x-www-form-urlencoded (WHATWG URL §5.2).
func (v value) form() string {
	if v.kind != anObj {
		return v.plain()
	}
	var pairs []string
	for i, item := range v.items {
		text := item.plain()
		if item.kind != aName {
			text = request.PercentEncode(text)
		}
		pairs = append(pairs, request.PercentEncode(v.names[i])+"="+text)
	}
	return strings.Join(pairs, "&")
}

// scalar reports whether v is one text or word.
func (v value) scalar() bool { return v.kind == aText || v.kind == aWord || v.kind == aName }

// number writes a number as JavaScript and JSON do.
func number(text string) (string, bool) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "", false
	}
	out, err := json.Marshal(f)
	return string(out), err == nil
}

// names collects what only the program knows: such names become fields.
type names struct{ all []string }

func (n *names) add(name string) value {
	if i := strings.LastIndexAny(name, ".:"); i >= 0 {
		name = name[i+1:]
	}
	for _, known := range n.all {
		if known == name {
			return value{kind: aName, text: name}
		}
	}
	n.all = append(n.all, name)
	return value{kind: aName, text: name}
}

// fill makes the names the draft's fields.
func (n *names) fill(d *request.Draft) error {
	if len(n.all) == 0 {
		return nil
	}
	d.Templated = true
	for _, name := range n.all {
		d.Fields = append(d.Fields, request.Field{Name: name, Secret: request.IsSecret(name, "")})
		d.Warn("only the program knows the value of %s; it became a field, fill it in", sanitize.Clip(name, 40))
	}
	host := strings.TrimPrefix(strings.TrimPrefix(d.URL, "https://"), "http://")
	if i := strings.IndexAny(host, "/?"); i >= 0 {
		host = host[:i]
	}
	if strings.Contains(host, "{{") {
		return refusal("only the program knows the host that it sends to", "write the address in its place")
	}
	return nil
}

// withQuery adds parameters to an address.
func withQuery(address, query string) string {
	if query == "" {
		return address
	}
	sign := "?"
	if strings.Contains(address, "?") {
		sign = "&"
	}
	return address + sign + query
}

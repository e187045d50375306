package request

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"espost/esp8266"
	"espost/internal/lazyregexp"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// A Draft is a request in another program's words: an address, headers and a
// body as they would go over the wire.
type Draft struct {
	Method    string // empty for POST with data and GET without
	URL       string // as it was found; Request makes it https
	User      string // "user:password" for Basic authentication; empty for none
	Headers   []Header
	Data      string
	HasData   bool
	InQuery   bool     // the data stands in the query
	Implied   string   // the data's media type where no header names one
	Templated bool     // {{name}} stands for the field of that name, which is among Fields
	Fields    []Field  // that are named so
	Open      []string // texts in it that stand for something which nobody has filled in
	Warnings  []string // what was left out or differs, one plain clause each
}

// Warn adds a warning, made safe to show. It must not quote values.
func (d *Draft) Warn(format string, args ...any) {
	d.Warnings = append(d.Warnings, sanitize.Line(fmt.Sprintf(format, args...)))
}

// Request understands d as far as a board can send the same. Its body, written
// again, is Data but for spaces between the tokens of JSON and, in a form, "%20"
// for "+" and the case of hexadecimal digits; a body of which rows can't keep
// that is a template. The error is a *problem.Problem whose message speaks of
// "it".
func (d *Draft) Request() (Request, error) {
	r := Request{Method: strings.ToUpper(d.Method)}
	if err := d.target(&r); err != nil {
		return Request{}, err
	}
	d.headers(&r)
	if d.User != "" {
		if _, set := r.Header("Authorization"); !set {
			basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(d.User))
			r.Headers = append([]Header{{Name: "Authorization", Value: basic, Secret: true}}, r.Headers...)
		}
	}
	switch {
	case r.Method != "":
	case d.HasData && !d.InQuery:
		r.Method = "POST"
	default:
		r.Method = "GET"
	}
	if p := CheckMethod(r.Method); p != nil {
		return Request{}, slip("its method is %s", "%s", quoted(r.Method), p.Fix)
	}
	if err := d.body(&r); err != nil {
		return Request{}, err
	}
	d.keepFields(&r)
	return r, nil
}

// browsers are headers that describe the browser a request was copied from.
var browsers = lazyregexp.New(`(?i)^(:.*|sec-.*|priority|dnt|upgrade-insecure-requests)$`)

// headers takes in those that a board can send.
func (d *Draft) headers(r *Request) {
	var browser []string
	for _, h := range d.Headers {
		h.Value = strings.Trim(h.Value, " \t") // which is no part of it (RFC 9110 §5.5)
		before, twice := r.Header(h.Name)
		switch {
		case browsers.Get().MatchString(h.Name):
			browser = append(browser, h.Name)
		case strings.EqualFold(h.Name, "Content-Length"): // the board counts for itself
		case esp8266.HeaderAdvice(h.Name) != "":
			d.Warn("the board sends its own %s header, if any", h.Name)
		case strings.EqualFold(h.Name, KeyHeader):
			d.Warn("the header %s was left out; the board gives every reading a key of its own", h.Name)
		case twice && before.Value == h.Value:
		case twice:
			d.Warn("the header %s stands there twice, and the board sends the first", h.Name)
		default:
			h.Secret = h.Secret || !d.refers(h.Value) && IsSecret(h.Name, h.Value)
			if !h.Secret {
				h.Value = d.literal(h.Value)
			}
			r.Headers = append(r.Headers, h)
		}
	}
	if len(browser) > 0 {
		d.Warn("left out, since they describe the browser: %s", strings.Join(browser, ", "))
	}
}

// refers reports whether {{name}} in text stands for a field.
func (d *Draft) refers(text string) bool { return d.Templated && len(placeholders(text)) > 0 }

// toFill is what documentation writes in the place of a name.
var toFill = lazyregexp.New(`\{[^/]*\}|<[^/]*>|\[[^/]*\]`)

// target reads the address. One with a placeholder in its host's place stays in
// URL, for whoever brought it to mend.
func (d *Draft) target(r *Request) error {
	if !strings.Contains(d.URL, "://") {
		d.URL = "http://" + d.URL // the default of curl, wget and HTTPie
	}
	scheme, rest, _ := strings.Cut(d.URL, "://")
	switch strings.ToLower(scheme) {
	case "https":
	case "http":
		d.Warn("the address isn't https; the board uses https, port 443 unless another is given")
		d.URL = "https://" + rest
	default:
		return slip("its address doesn't begin with https://", "use one that begins with https://")
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	if i := strings.LastIndex(authority, "@"); i >= 0 {
		if d.User == "" {
			d.User = percentDecode(authority[:i], false)
		}
		d.URL = "https://" + rest[i+1:]
	}
	if strings.Trim(authority, "[]") == "" {
		return slip("it has no address", "give one that begins with https://")
	}
	open := slices.ContainsFunc(d.Open, func(u string) bool { return strings.Contains(authority, u) })
	if p := d.placeholder(strings.TrimPrefix(d.URL, "https://")); p != "" {
		d.Warn("the address holds %s, which looks as if it stands for something; replace it", Placeholder(p, "a text in brackets"))
		open = true
	}
	address := d.URL
	if !d.Templated {
		address = strings.ReplaceAll(address, "{{", "%7B%7B")
	}
	t, err := ParseURL(address)
	if p, bad := errors.AsType[*problem.Problem](err); bad && !open {
		return slip("%s", "%s", p.Message, p.Fix)
	}
	t.PlainHTTP = false // told above
	r.Target = t
	return nil
}

// aName is what documentation and shells call what is to be filled in.
var aName = lazyregexp.New(`^(?:\$[A-Z][A-Z0-9_]*|\$?\{[A-Za-z][A-Za-z _-]*\}|<[A-Za-z][A-Za-z _-]*>|\[[A-Za-z][A-Za-z _-]*\])$`)

// Placeholder is text where it is but a name of something to fill in, and
// otherwise another text: it may be part of a password.
func Placeholder(text, otherwise string) string {
	if aName.Get().MatchString(text) {
		return text
	}
	return otherwise
}

// placeholder is the first text in an address that looks as if it stood for
// another, or "".
func (d *Draft) placeholder(address string) string {
	if d.Templated {
		for i, named := 0, placeholders(address); i < len(named); i++ {
			address = strings.Replace(address, "{{"+named[i].inner()+"}}", "", 1)
		}
	}
	p := toFill.Get().FindString(address)
	if ip := strings.Trim(p, "[]"); strings.Contains(ip, ":") && !strings.Contains(ip, " ") {
		return "" // the brackets of an IPv6 address
	}
	return p
}

// body turns the data into rows where it is made of rows, and into a text where
// it isn't.
func (d *Draft) body(r *Request) error {
	switch {
	case !utf8.ValidString(d.Data):
		return slip("its data holds bytes that are no UTF-8 text", "send text; a board's profile can't hold anything else")
	case !d.HasData:
		r.Body = None
		return nil
	case d.InQuery:
		d.query(r)
		return nil
	case Bodiless(r.Method) && d.Data == "":
		r.Body = None
		return nil
	case Bodiless(r.Method):
		return slip("it sends a body with %s", "a board sends one with POST, PUT or PATCH only", r.Method)
	}
	declared, own := r.Header("Content-Type")
	if !own {
		declared.Value = d.Implied
	}
	if err := d.fill(r, mediaType(declared.Value)); err != nil {
		return err
	}
	if r.Body.ContentType() == declared.Value {
		r.Headers = slices.DeleteFunc(r.Headers, func(h Header) bool { return strings.EqualFold(h.Name, "Content-Type") })
		return nil
	}
	if !own && declared.Value != "" { // the same bytes under the same media type
		r.Headers = append(r.Headers, Header{Name: "Content-Type", Value: declared.Value})
		if mediaType(declared.Value) != r.Body.ContentType() {
			d.Warn("the data is %s, but it is labelled %s; the header Content-Type says so too, remove it to send %s", r.Body, mediaType(declared.Value), r.Body.ContentType())
		}
	}
	return nil
}

// mediaType is a Content-Type without its parameters.
func mediaType(contentType string) string {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return strings.ToLower(strings.TrimSpace(contentType))
	}
	return t
}

// query puts the data behind the path.
func (d *Draft) query(r *Request) {
	r.Body = None
	if d.Data == "" {
		return
	}
	if rows, ok := formRows(d.Data); ok {
		r.Fields = rows
		return
	}
	sign := "?"
	if strings.Contains(r.Target.Path, "?") {
		sign = "&"
	}
	r.Target.Path = normalizePath(r.Target.Path + sign + d.Data)
}

// fill chooses the kind of body by what the data is labelled as and looks like.
func (d *Draft) fill(r *Request, label string) error {
	labelledJSON := label == JSON.ContentType() || strings.HasSuffix(label, "+json")
	labelledForm := label == Form.ContentType()
	start := strings.TrimSpace(d.Data)
	valid := json.Valid([]byte(d.Data))
	looksJSON := valid && (strings.HasPrefix(start, "{") || strings.HasPrefix(start, "["))
	switch {
	case d.Data == "":
		r.Body = Form // of no rows
	case labelledJSON || looksJSON:
		return d.json(r, valid)
	case labelledForm && !d.refers(d.Data):
		if rows, ok := formRows(d.Data); ok {
			r.Body, r.Fields = Form, rows
			return nil
		}
		if template, fields, ok := looseForm(d.Data); ok {
			r.Body, r.Template, r.Fields = Text, template, fields
			return nil
		}
		fallthrough
	default:
		r.Body, r.Template = Text, d.literal(d.Data)
	}
	return nil
}

// json makes the data a body of JSON.
func (d *Draft) json(r *Request, valid bool) error {
	r.Body = JSON
	if !valid {
		if d.refers(d.Data) {
			r.Template = d.Data // Validate looks at what comes of it
			return nil
		}
		var err *json.SyntaxError
		at := ""
		if errors.As(json.Unmarshal([]byte(d.Data), new(any)), &err) {
			at = fmt.Sprintf(" from byte %d on", err.Offset)
		}
		return slip("its data is no JSON%s", "check quotes and commas", at)
	}
	if !d.refers(d.Data) {
		if rows, ok := jsonRows(d.Data); ok {
			r.Fields = rows
			return nil
		}
	}
	r.Template = d.literal(d.Data)
	return nil
}

// braces is the field that stands for two braces which begin no field's name.
const braces = "braces"

// literal is text as a template that gives it back.
func (d *Draft) literal(text string) string {
	if d.Templated || len(placeholders(text)) == 0 {
		return text
	}
	d.Fields = append(d.Fields, Field{Name: braces, Value: "{{"})
	return strings.ReplaceAll(text, "{{", "{{"+braces+"}}")
}

// keepFields adds the named fields that the request refers to. One that is named
// as a row of the body gets another name, or the row would move.
func (d *Draft) keepFields(r *Request) {
	rows := len(r.Fields)
	if r.Template != "" {
		rows = 0
	}
	for _, f := range d.Fields {
		named := func(p placeholder) bool { return p.name == f.Name }
		if !slices.ContainsFunc(r.templates(), func(t struct{ where, text string }) bool {
			return slices.ContainsFunc(placeholders(t.text), named)
		}) {
			continue
		}
		same := func(g Field) bool { return g.Name == f.Name }
		if slices.ContainsFunc(r.Fields[:rows], same) {
			old := f.Name
			for f.Name += "_2"; slices.ContainsFunc(r.Fields, same); f.Name += "_2" {
			}
			r.rename(old, f.Name)
		} else if slices.ContainsFunc(r.Fields, same) {
			continue
		}
		r.Fields = append(r.Fields, f)
	}
}

// rename gives a field another name wherever the path or a header refers to it.
func (r *Request) rename(old, name string) {
	replace := func(text string) string { return strings.ReplaceAll(text, "{{"+old+"}}", "{{"+name+"}}") }
	r.Target.Path = replace(r.Target.Path)
	for i := range r.Headers {
		r.Headers[i].Value = replace(r.Headers[i].Value)
	}
}

// formRows reads application/x-www-form-urlencoded (WHATWG URL §5.1), and
// reports whether the rows would be written as data is, but for "%20" and the
// case of hexadecimal digits. A text with an equals sign in it (a line of
// InfluxDB's protocol, XML, YAML) is no form.
func formRows(data string) ([]Field, bool) {
	var rows []Field
	for pair := range strings.SplitSeq(data, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, value = percentDecode(name, true), percentDecode(value, true)
		if name == "" || !utf8.ValidString(name+value) {
			return nil, false
		}
		rows = append(rows, Field{Name: name, Value: value, Secret: IsSecret(name, value)})
	}
	same := normalForm(string(Request{Body: Form, Fields: rows}.BodyBytes())) == normalForm(data)
	return rows, same
}

// formName is what a name in a form looks like.
var formName = lazyregexp.New(`^[\w.\[\]~-]+$`)

// looseForm reads what its sender took for a form without encoding it all, as
// a text in which each value is a field, sent as it stands.
func looseForm(data string) (template string, fields []Field, ok bool) {
	var out strings.Builder
	for pair := range strings.SplitSeq(data, "&") {
		name, value, _ := strings.Cut(pair, "=")
		again := slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name })
		if again || !formName.Get().MatchString(name) || !strings.Contains(pair, "=") {
			return "", nil, false
		}
		if out.Len() > 0 {
			out.WriteByte('&')
		}
		out.WriteString(name + "={{" + name + "}}")
		fields = append(fields, Field{Name: name, Value: value, Secret: IsSecret(name, value)})
	}
	return out.String(), fields, true
}

var hexEscape = lazyregexp.New(`%[0-9a-fA-F]{2}`)

// normalForm is a form with "+" for spaces and capitals in its escapes.
func normalForm(s string) string {
	return strings.ReplaceAll(hexEscape.Get().ReplaceAllStringFunc(s, strings.ToUpper), "%20", "+")
}

// percentDecode undoes %XX, and "+" where plus is set; what is no escape stays.
func percentDecode(s string, plus bool) string {
	if plus {
		s = strings.ReplaceAll(s, "+", " ")
	}
	return hexEscape.Get().ReplaceAllStringFunc(s, func(e string) string {
		return string([]byte{hexDigit(e[1])<<4 | hexDigit(e[2])})
	})
}

func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}

// jsonRows reads one JSON object, its order kept: texts become texts, everything
// else stands as it is. It reports whether the rows would be written as data
// is, but for the spaces between tokens.
func jsonRows(data string) ([]Field, bool) {
	decoder := json.NewDecoder(strings.NewReader(data))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, false
	}
	var rows []Field
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, false
		}
		row := Field{Name: fmt.Sprint(name)}
		if value[0] == '"' {
			if json.Unmarshal(value, &row.Value) != nil {
				return nil, false
			}
			row.Secret = IsSecret(row.Name, row.Value)
		} else {
			row.Value, row.Source = compactJSON(string(value)), esp8266.SourceJSON
		}
		rows = append(rows, row)
	}
	r := Request{Body: JSON, Fields: rows}
	var problems problem.List
	r.checkFields(&problems)
	return rows, len(problems) == 0 && string(r.BodyBytes()) == compactJSON(data)
}

func compactJSON(s string) string {
	var out bytes.Buffer
	if json.Compact(&out, []byte(s)) != nil {
		return s
	}
	return out.String()
}

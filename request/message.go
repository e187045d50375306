package request

import (
	"bytes"
	"slices"
	"strings"

	"espost/esp8266"
)

// A Message is a request laid out: its parts as rows of pieces, each a literal
// text or a value with the encoding that its place needs. Whoever sends a
// request, this computer or the board, writes the pieces in their order.
type Message struct {
	Path    []Piece   // of the request line, with the query
	Headers [][]Piece // the value of each of Request.Headers
	Body    []Piece
	// First and Last stand around the bodies of a request that may hold several
	// (Bulk); this computer sends one.
	First, Last []Piece
}

// Whole is the body of a request with one reading.
func (m Message) Whole() []Piece { return slices.Concat(m.First, m.Body, m.Last) }

// A Piece is a literal, or the value of one field.
type Piece struct {
	Literal string   // as it is sent; empty for a field's value
	Field   *Field   // a secret constant or what the board reads; nil for a literal
	Row     int      // Field's index in Request.Active; -1 for a header's own secret
	As      Encoding // how the value is written
	Escape  Escape   // what is made of it before

	None        NoValue // what is done without a value; empty where there always is one
	Lead, Trail string  // of a field that may be left out: what stands around its value
	Close       string  // before Literal: takes this away where the text so far ends in it
}

// TemplateBody returns the body that a template makes up: JSON where it begins
// so, text otherwise.
func TemplateBody(template string) Body {
	start := strings.TrimSpace(template)
	if strings.HasPrefix(start, "[") || strings.HasPrefix(start, "{") && !strings.HasPrefix(start, "{{") {
		return JSON
	}
	return Text
}

// An Encoding is how a value is written at a place.
type Encoding int

// The encodings.
const (
	Plain       Encoding = iota // as it is
	FormValue                   // application/x-www-form-urlencoded (WHATWG URL §5.2)
	PathValue                   // percent-encoded but for unreserved characters (RFC 3986 §2.3)
	JSONValue                   // a JSON string in quotes (RFC 8259 §7)
	JSONInside                  // a part of a JSON string that the template quotes
	HeaderValue                 // as it is, control characters as blanks
)

// Encode returns value as e writes it.
func (e Encoding) Encode(value string) string {
	switch e {
	case FormValue:
		return PercentEncode(value)
	case PathValue:
		return pathEncode(value)
	case JSONValue:
		return JSONString(value)
	case JSONInside:
		quoted := JSONString(value)
		return quoted[1 : len(quoted)-1]
	case HeaderValue:
		return headerEncode(value)
	}
	return value
}

// headerEncode keeps a value from becoming a line of its own.
func headerEncode(s string) string {
	out := []byte(s)
	for i, c := range out {
		if isControl(c) {
			out[i] = ' '
		}
	}
	return string(out)
}

// isControl reports whether c must not stand in a header (RFC 9110 §5.5).
func isControl(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }

// widest is the most bytes that one byte of a value becomes.
func (e Encoding) widest() int {
	switch e {
	case FormValue, PathValue:
		return len("%XX")
	case JSONValue, JSONInside:
		return len(`\u00XX`)
	}
	return 1
}

// Message lays r out. A field that a placeholder names, in the path, a header's
// value or the template, stands there and nowhere else; the others make up the
// body, or the query where there is no body. What is constant and no secret is
// part of the literals.
func (r Request) Message() Message {
	l := r.layout()
	var m Message
	m.Path = l.template(r.Target.Path, PathValue)
	for _, h := range r.Headers {
		pieces := []Piece{{Field: &Field{Name: h.Name, Value: h.Value, Secret: true}, Row: -1, As: HeaderValue}}
		if !h.Secret {
			pieces = l.template(h.Value, HeaderValue)
		}
		m.Headers = append(m.Headers, pieces)
	}
	if b := r.Bulk.Filled(r.Body); r.Body == JSON {
		m.First, m.Last = joined(l.jsonTemplate(b.First)), joined(l.jsonTemplate(b.Last))
	} else {
		m.First, m.Last = joined(l.template(b.First, Plain)), joined(l.template(b.Last, Plain))
	}
	switch {
	case r.Template != "" && r.Body == JSON:
		m.Body = l.jsonTemplate(r.Template)
	case r.Template != "" && r.Body == Text:
		m.Body = l.template(r.Template, Plain)
	}
	switch rest := l.rest(); r.Body {
	case None:
		m.Path = append(m.Path, l.query(rest)...)
	case Form:
		m.Body = l.form(rest)
	case JSON:
		if r.Template == "" {
			m.Body = l.object(rest)
		}
	}
	m.Path, m.Body = joined(m.Path), joined(m.Body)
	for i := range m.Headers {
		m.Headers[i] = joined(m.Headers[i])
	}
	return m
}

// A layout knows which fields have found their places.
type layout struct {
	request Request
	fields  []Field
	placed  map[string]bool
	part    int   // the row that a split reading's request is for; -1 for any other
	others  []int // rows that have requests of their own
}

func (r Request) layout() layout {
	l := layout{request: r, fields: r.Active(), placed: make(map[string]bool), part: r.splitRow()}
	for _, row := range r.splitRows() {
		if row != l.part {
			l.others = append(l.others, row)
		}
	}
	return l
}

// rest returns the rows of the fields that no placeholder names.
func (l *layout) rest() []int {
	var rows []int
	for i, f := range l.fields {
		named := l.placed[f.Name]
		if i == l.part {
			named = l.placed[splitValue]
		}
		if !named && !slices.Contains(l.others, i) {
			rows = append(rows, i)
		}
	}
	return rows
}

// value is a field's piece: a literal where it is known and may be shown. A value
// that can't be left out where it stands is null in JSON, and costs the reading
// elsewhere.
func (l *layout) value(row int, as Encoding, escape Escape) Piece {
	f := &l.fields[row]
	if f.Source.Constant() && !f.Secret {
		return Piece{Literal: as.Encode(escape.Apply(f.Value))}
	}
	p := Piece{Field: f, Row: row, As: as, Escape: escape}
	switch inJSON := l.request.Body == JSON && (as == Plain || as == JSONValue); {
	case !f.MayLack():
	case row == l.part && f.None != Null: // without it there is nothing to send
		p.None = Skip
	case f.None != Skip && inJSON:
		p.None = Null
	default:
		p.None = Skip
	}
	return p
}

// list lays fields out one after the other, with a sign between them. Where one
// may be left out, each brings its sign along, and the last one is taken away.
func (l *layout) list(rows []int, sign string, lead func(Field) string, as func(Field) Encoding) []Piece {
	mayShrink := slices.ContainsFunc(rows, func(row int) bool { return l.omits(row) })
	var out []Piece
	for i, row := range rows {
		f := l.fields[row]
		switch value := l.value(row, as(f), ""); {
		case l.omits(row):
			value.None, value.Lead, value.Trail = Omit, lead(f), sign
			out = append(out, value)
		case mayShrink:
			out = append(out, Piece{Literal: lead(f)}, value, Piece{Literal: sign})
		case i > 0:
			out = append(out, Piece{Literal: sign + lead(f)}, value)
		default:
			out = append(out, Piece{Literal: lead(f)}, value)
		}
	}
	if mayShrink {
		out = append(out, Piece{Close: sign})
	}
	return out
}

// omits reports whether a field is left out when it has no value.
func (l *layout) omits(row int) bool {
	f := l.fields[row]
	return row != l.part && f.MayLack() && (f.None == "" || f.None == Omit)
}

// form lays fields out as application/x-www-form-urlencoded.
func (l *layout) form(rows []int) []Piece {
	return l.list(rows, "&", func(f Field) string { return PercentEncode(f.Name) + "=" }, func(Field) Encoding { return FormValue })
}

// query is the form behind the path.
func (l *layout) query(rows []int) []Piece {
	if len(rows) == 0 {
		return nil
	}
	sign := "?"
	if strings.Contains(l.request.Target.Path, "?") {
		sign = "&"
	}
	return append([]Piece{{Literal: sign}}, l.form(rows)...)
}

// object lays fields out as one JSON object, in order (RFC 8259 §4).
func (l *layout) object(rows []int) []Piece {
	members := l.list(rows, ",", func(f Field) string { return JSONString(f.Name) + ":" }, Field.jsonEncoding)
	return append(append([]Piece{{Literal: "{"}}, members...), Piece{Literal: "}"})
}

// jsonEncoding is how the value stands where JSON wants a value.
func (f Field) jsonEncoding() Encoding {
	if f.Source == esp8266.SourceJSON || f.Kind() != TextKind {
		return Plain
	}
	return JSONValue
}

// template lays a text with {{field}} in it out. What names no field stays as it
// is: Validate complains.
func (l *layout) template(text string, as Encoding) []Piece {
	return l.fill(text, func(Field, string) Encoding { return as })
}

// jsonTemplate is template for JSON: within quotes a value is a part of the
// text, elsewhere it is a value of its own kind.
func (l *layout) jsonTemplate(text string) []Piece {
	return l.fill(text, func(f Field, before string) Encoding {
		if insideQuotes(before) {
			return JSONInside
		}
		return f.jsonEncoding()
	})
}

func (l *layout) fill(text string, encoding func(f Field, before string) Encoding) []Piece {
	var out []Piece
	at := 0
	for _, p := range placeholders(text) {
		before, i := text[:p.from], l.named(p.name)
		var piece Piece
		switch {
		case l.part >= 0 && p.name == splitField:
			name := Field{Value: l.fields[l.part].Name}
			piece.Literal = encoding(name, before).Encode(p.escape.Apply(name.Value))
		case i >= 0:
			piece = l.value(i, encoding(l.fields[i], before), p.escape)
		default:
			continue
		}
		l.placed[p.name] = true
		out = append(out, Piece{Literal: text[at:p.from]}, piece)
		at = p.to
	}
	return append(out, Piece{Literal: text[at:]})
}

// named is the row that a placeholder stands for, -1 for none.
func (l *layout) named(name string) int {
	if l.part >= 0 && name == splitValue {
		return l.part
	}
	return slices.IndexFunc(l.fields, func(f Field) bool { return f.Name == name })
}

// insideQuotes reports whether a JSON text that is cut off there ends within a
// string.
func insideQuotes(text string) bool {
	inside := false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && inside:
			i++
		case text[i] == '"':
			inside = !inside
		}
	}
	return inside
}

// A placeholder is {{name}} in a text, at [from, to).
type placeholder struct {
	name     string
	escape   Escape
	from, to int
}

// inner is what stands between the braces.
func (p placeholder) inner() string {
	if p.escape == "" {
		return p.name
	}
	return p.name + "|" + string(p.escape)
}

// placeholders finds every {{name}} and {{name|escape}}, blanks around them aside.
func placeholders(text string) []placeholder {
	var all []placeholder
	for at := 0; ; {
		open := strings.Index(text[at:], "{{")
		if open < 0 {
			return all
		}
		open += at
		end := strings.Index(text[open:], "}}")
		if end < 0 {
			return all
		}
		end += open
		if inner := strings.LastIndex(text[open+2:end], "{{"); inner >= 0 {
			open += 2 + inner // the innermost
		}
		// of three braces, the outer one belongs to the text: {{{a}}} is {, {{a}}, }
		for text[open+2] == '{' && open+3 < end {
			open++
		}
		if name := strings.TrimSpace(text[open+2 : end]); name != "" {
			name, escape := cutEscape(name)
			all = append(all, placeholder{name, escape, open, end + 2})
		}
		at = end + 2
	}
}

// joined puts literals that follow each other together and leaves empty ones out.
func joined(pieces []Piece) []Piece {
	var out []Piece
	var literal strings.Builder
	var closing string
	flush := func() {
		if literal.Len() > 0 || closing != "" {
			out = append(out, Piece{Literal: literal.String(), Close: closing})
			literal.Reset()
			closing = ""
		}
	}
	for _, p := range pieces {
		if p.Field != nil {
			flush()
			out = append(out, p)
			continue
		}
		if p.Close != "" {
			flush()
			closing = p.Close
		}
		literal.WriteString(p.Literal)
	}
	flush()
	return out
}

// text writes pieces as they are sent from this computer; with mask, secret
// values are Mask.
func text(pieces []Piece, mask bool) string {
	var out []byte
	for _, p := range pieces {
		switch {
		case p.Field == nil:
			out = append(bytes.TrimSuffix(out, []byte(p.Close)), p.Literal...)
		case mask && p.Field.Secret:
			out = append(out, masked(p.As)...)
		default:
			out = append(out, p.Lead+p.As.Encode(p.Escape.Apply(p.Field.Sent()))+p.Trail...)
		}
	}
	return string(out)
}

// masked is Mask, so that JSON stays JSON.
func masked(as Encoding) string {
	if as == JSONValue {
		return JSONString(Mask)
	}
	return Mask
}

// Constant reports whether pieces are one and the same text each time, and no
// secret.
func Constant(pieces []Piece) bool {
	return !slices.ContainsFunc(pieces, func(p Piece) bool { return p.Field != nil })
}

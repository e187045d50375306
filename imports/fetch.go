package imports

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"espost/internal/lazyregexp"
	"espost/internal/sanitize"
	"espost/request"
)

// readFetch reads a call of JavaScript's fetch, as browsers copy it and
// documentation shows it: literals, constants that are literals, JSON.stringify,
// URLSearchParams. Nothing else is understood, and nothing is run.
func readFetch(text string) (Import, error) {
	js := &script{text: text, constants: make(map[string]value)}
	js.declarations()
	at := fetchCall.Get().FindStringIndex(text)
	if at == nil {
		return Import{}, refusal("there is no call of fetch in it", "paste one that begins with fetch(")
	}
	js.at = at[1]
	address, err := js.expression(0)
	if err != nil {
		return Import{}, err
	}
	options := value{kind: anObj}
	if js.take(",") && !js.peek(")") {
		if options, err = js.expression(0); err != nil {
			return Import{}, err
		}
	}
	js.take(",")
	if !js.take(")") {
		return Import{}, js.refuse("isn't closed or holds what isn't understood")
	}
	if address.kind != aText || options.kind != anObj {
		return Import{}, refusal("only the program knows what it fetches", "write address and options as literals")
	}
	d := &request.Draft{URL: address.text, Implied: "text/plain;charset=UTF-8"}
	if err := js.options(d, options); err != nil {
		return Import{}, err
	}
	if err := js.names.fill(d); err != nil {
		return Import{}, err
	}
	return finish(d, "")
}

var fetchCall = lazyregexp.New(`\bfetch\s*\(`)

// options takes in fetch's second argument.
func (js *script) options(d *request.Draft, options value) error {
	for i, name := range options.names {
		v := options.items[i]
		switch {
		case v.kind == absent || v.kind == aWord && v.text == "null":
		case name == "method" && v.kind == aText:
			d.Method = v.text
		case name == "headers" && v.kind == anObj:
			for j, header := range v.names {
				if !v.items[j].scalar() {
					return refusal("a header's value in it is no text", "write the headers as texts")
				}
				d.Headers = append(d.Headers, request.Header{Name: header, Value: strings.TrimSpace(v.items[j].plain())})
			}
		case name == "body" && v.kind == aForm:
			d.Data, d.HasData, d.Implied = v.text, true, "application/x-www-form-urlencoded;charset=UTF-8"
		case name == "body" && v.scalar():
			d.Data, d.HasData = v.plain(), true
		case slices.Contains([]string{"method", "headers", "body"}, name):
			return refusal("only the program knows its "+name, "write it as a literal; a body of JSON as JSON.stringify({…})")
		case name == "referrer" && v.kind == aText && strings.HasPrefix(v.text, "http"):
			d.Warn("the address of the page that it was sent from (Referer) was left out")
		case name == "credentials" && v.text == "include":
			d.Warn("the browser adds its cookies (credentials: include), which the copy doesn't hold")
		}
	}
	return nil
}

// A script is a piece of JavaScript that is read for its literals.
type script struct {
	text      string
	at        int
	constants map[string]value
	names     names
}

func (js *script) refuse(what string) error {
	line := 1 + strings.Count(js.text[:min(js.at, len(js.text))], "\n")
	return refusal(fmt.Sprintf("line %d of the call %s", line, what), "paste the whole call, with literals in it")
}

var declaration = lazyregexp.New(`(?m)^\s*(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*`)

// declarations reads the constants that are literals; the others are names.
func (js *script) declarations() {
	for _, m := range declaration.Get().FindAllStringSubmatchIndex(js.text, 1000) {
		js.at = m[1]
		known := len(js.names.all)
		v, err := js.expression(0)
		js.names.all = js.names.all[:known]
		switch name := js.text[m[2]:m[3]]; {
		case err == nil && v.kind != aName:
			js.constants[name] = v
		case strings.HasPrefix(js.text[m[1]:], "new "):
			js.constants[name] = value{kind: anObject} // no text, whatever it is
		}
	}
}

var jsSpace = lazyregexp.New(`^(?:\s+|//[^\n]*|/\*(?s:.*?)\*/)+`)

func (js *script) space() { js.at += len(jsSpace.Get().FindString(js.text[js.at:])) }

func (js *script) peek(s string) bool {
	js.space()
	return strings.HasPrefix(js.text[js.at:], s)
}

func (js *script) take(s string) bool {
	if !js.peek(s) {
		return false
	}
	js.at += len(s)
	return true
}

// expression reads literals that are joined by +.
func (js *script) expression(depth int) (value, error) {
	v, err := js.primary(depth)
	for err == nil && js.take("+") {
		var next value
		if next, err = js.primary(depth); err != nil {
			break
		}
		if !v.scalar() || !next.scalar() || v.kind == aWord && next.kind == aWord {
			return value{}, js.refuse("adds what can't be added without running it")
		}
		v = value{text: v.plain() + next.plain()}
	}
	return v, err
}

var (
	jsNumber = lazyregexp.New(`^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`)
	jsKey    = lazyregexp.New(`^[\p{L}_$][\p{L}\w$]*`)
	jsName   = lazyregexp.New(`^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*`)
)

func (js *script) primary(depth int) (value, error) {
	if depth > maxDepth {
		return value{}, js.refuse("is nested too deep")
	}
	js.space()
	rest := js.text[js.at:]
	switch {
	case rest == "":
		return value{}, js.refuse("ends too soon")
	case rest[0] == '"' || rest[0] == '\'' || rest[0] == '`':
		return js.quoted(rest[0])
	case rest[0] == '{':
		return js.object(depth + 1)
	case rest[0] == '[':
		js.at++
		items, err := js.list("]", depth+1)
		return value{kind: aList, items: items}, err
	case rest[0] == '(':
		js.at++
		v, err := js.expression(depth + 1)
		if err == nil && !js.take(")") {
			err = js.refuse("has a bracket that isn't closed")
		}
		return v, err
	}
	if n := jsNumber.Get().FindString(rest); n != "" {
		js.at += len(n)
		text, ok := number(n)
		if !ok {
			return value{}, js.refuse("has a number that isn't understood")
		}
		return value{kind: aWord, text: text}, nil
	}
	name := jsName.Get().FindString(rest)
	js.at += len(name)
	if name == "new" {
		js.space()
		name = "new " + jsName.Get().FindString(js.text[js.at:])
		js.at += len(name) - len("new ")
	}
	return js.named(name, depth)
}

// named reads what begins with a name.
func (js *script) named(name string, depth int) (value, error) {
	switch name {
	case "":
		return value{}, js.refuse("holds what isn't understood")
	case "true", "false", "null":
		return value{kind: aWord, text: name}, nil
	case "undefined":
		return value{kind: absent}, nil
	}
	if js.take("(") {
		args, err := js.list(")", depth+1)
		if err != nil {
			return value{}, err
		}
		return js.call(name, args)
	}
	if v, ok := js.constants[name]; ok {
		return v, nil
	}
	if base, method, _ := strings.Cut(name, "."); method == "href" {
		if v, ok := js.constants[base]; ok {
			return v, nil
		}
	}
	return js.names.add(name), nil
}

// call is the value of a call, of the few whose value is known.
func (js *script) call(name string, args []value) (value, error) {
	first := value{kind: absent}
	if len(args) > 0 {
		first = args[0]
	}
	base, method, _ := strings.Cut(name, ".")
	switch {
	case name == "JSON.stringify" && len(args) == 1 && first.kind != absent:
		return value{text: first.json()}, nil
	case name == "JSON.stringify" && len(args) == 3:
		return value{text: first.json()}, nil // with spaces between the tokens
	case name == "new URLSearchParams" && (first.kind == anObj || first.kind == aText):
		return value{kind: aForm, text: strings.TrimPrefix(first.form(), "?")}, nil
	case name == "new URLSearchParams" && len(args) == 0:
		return value{kind: aForm}, nil
	case name == "new Headers" && first.kind == anObj, name == "new URL" && len(args) == 1 && first.kind == aText:
		return first, nil
	case name == "btoa" && first.kind == aText:
		return value{text: base64.StdEncoding.EncodeToString([]byte(first.text))}, nil
	case method == "toString" && len(args) == 0:
		if v, ok := js.constants[base]; ok && (v.kind == aForm || v.kind == aText) {
			return value{text: v.text}, nil
		}
	}
	return value{}, js.refuse("calls " + sanitize.Clip(name, 40) + ", whose value isn't known without running it")
}

// list reads expressions up to end.
func (js *script) list(end string, depth int) ([]value, error) {
	var items []value
	for !js.take(end) {
		v, err := js.expression(depth)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		if !js.take(",") && !js.peek(end) {
			return nil, js.refuse("has a bracket that isn't closed, or holds what isn't understood")
		}
	}
	return items, nil
}

func (js *script) object(depth int) (value, error) {
	v := value{kind: anObj}
	js.at++
	for !js.take("}") {
		js.space()
		rest := js.text[js.at:]
		var name string
		short := false
		switch {
		case rest == "":
			return value{}, js.refuse("ends too soon")
		case rest[0] == '"' || rest[0] == '\'':
			quoted, err := js.quoted(rest[0])
			if err != nil {
				return value{}, err
			}
			name = quoted.text
		default:
			if name = jsNumber.Get().FindString(rest); name == "" {
				name, short = jsKey.Get().FindString(rest), true
			}
			js.at += len(name)
		}
		var item value
		var err error
		switch {
		case js.take(":"):
			item, err = js.expression(depth)
		case short && name != "" && (js.peek(",") || js.peek("}")):
			item, err = js.named(name, depth)
		default:
			err = js.refuse("has an object that isn't understood")
		}
		if err != nil {
			return value{}, err
		}
		v.set(name, item)
		if !js.take(",") && !js.peek("}") {
			return value{}, js.refuse("has an object that isn't closed, or holds what isn't understood")
		}
	}
	return v.ordered(), nil
}

// ordered puts names that are array indices first, as JavaScript does
// (ECMA-262 §10.1.11).
func (v value) ordered() value {
	index := func(name string) (uint64, bool) {
		n, err := strconv.ParseUint(name, 10, 32)
		return n, err == nil && strconv.FormatUint(n, 10) == name && n < 1<<32-1
	}
	order := make([]int, len(v.names))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		m, isIndex := index(v.names[a])
		n, other := index(v.names[b])
		switch {
		case isIndex && other:
			return int(int64(m) - int64(n))
		case isIndex:
			return -1
		case other:
			return 1
		}
		return 0
	})
	out := value{kind: v.kind}
	for _, i := range order {
		out.names, out.items = append(out.names, v.names[i]), append(out.items, v.items[i])
	}
	return out
}

// quoted reads a string (ECMA-262 §12.9.4) or a template; ${name} within one is
// a constant, or becomes a field.
func (js *script) quoted(quote byte) (value, error) {
	var out []byte
	var high rune // the first half of a surrogate pair
	js.at++
	for js.at < len(js.text) {
		c := js.text[js.at]
		switch {
		case c == quote:
			js.at++
			return value{text: strings.ToValidUTF8(string(out), "\ufffd")}, nil
		case c == '\n' && quote != '`':
			return value{}, js.refuse("has a string that isn't closed")
		case quote == '`' && strings.HasPrefix(js.text[js.at:], "${"):
			js.at += 2
			v, err := js.expression(1)
			if err != nil {
				return value{}, err
			}
			if !v.scalar() || !js.take("}") {
				return value{}, js.refuse("has a ${…} that isn't known without running it")
			}
			out = append(out, v.plain()...)
		case c == '\\':
			r, size, ok := jsEscape(js.text[js.at:])
			if !ok {
				return value{}, js.refuse("has an escape that isn't understood")
			}
			js.at += size
			switch {
			case r < 0:
			case high != 0 && utf16.DecodeRune(high, r) != utf8.RuneError:
				out = utf8.AppendRune(out[:len(out)-len("\ufffd")], utf16.DecodeRune(high, r))
				high = 0
				continue
			default:
				out = utf8.AppendRune(out, r)
			}
			high = 0
			if utf16.IsSurrogate(r) {
				high = r
			}
			continue
		default:
			out = append(out, c)
			js.at++
		}
		high = 0
	}
	return value{}, js.refuse("has a string that isn't closed")
}

// jsEscape reads an escape: its character (-1 for none) and its length.
func jsEscape(s string) (r rune, size int, ok bool) {
	if len(s) < 2 {
		return 0, 0, false
	}
	if i := strings.IndexByte("bfnrtv0", s[1]); i >= 0 {
		if s[1] == '0' && len(s) > 2 && s[2] >= '0' && s[2] <= '9' {
			return 0, 0, false
		}
		return rune("\b\f\n\r\t\v\x00"[i]), 2, true
	}
	hex := func(from, to int) (rune, int, bool) {
		if to > len(s) {
			return 0, 0, false
		}
		n, err := strconv.ParseUint(s[from:to], 16, 21)
		return rune(n), to, err == nil
	}
	switch {
	case s[1] == 'x':
		return hex(2, 4)
	case strings.HasPrefix(s[1:], "u{"):
		end := strings.IndexByte(s, '}')
		if end < 0 {
			return 0, 0, false
		}
		r, _, ok := hex(3, end)
		return r, end + 1, ok
	case s[1] == 'u':
		return hex(2, 6)
	case s[1] == '\n':
		return -1, 2, true
	case s[1] >= '1' && s[1] <= '9':
		return 0, 0, false
	}
	r, n := utf8.DecodeRuneInString(s[1:])
	return r, 1 + n, true
}

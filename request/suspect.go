package request

import (
	"fmt"
	"slices"
	"strings"

	"espost/esp8266"
	"espost/internal/lazyregexp"
	"espost/internal/sanitize"
)

// A Suspect is a value that looks like a key under a name that doesn't say so
// (IsSecret): whoever owns it has to be asked.
type Suspect struct {
	In   SuspectIn
	Name string // a header's, field's or parameter's, or the word before it in a template; empty for a part of the path

	value string // in the address or the template
}

// SuspectIn is where a Suspect stands.
type SuspectIn string

// The places of Suspects.
const (
	InField    SuspectIn = "field"
	InHeader   SuspectIn = "header"
	InAddress  SuspectIn = "address"
	InTemplate SuspectIn = "template"
)

// Text names it for people, without its value.
func (s Suspect) Text() string {
	switch {
	case s.In == InTemplate && s.Name == "":
		return "a word of the body"
	case s.In == InTemplate:
		return sanitize.Clip(s.Name, 40) + " in the body"
	case s.In != InAddress:
		return fmt.Sprintf("the %s %s", s.In, sanitize.Clip(s.Name, 40))
	case s.Name != "":
		return "the parameter " + sanitize.Clip(s.Name, 40) + " of the address"
	}
	return "a part of the address's path"
}

// Suspects returns those among r's constant texts that nobody has marked.
func (r Request) Suspects() []Suspect {
	var all []Suspect
	for _, c := range r.Target.values() {
		if raw := r.Target.Path[c.from:c.to]; looksLikeKey(decoded(raw)) && PathValue.Encode(decoded(raw)) == raw && !IsSecret(c.name, decoded(raw)) {
			all = append(all, Suspect{InAddress, c.name, raw})
		}
	}
	for _, h := range r.Headers {
		if _, value, _ := strings.Cut(" "+h.Value, " "); !h.Secret && len(placeholders(h.Value)) == 0 && looksLikeKey(value[strings.LastIndex(value, " ")+1:]) {
			all = append(all, Suspect{In: InHeader, Name: h.Name})
		}
	}
	for _, f := range r.Fields {
		if f.Source == esp8266.SourceText && !f.Secret && !f.Off && looksLikeKey(f.Value) {
			all = append(all, Suspect{In: InField, Name: f.Name})
		}
	}
	r = r.templated()
	for _, w := range r.words() {
		value := r.Template[w.from:w.to]
		suspect := Suspect{InTemplate, w.name, value}
		if (looksLikeKey(value) || IsSecret(w.name, value) && looksRandom(value)) && !slices.Contains(all, suspect) {
			all = append(all, suspect)
		}
	}
	return all
}

// templateWord is a word that every encoding leaves as it is, and before it, with
// = or : between them, its name.
var templateWord = lazyregexp.New(`(?:([A-Za-z][\w.-]*)["']?\s*[:=]\s*["']?)?([\w.~-]+)`)

// words are the template's words outside of placeholders, in JSON within quotes.
func (r Request) words() []place {
	var all []place
	fields := placeholders(r.Template)
	for _, at := range templateWord.Get().FindAllStringSubmatchIndex(r.Template, -1) {
		w := place{span: span{at[4], at[5]}}
		if at[2] >= 0 {
			w.name = r.Template[at[2]:at[3]]
		}
		inField := slices.ContainsFunc(fields, func(p placeholder) bool { return p.from < w.to && w.from < p.to })
		escaped := w.from > 0 && r.Template[w.from-1] == '\\'
		if !inField && !escaped && (r.Body != JSON || insideQuotes(r.Template[:w.from])) {
			all = append(all, w)
		}
	}
	return all
}

// templated returns r with its rows as a template, so that a part of a list or an
// object that is a row's value can be a field of its own; where no row has one, or
// a template couldn't say the same, r as it is.
func (r Request) templated() Request {
	if r.Body != JSON || r.Template != "" || r.Bulk.On() || r.Split {
		return r
	}
	l := r.layout()
	l.template(r.Target.Path, PathValue)
	for _, h := range r.Headers {
		l.template(h.Value, HeaderValue)
	}
	var members []string
	inside := make(map[string]bool)
	for _, row := range l.rest() {
		f := l.fields[row]
		value := "{{" + f.Name + "}}"
		if f.Source == esp8266.SourceJSON && strings.ContainsAny(f.Value, "{[") {
			value, inside[f.Name] = f.Value, true
		}
		if l.omits(row) {
			return r
		}
		members = append(members, JSONString(f.Name)+":"+value)
	}
	if len(inside) == 0 {
		return r
	}
	t := r.Clone()
	t.Template = "{" + strings.Join(members, ",") + "}"
	t.Fields = slices.DeleteFunc(t.Fields, func(f Field) bool { return !f.Off && inside[f.Name] })
	if string(t.Bytes()) != string(r.Bytes()) {
		return r
	}
	return t
}

// Conceal makes a suspect of r secret. A part of the address or of the template
// becomes a field, whose value is sent in its place.
func (r *Request) Conceal(s Suspect) {
	for i := range r.Headers {
		r.Headers[i].Secret = r.Headers[i].Secret || s.In == InHeader && r.Headers[i].Name == s.Name
	}
	for i := range r.Fields {
		r.Fields[i].Secret = r.Fields[i].Secret || s.In == InField && r.Fields[i].Name == s.Name
	}
	in, text, places := r.Target.values(), &r.Target.Path, InAddress
	if s.In == InTemplate {
		*r = r.templated()
		in, text, places = r.words(), &r.Template, InTemplate
	}
	for _, c := range in {
		if s.In != places || c.name != s.Name || (*text)[c.from:c.to] != s.value {
			continue
		}
		name := r.unused(c.name)
		*text = (*text)[:c.from] + "{{" + name + "}}" + (*text)[c.to:]
		value := s.value
		if s.In == InAddress {
			value = decoded(value)
		}
		r.Fields = append(r.Fields, Field{Name: name, Value: value, Secret: true})
		return
	}
}

// unused is a name after name that no field has yet.
func (r *Request) unused(name string) string {
	name = strings.Trim(notInName.Get().ReplaceAllString(name, "_"), "_")
	if name == "" {
		name = "key"
	}
	for base, i := name, 2; slices.ContainsFunc(r.Fields, func(f Field) bool { return f.Name == name }); i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	return name
}

var notInName = lazyregexp.New(`\W+`)

// A place is a value in the path or query, and the parameter's name.
type place struct {
	span
	name string
}

// values are the path's parts and the query's values.
func (t Target) values() []place {
	var all []place
	path, query, has := strings.Cut(t.Path, "?")
	from := 0
	for part := range strings.SplitSeq(path, "/") {
		all = append(all, place{span{from, from + len(part)}, ""})
		from += len(part) + 1
	}
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, ok := strings.Cut(pair, "="); has && ok {
			all = append(all, place{span{from + len(pair) - len(value), from + len(pair)}, decoded(name)})
		}
		from += len(pair) + 1
	}
	return all
}

var (
	longWord = lazyregexp.New(`[0-9A-Za-z]+`)
	uuid     = lazyregexp.New(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// looksLikeKey reports whether s looks made by chance: it has a word of 16 letters
// and digits, with digits or capitals all over it, as the keys of ThingSpeak,
// Adafruit, Blynk and Telegram have, and as names, times and addresses of boards
// don't.
func looksLikeKey(s string) bool {
	if strings.ContainsAny(s, " \t\n{}<>\"") || strings.Contains(s, "://") || len(s) > 4096 {
		return false
	}
	return uuid.Get().MatchString(s) || slices.ContainsFunc(longWord.Get().FindAllString(s, -1), jumbled)
}

// jumbled reports whether a word of 16 and more letters and digits changes between
// digits, capitals and small letters more often than camel case does.
func jumbled(word string) bool {
	const shortest, fewest = 16, 4
	changes := 0
	for i := 1; i < len(word); i++ {
		if before, now := class(word[i-1]), class(word[i]); before != now && (before == digit || now == digit || before == small && i > 1 && now == capital && i+1 < len(word) && class(word[i+1]) != small) {
			changes++
		}
	}
	return len(word) >= shortest && changes >= fewest
}

const (
	digit = iota
	capital
	small
)

func class(c byte) int {
	switch {
	case c <= '9':
		return digit
	case c <= 'Z':
		return capital
	}
	return small
}

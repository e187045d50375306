package profile

import (
	"reflect"
	"strings"
	"sync"

	"espost/internal/lazyregexp"
)

// plainKey matches a word that may be shown where it stands as a key.
var plainKey = lazyregexp.New(`^[A-Za-z][A-Za-z0-9_-]{0,30}$`)

// flowKeys are the file's keys, of both versions. A comma in a value without
// quotes makes a key of what follows it: within braces, others are not shown.
var flowKeys = sync.OnceValue(func() map[string]bool {
	keys := map[string]bool{"form": true, "encoding": true} // version 1
	addKeys(keys, reflect.TypeFor[document]())
	return keys
})

// addKeys adds the keys of t, a part of the document, and of its parts.
func addKeys(keys map[string]bool, t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		if key, ok := t.Field(i).Tag.Lookup("yaml"); ok {
			keys[key] = true
			addKeys(keys, t.Field(i).Type)
		}
	}
}

// An excerpt is a line of YAML without what a secret might stand in: keys,
// indentation and punctuation stay, each value and comment is an ellipsis.
type excerpt struct {
	line  []rune
	shown []rune
	at    int // of the line
	caret int // in shown, of what stands at column
	found bool

	column int
	depth  int  // of braces and brackets
	value  bool // a key has been: what follows is its value
}

// structure returns the excerpt of a line and where column, from 0, is in it.
func structure(line []rune, column int) (shown []rune, caret int) {
	e := excerpt{line: line, column: column}
	for e.at < len(line) {
		e.next()
	}
	if !e.found {
		e.caret = len(e.shown)
	}
	return e.shown, e.caret
}

// next takes the next sign, comment or scalar.
func (e *excerpt) next() {
	rest := e.line[e.at:]
	switch c := rest[0]; {
	case c == ' ' || c == '\t':
		e.show(1, " ")
	case c == '#' && (e.at == 0 || e.line[e.at-1] == ' '):
		e.show(len(rest), "# …")
	case strings.ContainsRune("{[", c):
		e.depth, e.value = e.depth+1, false
		e.show(1, string(c))
	case strings.ContainsRune("}]", c) && e.depth > 0:
		e.depth, e.value = e.depth-1, true
		e.show(1, string(c))
	case c == ',' && e.depth > 0:
		e.value = false
		e.show(1, ",")
	case c == '-' && !e.value && e.depth == 0 && (len(rest) == 1 || rest[1] == ' '):
		e.show(1, "-")
	default:
		e.scalar(rest)
	}
}

// scalar takes a key with its colon, or a value.
func (e *excerpt) scalar(rest []rune) {
	n, colon := e.scalarEnd(rest)
	key := string(rest[:n])
	if colon && plainKey.Get().MatchString(key) && (e.depth == 0 || flowKeys()[key]) {
		e.value = true
		e.show(n, key)
		e.show(1, ":")
		return
	}
	e.show(n, "…")
	if colon {
		e.value = true
		e.show(1, ":")
	}
}

// scalarEnd is where the scalar that rest begins with ends, and whether a key's
// colon follows.
func (e *excerpt) scalarEnd(rest []rune) (n int, colon bool) {
	if quote := rest[0]; quote == '"' || quote == '\'' {
		for n = 1; n < len(rest) && rest[n] != quote; n++ {
			if quote == '"' && rest[n] == '\\' {
				n++
			}
		}
		n = min(n+1, len(rest))
		return n, !e.value && endsKey(rest[n:], e.depth)
	}
	for n = 1; n < len(rest); n++ {
		c := rest[n]
		switch {
		case e.depth > 0 && strings.ContainsRune(",{}[]", c), c == '#' && rest[n-1] == ' ':
			for rest[n-1] == ' ' {
				n--
			}
			return n, false
		case !e.value && endsKey(rest[n:], e.depth):
			return n, true
		}
	}
	return n, false
}

// endsKey reports whether rest begins with the colon behind a key.
func endsKey(rest []rune, depth int) bool {
	return len(rest) > 0 && rest[0] == ':' &&
		(len(rest) == 1 || rest[1] == ' ' || rest[1] == '\t' || depth > 0 && strings.ContainsRune(",{}[]", rest[1]))
}

// show takes n runes of the line and shows them as text: themselves, or what
// stands for them.
func (e *excerpt) show(n int, text string) {
	if !e.found && e.column < e.at+n {
		e.found, e.caret = true, len(e.shown)
		if string(e.line[e.at:e.at+n]) == text {
			e.caret += e.column - e.at
		}
	}
	e.shown = append(e.shown, []rune(text)...)
	e.at += n
}

package demo

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"

	"espost/internal/sanitize"
)

// An object is a JSON object whose members keep their order. The zero value is
// empty and ready to use.
type object struct {
	names  []string
	values map[string]any
}

// set gives a member its value.
func (o *object) set(name string, value any) {
	if o.values == nil {
		o.values = map[string]any{}
	}
	if _, ok := o.values[name]; !ok {
		o.names = append(o.names, name)
	}
	o.values[name] = value
}

// add gives a member one value more: the second makes it an array.
func (o *object) add(name, value string) {
	switch v := o.values[name].(type) {
	case nil:
		o.set(name, value)
	case string:
		o.values[name] = []string{v, value}
	case []string:
		o.values[name] = append(v, value)
	}
}

// MarshalJSON writes the members in their order.
func (o *object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range o.names {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encode(&b, name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := encode(&b, o.values[name]); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// indented returns the object over several lines, by two spaces a level, or on
// one where that would make it far longer.
func (o *object) indented() ([]byte, error) {
	text, err := o.MarshalJSON()
	if err != nil {
		return nil, err
	}
	if laidOut, ok := sanitize.IndentJSON(text); ok {
		text = laidOut
	}
	return append(text, '\n'), nil
}

// encode appends v as JSON, with <, > and & as they are: nobody reads this in
// a web page.
func encode(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // Encode ends the line
	return nil
}

// parsePairs decodes application/x-www-form-urlencoded text in its order. A
// faulty percent sequence stands for itself (WHATWG URL §5.1).
func parsePairs(s string) *object {
	pairs := new(object)
	for pair := range strings.SplitSeq(s, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		pairs.add(unescape(name), unescape(value))
	}
	return pairs
}

func unescape(s string) string {
	plain := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			plain = append(plain, ' ')
		case s[i] == '%' && i+2 < len(s):
			if b, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				plain = append(plain, b[0])
				i += 2
				continue
			}
			fallthrough
		default:
			plain = append(plain, s[i])
		}
	}
	return string(plain)
}

// maxDepth bounds how far an answer is indented: what is nested by n levels
// grows by n² when it is laid out.
const maxDepth = 100

// depth returns how deep valid JSON is nested.
func depth(text []byte) int {
	deepest, level, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

package request

import "strings"

// An Escape is what a format within the body makes of a value, before the place's
// own Encoding; {{name|csv}} asks for one.
type Escape string

// The escapes.
const (
	EscapeCSV  Escape = "csv"  // within double quotes of CSV (RFC 4180 §2.7): each is doubled
	EscapeJSON Escape = "json" // within a JSON string that stands in a text, or in a string of JSON
	EscapeLine Escape = "line" // within a string field of InfluxDB's line protocol
	EscapeTag  Escape = "tag"  // a tag or a measurement there; line ends, which it can't hold, are blanks
)

func escapes() []Escape { return []Escape{EscapeCSV, EscapeJSON, EscapeLine, EscapeTag} }

// Title is e with a capital.
func (e Escape) Title() string { return strings.ToUpper(string(e[:1])) + string(e[1:]) }

// cutEscape splits what stands in a placeholder.
func cutEscape(inner string) (name string, escape Escape) {
	for _, e := range escapes() {
		if name, ok := strings.CutSuffix(inner, "|"+string(e)); ok && strings.TrimSpace(name) != "" {
			return strings.TrimSpace(name), e
		}
	}
	return inner, ""
}

// Apply returns a value as e writes it, byte by byte. The firmware does the same
// (Bytes in encode.h).
func (e Escape) Apply(value string) string {
	if e == "" {
		return value
	}
	var out strings.Builder
	for i := range len(value) {
		e.write(&out, value[i])
	}
	return out.String()
}

func (e Escape) write(out *strings.Builder, c byte) {
	switch {
	case e == EscapeCSV && c == '"':
		out.WriteString(`""`)
	case e == EscapeLine && (c == '"' || c == '\\'), e == EscapeTag && strings.IndexByte(", =", c) >= 0:
		out.WriteByte('\\')
		out.WriteByte(c)
	case e == EscapeTag && (c == '\n' || c == '\r'):
		out.WriteByte(' ')
	case e == EscapeJSON && (c < ' ' || c == '"' || c == '\\'):
		out.WriteString(JSONInside.Encode(string(rune(c))))
	default:
		out.WriteByte(c)
	}
}

// Widest is the most bytes that one byte of a piece's value becomes.
func (p Piece) Widest() int {
	if p.Escape == "" {
		return p.As.widest()
	}
	most := 1
	for c := range 256 {
		text := p.Escape.Apply(string([]byte{byte(c)}))
		most = max(most, len(p.As.Encode(text))-len(p.As.Encode("")))
	}
	return most
}

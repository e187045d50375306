package sanitize

import (
	"bytes"
	"encoding/json"
)

// maxIndented is how many bytes IndentJSON makes at most: what is nested by n
// levels grows by n² when it is laid out, so that a megabyte could become ten
// thousand.
const maxIndented = 4 << 20

// IndentJSON lays a JSON value out over several lines, by two spaces a level.
// It reports false for what is no JSON, or would become too long. It doesn't
// make the value safe to show: that remains Text's.
func IndentJSON(value []byte) ([]byte, bool) {
	if indentedSize(value) > maxIndented { // mutant TestIndentJSONIsBounded: indentedSize(value) > maxIndented => false
		return nil, false
	}
	var out bytes.Buffer
	if json.Indent(&out, value, "", "  ") != nil {
		return nil, false
	}
	return out.Bytes(), true
}

// indentedSize is an upper bound of what IndentJSON would make, in bytes.
func indentedSize(value []byte) int {
	size, level, quoted := len(value), 0, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			size += 1 + 2*level
		case c == '}' || c == ']':
			level = max(0, level-1)
			size += 1 + 2*level
		case c == ',' || c == ':':
			size += 1 + 2*level
		}
	}
	return size
}

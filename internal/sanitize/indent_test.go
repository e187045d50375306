package sanitize_test

import (
	"strings"
	"testing"

	"espost/internal/sanitize"
)

func TestIndentJSON(t *testing.T) {
	got, ok := sanitize.IndentJSON([]byte(`{"a":[1,"]},"],"b":{}}`))
	if want := "{\n  \"a\": [\n    1,\n    \"]},\"\n  ],\n  \"b\": {}\n}"; !ok || string(got) != want {
		t.Errorf("IndentJSON = %q, %v, want %q", got, ok, want)
	}
	for name, value := range map[string]string{"no JSON": "{", "empty": "", "brackets": "]]]]", "two": "{} {}"} {
		if got, ok := sanitize.IndentJSON([]byte(value)); ok {
			t.Errorf("%s: IndentJSON = %q", name, got)
		}
	}
}

// A short answer that is nested deeply would become gigabytes on the screen.
func TestIndentJSONIsBounded(t *testing.T) {
	deep := func(levels, values int) []byte {
		return []byte(strings.Repeat("[", levels) + strings.Repeat("1,", values) + "1" + strings.Repeat("]", levels))
	}
	const most = 4 << 20
	for _, value := range [][]byte{deep(9999, 20_000), deep(9999, 0), deep(100, 100_000), deep(1, 400_000)} {
		if got, ok := sanitize.IndentJSON(value); len(got) > most || ok && got == nil {
			t.Errorf("%d bytes became %d", len(value), len(got))
		}
	}
	if _, ok := sanitize.IndentJSON(deep(20, 50_000)); !ok {
		t.Error("an ordinary answer isn't laid out")
	}
}

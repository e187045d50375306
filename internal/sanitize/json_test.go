package sanitize_test

import (
	"encoding/json"
	"testing"

	"espost/internal/sanitize"
)

func TestJSON(t *testing.T) {
	for _, text := range []string{
		"", "plain", "温度 🌡", "\x1b[2J", "\u009b31m", "\x7f", "\u202e\u2066", "tag \U000e0041", "private \ue000", "line\u2028end", "a\nb", `quote " and \`,
	} {
		encoded, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		safe := sanitize.JSON(encoded)
		if shown := sanitize.Line(string(safe)); shown != string(safe) {
			t.Errorf("JSON(%q) = %s, which is not safe to show", encoded, shown)
		}
		var back string
		if err := json.Unmarshal(safe, &back); err != nil || back != text {
			t.Errorf("JSON(%q) = %q, read back as %q (%v)", encoded, safe, back, err)
		}
	}
}

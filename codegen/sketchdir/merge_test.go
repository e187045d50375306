package sketchdir

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
)

// Whatever stands in an arduino_secrets.h, bringing it up to date loses no line,
// adds what is missing, is done after once, and what is shown of it hides every
// value.
func FuzzMergeSecrets(f *testing.F) {
	const fresh = "#define SECRET_SSID \"home\"\n#define SECRET_PASS \"planted\"\n#define SECRET_FIELD_TOKEN \"YOUR_SECRET\"\n"
	f.Add("", "x")
	f.Add(fresh, "other")
	f.Add("// mine\r\n#define SECRET_PASS  \"old\" // note\r\n  #  define SECRET_SSID \"a\\\"b\"\n#define SECRET_PASS", "$1${2}")
	f.Fuzz(func(t *testing.T, old, value string) {
		wanted := []byte(strings.ReplaceAll(fresh, `"planted"`, strconv.Quote(value)))
		merged, _ := mergeSecrets([]byte(old), wanted)
		if again, _ := mergeSecrets(merged, wanted); !bytes.Equal(merged, again) {
			t.Fatalf("%q becomes %q, and then %q", old, merged, again)
		}
		if a, b := strings.Count(old, "\n"), strings.Count(string(merged), "\n"); a > b {
			t.Fatalf("%q has %d lines, %q has %d", old, a, merged, b)
		}
		for _, macro := range []string{"SECRET_SSID", "SECRET_PASS", "SECRET_FIELD_TOKEN"} {
			if !bytes.Contains(merged, []byte(macro)) {
				t.Fatalf("%q lacks %s", merged, macro)
			}
		}
		if !strings.Contains(old, "PASS") && !bytes.Contains(merged, []byte("#define SECRET_PASS "+strconv.Quote(value))) {
			t.Fatalf("%q lacks the value %s", merged, strconv.Quote(value))
		}
		if old == "" && len(value) > 20 && strings.Contains(maskSecrets(merged, ""), strconv.Quote(value)) {
			t.Fatalf("masked, %s can still be read", strconv.Quote(value))
		}
	})
}

package sanitize_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"espost/internal/sanitize"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                                       "",
		"postman-echo.com":                       "postman-echo.com",
		"naïve 温度 🌡":                             "naïve 温度 🌡",
		"a\nb\tc\rd":                             "a b c d",
		"\x1b[2J\x1b]0;owned\a":                  "\ufffd[2J\ufffd]0;owned\ufffd",
		"C1 \u009b31m":                           "C1 \ufffd31m",
		"bidi \u202egnp.exe":                     "bidi \ufffdgnp.exe",
		"isolate \u2066x\u2069":                  "isolate \ufffdx\ufffd",
		"zero\u200bwidth\u200d\ufeff":            "zero\ufffdwidth\ufffd\ufffd",
		"soft\u00adhyphen":                       "soft\ufffdhyphen",
		"NUL\x00.evil.example":                   "NUL\ufffd.evil.example",
		"bad \xff\xc0\x80 bytes":                 "bad \ufffd\ufffd\ufffd bytes",
		"line\u2028sep\u2029par":                 "line\ufffdsep\ufffdpar",
		"tag \U000e0041":                         "tag \ufffd",
		"filler \u3164\u115f\u1160\uffa0":        "filler \ufffd\ufffd\ufffd\ufffd",
		"private \ue000 \U000f0000":              "private \ufffd \ufffd",
		"nonchar \ufffe\U0001ffff":               "nonchar \ufffd\ufffd",
		"del \x7f":                               "del \ufffd",
		"joiner a\u034fb":                        "joiner a\ufffdb",
		"vowel \u17b4":                           "vowel \ufffd",
		"selector a\ufe0f.example":               "selector a\ufffd.example",
		"heart \u2764\ufe0f":                     "heart \u2764",
		"selector \U000e0100":                    "selector \ufffd",
		"tower o" + strings.Repeat("\u0301", 10): "tower o" + strings.Repeat("\u0301", 8) + "\ufffd\ufffd",
		"flag \U0001f1e9\U0001f1ea":              "flag DE",
		"keycap 1\ufe0f\u20e3":                   "keycap 1\ufffd\ufffd",
		"lone \u0301":                            "lone \ufffd",
		"thai \u0e19\u0e33":                      "thai \u0e19\u0e4d\u0e32",
	} {
		if got := sanitize.Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb\n":         "a\nb\n",
		"a\rb":             "a\ufffdb", // a bare carriage return would overwrite the line
		"{\n\t\"x\": 1\n}": "{\n    \"x\": 1\n}",
		"\x1b[31mred":      "\ufffd[31mred",
	} {
		if got := sanitize.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestClipboard(t *testing.T) {
	for in, want := range map[string]string{
		"a\tb\r\nc\nd\n":         "a\tb\r\nc\nd\n",
		"\x1b[201~reboot\n":      "\ufffd[201~reboot\n",
		"safe\rrm -rf\u009b\x00": "safe\ufffdrm -rf\ufffd\ufffd",
	} {
		if got := sanitize.Clipboard(in); got != want {
			t.Errorf("Clipboard(%q) = %q, want %q", in, got, want)
		}
	}
}

// What comes out is valid UTF-8 without anything that moves a cursor, reorders
// or hides; clean text passes unchanged; doing it twice changes nothing.
func FuzzSanitize(f *testing.F) {
	for _, s := range []string{"plain", "\x1b]8;;http://x\a", "\u202e\u2066", "a\r\n\tb", "\xff\xfe", "\U000e0001", "e\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for name, clean := range map[string]func(string) string{"Line": sanitize.Line, "Text": sanitize.Text, "Clipboard": sanitize.Clipboard} {
			out := clean(in)
			if !utf8.ValidString(out) {
				t.Fatalf("%s(%q) = %q isn't UTF-8", name, in, out)
			}
			for _, r := range out {
				if r == '\n' && name != "Line" || (r == '\t' || r == '\r') && name == "Clipboard" {
					continue
				}
				if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Other_Default_Ignorable_Code_Point) {
					t.Fatalf("%s(%q) lets %U through", name, in, r)
				}
			}
			if again := clean(out); again != out {
				t.Fatalf("%s twice: %q, then %q", name, out, again)
			}
			if plain(in) && out != in {
				t.Fatalf("%s changed %q to %q", name, in, out)
			}
		}
	})
}

// plain reports whether s is printable ASCII.
func plain(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

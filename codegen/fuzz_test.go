package codegen

import (
	"encoding/hex"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"espost/internal/testkit/need"

	"github.com/google/go-cmp/cmp"
)

// A text, and each of its beginnings and ends, comes back from a real C compiler
// as it went in. All of them are one compilation, with every warning an error
// and trigraphs on.
func FuzzLiterals(f *testing.F) {
	for _, s := range []string{
		`"`, `\`, `??/"`, "????=", "/* */ //\\\n", "\x00" + "1", "\x1b[2J\x7f", "Grüße ☕ \u202e", "\xff\xfe\xc0", `%s%n\x41\u0041\101`,
		strings.Repeat("?", 100), strings.Repeat("\\", 95) + "n", "a\nb\r\nc\n", strings.Repeat("x", 88) + "\x001",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		gcc := need.Program(t, "gcc")
		s = s[:min(len(s), 240)]
		var source, want strings.Builder
		source.WriteString("#include <stdio.h>\n" +
			"static void show(const char *s, unsigned long n) { while (n-- > 1) printf(\"%02x\", *(const unsigned char *)s++); puts(\"\"); }\n" +
			"int main(void) {\n")
		add := func(literal, bytes string) {
			source.WriteString("  show(" + literal + ", sizeof(" + literal + "));\n")
			want.WriteString(hex.EncodeToString([]byte(bytes)) + "\n")
		}
		for i := range len(s) + 1 {
			add(literal(s[:i]), s[:i])
			add(literal(s[i:]), s[i:])
		}
		add(longLiteral("    ", s+s), s+s)
		source.WriteString("  return 0;\n}\n")
		if i := strings.IndexFunc(source.String(), func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }); i >= 0 {
			t.Fatalf("%q has a character that isn't printable ASCII", source.String()[i:])
		}
		program := filepath.Join(t.TempDir(), "literals")
		compile := exec.CommandContext(t.Context(), gcc, "-std=c11", "-trigraphs", "-Wall", "-Wextra", "-Werror", "-O0", "-x", "c", "-", "-o", program)
		compile.Stdin = strings.NewReader(source.String())
		if out, err := compile.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		got, err := exec.CommandContext(t.Context(), program).Output()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), string(got)); diff != "" {
			t.Fatalf("%q (-want +compiled):\n%s", s, diff)
		}
	})
}

// A literal reads back by the rules of translation (C11 §5.1.1.2: trigraphs,
// then lines, then escapes), in Go and so far more often than a compiler can be
// asked.
func FuzzLiteral(f *testing.F) {
	f.Add("??/\"\\\n\x001%\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, written := range []string{literal(s), longLiteral("  ", s)} {
			got, err := readLiterals(written)
			if err != nil || got != s {
				t.Fatalf("%q is written as %s, which reads as %q, %v", s, written, got, err)
			}
		}
	})
}

// readLiterals reads adjacent string literals.
func readLiterals(source string) (string, error) {
	if regexp.MustCompile(`\?\?[=/'()!<>-]`).MatchString(source) {
		return "", errors.New("there is a trigraph")
	}
	if strings.Contains(source, "\\\n") {
		return "", errors.New("a line is joined with the next")
	}
	var out strings.Builder
	literals := regexp.MustCompile(`^\s*"((?:[^"\\\n]|\\[0-7]{3}|\\["\\?])*)"`)
	escape := regexp.MustCompile(`\\([0-7]{3}|.)`)
	for strings.TrimSpace(source) != "" {
		m := literals.FindStringSubmatch(source)
		if m == nil {
			return "", errors.New("no literal: " + source)
		}
		out.WriteString(escape.ReplaceAllStringFunc(m[1], func(e string) string {
			if len(e) == 2 {
				return e[1:]
			}
			return string([]byte{(e[1]-'0')<<6 | (e[2]-'0')<<3 | (e[3] - '0')})
		}))
		source = source[len(m[0]):]
	}
	return out.String(), nil
}

// Whatever a host or a file is called, what is proposed is a valid name, and
// stays as it is when it is proposed again.
func FuzzProposeName(f *testing.F) {
	for _, s := range []string{"postman-echo.com", "", "../../etc/passwd", "con", "LPT1.txt", "日本", "\x00", strings.Repeat("x.", 60), "com1_", "_a_"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := ProposeName(s)
		if err := CheckName(name); err != nil {
			t.Fatalf("ProposeName(%q): %v", s, err)
		}
		if !filepath.IsLocal(name) || filepath.Base(name) != name {
			t.Fatalf("ProposeName(%q) = %q, which leads elsewhere", s, name)
		}
		if again := ProposeName(name); again != name {
			t.Fatalf("ProposeName(%q) = %q, and then %q", s, name, again)
		}
		if CheckName(s) == nil && (!filepath.IsLocal(s) || filepath.Base(s) != s) {
			t.Fatalf("CheckName takes %q, which leads elsewhere", s)
		}
	})
}

// However rows are called, each gets a C identifier of its own.
func FuzzIdentifiers(f *testing.F) {
	f.Add("a\na\nA\n\nß\n_\na_2\na")
	f.Fuzz(func(t *testing.T, rows string) {
		names := namer{prefix: "FIELD_"}
		valid := regexp.MustCompile(`^FIELD_[a-z0-9_]+$`)
		seen := make(map[string]bool)
		for i, row := range strings.Split(rows, "\n") {
			name := names.name(row, i)
			if seen[name] || !valid.MatchString(name) {
				t.Fatalf("row %d of %q is called %s", i, rows, name)
			}
			seen[name] = true
		}
	})
}

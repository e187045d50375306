package sketchdir

import (
	"regexp"
	"slices"
	"strings"

	"espost/codegen"
)

// ignoreFile gains the lines that it lacks.
const ignoreFile = ".gitignore"

// define matches one line of arduino_secrets.h: its macro and its value.
var define = regexp.MustCompile(`(?m)^([ \t]*#[ \t]*define[ \t]+)(SECRET_[A-Z0-9_]+)([ \t]+)(\S[^\r\n]*?)([ \t]*\r?)$`)

// mergeSecrets returns old, an arduino_secrets.h that exists, with the values
// of fresh put in. A value that is a placeholder in fresh never replaces a real
// one, lines of old that fresh doesn't know stay, and macros that old doesn't
// know are added at its end. replaced are the macros whose real value was
// replaced by another.
func mergeSecrets(old, fresh []byte) (merged []byte, replaced []string) {
	values := make(map[string]string)
	for _, m := range define.FindAllSubmatch(fresh, -1) {
		values[string(m[2])] = string(m[4])
	}
	known := make(map[string]bool)
	merged = define.ReplaceAllFunc(old, func(line []byte) []byte {
		m := define.FindSubmatch(line)
		macro, value := string(m[2]), string(m[4])
		known[macro] = true
		next, ok := values[macro]
		if !ok || next == value || placeholder(next) {
			return line
		}
		if !placeholder(value) {
			replaced = append(replaced, macro)
		}
		return slices.Concat(m[1], m[2], m[3], []byte(next), m[5])
	})
	for _, m := range define.FindAllSubmatch(fresh, -1) {
		if !known[string(m[2])] {
			merged = appendLine(merged, string(m[0]))
		}
	}
	return merged, replaced
}

// placeholder reports whether a literal is one of the placeholders.
func placeholder(literal string) bool {
	switch strings.Trim(literal, `"`) {
	case codegen.PlaceholderSSID, codegen.PlaceholderPassword, codegen.PlaceholderSecret:
		return true
	}
	return false
}

// maskSecrets returns an arduino_secrets.h for people: real values are hidden,
// but two that differ are still seen to differ.
func maskSecrets(data []byte, mark string) string {
	return string(define.ReplaceAllFunc(data, func(line []byte) []byte {
		m := define.FindSubmatch(line)
		if placeholder(string(m[4])) {
			return line
		}
		return slices.Concat(m[1], m[2], m[3], []byte(`"••••••••"`+mark))
	}))
}

// mergeIgnore returns old, a .gitignore that exists, with the lines of fresh
// that it lacks.
func mergeIgnore(old, fresh []byte) []byte {
	have := strings.Fields(string(old))
	merged := slices.Clone(old)
	for line := range strings.Lines(string(fresh)) {
		if !slices.Contains(have, strings.TrimSpace(line)) {
			merged = appendLine(merged, strings.TrimSpace(line))
		}
	}
	return merged
}

// appendLine adds a line to data, which may lack its last line end.
func appendLine(data []byte, line string) []byte {
	if len(data) > 0 && data[len(data)-1] != '\n' {
		data = append(data, '\n')
	}
	return append(data, line+"\n"...)
}

package sketchdir

import (
	"bytes"
	"crypto/rand"
	"slices"
	"strings"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/lazyregexp"
	"espost/request"
)

// ignoreFile gains the lines that it lacks.
const ignoreFile = ".gitignore"

// define matches one line of arduino_secrets.h: its macro and its value.
var define = lazyregexp.New(`(?m)^([ \t]*#[ \t]*define[ \t]+)(SECRET_[A-Z0-9_]+)([ \t]+)(\S[^\r\n]*?)([ \t]*\r?)$`)

// mergeSecrets returns old, an arduino_secrets.h that exists, with the values
// of fresh put in. A value that is a placeholder in fresh never replaces a real
// one, lines of old that fresh doesn't know stay, and macros that old doesn't
// know are added at its end. replaced are the macros whose real value was
// replaced by another.
func mergeSecrets(old, fresh []byte) (merged []byte, replaced []string) {
	values := make(map[string]string)
	for _, m := range define.Get().FindAllSubmatch(fresh, -1) {
		values[string(m[2])] = string(m[4])
	}
	known := make(map[string]bool)
	merged = define.Get().ReplaceAllFunc(old, func(line []byte) []byte {
		m := define.Get().FindSubmatch(line)
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
	for _, m := range define.Get().FindAllSubmatch(fresh, -1) {
		if !known[string(m[2])] {
			merged = appendLine(merged, string(m[0]))
		}
	}
	return merged, replaced
}

// drawPassword puts a password that nobody can guess in the place of the placeholder
// of that for updates over the Wi-Fi: whoever has it can replace the sketch.
func drawPassword(secrets []byte) []byte {
	return bytes.Replace(secrets, []byte(`"`+esp8266.OTAPlaceholder+`"`), []byte(`"`+rand.Text()+`"`), 1)
}

// placeholder reports whether a literal is one of the placeholders.
func placeholder(literal string) bool {
	switch strings.Trim(literal, `"`) {
	case codegen.PlaceholderSSID, codegen.PlaceholderPassword, codegen.PlaceholderSecret, esp8266.OTAPlaceholder:
		return true
	}
	return false
}

// maskSecrets returns an arduino_secrets.h for people: real values are hidden,
// but two that differ are still seen to differ.
func maskSecrets(data []byte, mark string) string {
	return string(define.Get().ReplaceAllFunc(data, func(line []byte) []byte {
		m := define.Get().FindSubmatch(line)
		if placeholder(string(m[4])) {
			return line
		}
		return slices.Concat(m[1], m[2], m[3], []byte(`"`+request.Mask+`"`+mark))
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

// The build files that a user may add to.
const (
	arduinoFile    = "sketch.yaml"
	platformIOFile = "platformio.ini"
)

// mergeable reports whether an edited file is merged with what is generated.
func mergeable(name string) bool { return name == arduinoFile || name == platformIOFile }

// mergeBuild returns old, a build file that the user has edited, with what it
// lacks of fresh: libraries, and settings of the board; a board that old doesn't
// know comes as a whole. What old has stays, whatever its value.
func mergeBuild(name string, old, fresh []byte) []byte {
	if name == arduinoFile {
		return mergeSketchYAML(old, fresh)
	}
	return mergeINI(old, fresh)
}

// A part is a line with those below it that belong to it.
type part struct {
	key   string // what stands before the line's colon or equals sign, or the item
	lines []string
}

// partsOf cuts lines at those for which starts returns a key; what stands before
// the first is a part without one.
func partsOf(lines []string, starts func(string) string) []part {
	parts := []part{{}}
	for _, line := range lines {
		if key := starts(line); key != "" {
			parts = append(parts, part{key: key})
		}
		last := &parts[len(parts)-1]
		last.lines = append(last.lines, line)
	}
	return parts
}

// merged returns old's parts with those of fresh that old lacks, placed behind
// the last line of old that isn't empty; a part that both have is made by both.
func merged(old, fresh []part, both func(old, fresh part) []string) []string {
	var out []string
	for _, o := range old {
		i := slices.IndexFunc(fresh, func(f part) bool { return f.key == o.key && o.key != "" })
		if i < 0 {
			out = append(out, o.lines...)
		} else {
			out = append(out, both(o, fresh[i])...)
		}
	}
	for _, f := range fresh {
		if f.key == "" || slices.ContainsFunc(old, func(o part) bool { return o.key == f.key }) {
			continue
		}
		at := len(out)
		for at > 0 && strings.TrimSpace(out[at-1]) == "" {
			at--
		}
		out = slices.Insert(out, at, f.lines...)
	}
	return out
}

func kept(old, _ part) []string { return old.lines }

// mergeINI merges by section and key; the list of libraries by library.
func mergeINI(old, fresh []byte) []byte {
	section := func(line string) string {
		if strings.HasPrefix(line, "[") {
			return strings.TrimSpace(line)
		}
		return ""
	}
	key := func(line string) string {
		name, _, ok := strings.Cut(line, "=")
		if !ok || line[0] == ' ' || line[0] == '\t' || line[0] == ';' {
			return ""
		}
		return strings.TrimSpace(name)
	}
	item := func(line string) string {
		if line == "" || line[0] != ' ' && line[0] != '\t' {
			return ""
		}
		name, _, _ := strings.Cut(line, "@")
		return strings.ToLower(strings.TrimSpace(name[strings.LastIndex(name, "/")+1:])) // without its owner
	}
	return joinLines(merged(partsOf(splitLines(old), section), partsOf(splitLines(fresh), section), func(o, f part) []string {
		return merged(partsOf(o.lines, key), partsOf(f.lines, key), func(o, f part) []string {
			if o.key != "lib_deps" {
				return o.lines
			}
			return merged(partsOf(o.lines, item), partsOf(f.lines, item), kept)
		})
	}))
}

// mergeSketchYAML merges by profile; a profile's libraries by library. The
// profile that is built by default is the generated one.
func mergeSketchYAML(old, fresh []byte) []byte {
	at := func(indent string) func(string) string {
		return func(line string) string {
			rest, ok := strings.CutPrefix(line, indent)
			name, _, colon := strings.Cut(rest, ":")
			if !ok || !colon || strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, "-") {
				return ""
			}
			return name
		}
	}
	item := func(line string) string {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "- ")
		if !ok {
			return ""
		}
		name, _, _ := strings.Cut(rest, "(")
		return strings.ToLower(strings.TrimSpace(name))
	}
	libraries := func(o, f part) []string {
		if o.key != "libraries" {
			return o.lines
		}
		return merged(partsOf(o.lines, item), partsOf(f.lines, item), kept)
	}
	profile := func(o, f part) []string {
		return merged(partsOf(o.lines, at("    ")), partsOf(f.lines, at("    ")), libraries)
	}
	return joinLines(merged(partsOf(splitLines(old), at("")), partsOf(splitLines(fresh), at("")), func(o, f part) []string {
		switch o.key {
		case "default_profile":
			return slices.Concat(f.lines, o.lines[1:])
		case "profiles":
		default:
			return o.lines
		}
		return merged(partsOf(o.lines, at("  ")), partsOf(f.lines, at("  ")), profile)
	}))
}

func splitLines(data []byte) []string {
	return strings.Split(strings.TrimRight(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n"), "\n")
}

func joinLines(lines []string) []byte { return []byte(strings.Join(lines, "\n") + "\n") }

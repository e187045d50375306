package firmware

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"sync"

	"charm.land/lipgloss/v2"

	"espost/codegen"
	"espost/internal/sanitize"
	"espost/request"
	"espost/tui/ui"
)

// A listing is a generated file as it is shown: lines in colour, secrets
// masked. It is made anew only when the file or the theme changes, not each
// frame.
type listing struct {
	path  string
	data  string
	theme *ui.Theme
	lines []string

	width int      // that rows were made for; 0 for none
	rows  []string // numbered lines, those that are too long going on beneath themselves
}

// of returns the file's lines.
func (l *listing) of(k *ui.Kit, file codegen.File, hide func(text, mask string) string) []string {
	if l.path == file.Path && l.data == string(file.Data) && l.theme == k.Theme {
		return l.lines
	}
	l.path, l.data, l.theme, l.width = file.Path, string(file.Data), k.Theme, 0
	text := strings.TrimRight(sanitize.Text(hide(l.data, strings.Repeat(k.Mask, 8))), "\n")
	l.lines = coloured(k.Theme, file.Path, text)
	return l.lines
}

// numbered returns the file's lines behind their numbers, wrapped to width.
func (l *listing) numbered(k *ui.Kit, file codegen.File, hide func(text, mask string) string, width int) []string {
	lines := l.of(k, file, hide)
	if l.width == width {
		return l.rows
	}
	l.width, l.rows = width, nil
	for i, line := range lines {
		number := k.Faint.Render(fmt.Sprintf("%3d ", i+1))
		for row := range strings.SplitSeq(lipgloss.Wrap(line, width-4, ""), "\n") {
			l.rows = append(l.rows, number+row)
			number = "    "
		}
	}
	return l.rows
}

// hide puts mask in the place of the secrets in a file: the disk has them, screen
// and clipboard need not.
func (m *Model) hide(text, mask string) string {
	if len(m.profile.Target.Secrets()) > 0 {
		shown := strings.ReplaceAll(m.profile.Target.ShownPath(), request.Mask, mask)
		text = strings.ReplaceAll(text, m.profile.Target.Path, shown)
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = hidden(line, mask)
	}
	return strings.Join(lines, "\n")
}

// hidden is a line without the value of a secret's definition.
func hidden(line, mask string) string {
	if strings.HasPrefix(line, "#define SECRET_") && !strings.Contains(line, codegen.PlaceholderSSID) && !strings.Contains(line, codegen.PlaceholderPassword) {
		if fields := strings.SplitN(line, " ", 3); len(fields) == 3 {
			return fields[0] + " " + fields[1] + " " + mask
		}
	}
	return line
}

// coloured returns the lines of a source file in colour, those of any other
// file as they are.
func coloured(t *ui.Theme, name, text string) []string {
	switch path.Ext(name) {
	case ".ino", ".h", ".cpp":
	default:
		return strings.Split(text, "\n")
	}
	styles := []ui.Style{t.Faint, t.Good, t.Accent, t.Accent, t.Caution} // as source groups them
	var out strings.Builder
	end := 0
	for _, at := range source().FindAllStringSubmatchIndex(text, -1) {
		out.WriteString(text[end:at[0]])
		end = at[1]
		style := t.Text
		for group, s := range styles {
			if at[2*group+2] >= 0 {
				style = s
			}
		}
		for i, part := range strings.Split(text[at[0]:end], "\n") { // a style ends with its line
			if i > 0 {
				out.WriteByte('\n')
			}
			if part != "" {
				out.WriteString(style.Render(part))
			}
		}
	}
	out.WriteString(text[end:])
	return strings.Split(out.String(), "\n")
}

// source finds as much of C++ as the generated files are made of: comments,
// strings, directives, keywords and numbers, a group each, and other words. A
// whole highlighter would parse hundreds of languages before the first frame.
var source = sync.OnceValue(func() *regexp.Regexp {
	keywords := strings.ReplaceAll("alignas auto bool break case char class const constexpr continue default delete do double else enum "+
		"extern false float for if inline int int16_t int32_t int64_t int8_t long namespace new nullptr operator private protected public return "+
		"short signed size_t sizeof static static_assert static_cast String struct switch template this time_t true typedef typename uint16_t "+
		"uint32_t uint64_t uint8_t unsigned using virtual void volatile while", " ", "|")
	return regexp.MustCompile(`(?s)(//[^\n]*|/\*.*?\*/)` +
		`|(R"\w*\(.*?\)\w*"|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)` +
		`|(#[ \t]*\w+)` +
		`|\b(` + keywords + `)\b` +
		`|\b(0[xX][0-9a-fA-F]+[uUlL]*|\d+(?:\.\d+)?[uUlLfF]*)\b` +
		`|\w+`)
})

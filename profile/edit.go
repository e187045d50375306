package profile

import (
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// edit changes text, which says before, to say after, line by line where the
// two differ. It may fail on rare layouts (flow mappings over several lines,
// anchors): the caller reads the result back.
func edit(text []byte, before, after mapping) []byte {
	source := unixLines(text)
	file, err := parseTree(source)
	if err != nil || len(file.Docs) != 1 {
		return text
	}
	body, ok := file.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		return text
	}
	ending := "\n"
	if strings.Contains(string(text), "\r\n") {
		ending = "\r\n"
	}
	e := editor{lines: strings.Split(strings.TrimSuffix(source, "\n"), "\n")}
	e.mapping(body, before, after)
	return []byte(strings.Join(e.result(), ending) + ending)
}

// An editor collects replacements of lines. Lines are counted from 0.
type editor struct {
	lines   []string
	changes []change
}

// A change replaces lines [from, to) by others.
type change struct {
	from, to int
	lines    []string
}

// result applies the changes, which don't overlap.
func (e *editor) result() []string {
	slices.SortStableFunc(e.changes, func(a, b change) int { return a.from - b.from })
	var out []string
	next := 0
	for _, c := range e.changes {
		if c.from < next || c.to > len(e.lines) {
			continue // overlapping: the caller will notice
		}
		out = append(out, e.lines[next:c.from]...)
		out = append(out, c.lines...)
		next = c.to
	}
	return append(out, e.lines[next:]...)
}

// mapping changes a block mapping's entries.
func (e *editor) mapping(node *ast.MappingNode, before, after mapping) {
	var added []string
	indent := node.Values[0].Key.GetToken().Position.Column - 1
	end := 0 // of the mapping's last entry
	for _, v := range node.Values {
		_, end = e.extent(v.Key)
	}
	for i, m := range after {
		if reflect.DeepEqual(before[i].value, m.value) {
			continue
		}
		v := entry(node, m.key)
		switch {
		case v == nil && m.value != nil:
			added = append(added, renderMember(m, indent)...)
		case v != nil:
			e.entry(v, before[i].value, m, indent)
		}
	}
	if len(added) > 0 {
		e.changes = append(e.changes, change{end, end, added})
	}
}

// entry changes one entry that exists.
func (e *editor) entry(v *ast.MappingValueNode, before any, m member, indent int) {
	switch value := v.Value.(type) {
	case *ast.MappingNode:
		old, ok := before.(mapping)
		if now, is := m.value.(mapping); ok && is && !value.IsFlowStyle && len(value.Values) > 0 {
			e.mapping(value, old, now)
			return
		}
	case *ast.SequenceNode:
		old, ok := before.([]any)
		if now, is := m.value.([]any); ok && is && len(now) > 0 && isRow(now[0]) {
			if groups, ok := e.groups(value); ok && len(groups) == len(old) {
				e.rows(groups, old, now)
				return
			}
		}
	}
	from, to := e.extent(v.Key)
	var lines []string
	if m.value != nil {
		lines = renderMember(m, indent)
	}
	if to-from == 1 && len(lines) > 0 {
		lines[0] = withComment(lines[0], e.lines[from])
	}
	e.changes = append(e.changes, change{from, to, lines})
}

func isRow(v any) bool {
	_, ok := v.(row)
	return ok
}

// A group is the lines of one row of a list.
type group struct {
	from, head, to int // comment lines [from, head) above the row, its own [head, to)
	indent         int // of the dash
}

// groups returns a block list's rows, or false for another layout.
func (e *editor) groups(node *ast.SequenceNode) ([]group, bool) {
	if node.IsFlowStyle || len(node.Entries) == 0 || len(node.Entries) != len(node.Values) {
		return nil, false
	}
	var groups []group
	for i, row := range node.Entries {
		p := row.Start.Position
		g := group{from: p.Line - 1, head: p.Line - 1, indent: p.Column - 1}
		if g.head < 0 || g.head >= len(e.lines) || !strings.HasPrefix(strings.TrimLeft(e.lines[g.head], " "), "-") {
			return nil, false
		}
		g.to = e.blockEnd(g.head, g.indent, false)
		if i > 0 {
			g.from = groups[i-1].to
		}
		if g.from > g.head {
			return nil, false
		}
		groups = append(groups, g)
	}
	return groups, true
}

// rows changes a block list of rows: unchanged ones keep their lines and the
// comments above them, wherever they move to.
func (e *editor) rows(groups []group, before, after []any) {
	origin := origins(before, after)
	kept := make([]bool, len(before))
	for _, o := range origin {
		if o >= 0 {
			kept[o] = true
		}
	}
	indent := groups[0].indent
	var lines []string
	for i, now := range after {
		if o := origin[i]; o >= 0 {
			lines = append(lines, e.lines[groups[o].from:groups[o].to]...)
			continue
		}
		rendered := renderElement(now, indent)
		if i < len(before) && !kept[i] { // the row that stood here, changed
			g := groups[i]
			lines = append(lines, e.lines[g.from:g.head]...)
			if g.to-g.head == 1 && len(rendered) == 1 {
				rendered[0] = withComment(rendered[0], e.lines[g.head])
			}
		}
		lines = append(lines, rendered...)
	}
	e.changes = append(e.changes, change{groups[0].from, groups[len(groups)-1].to, lines})
}

// origins returns for each element of after which equal one of before it is, or
// -1; none is used twice, and an element that stayed in its place is itself.
func origins(before, after []any) []int {
	used := make([]bool, len(before))
	origin := make([]int, len(after))
	for i, now := range after {
		origin[i] = -1
		if i < len(before) && reflect.DeepEqual(before[i], now) {
			origin[i], used[i] = i, true
		}
	}
	for i, now := range after {
		for o := 0; o < len(before) && origin[i] < 0; o++ {
			if !used[o] && reflect.DeepEqual(before[o], now) {
				origin[i], used[o] = o, true
			}
		}
	}
	return origin
}

// extent returns the lines [from, to) of the entry with that key.
func (e *editor) extent(key ast.MapKeyNode) (from, to int) {
	p := key.GetToken().Position
	from = min(p.Line, len(e.lines)) - 1
	return from, e.blockEnd(from, p.Column-1, true)
}

// blockEnd returns the line after the last one that belongs to what begins at
// line from with that indentation: deeper ones, and for a mapping's key the
// dashes below it. Blank and comment lines at the end belong to what follows.
func (e *editor) blockEnd(from, indent int, dashes bool) int {
	end := from + 1
	for i := from + 1; i < len(e.lines); i++ {
		line := e.lines[i]
		trimmed := strings.TrimLeft(line, " ")
		depth := len(line) - len(trimmed)
		switch {
		case strings.TrimSpace(trimmed) == "" || trimmed[0] == '#':
			continue
		case depth > indent, dashes && depth == indent && strings.HasPrefix(trimmed, "- "):
			end = i + 1
		default:
			return end
		}
	}
	return end
}

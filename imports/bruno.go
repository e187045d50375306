package imports

import (
	"slices"
	"strings"

	"espost/internal/lazyregexp"
	"espost/request"
)

var (
	bruBlock = lazyregexp.New(`^([a-z]+(?::[a-z-]+)?)\s*\{\s*$`)
	bruRow   = lazyregexp.New(`^\s*(~?)("[^"]*"|[^:\s]+)\s*:\s*(.*)$`)
	bruVerbs = []string{"get", "post", "put", "patch", "delete", "head", "options"}
)

// readBruno reads a request of Bruno's (docs.usebruno.com/bru-lang/overview, 2024):
// blocks of rows or of text, each closed by a brace at a line's start.
func readBruno(text string) ([]Import, error) {
	blocks := make(map[string][]string)
	var order []string
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		m := bruBlock.Get().FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		from := i + 1
		for i++; i < len(lines) && strings.TrimRight(lines[i], " \t") != "}"; i++ {
		}
		if i >= len(lines) {
			return nil, refusal("a block in it isn't closed", "copy the file to its end")
		}
		if _, twice := blocks[m[1]]; !twice {
			order = append(order, m[1])
		}
		blocks[m[1]] = lines[from:i]
	}
	verb := slices.IndexFunc(order, func(name string) bool { return slices.Contains(bruVerbs, name) })
	if verb < 0 {
		return nil, refusal("there is no request in it", "choose a .bru file of a request")
	}
	return collect(func(add func(string, *request.Draft, error)) {
		d := &request.Draft{Method: strings.ToUpper(order[verb])}
		err := bruDraft(d, blocks, bruRows(blocks[order[verb]]))
		if err == nil {
			scopeOf(bruRows(blocks["vars:pre-request"])).fill(d)
		}
		add(scopeOf(bruRows(blocks["meta"]))["name"], d, err)
	})
}

// bruRows reads "name: value"; a tilde switches a row off.
func bruRows(lines []string) []pair {
	var rows []pair
	for _, line := range lines {
		if m := bruRow.Get().FindStringSubmatch(line); m != nil {
			rows = append(rows, pair{Name: strings.Trim(m[2], `"`), Value: text(strings.TrimSpace(m[3])), Disabled: m[1] != ""})
		}
	}
	return rows
}

func bruDraft(d *request.Draft, blocks map[string][]string, rows []pair) error {
	about := scopeOf(rows)
	d.URL = about["url"]
	addHeaders(d, bruRows(blocks["headers"]))
	switch body := about["body"]; body {
	case "", "none":
	case "form-urlencoded", "formUrlEncoded":
		setForm(d, bruRows(blocks["body:form-urlencoded"]))
	case "json", "text", "xml":
		d.Implied = map[string]string{"json": "application/json", "text": "text/plain", "xml": "application/xml"}[body]
		d.Data = outdented(blocks["body:"+body])
		d.HasData = d.Data != ""
	default:
		return refusal("its body is of files, parts or a query language", "choose a request with a form, JSON or text")
	}
	switch auth := about["auth"]; auth {
	case "", "none", "inherit":
	case "basic":
		basic := scopeOf(bruRows(blocks["auth:basic"]))
		d.User = basic["username"] + ":" + basic["password"]
	case "bearer":
		d.Headers = append(d.Headers, request.Header{Name: "Authorization", Value: "Bearer " + scopeOf(bruRows(blocks["auth:bearer"]))["token"]})
	case "apikey":
		key := scopeOf(bruRows(blocks["auth:apikey"]))
		d.Headers = append(d.Headers, request.Header{Name: key["key"], Value: key["value"]})
	default:
		return refusal("it authenticates in a way that the board can't", "use Basic authentication, a bearer token or an API key")
	}
	return nil
}

// outdented is a block's text without the two blanks before its lines.
func outdented(lines []string) string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimPrefix(line, "  ")
	}
	return strings.Join(out, "\n")
}

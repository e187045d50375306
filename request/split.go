package request

import (
	"slices"
	"strings"

	"espost/internal/problem"
)

// The placeholders of a split reading: the name and the value of the field that a
// request is for.
const (
	splitField = "field"
	splitValue = "value"
)

// Parts returns the requests that one reading is, in their order: r alone, or,
// where it is split, one for each of its fields but those that are secret or named
// by a placeholder, which go along with each.
func (r Request) Parts() []Request {
	if !r.Split || r.Part > 0 {
		return []Request{r}
	}
	parts := make([]Request, len(r.splitRows()))
	for i := range parts {
		parts[i] = r
		parts[i].Part = i + 1
	}
	return parts
}

// PartName is the name of the field that a part of a split reading is for; "" for
// other requests.
func (r Request) PartName() string {
	if row := r.splitRow(); row >= 0 {
		return r.Active()[row].Name
	}
	return ""
}

// Text returns all that is sent for a reading, its requests one after the other: what
// Bytes returns of each, or with mask what Preview does.
func (r Request) Text(mask bool) string {
	var all []string
	for _, part := range r.Parts() {
		text := string(part.Bytes())
		if mask {
			head, body := part.Preview()
			text = head + body
		}
		all = append(all, text)
	}
	return strings.Join(all, "\n\n")
}

// splitRow is the row in Active that the request is for, the first one for a whole
// reading; -1 where it isn't split.
func (r Request) splitRow() int {
	rows := r.splitRows()
	if len(rows) == 0 {
		return -1
	}
	return rows[min(max(r.Part, 1), len(rows))-1]
}

// splitRows are the rows in Active that get a request of their own.
func (r Request) splitRows() []int {
	if !r.Split {
		return nil
	}
	along := make(map[string]bool)
	for _, t := range r.templates() {
		for _, p := range placeholders(t.text) {
			along[p.name] = !splits(p.name)
		}
	}
	var rows []int
	for i, f := range r.Active() {
		if !f.Secret && !along[f.Name] {
			rows = append(rows, i)
		}
	}
	return rows
}

// splits reports whether a placeholder of that name stands for the field of a part.
func splits(name string) bool { return name == splitField || name == splitValue }

// checkSplit refuses what can't be split.
func (r Request) checkSplit(l *problem.List) {
	at := func(message, fix string) { l.Add(problem.At("request.split", message, fix)) }
	switch {
	case !r.Split:
	case r.Bulk.On():
		at("readings can't be split and joined (bulk) at once", "remove one of the two")
	case len(r.splitRows()) == 0:
		at("there is no field to send on its own", "add one that is no secret and that no {{name}} takes along")
	}
}

// valueSent reports whether each part has its field's value: by {{value}}, or where
// fields stand without a template.
func (r Request) valueSent() bool {
	return r.Template == "" || slices.ContainsFunc(r.templates(), func(t struct{ where, text string }) bool {
		return slices.ContainsFunc(placeholders(t.text), func(p placeholder) bool { return p.name == splitValue })
	})
}

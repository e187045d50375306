package request

import (
	"fmt"

	"espost/internal/problem"
)

// A Bulk sends several waiting readings as one request: First, the readings' bodies
// with Between after each but the last, and Last. Its zero value sends each alone.
// First and Last may hold {{field}} for constants and secrets.
type Bulk struct {
	Most    int // readings in one request; 0 for no bulk
	Bytes   int // of all readings in one request; 0 for DefaultBulkBytes
	First   string
	Between string
	Last    string
}

// Limits of a Bulk: it is put together in the board's memory.
const (
	DefaultBulkBytes = 2048
	maxBulkBytes     = 8192
	maxBulk          = 500
)

// On reports whether readings are sent together.
func (b Bulk) On() bool { return b.Most > 0 }

// Filled is b with what it means where it says nothing: a list in JSON, lines in
// other texts.
func (b Bulk) Filled(body Body) Bulk {
	if !b.On() {
		return Bulk{}
	}
	if b.Bytes == 0 {
		b.Bytes = DefaultBulkBytes
	}
	if b.Between == "" {
		b.Between = "\n"
		if body == JSON {
			b.Between = ","
		}
	}
	if b.First == "" && b.Last == "" && body == JSON {
		b.First, b.Last = "[", "]"
	}
	return b
}

// checkBulk refuses what can't be put together.
func (r Request) checkBulk(l *problem.List) {
	b := r.Bulk
	at := func(key, message, fix string) { l.Add(problem.At("request.bulk."+key, message, fix)) }
	switch {
	case b == (Bulk{}):
		return
	case b.Most < 1 || b.Most > maxBulk:
		at("most", fmt.Sprintf("a request can't hold %d readings", b.Most), fmt.Sprintf("give 1 to %d", maxBulk))
		return
	case b.Bytes < 0 || b.Bytes > maxBulkBytes:
		at("bytes", fmt.Sprintf("the board can't put %d bytes together", b.Bytes), fmt.Sprintf("give at most %d", maxBulkBytes))
	case r.Body != JSON && r.Body != Text:
		at("most", fmt.Sprintf("readings can't be joined in a body that is %s", r.Body), "choose text or json, or remove bulk")
	}
	m := r.Message()
	parts := append([][]Piece{m.First, m.Last, m.Path}, m.Headers...)
	for i, pieces := range parts {
		for _, p := range pieces {
			if p.Field == nil || p.Field.Source.Constant() {
				continue
			}
			at("most", fmt.Sprintf("%s is different in each reading, and stands where one request has one value", shown(p.Field.Name)),
				map[bool]string{true: "write it into the template", false: "take it out of path and headers, or remove bulk"}[i < 2])
			return
		}
	}
}

package fleet

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	"espost/internal/sanitize"
)

//go:embed page.html
var pageText string

// The time line reaches this far into the future.
const timeline = 180 * 24 * time.Hour

// A row is a board as the page shows it.
type row struct {
	Board
	Until string
	Tone  string // good, caution or bad: the class of its colour
	Mark  string
	Days  string
	At    string // place on the time line in percent, or ""
}

// Page is the overview as one HTML page that needs nothing else: no script, no
// picture, no other host.
func Page(boards []Board, now time.Time) (string, error) {
	page, err := template.New("page").Parse(pageText)
	if err != nil {
		return "", err
	}
	data := struct {
		Made   string
		Counts map[string]int
		Months []mark
		Rows   []row
	}{Made: now.UTC().Format("2 January 2006, 15:04 MST"), Counts: map[string]int{}, Months: months(now)}
	for _, b := range boards {
		r := newRow(b, now)
		data.Counts[r.Tone]++
		data.Rows = append(data.Rows, r)
	}
	var w strings.Builder
	err = page.Execute(&w, data)
	return w.String(), err
}

func newRow(b Board, now time.Time) row {
	b.File, b.Server = sanitize.Line(b.File), sanitize.Line(b.Server)
	r := row{Board: b, Days: "–"}
	r.Tone, r.Mark = b.Mark()
	if !b.Breaks.IsZero() {
		r.Until = b.Breaks.UTC().Format("2006-01-02")
		r.Days = fmt.Sprintf("%d days", int(b.Breaks.Sub(now).Hours()/24))
		if at := b.Breaks.Sub(now); at >= 0 && at <= timeline {
			r.At = percent(at)
		}
	}
	return r
}

// A mark is the first of a month on the time line.
type mark struct{ At, Name string }

func months(now time.Time) []mark {
	var all []mark
	first := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	for at := first; at.Sub(now) < timeline; at = at.AddDate(0, 1, 0) {
		all = append(all, mark{percent(at.Sub(now)), at.Format("Jan")})
	}
	return all
}

func percent(at time.Duration) string {
	return fmt.Sprintf("%.1f%%", 100*at.Hours()/timeline.Hours())
}

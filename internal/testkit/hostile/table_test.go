package hostile_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/internal/testkit/hostile"
)

// A table is docs/hostile.md: a row for each behaviour and way in.
type table struct {
	measured bool // time and memory are wanted
	rows     []*row
}

// A row gathers the outcomes of a behaviour's variants.
type row struct {
	behaviour hostile.Behaviour
	way       way
	measured  bool
	told      []string // each once, in the variants' order
	slowest   time.Duration
	peak      uint64 // bytes
}

func newTable(measured bool) *table { return &table{measured: measured} }

func (g *table) row(b hostile.Behaviour, w way) *row {
	r := &row{behaviour: b, way: w, measured: g.measured}
	g.rows = append(g.rows, r)
	return r
}

// measure adds the outcome of one visit.
func (r *row) measure(visit func() outcome) outcome {
	var out outcome
	if r.measured {
		start := time.Now()
		r.peak = max(r.peak, peakOf(func() { out = visit() }))
		r.slowest = max(r.slowest, time.Since(start))
	} else {
		out = visit()
	}
	if told := steady(out.told); !slices.Contains(r.told, told) {
		r.told = append(r.told, told)
	}
	return out
}

// steady is what was told without what the system picks.
func steady(told string) string {
	told = regexp.MustCompile(`localhost:\d+ \(127\.0\.0\.1\)`).ReplaceAllString(told, "localhost")
	return regexp.MustCompile(`(, port|127\.0\.0\.1:) ?\d+`).ReplaceAllString(told, "$1 …")
}

// cells are the row's columns: three that stay, two that depend on the computer.
func (r *row) cells() (stay, measured []string) {
	const shown, longest = 2, 160
	var told []string
	for _, text := range r.told {
		if runes := []rune(text); len(runes) > longest {
			text = string(runes[:longest]) + " …"
		}
		told = append(told, text)
	}
	if r.behaviour.Fickle {
		told = []string{"*differs from run to run*"}
	}
	if rest := len(told) - shown; rest > 0 {
		told = append(told[:shown], fmt.Sprintf("… and %d more of the kind", rest))
	}
	text := strings.NewReplacer("|", `\|`, "<", "&lt;", "`", "'").Replace(strings.Join(told, " ⏎ "))
	stay = []string{r.behaviour.Name, r.way.name, strings.ReplaceAll(text, " ⏎ ", "<br>")}
	return stay, []string{fmt.Sprintf("%.2f s", r.slowest.Seconds()), fmt.Sprintf("%.1f MB", float64(r.peak)/1e6)}
}

const heading = `# What hostile servers come to

Package [hostile](../hostile/doc.go) misbehaves in %d ways, in %d variants altogether, and the tests there visit
each through each way in. This table is what users are told. It is written by

    go test ./hostile -update

and every ordinary test run holds the outcomes against it. Time and peak memory are the worst of a behaviour's
variants, measured when the table was written, on two cores: with a patience of %v towards servers that
wait for it to end, and with the servers' own memory included.

The test POST is shown with a fingerprint pin; the tests visit with the other pins too.

What bounds all this stands in [limits.md](limits.md), and what happens when a guard is missing in
[mutations.md](mutations.md).
`

// markdown is the whole file.
func (g *table) markdown(measured bool) string {
	var out strings.Builder
	variants := 0
	for _, b := range hostile.All() {
		variants += b.Count()
	}
	fmt.Fprintf(&out, heading, len(hostile.All()), variants, short)
	layer := hostile.Layer("")
	for _, r := range g.rows {
		if strings.Contains(r.way.name, ",") {
			continue
		}
		if r.behaviour.Layer != layer {
			layer = r.behaviour.Layer
			fmt.Fprintf(&out, "\n## %s\n\n| the server | way in | what the user is told | time | peak |\n|---|---|---|---|---|\n", layer)
		}
		stay, rest := r.cells()
		if r.way.name == "fingerprint" || layer == hostile.HTTP {
			stay[0] = "**" + stay[0] + "** " + r.behaviour.About
		} else {
			stay[0] = ""
		}
		if !measured {
			rest = nil
		}
		fmt.Fprintf(&out, "| %s |\n", strings.Join(append(stay, rest...), " | "))
	}
	return out.String()
}

// compare holds the table against the file, or writes it.
func (g *table) compare(t *testing.T, name string) {
	t.Helper()
	if g.measured {
		if err := os.WriteFile(name, []byte(g.markdown(true)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v (write it with -update)", err)
	}
	measured := regexp.MustCompile(`(?m) \| [0-9.]+ s \| [0-9.]+ MB \|$`)
	if diff := cmp.Diff(strings.Split(measured.ReplaceAllString(string(want), " |"), "\n"), strings.Split(g.markdown(false), "\n")); diff != "" {
		t.Errorf("%s is not what was seen (-file +seen); read the difference, then write it with -update:\n%s", name, diff)
	}
}

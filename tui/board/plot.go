package board

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"espost/device"
	"espost/internal/lazyregexp"
	"espost/tui/ui"
)

// A plot is a number that the board says again and again under one name.
type plot struct {
	name   string
	values []float64 // the newest maxValues
}

// Limits of plots: names beyond the first few, such as those with a counter in
// them, are nobody's measurements.
const (
	maxPlots  = 8
	maxValues = 200
	minValues = 3 // before a plot is shown
)

// named is a number behind a name: "temperature: 21.5", "rssi=-61".
var named = lazyregexp.New(`([A-Za-z][\w.%/-]{0,23}) ?[:=] ?(-?\d{1,9}(?:\.\d{1,9})?)(?:[^\w.:]|$)`)

// plot takes the numbers of a line. Those in lines that have a meaning of their
// own are none to plot.
func (s *serial) plot(e device.Event) {
	if e.Milestone != "" || len(e.Explanations) > 0 {
		return
	}
	for _, match := range named.Get().FindAllStringSubmatch(e.Text, -1) {
		value, err := strconv.ParseFloat(match[2], 64)
		if err != nil {
			continue
		}
		i := slices.IndexFunc(s.plots, func(p *plot) bool { return p.name == match[1] })
		if i < 0 {
			if len(s.plots) == maxPlots {
				continue
			}
			i = len(s.plots)
			s.plots = append(s.plots, &plot{name: match[1]})
		}
		s.plots[i].add(value)
	}
}

func (p *plot) add(value float64) {
	if len(p.values) == maxValues {
		p.values = append(p.values[:0], p.values[1:]...)
	}
	p.values = append(p.values, value)
}

// nextPlot shows another plot, or none.
func (s *serial) nextPlot() { s.shown = (s.shown + 1) % (len(s.plots) + 1) }

// plotLine is the plot in sight as one line, "" for none.
func (s *serial) plotLine(k *ui.Kit, width int) string {
	if s.shown >= len(s.plots) || len(s.plots[s.shown].values) < minValues {
		return ""
	}
	p := s.plots[s.shown]
	low, high := slices.Min(p.values), slices.Max(p.values)
	text := fmt.Sprintf("%s %v  ", p.name, p.values[len(p.values)-1])
	scale := fmt.Sprintf("  %v to %v", low, high)
	room := width - ui.Width(text) - ui.Width(scale)
	if room < minValues {
		return ui.Truncate(text, width, k.Ellipsis)
	}
	return k.Strong.Render(text) + k.Accent.Render(curve(p.values[max(0, len(p.values)-room):], low, high, k.Levels)) + k.Faint.Render(scale)
}

// curve draws values between low and high, one a column.
func curve(values []float64, low, high float64, levels []string) string {
	var b strings.Builder
	for _, v := range values {
		level := 0
		if high > low {
			level = int(math.Round((v - low) / (high - low) * float64(len(levels)-1)))
		}
		b.WriteString(levels[level])
	}
	return b.String()
}

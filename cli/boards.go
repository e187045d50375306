package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/pflag"

	"espost/esp8266"
	"espost/fleet"
	"espost/internal/atomicfile"
	"espost/internal/sanitize"
	"espost/profile"
)

// An overview is what check has found out about all boards, and where it says
// what is to be said of each: at once or, beneath the table of a folder, later.
type overview struct {
	io.Writer
	boards []fleet.Board
	table  bool // a folder was named
	later  bytes.Buffer
}

func (o *overview) add(b fleet.Board) { o.boards = append(o.boards, b) }

// below puts what is found in a folder in the folder's place.
func (p *Program) below(ctx context.Context, files []string, out *overview) ([]string, error) {
	var all []string
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || !info.IsDir() {
			all = append(all, file)
			continue
		}
		found, unread, err := fleet.Find(file)
		if err != nil {
			return nil, &inputError{err}
		}
		for _, path := range unread {
			p.fail(ctx, &inputError{fmt.Errorf("%s can't be read and was left out", sanitize.Line(path))})
		}
		all = append(all, found...)
		out.table, out.Writer = true, &out.later
	}
	if out.table && len(all) == 0 {
		return nil, &inputError{fmt.Errorf("there is no profile and no sketch with a fingerprint below %s; espost generate --save writes a profile", strings.Join(files, ", "))}
	}
	return all, nil
}

// board is the profile's line in the overview.
func (c checked) board() fleet.Board {
	b := fleet.Board{File: c.file, Status: profile.Unknown, Reason: "it can't be read"}
	if c.session != nil {
		b.Server, b.Pin = c.session.Target.Shown(), c.session.Pin.Label()
		b.Reason = "it has no pin yet"
	}
	if c.verdict.Status != "" {
		b.Status, b.Reason, b.Fix, b.Breaks = c.verdict.Status, c.verdict.Reason, c.verdict.Fix, c.verdict.Breaks
	}
	if c.stale != nil {
		b.Firmware = fleet.FirmwareCurrent
		if *c.stale {
			b.Firmware = fleet.FirmwareStale
		}
	}
	if c.updated && c.err == nil {
		b = updated(b, c.verdict)
		if c.session.LastFolder() != "" {
			b.Firmware = fleet.FirmwareCurrent
		}
	}
	return b
}

// updated is the line of a board whose pin was replaced by what the check saw.
func updated(b fleet.Board, v profile.Verdict) fleet.Board {
	b.Status, b.Reason, b.Fix = profile.Right, "", ""
	if v.Report != nil && b.Pin == string(esp8266.PinFingerprint) {
		b.Breaks = v.Report.Chain[0].Renewal()
	}
	return b
}

// sketchBoard is a sketch's line in the overview.
func sketchBoard(s sketchJSON, v profile.Verdict) fleet.Board {
	b := fleet.Board{File: s.Sketch, Server: s.Target, Pin: string(esp8266.PinFingerprint), Status: v.Status, Reason: v.Reason, Fix: v.Fix, Breaks: v.Breaks}
	if s.Updated {
		return updated(b, v)
	}
	return b
}

// printTable prints the boards of a folder, the most urgent first, and what there
// is to say about each beneath.
func (p *Program) printTable(out *overview, json bool) {
	if !out.table {
		return
	}
	if !json {
		boards := slices.SortedFunc(slices.Values(out.boards), fleet.Urgent)
		rows := [][]string{{"", "BOARD", "SERVER", "PIN", "UNTIL", "FIRMWARE"}}
		for _, b := range boards {
			rows = append(rows, []string{mark(b), sanitize.Line(b.File), sanitize.Line(b.Server), b.Pin, dayOr(b.Breaks), orDash(b.Firmware)})
		}
		printColumns(p.paint, rows)
		if out.later.Len() > 0 {
			fmt.Fprintln(p.paint)
		}
	}
	_, _ = out.later.WriteTo(p.paint)
}

// mark is the sign of how a board stands.
func mark(b fleet.Board) string {
	c := newPalette()
	tone, sign := b.Mark()
	return map[string]lipgloss.Style{fleet.ToneGood: c.good, fleet.ToneCaution: c.caution, fleet.ToneBad: c.bad}[tone].Render(sign)
}

func dayOr(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return day(t)
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// printColumns prints rows of cells, each column as wide as its widest.
func printColumns(w io.Writer, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-ansi.StringWidth(cell)+2))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// reports are the files that check writes beside what it prints.
type reports struct{ html, ics, metrics string }

func (r *reports) addFlags(f *pflag.FlagSet) {
	f.StringVar(&r.html, "html", "", "write the overview as a page of HTML to this file")
	f.StringVar(&r.ics, "ics", "", "write the days on which pins break as a calendar\nto this file")
	f.StringVar(&r.metrics, "metrics", "", "write metrics for Prometheus to this file (node_exporter's\ntextfile collector: its name must end in .prom)")
}

// write writes those that were asked for. They name hosts, not secrets, and
// are for others to read, a web server or node_exporter.
func (r reports) write(boards []fleet.Board) error {
	now := time.Now()
	slices.SortStableFunc(boards, fleet.Urgent)
	if r.html != "" {
		page, err := fleet.Page(boards, now)
		if err != nil {
			return err
		}
		if err := writeReport(r.html, page); err != nil {
			return err
		}
	}
	if r.ics != "" {
		if err := writeReport(r.ics, fleet.Calendar(boards, now)); err != nil {
			return err
		}
	}
	if r.metrics != "" {
		return writeReport(r.metrics, fleet.Metrics(boards, now))
	}
	return nil
}

func writeReport(file, text string) error {
	if err := atomicfile.Write(file, []byte(text), 0o644); err != nil {
		return fmt.Errorf("%w; name a file in a folder that can be written to", err)
	}
	return nil
}

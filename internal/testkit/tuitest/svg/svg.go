// Package svg draws a terminal's screen as an SVG picture, the same bytes for the same screen.
//
// Every cell keeps its place on a grid whatever font the viewer has: words are stretched to their cells,
// symbols are centred in theirs, and lines and blocks are drawn as shapes, so that they join.
package svg

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// Picture is a screen in a window.
type Picture struct {
	Title string      // in the window's bar, and what screen readers say
	Cells [][]uv.Cell // rows of cells; the second cell of a wide character has no width
	Light bool        // a terminal with a light background
}

// The grid, in pixels. A monospaced font is 0.6 times as wide as it is high.
const (
	cellWidth  = 9
	cellHeight = 19
	fontSize   = 15
	baseline   = 14 // below the top of a cell
	margin     = 14 // around the cells
	barHeight  = 32
)

// Write draws the picture. Its errors are those of w.
func (p Picture) Write(w io.Writer) error {
	d := window(p.Title, p.Light, "", p.Cells)
	d.screen(p.Cells)
	d.printf(`</svg>`)
	_, err := w.Write(d.Bytes())
	return err
}

// window begins a drawing: the window around screens, and more rules of style.
func window(title string, light bool, style string, screens ...[][]uv.Cell) *drawing {
	columns, rows := 0, 0
	for _, cells := range screens {
		rows = max(rows, len(cells))
		for _, row := range cells {
			columns = max(columns, len(row))
		}
	}
	width := columns*cellWidth + 2*margin
	height := barHeight + rows*cellHeight + margin
	d := &drawing{theme: darkTheme}
	if light {
		d.theme = lightTheme
	}
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`, width, height, width, height)
	d.printf(`<title>%s</title>`, escape(title))
	d.printf(`<style>text{font:%dpx ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre}.m{text-anchor:middle}.b{font-weight:bold}.i{font-style:italic}%s</style>`, fontSize, style)
	d.printf(`<rect x=".5" y=".5" width="%d" height="%d" rx="8" fill="%s" stroke="%s"/>`, width-1, height-1, hex(d.theme.background), hex(d.theme.edge))
	for i := range 3 {
		d.printf(`<circle cx="%d" cy="%d" r="5" fill="%s"/>`, margin+6+i*18, barHeight/2, hex(d.theme.edge))
	}
	d.printf(`<text class="m" x="%d" y="%d" fill="%s">%s</text>`, width/2, barHeight/2+5, hex(d.theme.faint), escape(title))
	return d
}

// screen draws the cells.
func (d *drawing) screen(cells [][]uv.Cell) {
	for y, row := range cells {
		d.row(row, top(y))
	}
	d.uprights(cells)
}

// drawing collects the elements, a line each.
type drawing struct {
	bytes.Buffer
	theme theme
}

func (d *drawing) printf(format string, args ...any) {
	fmt.Fprintf(&d.Buffer, format+"\n", args...)
}

// row draws one row of cells whose top is at y: backgrounds first, so that no glyph is cut off by its
// neighbour's.
func (d *drawing) row(row []uv.Cell, y int) {
	for _, run := range runs(row, func(a, b uv.Cell) bool { return d.look(a.Style).background == d.look(b.Style).background }) {
		if background := d.look(row[run.from].Style).background; background != d.theme.background {
			d.printf(`<rect x="%d" y="%d" width="%d" height="%d" fill="%s" shape-rendering="crispEdges"/>`, left(run.from), y, run.width(), cellHeight, hex(background))
		}
	}
	for _, run := range runs(row, func(a, b uv.Cell) bool { return d.look(a.Style) == d.look(b.Style) }) {
		d.run(row, run, y)
	}
}

// run draws cells of one look: the lines under and through them, the shapes, the symbols and the words.
func (d *drawing) run(row []uv.Cell, run span, y int) {
	look := d.look(row[run.from].Style)
	if look.hidden {
		return
	}
	fill := look.fill()
	if look.underline {
		d.printf(`<rect x="%d" y="%d" width="%d" height="1"%s/>`, left(run.from), y+baseline+2, run.width(), fill)
	}
	if look.strike {
		d.printf(`<rect x="%d" y="%d" width="%d" height="1"%s/>`, left(run.from), y+cellHeight/2, run.width(), fill)
	}
	if path := linesPath(row[run.from:run.to], left(run.from), y); path != "" {
		d.printf(`<path d="%s"%s/>`, path, fill)
	}
	for x := run.from; x < run.to; x++ {
		cell := row[x]
		if shade, ok := shades[cell.Content]; ok {
			d.printf(`<rect x="%d" y="%d" width="%d" height="%d" fill-opacity="%s"%s/>`, left(x), y, cellWidth, cellHeight, shade, fill)
		} else if isSymbol(cell) {
			centre := left(x)*2 + cellWidth*max(cell.Width, 1)
			d.printf(`<text%s x="%s" y="%d"%s>%s</text>`, look.class("m"), half(centre), y+baseline, fill, escape(cell.Content))
		}
	}
	for _, word := range words(row, run) {
		d.printf(`<text x="%d" y="%d" textLength="%d"%s%s>%s</text>`, left(word.from), y+baseline, word.width(), look.class(), fill, escape(textOf(row, word)))
	}
}

// span is a range of columns, the last one excluded.
type span struct{ from, to int }

func (s span) width() int { return (s.to - s.from) * cellWidth }

func left(column int) int { return margin + column*cellWidth }

func top(row int) int { return barHeight + row*cellHeight }

// runs cuts a row where neighbours are not alike.
func runs(row []uv.Cell, alike func(a, b uv.Cell) bool) []span {
	var all []span
	for x := range row {
		if x > 0 && (row[x].Width == 0 && row[x].Content == "" && row[x-1].Width > 1 || alike(row[x-1], row[x])) {
			all[len(all)-1].to = x + 1
			continue
		}
		all = append(all, span{x, x + 1})
	}
	return all
}

// words finds the stretches of ASCII text, single spaces inside included.
func words(row []uv.Cell, run span) []span {
	var all []span
	for x := run.from; x < run.to; x++ {
		if !isLetter(row[x]) {
			continue
		}
		if n := len(all); n > 0 && (all[n-1].to == x || all[n-1].to == x-1 && isSpace(row[x-1])) {
			all[n-1].to = x + 1
			continue
		}
		all = append(all, span{x, x + 1})
	}
	return all
}

func textOf(row []uv.Cell, word span) string {
	var text strings.Builder
	for _, cell := range row[word.from:word.to] {
		text.WriteString(cell.Content)
	}
	return text.String()
}

func isSpace(cell uv.Cell) bool { return cell.Content == " " && cell.Width == 1 }

// isLetter reports whether a monospaced font surely has the cell's character, at its usual width.
func isLetter(cell uv.Cell) bool {
	return len(cell.Content) == 1 && cell.Content[0] > ' ' && cell.Content[0] < 0x7f
}

// isSymbol reports whether the cell shows something that is no letter, space, line, block or shade.
func isSymbol(cell uv.Cell) bool {
	if len(strings.TrimSpace(cell.Content)) <= 1 {
		return false
	}
	_, line := arms[cell.Content]
	_, block := blocks[cell.Content]
	return !line && !block
}

// escape makes text safe inside of an element; what XML can't hold becomes U+FFFD.
func escape(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a Builder never fails
	return out.String()
}

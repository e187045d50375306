package svg

import (
	"fmt"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// arm says how far a line reaches from the middle of its cell: left, right, up, down; 1 light, 2 heavy.
// A round corner is a light one that is bent.
type arm struct {
	left, right, up, down int
	round                 bool
}

var arms = map[string]arm{
	"─": {left: 1, right: 1}, "│": {up: 1, down: 1}, "━": {left: 2, right: 2}, "┃": {up: 2, down: 2},
	"┌": {right: 1, down: 1}, "┐": {left: 1, down: 1}, "└": {right: 1, up: 1}, "┘": {left: 1, up: 1},
	"├": {right: 1, up: 1, down: 1}, "┤": {left: 1, up: 1, down: 1},
	"┬": {left: 1, right: 1, down: 1}, "┴": {left: 1, right: 1, up: 1}, "┼": {left: 1, right: 1, up: 1, down: 1},
	"┏": {right: 2, down: 2}, "┓": {left: 2, down: 2}, "┗": {right: 2, up: 2}, "┛": {left: 2, up: 2},
	"╭": {right: 1, down: 1, round: true}, "╮": {left: 1, down: 1, round: true},
	"╰": {right: 1, up: 1, round: true}, "╯": {left: 1, up: 1, round: true},
	"╴": {left: 1}, "╶": {right: 1}, "╵": {up: 1}, "╷": {down: 1},
	"╸": {left: 2}, "╺": {right: 2}, "╹": {up: 2}, "╻": {down: 2},
}

// block is the filled part of a cell, in eighths of its width and height.
type block struct{ x, y, width, height int }

var blocks = map[string]block{
	"█": {0, 0, 8, 8}, "▀": {0, 0, 8, 4}, "▔": {0, 0, 8, 1}, "▐": {4, 0, 4, 8}, "▕": {7, 0, 1, 8},
	"▁": {0, 7, 8, 1}, "▂": {0, 6, 8, 2}, "▃": {0, 5, 8, 3}, "▄": {0, 4, 8, 4}, "▅": {0, 3, 8, 5}, "▆": {0, 2, 8, 6}, "▇": {0, 1, 8, 7},
	"▏": {0, 0, 1, 8}, "▎": {0, 0, 2, 8}, "▍": {0, 0, 3, 8}, "▌": {0, 0, 4, 8}, "▋": {0, 0, 5, 8}, "▊": {0, 0, 6, 8}, "▉": {0, 0, 7, 8},
}

// shades are cells filled in part by a pattern, drawn as a thinner colour.
var shades = map[string]string{"░": ".25", "▒": ".5", "▓": ".75"}

// isUpright reports whether a cell is a piece of an upright line, which is drawn as a whole: pieces that
// meet between two pixels of a magnified picture would show seams.
func isUpright(cell uv.Cell) bool { return cell.Content == "│" || cell.Content == "┃" }

// uprights draws the upright lines of all rows.
func (d *drawing) uprights(rows [][]uv.Cell) {
	same := func(x, y int, as uv.Cell) bool {
		return y >= 0 && y < len(rows) && x < len(rows[y]) && rows[y][x].Content == as.Content && d.look(rows[y][x].Style) == d.look(as.Style)
	}
	for y, row := range rows {
		for x, cell := range row {
			if look := d.look(cell.Style); isUpright(cell) && !look.hidden && !same(x, y-1, cell) {
				n := 1
				for same(x, y+n, cell) {
					n++
				}
				var path strings.Builder
				t := thickness * float64(arms[cell.Content].up)
				rectangle(&path, float64(left(x))+(cellWidth-t)/2, float64(top(y)), t, float64(n*cellHeight))
				d.printf(`<path d="%s"%s/>`, path.String(), look.fill())
			}
		}
	}
}

// linesPath returns the other lines and the blocks among cells as one path of rectangles and bends, "" if
// there are none. The first cell's left edge is at x, the row's top at y.
func linesPath(cells []uv.Cell, x, y int) string {
	var path strings.Builder
	for i := 0; i < len(cells); i++ {
		content, at := cells[i].Content, x+i*cellWidth
		if b, ok := blocks[content]; ok {
			rectangle(&path, float64(at)+cellWidth*float64(b.x)/8, float64(y)+cellHeight*float64(b.y)/8,
				cellWidth*float64(b.width)/8, cellHeight*float64(b.height)/8)
			continue
		}
		a, ok := arms[content]
		if !ok || isUpright(cells[i]) {
			continue
		}
		n := 1
		if a.left == a.right && a.up == 0 && a.down == 0 { // a long rule is one rectangle
			for i+n < len(cells) && cells[i+n].Content == content {
				n++
			}
			i += n - 1
		}
		a.draw(&path, float64(at), float64(y), float64(n))
	}
	return path.String()
}

// thickness is that of a light line, and half of a heavy one's.
const thickness = 1.25

// draw adds the line to the path, repeated n times to the right.
func (a arm) draw(path *strings.Builder, x, y, n float64) {
	middleX, middleY := x+cellWidth/2.0, y+cellHeight/2.0
	if a.round {
		a.bend(path, middleX, middleY)
		return
	}
	if a.left == a.right && a.left > 0 {
		t := thickness * float64(a.left)
		rectangle(path, x, middleY-t/2, n*cellWidth, t)
	} else {
		t := thickness * float64(max(a.left, a.right)) // as far past the middle as a corner needs
		if a.left > 0 {
			rectangle(path, x, middleY-t/2, cellWidth/2.0+t/2, t)
		}
		if a.right > 0 {
			rectangle(path, middleX-t/2, middleY-t/2, cellWidth/2.0+t/2, t)
		}
	}
	t := thickness * float64(max(a.up, a.down))
	if a.up > 0 {
		rectangle(path, middleX-t/2, y, t, cellHeight/2.0+t/2)
	}
	if a.down > 0 {
		rectangle(path, middleX-t/2, middleY-t/2, t, cellHeight/2.0+t/2)
	}
}

// bend adds a round corner: a quarter of a ring, and the rest of the upright line.
func (a arm) bend(path *strings.Builder, middleX, middleY float64) {
	const radius = cellWidth / 2.0
	toX, toY := 1.0, 1.0 // where the arms reach from the middle
	if a.left > 0 {
		toX = -1
	}
	if a.up > 0 {
		toY = -1
	}
	sweep, back := 0, 1
	if toX*toY < 0 {
		sweep, back = 1, 0
	}
	inner, outer := radius-thickness/2, radius+thickness/2
	turnY, endY := middleY+toY*radius, middleY+toY*cellHeight/2
	fmt.Fprintf(path, "M%s %sV%sA%s %s 0 0 %d %s %sV%sA%s %s 0 0 %d %s %sV%sz",
		number(middleX-toX*thickness/2), number(endY), number(turnY),
		number(outer), number(outer), back, number(middleX+toX*radius), number(middleY-toY*thickness/2),
		number(middleY+toY*thickness/2),
		number(inner), number(inner), sweep, number(middleX+toX*thickness/2), number(turnY),
		number(endY))
}

func rectangle(path *strings.Builder, x, y, width, height float64) {
	fmt.Fprintf(path, "M%s %sh%sv%sh-%sz", number(x), number(y), number(width), number(height), number(width))
}

// number is a coordinate with at most two decimals.
func number(v float64) string {
	text := fmt.Sprintf("%.2f", v)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// half is n/2 as a number.
func half(n int) string { return number(float64(n) / 2) }

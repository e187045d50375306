package tuitest

import (
	"bytes"
	"encoding/base64"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// screenWriter is the program's output: it draws on the emulator and wakes those who wait for that.
type screenWriter struct{ term *Terminal }

func (w screenWriter) Write(p []byte) (int, error) {
	w.term.mu.Lock()
	defer w.term.mu.Unlock()
	defer w.term.changed.Broadcast()
	return w.term.emulator.Write(p)
}

// takeClipboard handles OSC 52: "52;c;BASE64".
func (term *Terminal) takeClipboard(data []byte) bool {
	parts := bytes.SplitN(data, []byte(";"), 3)
	if len(parts) != 3 {
		return false
	}
	text, err := base64.StdEncoding.DecodeString(string(parts[2]))
	if err != nil {
		return false
	}
	term.copied = string(text)
	return true
}

// Screen returns what is on the screen as rows of text, as many as the terminal has, without trailing
// spaces. A wide character stands once, although it fills two cells.
func (term *Terminal) Screen() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.text()
}

func (term *Terminal) text() string {
	rows := make([]string, term.emulator.Height())
	for y := range rows {
		var row strings.Builder
		for x := 0; x < term.emulator.Width(); {
			content, width := cellText(term.emulator.CellAt(x, y))
			row.WriteString(content)
			x += width
		}
		rows[y] = strings.TrimRight(row.String(), " ")
	}
	return strings.Join(rows, "\n")
}

// cellText returns what a cell shows, a space when nothing, and how many columns that takes.
func cellText(cell *uv.Cell) (text string, width int) {
	if cell == nil || cell.Content == "" {
		return " ", 1
	}
	return cell.Content, max(cell.Width, 1)
}

// ANSI returns the screen with its colours and attributes as escape sequences, a row a line.
func (term *Terminal) ANSI() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.emulator.Render()
}

// Cells returns a copy of the screen: rows of as many cells as the terminal is wide. The second cell of a
// wide character has no content and no width.
func (term *Terminal) Cells() [][]uv.Cell {
	term.mu.Lock()
	defer term.mu.Unlock()
	rows := make([][]uv.Cell, term.emulator.Height())
	for y := range rows {
		rows[y] = make([]uv.Cell, term.emulator.Width())
		for x := range rows[y] {
			if cell := term.emulator.CellAt(x, y); cell != nil {
				rows[y][x] = *cell
			}
		}
	}
	return rows
}

// Find returns the cell where the screen first shows text, which must stand in one row.
func (term *Terminal) Find(text string) (x, y int, found bool) {
	for y, row := range term.Cells() {
		var shown strings.Builder
		var columns []int // of each byte in shown
		for x := 0; x < len(row); {
			content, width := cellText(&row[x])
			for range len(content) {
				columns = append(columns, x)
			}
			shown.WriteString(content)
			x += width
		}
		if i := strings.Index(shown.String(), text); i >= 0 && text != "" {
			return columns[i], y, true
		}
	}
	return 0, 0, false
}

// StyleOf returns the style of the first cell of text on the screen. Text that is not there fails the
// test.
func (term *Terminal) StyleOf(text string) uv.Style {
	term.t.Helper()
	x, y, ok := term.Find(text)
	if !ok {
		term.fatalf("%q is not on the screen", text)
	}
	return term.Cells()[y][x].Style
}

// Cursor returns the cell of the cursor, and whether it is shown.
func (term *Terminal) Cursor() (x, y int, shown bool) {
	term.mu.Lock()
	defer term.mu.Unlock()
	at := term.emulator.CursorPosition()
	return at.X, at.Y, !term.emulator.CursorHidden()
}

// Title returns the window's title.
func (term *Terminal) Title() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.title
}

// Clipboard returns what the program has last copied through the terminal (OSC 52).
func (term *Terminal) Clipboard() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.copied
}

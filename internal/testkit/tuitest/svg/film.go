package svg

import (
	"fmt"
	"io"
	"strings"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
)

// A Film is screens one after the other, over and over. Where nothing can or shall
// move, the last one stands still.
type Film struct {
	Title  string
	Frames []Frame
	Light  bool
}

// A Frame is a screen, and how long it is shown.
type Frame struct {
	Cells [][]uv.Cell
	For   time.Duration
}

// Write draws the film. Its errors are those of w.
func (f Film) Write(w io.Writer) error {
	var all time.Duration
	screens := make([][][]uv.Cell, len(f.Frames))
	for i, frame := range f.Frames {
		screens[i] = frame.Cells
		all += frame.For
	}
	var style strings.Builder
	fmt.Fprintf(&style, "g{visibility:hidden;animation:%gs step-end infinite}", all.Seconds())
	var begun time.Duration
	percent := func(t time.Duration) float64 { return 100 * t.Seconds() / all.Seconds() }
	for i, frame := range f.Frames {
		fmt.Fprintf(&style, "#f%d{animation-name:a%d}@keyframes a%d{", i, i, i)
		if i > 0 {
			style.WriteString("0%{visibility:hidden}")
		}
		fmt.Fprintf(&style, "%.3g%%{visibility:visible}", percent(begun))
		if begun += frame.For; i < len(f.Frames)-1 {
			fmt.Fprintf(&style, "%.3g%%{visibility:hidden}", percent(begun))
		}
		style.WriteString("}")
	}
	fmt.Fprintf(&style, "#f%d{visibility:visible}@media(prefers-reduced-motion:reduce){g{animation:none}}", len(f.Frames)-1)
	d := window(f.Title, f.Light, style.String(), screens...)
	for i, cells := range screens {
		d.printf(`<g id="f%d">`, i)
		d.screen(cells)
		d.printf(`</g>`)
	}
	d.printf(`</svg>`)
	_, err := w.Write(d.Bytes())
	return err
}

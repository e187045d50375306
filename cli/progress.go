package cli

import (
	"fmt"
	"io"
	"sync"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"

	"espost/tlsinspect"
)

// A progress is one line on the terminal that says what is being done. Where
// stderr is no terminal it says nothing.
type progress struct {
	mu    sync.Mutex
	to    io.Writer // nil: nowhere
	width int
	shown bool

	screen sync.Mutex // held while others print
	done   int        // of several
}

func (p *Program) newProgress() *progress {
	width := columns(p.Stderr)
	if width == 0 || p.getenv("TERM") == "dumb" {
		return &progress{}
	}
	return &progress{to: p.Stderr, width: width}
}

// columns is the width of the terminal that w is, 0 when it is none.
func columns(w io.Writer) int {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(f.Fd()) {
		return 0
	}
	const least, usual = 20, 80
	width, _, err := term.GetSize(f.Fd())
	if err != nil || width < least {
		return usual
	}
	return width
}

// say replaces the line.
func (g *progress) say(format string, args ...any) {
	if g.to == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	line := ansi.Truncate(fmt.Sprintf(format, args...), g.width-1, "…")
	fmt.Fprint(g.to, "\r"+ansi.EraseEntireLine+line)
	g.shown = true
}

// clear removes the line, so that something else can be printed.
func (g *progress) clear() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shown {
		fmt.Fprint(g.to, "\r"+ansi.EraseEntireLine)
		g.shown = false
	}
}

// part says how far a single inspection is.
func (g *progress) part(e tlsinspect.Event) {
	switch e.State {
	case tlsinspect.Started:
		g.say("… %s %s", e.Title, e.Detail)
	default:
		g.say("%s %s", e.Title, e.Detail)
	}
}

// finished counts one more that is done, of all.
func (g *progress) finished(all int) {
	g.screen.Lock()
	defer g.screen.Unlock()
	g.done++
	g.count(g.done, all)
}

// printing takes the line away while show prints.
func (g *progress) printing(all int, show func()) {
	g.screen.Lock()
	defer g.screen.Unlock()
	g.clear()
	show()
	g.count(g.done, all)
}

// count says how many of several are done.
func (g *progress) count(done, all int) {
	const width = 20
	if all < 2 {
		return
	}
	full := done * width / all
	g.say("%s %d of %d", bar(full, width), done, all)
}

func bar(full, width int) string {
	b := make([]rune, width)
	for i := range b {
		b[i] = '░'
		if i < full {
			b[i] = '▓'
		}
	}
	return string(b)
}

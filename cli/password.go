package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/charmbracelet/x/term"
)

// askSecret asks for something that is not shown; it is empty where nobody sits at
// a terminal.
func (p *Program) askSecret(ctx context.Context, question string) (string, error) {
	f, ok := p.Stdin.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return "", nil
	}
	fmt.Fprint(p.Stderr, question)
	defer fmt.Fprintln(p.Stderr)
	type answer struct {
		text []byte
		err  error
	}
	before, err := term.GetState(f.Fd())
	if err != nil {
		return "", err
	}
	typed := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(f.Fd())
		typed <- answer{text, err}
	}()
	select {
	case a := <-typed:
		return string(a.text), a.err
	case <-ctx.Done():
		_ = term.Restore(f.Fd(), before) // the shell's own line editing shows what is typed again
		return "", ctx.Err()
	}
}

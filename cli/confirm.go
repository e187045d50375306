package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"
)

// confirm asks a question that has to be answered with y or yes. Where nobody sits at a
// terminal, it is wrong usage not to have said so beforehand.
func (p *Program) confirm(ctx context.Context, question string) (bool, error) {
	if !isTerminal(p.Stdin) {
		return false, &usageError{"this needs your word, and there is no terminal to ask for it; look at what it would do, then add --yes"}
	}
	fmt.Fprint(p.Stderr, question)
	typed := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(p.Stdin).ReadString('\n') // what can't be read is no yes
		typed <- line
	}()
	select {
	case line := <-typed:
		answer := strings.ToLower(strings.TrimSpace(line))
		if answer == "y" || answer == "yes" {
			return true, nil
		}
		return false, errTold
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

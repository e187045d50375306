package cli

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
)

// endless reads as the same byte for ever.
type endless byte

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e)
	}
	return len(b), nil
}

// A log and a list of targets without end are refused, in bounded memory.
func TestEndlessInput(t *testing.T) {
	for args, in := range map[string]io.Reader{
		"explain":      endless('x'),
		"inspect -f -": io.MultiReader(strings.NewReader(strings.Repeat("a\n", maxTargets)), strings.NewReader("a\n")),
	} {
		t.Run(args, func(t *testing.T) {
			var stderr bytes.Buffer
			p := &Program{Stdin: in, Stdout: io.Discard, Stderr: &stderr}
			if status := p.Run(context.Background(), strings.Fields(args)); status != statusUsage {
				t.Errorf("status %d: %s", status, &stderr)
			}
			if !strings.Contains(stderr.String(), "longer than 64 MB") && !strings.Contains(stderr.String(), "more than 1000000 lines") {
				t.Errorf("stderr: %s", &stderr)
			}
		})
	}
}

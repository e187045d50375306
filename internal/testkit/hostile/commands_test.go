package hostile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"espost/cli"
	"espost/internal/testkit/hostile"
)

// The commands themselves, with what a terminal would get: every behaviour, a
// few variants each, ends with an honest status and leaves the screen alone.
func TestCommands(t *testing.T) {
	beforeHTTP := func(b hostile.Behaviour) bool { return b.Layer != hostile.HTTP }
	unlessItWaits := func(b hostile.Behaviour) bool { return !b.Waits } // post waits as long as the board does
	tests := []struct {
		name   string
		visits func(hostile.Behaviour) bool
		args   []string
		target string // form of the target, with the port
	}{
		{"inspect", beforeHTTP, []string{"inspect"}, "localhost:%d"},
		{"inspect --json", beforeHTTP, []string{"inspect", "--json"}, "localhost:%d"},
		{"inspect --fingerprint", beforeHTTP, []string{"inspect", "--fingerprint"}, "localhost:%d"},
		{"post", unlessItWaits, []string{"post", "--pin", "insecure", "https://localhost:%d/post", "name1=value1"}, ""},
		{"post --json", unlessItWaits, []string{"post", "--json", "--pin", hostile.LeafSHA1(), "https://localhost:%d/post", "name1=value1"}, ""},
	}
	for _, tt := range tests {
		if testing.Short() && slices.Contains(tt.args, "--json") { // under the race detector, which has seen the same goroutines by then
			continue
		}
		for _, b := range hostile.All() {
			if !tt.visits(b) || b.Count() > 1000 { // their kind was seen by then
				continue
			}
			t.Run(tt.name+"/"+b.Name, func(t *testing.T) {
				t.Parallel()
				few := min(b.Count(), 6)
				if testing.Short() { // under the race detector
					few = 1
				}
				for i := range few {
					s := hostile.Start(t, b, hostile.Options{Variant: i * b.Count() / few, Tick: 20 * time.Millisecond})
					args := append([]string{}, tt.args...)
					if tt.target != "" {
						args = append(args, tt.target)
					}
					for i := range args {
						if strings.Contains(args[i], "%d") {
							args[i] = fmt.Sprintf(args[i], s.Port())
						}
					}
					runCommand(t, b, append(args, "--timeout", patience(b).String()))
					s.Close()
				}
			})
		}
	}
}

// runCommand runs a command in this process and checks everything that it prints.
func runCommand(t *testing.T, b hostile.Behaviour, args []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	var stdout, stderr bytes.Buffer
	p := &cli.Program{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr}
	status := p.Run(ctx, args)
	if ctx.Err() != nil {
		t.Fatalf("%q is still not over after %v", args, hang)
	}
	if status != 0 && status != 1 {
		t.Errorf("%q: status %d", args, status)
	}
	if status == 0 && args[0] == "inspect" && args[1] != "--fingerprint" && !b.Usable {
		t.Errorf("%q: it promises that the board connects, which it can't:\n%s", args, &stdout)
	}
	if status == 1 && stdout.Len()+stderr.Len() == 0 {
		t.Errorf("%q: it fails without a word", args)
	}
	for _, line := range strings.Split(stdout.String()+stderr.String(), "\n") {
		checkClean(t, line)
	}
	if args[1] == "--json" {
		for line := range strings.Lines(stdout.String()) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%q: no JSON: %q", args, line)
			}
		}
	}
}

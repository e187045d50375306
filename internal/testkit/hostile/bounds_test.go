package hostile_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"espost/cli"
	"espost/internal/testkit/hostile"
)

// forever is the patience of a visit that is told to end. One that doesn't
// listen goes on for so long, far beyond hang, at which the tests give up: no
// computer is too slow for them.
const forever = 10 * hang

// Whoever waits for a server can be called off.
func TestCancel(t *testing.T) {
	for _, b := range hostile.All() {
		if !b.Waits {
			continue
		}
		for _, w := range ways() {
			if !w.visits(b) {
				continue
			}
			t.Run(b.Name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				s := hostile.Start(t, b, hostile.Options{})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				over := make(chan outcome, 1)
				go func() { over <- w.visit(ctx, t, s, forever) }()
				<-s.Asked()
				cancel()
				select {
				case out := <-over:
					// The server's own fault may have come first; nobody was waited for.
					if out.err != nil && !errors.Is(out.err, context.Canceled) && (b.Name == "silence" || strings.Contains(out.told, forever.String())) {
						t.Errorf("the error is %v, want context.Canceled", out.err)
					}
				case <-time.After(hang):
					t.Fatalf("still not over %v after it was cancelled", hang)
				}
			})
		}
	}
}

// So can every command; none leaves anything running (TestMain).
func TestCancelCommands(t *testing.T) {
	for _, args := range []string{
		"inspect URL", "inspect --json -j 2 URL URL URL", "inspect --fingerprint URL", "post URL a=b", "post --json --pin insecure URL a=b",
		"generate --target URL -o DIR/sketch", "check DIR/espost.yaml", "check --update --json DIR/espost.yaml", "--accessible URL", "demo --json",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			silence, _ := hostile.Named("silence")
			s := hostile.Start(t, silence, hostile.Options{})
			url, dir := fmt.Sprintf("https://localhost:%d/post", s.Port()), t.TempDir()
			saved := "espost: 1\ntarget: " + url + "\npin: {sha1: [" + hostile.LeafSHA1() + "]}\n"
			if err := os.WriteFile(filepath.Join(dir, "espost.yaml"), []byte(saved), 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			started := s.Asked()
			out := &firstWrite{written: make(chan struct{})}
			if strings.HasPrefix(args, "demo") {
				started = out.written
			}
			p := &cli.Program{Stdin: strings.NewReader("\n"), Stdout: out, Stderr: io.Discard}
			over := make(chan int, 1)
			go func() {
				over <- p.Run(ctx, strings.Fields(strings.NewReplacer("URL", url, "DIR", dir).Replace(args)))
			}()
			<-started
			cancel()
			select {
			case status := <-over:
				if want := map[bool]int{true: 0, false: 130}[strings.HasPrefix(args, "demo")]; status != want {
					t.Errorf("status %d, want %d", status, want)
				}
			case <-time.After(hang):
				t.Fatalf("still not over %v after it was cancelled", hang)
			}
		})
	}
}

// A firstWrite says when something was written.
type firstWrite struct {
	once    sync.Once
	written chan struct{}
}

func (w *firstWrite) Write(b []byte) (int, error) {
	w.once.Do(func() { close(w.written) })
	return len(b), nil
}

// A limit on the whole visit holds, however patient each connection is.
func TestDeadline(t *testing.T) {
	for _, name := range []string{"silence", "a byte a second", "slow body"} {
		b, _ := hostile.Named(name)
		for _, w := range ways() {
			if !w.visits(b) {
				continue
			}
			t.Run(name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				s := hostile.Start(t, b, hostile.Options{})
				ctx, cancel := context.WithTimeout(t.Context(), short)
				defer cancel()
				over := make(chan outcome, 1)
				go func() { over <- w.visit(ctx, t, s, forever) }()
				select {
				case out := <-over:
					if out.err == nil {
						t.Errorf("told %q, want an error", out.told)
					}
					if strings.Contains(out.told, forever.String()) {
						t.Errorf("told %q, though it didn't wait that long", out.told)
					}
				case <-time.After(hang):
					t.Fatalf("still not over %v after its time", hang)
				}
			})
		}
	}
}

// A name with ten thousand addresses, each of them silent, costs a bounded
// number of connections and a bounded time.
func TestInspectionIsBounded(t *testing.T) {
	const connections = 40 // 16 addresses, and ten ways to ask one
	for _, name := range []string{"silence", "closes after the hello", "one-byte records"} {
		t.Run(name, func(t *testing.T) {
			b, _ := hostile.Named(name)
			s := hostile.Start(t, b, hostile.Options{})
			c := inspector(patience(b))
			c.Lookup = func(context.Context, string, string) ([]netip.Addr, error) {
				var all []netip.Addr
				for i := range 10000 {
					all = append(all, netip.AddrFrom4([4]byte{203, 0, byte(i >> 8), byte(i)}))
				}
				return all, nil
			}
			c.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, fmt.Sprintf("127.0.0.1:%d", s.Port()))
			}
			ctx, cancel := context.WithTimeout(t.Context(), hang)
			defer cancel()
			if _, err := c.Inspect(ctx, target(t, s)); ctx.Err() != nil {
				t.Fatalf("still not over after %v: %v", hang, err)
			}
			if n := s.Connections(); n > connections {
				t.Errorf("%d connections, at most %d are meant", n, connections)
			}
			before := s.Connections()
			if _, err := c.Fingerprint(ctx, target(t, s)); ctx.Err() != nil {
				t.Fatalf("still not over after %v: %v", hang, err)
			}
			if n := s.Connections() - before; b.Waits && n > 4 {
				t.Errorf("%d silent addresses were waited for, three are meant", n)
			}
		})
	}
}

// Keys that are made to cost time don't: such work can't be called off, so none
// of it may be begun.
func TestHugeKeysCostNothing(t *testing.T) {
	for _, name := range []string{"issuer with a huge key", "odd RSA keys"} {
		b, _ := hostile.Named(name)
		for _, w := range ways() {
			t.Run(name+"/"+w.name, func(t *testing.T) {
				over := make(chan struct{})
				go func() {
					defer close(over)
					for v := range b.Count() {
						visit(t, b, v, w)
					}
				}()
				select {
				case <-over:
				case <-time.After(hang):
					t.Fatalf("still not over after %v", hang)
				}
			})
		}
	}
}

// What the servers serve is what the tests believe: the behaviours have names
// of their own, and every variant can be started and ended without a visitor.
func TestBehaviours(t *testing.T) {
	seen := make(map[string]bool)
	for _, b := range hostile.All() {
		if seen[b.Name] || b.Name != strings.TrimSpace(b.Name) || b.About == "" || b.Layer == "" {
			t.Errorf("%q (%q, %q) has no name of its own, no words or no layer", b.Name, b.About, b.Layer)
		}
		seen[b.Name] = true
		s := hostile.Start(t, b, hostile.Options{Variant: b.Count() - 1})
		s.Close()
		s.Close()
	}
	if _, ok := hostile.Named("polite"); ok {
		t.Error("there is a polite behaviour")
	}
}

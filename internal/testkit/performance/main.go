//go:build linux

// Command performance measures, on Linux, the espost binary from outside, beside what else
// does the same, and writes docs/performance.md. It takes some minutes, and a
// machine with nothing else to do; servers and roads are this machine's own.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: performance docs/performance.md")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run measures everything, one after the other, and writes the page.
func run(ctx context.Context, page string) error {
	dir, err := os.MkdirTemp("", "espost-performance-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{ctx: ctx, dir: dir, espost: filepath.Join(dir, "espost")}
	if err := b.build(b.espost, "."); err != nil {
		return err
	}
	fmt.Fprintf(&b.page, head, time.Now().UTC().Format("2 January 2006"), runtime.NumCPU(), processor(), strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH, load())
	for _, part := range []func() error{b.start, b.inspection, b.fingerprint, b.list, b.fleet, b.size} {
		if err := part(); err != nil {
			return err
		}
	}
	return os.WriteFile(page, b.page.Bytes(), 0o644)
}

const head = `# Performance

` + "`make bench`" + ` has written this page from one run, on %s: %d processors (%s), Go %s, %s/%s;
%s processes wanted to run when it began, on average over a minute, and where those are more than the processors, times are too long by about as much. Everything is measured from
outside of the process, which is built as a release is, against servers on the same machine. Times are wall-clock times and medians unless a row says otherwise.
`

// A bench is one run: the binary, a folder to work in, and the page so far.
type bench struct {
	ctx         context.Context
	dir, espost string
	page        bytes.Buffer
}

// build builds a package of this module as a release is built.
func (b *bench) build(to, pkg string, flags ...string) error {
	args := slices.Concat([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", to}, flags, []string{pkg})
	cmd := exec.CommandContext(b.ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", pkg, err, out)
	}
	return nil
}

// A cost is what a process took.
type cost struct {
	wall, cpu time.Duration
	memory    float64 // MB at the most
	out       []byte
}

// measure runs a process to its end.
func (b *bench) measure(name string, args ...string) (cost, error) {
	cmd := exec.CommandContext(b.ctx, name, args...)
	cmd.Dir = b.dir
	started := time.Now()
	out, err := cmd.Output()
	wall := time.Since(started)
	if err != nil {
		return cost{}, fmt.Errorf("%s %.80q: %w\n%s", name, args, err, out)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), float64(usage.Maxrss) / 1024, out}, nil
}

// median runs a process so many times, after one that isn't counted.
func (b *bench) median(times int, name string, args ...string) (cost, error) {
	var all []cost
	for range times + 1 {
		c, err := b.measure(name, args...)
		if err != nil {
			return cost{}, err
		}
		all = append(all, c)
	}
	all = all[1:]
	slices.SortFunc(all, func(a, c cost) int { return int(a.wall - c.wall) })
	return all[len(all)/2], nil
}

// section begins a table.
func (b *bench) section(title, about string, columns ...string) {
	fmt.Fprintf(&b.page, "\n## %s\n\n%s\n\n| %s |\n|%s\n", title, about, strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
}

func (b *bench) row(cells ...any) {
	for _, c := range cells {
		if d, ok := c.(time.Duration); ok {
			c = milliseconds(d)
		}
		fmt.Fprintf(&b.page, "| %v ", c)
	}
	b.page.WriteString("|\n")
	fmt.Fprintln(os.Stderr, cells...)
}

func milliseconds(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// load is how many processes run or wait to.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg") // "": it isn't told
	load, _, _ := strings.Cut(string(text), " ")
	return load
}

// processor is the model's name, where the system tells it.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "of a model that isn't told"
}

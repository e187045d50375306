//go:build linux

package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"espost/demo"
	"espost/profile"
)

// start compares a process's start with that of one that links the same libraries
// and prints a line.
func (b *bench) start() error {
	hello := filepath.Join(b.dir, "hello")
	if err := b.buildHello(hello); err != nil {
		return err
	}
	b.section("Start", "From the start of the process to its end; 41 times each. Asked: at most 1.5 times a program that links the same libraries and prints a line.",
		"process", "time", "of the processor", "memory")
	theirs, err := b.median(41, hello)
	if err != nil {
		return err
	}
	ours, err := b.median(41, b.espost, "--version")
	if err != nil {
		return err
	}
	b.row("a hello with the same libraries", theirs.wall, theirs.cpu, fmt.Sprintf("%.0f MB", theirs.memory))
	b.row(fmt.Sprintf("`espost --version`, %.2f times that", float64(ours.wall)/float64(theirs.wall)), ours.wall, ours.cpu, fmt.Sprintf("%.0f MB", ours.memory))
	return nil
}

// buildHello builds a program of this module that links every module that espost
// does, through the packages that espost imports.
func (b *bench) buildHello(to string) error {
	out, err := exec.CommandContext(b.ctx, "go", "list", "-deps", "-f", `{{if and (not .Standard) (ne .Module.Path "espost")}}{{if ne .Name "main"}}{{.ImportPath}}{{end}}{{end}}`, ".").Output()
	if err != nil {
		return err
	}
	var source bytes.Buffer
	source.WriteString("package main\n\nimport (\n\t\"fmt\"\n")
	for pkg := range strings.FieldsSeq(string(out)) {
		if !strings.Contains("/"+pkg+"/", "/internal/") {
			fmt.Fprintf(&source, "\t_ %q\n", pkg)
		}
	}
	source.WriteString(")\n\nfunc main() { fmt.Println(\"hello\") }\n")
	file, overlay := filepath.Join(b.dir, "hello.go"), filepath.Join(b.dir, "overlay.json")
	if err := os.WriteFile(file, source.Bytes(), 0o600); err != nil {
		return err
	}
	here, err := filepath.Abs("internal/testkit/performance/hello")
	if err != nil {
		return err
	}
	replace, _ := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, "main.go"): file}}) // texts can't fail
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		return err
	}
	return b.build(to, "./internal/testkit/performance/hello", "-overlay="+overlay)
}

// trip is the simulated time for a way there and back.
const trip = 100 * time.Millisecond

// inspection measures a whole inspection of a server that is far away.
func (b *bench) inspection() error {
	server, err := demo.Start(demo.Options{})
	if err != nil {
		return err
	}
	defer server.Close()
	road, err := newRoad(server.Addr())
	if err != nil {
		return err
	}
	defer road.Close()
	b.section("A whole inspection, 100 ms away", "Process start, name, TCP, the board's look, the browser's look, the system's roots and the report, over a relay that makes each way there and back take 100 ms; 15 times. TCP and the first answer take two round trips. Asked: at most 2.2 in all.",
		"what", "time", "round trips")
	address := "https://localhost" + road.Addr().String()[strings.LastIndex(road.Addr().String(), ":"):]
	for _, what := range []struct {
		name string
		take func() (time.Duration, error)
	}{
		{"a bare TCP exchange: connect, one byte there, one back", func() (time.Duration, error) { return bare(road.Addr().String(), hello) }},
		{"crypto/tls, one handshake of TLS 1.2", func() (time.Duration, error) { return handshake(road.Addr().String()) }},
		{"`espost inspect --fingerprint`", func() (time.Duration, error) {
			c, err := b.measure(b.espost, "inspect", "--fingerprint", address)
			return c.wall, err
		}},
		{"`espost inspect`", func() (time.Duration, error) { c, err := b.measure(b.espost, "inspect", address); return c.wall, err }},
	} {
		took, err := medianOf(15, what.take)
		if err != nil {
			return err
		}
		b.row(what.name, took, fmt.Sprintf("%.2f", float64(took)/float64(trip)))
	}
	return nil
}

func medianOf(times int, take func() (time.Duration, error)) (time.Duration, error) {
	var all []time.Duration
	for range times {
		d, err := take()
		if err != nil {
			return 0, err
		}
		all = append(all, d)
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}

// hello is a ClientHello of TLS 1.2 that any server answers, with an alert if
// nothing else.
var hello = []byte("\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + strings.Repeat("r", 32) + "\x00\x00\x02\xc0\x2b\x01\x00\x00\x00")

// bare connects, writes, and reads the first of the answer.
func bare(address string, b []byte) (time.Duration, error) {
	started := time.Now()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if _, err := conn.Write(b); err != nil {
		return 0, err
	}
	if _, err := conn.Read(make([]byte, 4096)); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	return time.Since(started), nil
}

func handshake(address string) (time.Duration, error) {
	started := time.Now()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12})
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return time.Since(started), nil
}

// fingerprint compares what a fingerprint costs of the processor, in the process,
// with what crypto/tls and the bare exchange cost.
func (b *bench) fingerprint() error {
	cmd := exec.CommandContext(b.ctx, "go", "test", "-run", "^$", "-bench", "FingerprintCPU", "-benchtime", "1x", "./tlsinspect")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	b.section("A fingerprint's share of the processor", "2,000 targets at nginx, eight at a time, in microseconds of this process's processor time each (`BenchmarkFingerprintCPU`; nginx is another process).",
		"the server's key", "a bare TCP exchange", "espost", "crypto/tls")
	for line := range strings.Lines(string(out)) {
		name, rest, ok := strings.Cut(strings.TrimPrefix(line, "BenchmarkFingerprintCPU/"), "\t")
		if !ok || !strings.HasPrefix(line, "BenchmarkFingerprintCPU/") {
			continue
		}
		values := map[string]string{}
		words := strings.Fields(rest)
		for i := 1; i+1 < len(words); i += 2 {
			values[words[i+1]] = words[i]
		}
		name, _, _ = strings.Cut(name, "-2 ")
		b.row(strings.TrimSpace(name), values["µs-bare"], values["µs-fingerprint"], values["µs-crypto/tls"])
	}
	return nil
}

// list measures lists of targets: their memory must not grow with them, and the
// results keep their order.
func (b *bench) list() error {
	server, err := b.serve()
	if err != nil {
		return err
	}
	defer server.end()
	b.section("Lists of targets", "`espost inspect --fingerprint -f FILE`, eight at a time as usual; every line is looked at anew, and each tenth is a port that nobody listens at. The results are compared with the list, line by line. The list itself is in memory as text; results are not kept.",
		"targets", "time", "memory at the most", "in order")
	for _, n := range []int{1_000, 10_000, 100_000} {
		file := filepath.Join(b.dir, "targets")
		var targets strings.Builder
		for i := range n {
			targets.WriteString(listed(server, i) + "\n")
		}
		if err := os.WriteFile(file, []byte(targets.String()), 0o600); err != nil {
			return err
		}
		cmd := []string{"-c", `"$0" inspect --fingerprint -f targets >found 2>errors; true`, b.espost}
		c, err := b.measure("sh", cmd...)
		if err != nil {
			return err
		}
		found, err := os.ReadFile(filepath.Join(b.dir, "found"))
		if err != nil {
			return err
		}
		if err := inOrder(string(found), server, n); err != nil {
			return err
		}
		b.row(n, c.wall, fmt.Sprintf("%.0f MB", c.memory), "yes")
	}
	return nil
}

// failing reports whether the target in line i is one that fails, and prints a dash.
func failing(i int) bool { return i%10 == 9 }

// listed is the target in line i.
func listed(s *served, i int) string {
	if failing(i) {
		return fmt.Sprintf("localhost:1/%d", i)
	}
	return fmt.Sprintf("%s/%d", s.address, i)
}

// inOrder compares what was found with the list.
func inOrder(found string, s *served, n int) error {
	i := 0
	for line := range strings.Lines(found) {
		want := s.digits
		if failing(i) {
			want = "-"
		}
		if strings.TrimSpace(line) != want {
			return fmt.Errorf("line %d is %q, not %s", i+1, line, want)
		}
		i++
	}
	if i != n {
		return fmt.Errorf("%d results for %d targets", i, n)
	}
	return nil
}

// fleet measures check on a folder of profiles with firmware.
func (b *bench) fleet() error {
	server, err := b.serve()
	if err != nil {
		return err
	}
	defer server.end()
	if _, err := b.measure(b.espost, "generate", "--target", server.url, "-o", "porch", "--save", "first.yaml", "--pin", "fingerprint", "--trust-new", server.digits); err != nil {
		return err
	}
	p, err := profile.Load(filepath.Join(b.dir, "first.yaml"))
	if err != nil {
		return err
	}
	b.section("Many boards", "`espost check FOLDER`: each profile has a firmware folder of its own, whose 20 files are compared with what would be generated; one server. Asked: a thousand within 1.2 s.",
		"profiles", "time", "of the processor", "memory")
	for _, n := range []int{1_000, 2_000} {
		boards := filepath.Join(b.dir, fmt.Sprintf("boards%d", n))
		for i := range n {
			p.Folder = fmt.Sprintf("board%d", i)
			if err := os.CopyFS(filepath.Join(boards, p.Folder), os.DirFS(filepath.Join(b.dir, "porch"))); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(boards, p.Folder+".yaml"), p.Bytes(), 0o600); err != nil {
				return err
			}
		}
		c, err := b.median(3, b.espost, "check", boards)
		if err != nil {
			return err
		}
		if rows := bytes.Count(c.out, []byte("✓")); rows != n {
			return fmt.Errorf("%d of %d boards are right:\n%.2000s", rows, n, c.out)
		}
		b.row(n, c.wall, c.cpu, fmt.Sprintf("%.0f MB", c.memory))
	}
	return nil
}

// size says how big the binary is.
func (b *bench) size() error {
	info, err := os.Stat(b.espost)
	if err != nil {
		return err
	}
	b.section("Size", "The stripped binary, as a release has it; its archive is a third of that.", "binary", "size")
	b.row("espost", fmt.Sprintf("%.1f MB", float64(info.Size())/1e6))
	return nil
}

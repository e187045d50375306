//go:build linux

package test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"espost/demo"
	"espost/profile"
)

// benchmarked is how many boards are checked in one go.
const benchmarked = 1000

// BenchmarkCheck checks a thousand profiles on loopback, as a process of its
// own: the pins alone, and with the firmware that each profile names.
func BenchmarkCheck(b *testing.B) {
	server := benchmarkServer(b)
	dir, espost := b.TempDir(), linkToSelf(b)
	first := filepath.Join(dir, "first.yaml")
	cmd := exec.CommandContext(b.Context(), espost, "generate", "--target", server.URL(), "-o", filepath.Join(dir, "porch"), "--save", first, "--pin", "fingerprint", "--trust-new", server.Fingerprint())
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	p, err := profile.Load(first)
	if err != nil {
		b.Fatal(err)
	}
	for _, folder := range []string{"", p.Folder} {
		args := []string{"check"}
		p.Folder = folder
		for i := range benchmarked {
			file := filepath.Join(dir, fmt.Sprintf("board%d.yaml", i))
			if err := os.WriteFile(file, p.Bytes(), 0o600); err != nil {
				b.Fatal(err)
			}
			args = append(args, file)
		}
		b.Run("firmware="+strconv.FormatBool(folder != ""), func(b *testing.B) { measure(b, espost, args...) })
	}
}

// BenchmarkCheckByShell does the same for the fingerprints alone, with what
// people have at hand: a loop around openssl.
func BenchmarkCheckByShell(b *testing.B) {
	if _, err := exec.LookPath("openssl"); err != nil {
		b.Skip("SKIPPED: openssl is missing: install it to compare")
	}
	server := benchmarkServer(b)
	const loop = `
i=0
while [ $i -lt "$1" ]; do
	got=$(openssl s_client -connect "$2" -servername localhost </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha1 | tr -d : | cut -d= -f2)
	[ "$got" = "$3" ] || { echo "board $i: $got"; exit 1; }
	i=$((i + 1))
done`
	measure(b, "sh", "-c", loop, "sh", fmt.Sprint(benchmarked), server.Addr(), server.Fingerprint())
}

func benchmarkServer(b *testing.B) *demo.Server {
	b.Helper()
	server, err := demo.Start(demo.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Close() })
	return server
}

// measure runs a command that checks a thousand boards and reports, beside the
// time, what it and its children took of the processor and, at once, of the memory.
func measure(b *testing.B, name string, args ...string) {
	b.Helper()
	var cpu, memory float64
	for b.Loop() {
		var out bytes.Buffer
		cmd := exec.CommandContext(b.Context(), name, args...)
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		ended := make(chan struct{})
		peak := make(chan float64)
		go func() { peak <- watch(cmd.Process.Pid, ended) }()
		err := cmd.Wait()
		close(ended)
		memory = max(memory, <-peak)
		if err != nil || out.Len() > 0 {
			b.Fatalf("%v: %s", err, out.Bytes())
		}
		cpu += (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	}
	b.ReportMetric(cpu/float64(b.N), "cpu-s/op")
	b.ReportMetric(memory, "MB-peak")
}

// watch returns the most memory, in MB, that a process and its children held
// together until ended was closed, looking every 5 ms. A process's own record
// (rusage) can't be used: it begins with what the forking process had.
func watch(pid int, ended <-chan struct{}) (peak float64) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return peak
		case <-tick.C:
			peak = max(peak, resident(pid))
		}
	}
}

// resident is what a process and its children hold, in MB; a process that has
// ended holds nothing.
func resident(pid int) (sum float64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	var size, pages int
	if _, err := fmt.Sscan(string(status), &size, &pages); err != nil {
		return 0
	}
	sum = float64(pages*os.Getpagesize()) / (1 << 20)
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", pid)) // none is no error
	for child := range strings.FieldsSeq(string(children)) {
		if n, err := strconv.Atoi(child); err == nil {
			sum += resident(n)
		}
	}
	return sum
}

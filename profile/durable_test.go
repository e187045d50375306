//go:build unix

package profile_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"espost/esp8266"
	"espost/internal/testkit/need"
	"espost/profile"
	"espost/request"
)

// Environment variables that make the test binary a writer of profiles.
const (
	envSaveLoop  = "ESPOST_TEST_SAVE_LOOP"  // save two profiles in turn to this file
	envSaveSmall = "ESPOST_TEST_SAVE_SMALL" // save once, with no room for it
)

func TestMain(m *testing.M) {
	if path := os.Getenv(envSaveLoop); path != "" {
		fmt.Println("ready")
		for i := 0; ; i++ {
			if err := big(i % 2).Save(path); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
		}
	}
	if path := os.Getenv(envSaveSmall); path != "" {
		// Files may not grow beyond 1000 bytes, as on a disk that is full.
		limit := syscall.Rlimit{Cur: 1000, Max: 1000}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
		if err := big(1).Save(path); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// big is one of two profiles of some length.
func big(n int) *profile.Profile {
	p := exampleProfile()
	p.Request.Fields = nil
	for i := range 200 {
		p.Request.Fields = append(p.Request.Fields, request.Field{
			Name: fmt.Sprintf("name%d", i), Source: esp8266.SourceText, Value: strings.Repeat(fmt.Sprint(n), 100),
		})
	}
	return p
}

// isWhole reports whether the file is exactly one of the two profiles.
func isWhole(t *testing.T, path string) bool {
	t.Helper()
	got := string(load(t, path).Bytes())
	return got == string(big(0).Bytes()) || got == string(big(1).Bytes())
}

// Forty times, and 200 with make test-long, a process that saves without pause is killed: the file is always
// the old or the new one, and what is left beside it doesn't pile up.
func TestKillWhileSaving(t *testing.T) {
	rounds := need.Often(40, 200)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "espost.yaml")
	if err := big(0).Save(path); err != nil {
		t.Fatal(err)
	}
	for range rounds {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), envSaveLoop+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
			t.Fatalf("%q, %v", line, err)
		}
		timer := time.AfterFunc(time.Duration(rand.IntN(20_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
			t.Fatalf("the writer ended by itself: %v", err)
		}
		timer.Stop()
		if !isWhole(t, path) {
			t.Fatal("the file is neither the old nor the new profile")
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rounds left %d files beside the profile", rounds, len(entries)-1)
	yesterday := time.Now().Add(-24 * time.Hour)
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", e.Name(), info.Mode(), err)
		}
		if err := os.Chtimes(filepath.Join(dir, e.Name()), yesterday, yesterday); err != nil {
			t.Fatal(err)
		}
	}
	mine := filepath.Join(dir, ".espost.yaml.orig")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(mine, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	if err := big(0).Save(path); err != nil { // sweeps what is old
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("after a day there are still %v", entries)
	}
}

// Without room nothing changes, and the error says so.
func TestFullDisk(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "espost.yaml")
	if err := big(0).Save(path); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		path:                           "the old file is unchanged",
		filepath.Join(dir, "new.yaml"): "nothing was written; save it under another name",
	} {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), envSaveSmall+"="+path)
		out, err := cmd.Output()
		if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), want) || !strings.Contains(string(out), path+":") {
			t.Errorf("%v: %s, want %q", err, out, want)
		}
	}
	if string(load(t, path).Bytes()) != string(big(0).Bytes()) {
		t.Error("the old profile is gone")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("litter: %v", entries)
	}
}

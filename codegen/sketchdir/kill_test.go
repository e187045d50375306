package sketchdir_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/codegen/sketchdir"
	"espost/internal/testkit/need"
)

// envWriteLoop makes the test binary write two projects in turn to this folder.
const envWriteLoop = "ESPOST_TEST_WRITE_LOOP"

func TestMain(m *testing.M) {
	if dir := os.Getenv(envWriteLoop); dir != "" {
		writeLoop(dir)
	}
	os.Exit(m.Run())
}

// alternating is one of two projects, which differ in the content of some files
// and by files that only the second has.
func alternating(t *testing.T, n int) []codegen.File {
	p := tutorial()
	if n%2 == 1 {
		p.Pin.SHA1 = []string{strings.Repeat("AB", 20)}
		p.Every *= 2
		p.Keep, p.LED = codegen.KeepFailed, true
	}
	folder, err := codegen.Generate(p)
	if err != nil && t != nil {
		t.Fatal(err)
	}
	return folder
}

// writeLoop writes until it is killed; now and then into no folder.
func writeLoop(dir string) {
	fmt.Println("ready")
	for i := 0; ; i++ {
		_, err := sketchdir.Write(dir, alternating(nil, i), sketchdir.Options{})
		if err == nil && i%4 == 3 {
			away := fmt.Sprint(dir, ".away", os.Getpid(), "-", i)
			if err = os.Rename(dir, away); err == nil {
				err = os.RemoveAll(away)
			}
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}

// 200 times, a process that generates without pause is killed: there is no
// folder, or one whose every file is the old or the new one; the next Write
// needs no force and completes it; and what is left over doesn't pile up.
func TestKillWhileGenerating(t *testing.T) {
	rounds := need.Often(40, 200)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	dir := filepath.Join(parent, tutorial().Name)
	none, mixed := 0, 0
	for round := range rounds {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), envWriteLoop+"="+dir)
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
		timer := time.AfterFunc(time.Duration(rand.IntN(40_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() >= 0 {
			t.Fatalf("the writer ended by itself: %v", err)
		}
		timer.Stop()
		moved, err := filepath.Glob(dir + ".away*") // the loop's own litter, if it was killed while clearing up
		if err != nil {
			t.Fatal(err)
		}
		for _, away := range moved {
			if err := os.RemoveAll(away); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := os.Stat(dir); err != nil {
			none++
		} else if isMixed(t, dir) {
			mixed++
		}
		folder := alternating(t, round)
		if _, err := sketchdir.Write(dir, folder, sketchdir.Options{}); err != nil {
			t.Fatalf("the next Write: %v", err)
		}
		if changes, err := sketchdir.Compare(dir, folder); err != nil || len(states(changes)) != 1 { // readings.h is kept
			t.Fatalf("after the next Write: %v, %v", states(changes), err)
		}
	}
	t.Logf("%d rounds: %d times no folder, %d times files of both, %d temporary names left", rounds, none, mixed, len(temporaries(t, parent)))

	old := time.Now().Add(-2 * time.Hour)
	mine := filepath.Join(dir, ".config.h.espost-notes")
	put(t, mine, "mine")
	for _, path := range append(temporaries(t, parent), mine) {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := sketchdir.Write(dir, alternating(t, 0), sketchdir.Options{}); err != nil {
		t.Fatal(err)
	}
	if left := temporaries(t, parent); len(left) > 0 {
		t.Errorf("after two hours there are still %q", left)
	}
	if read(t, mine) != "mine" {
		t.Error("a file of the user's is gone")
	}
}

// What is swept is old and nobody's: not what another process may be writing,
// not the only copy of a content, and no name of the user's.
func TestSweep(t *testing.T) {
	folder := alternating(t, 0)
	parent := t.TempDir()
	dir := filepath.Join(parent, tutorial().Name)
	if _, err := sketchdir.Write(dir, folder, sketchdir.Options{}); err != nil {
		t.Fatal(err)
	}
	random := strings.Repeat("A", 26)
	old := time.Now().Add(-2 * time.Hour)
	files := map[string]bool{ // by path: is swept
		dir + "/.config.h.espost-" + random:                               true,
		dir + "/.config.h.espost-" + random + "-saved":                    true,
		dir + "/.gone.h.espost-" + random + "-saved":                      false,
		dir + "/.config.h.espost-notes":                                   false,
		dir + "/config.h.espost-" + random:                                false,
		parent + "/." + tutorial().Name + ".espost-" + random + "/form.h": true,
		parent + "/.other.espost-" + random + "/form.h":                   false,
	}
	for path := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, path, "x")
	}
	for path := range files {
		for _, p := range []string{path, filepath.Dir(path)} {
			if p == dir {
				continue
			}
			if err := os.Chtimes(p, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	young := dir + "/.form.h.espost-" + random
	put(t, young, "x")
	files[young] = false
	if _, err := sketchdir.Write(dir, folder, sketchdir.Options{}); err != nil {
		t.Fatal(err)
	}
	for path, swept := range files {
		if _, err := os.Stat(path); (err != nil) != swept {
			t.Errorf("%s: %v, want it swept: %v", path, err, swept)
		}
	}
}

// isMixed reports whether dir holds files of both projects, and fails for one
// that is of neither, or missing.
func isMixed(t *testing.T, dir string) bool {
	t.Helper()
	var of [2]bool
	both := [2]map[string]string{{}, {}}
	for n := range both {
		for _, file := range alternating(t, n) {
			both[n][file.Path] = string(file.Data)
		}
	}
	for path, first := range both[0] {
		switch got, second := read(t, filepath.Join(dir, path)), both[1][path]; {
		case first == second && got == first:
		case got == first:
			of[0] = true
		case got == second:
			of[1] = true
		default:
			t.Fatalf("%s is neither the old nor the new one: %s", path, cmp.Diff(first, got))
		}
	}
	return of[0] && of[1]
}

var temporary = regexp.MustCompile(`\.espost-[A-Z2-7]{26}(-saved)?$`)

// temporaries lists the temporary names in a folder and in its folders, and
// wants those that hold secrets to be the user's alone.
func temporaries(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if temporary.MatchString(path) {
			found = append(found, path)
		}
		if info, err := e.Info(); err == nil && strings.Contains(path, "arduino_secrets") && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

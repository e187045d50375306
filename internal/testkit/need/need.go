// Package need says what a test can't do without: a program, or time.
package need

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// All reports whether nothing may be left out, as with make test.
func All() bool { return os.Getenv("ESPOST_TEST_ALL") == "1" }

// Often is how many times something random or repeated is done: few times, and
// many where the environment variable ESPOST_TEST_LONG is 1, as with make test-long.
func Often(few, many int) int {
	if os.Getenv("ESPOST_TEST_LONG") == "1" {
		return many
	}
	return few
}

// Program returns the path of a program. Without it the test is skipped, or fails
// where nothing may be left out.
func Program(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin"} { // nginx, which an ordinary user's PATH leaves out
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return filepath.Join(dir, name)
		}
	}
	if All() {
		t.Fatalf("this test needs the program %s: install it", name)
	}
	t.Skipf("SKIPPED: this test needs the program %s", name)
	return ""
}

// Long skips a test that takes long, unless nothing may be left out.
func Long(t testing.TB) {
	t.Helper()
	if !All() {
		t.Skip("SKIPPED: it takes long; make test runs it, and so does ESPOST_TEST_ALL=1")
	}
}

// Once skips, in the pass under the race detector (-short), a test whose goroutines
// are those of tests that stay.
func Once(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("under the race detector other tests stand for this one")
	}
}

package rig

import (
	"os"
	"os/exec"
	"testing"
)

// All reports whether nothing may be left out.
func All() bool { return os.Getenv("ESPOST_TEST_ALL") == "1" }

// Need finds a program that a test can't do without; without it the test is
// skipped, or fails where nothing may be left out.
func Need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if All() {
			t.Fatalf("this test needs the program %s", program)
		}
		t.Skipf("SKIPPED: this test needs the program %s", program)
	}
	return path
}

// Long skips a test that takes long, unless nothing may be left out.
func Long(t testing.TB) {
	t.Helper()
	if !All() {
		t.Skip("SKIPPED: it takes long; make test runs it, and so does ESPOST_TEST_ALL=1")
	}
}

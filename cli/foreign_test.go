package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// Names of files, logs, hosts and flags reach a terminal tamed, as JSON too.
func TestForeignInputIsTamed(t *testing.T) {
	const evil = "a\u202eb\u009b31m\x1b[2J\u2066"
	file := filepath.Join(t.TempDir(), evil+".yaml")
	saved := "espost: 1\ntarget: https://localhost:1/\npin: {sha1: [" + strings.Repeat("AB", 20) + "]}\n"
	if err := os.WriteFile(file, []byte(saved), 0o600); err != nil {
		t.Skipf("SKIPPED: this system has no such names: %v", err)
	}
	log := "BSSL:_connectSSL: " + evil + " FAILED: HTTPClient -1, BearSSL 62 " + evil + "\n"
	for name, args := range map[string][]string{
		"check": {"check", "-v", file}, "check --json": {"check", "--json", file}, "post": {"post", "-p", file, "a=b"},
		"missing": {"check", file + "x"}, "explain": {"explain"}, "explain --json": {"explain", "--json"}, "explain text": {"explain", log},
		"inspect": {"inspect", evil}, "inspect --json": {"inspect", "--json", evil + ".example:1"}, "flag": {"inspect", "--" + evil},
		"command": {evil}, "log": {"inspect", "--log", file + "/x", "localhost:1"}, "generate": {"generate", "-p", file, "--board", evil},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			p := &Program{Stdin: strings.NewReader(log), Stdout: &out, Stderr: &out}
			p.Run(context.Background(), args)
			if out.Len() == 0 {
				t.Error("it says nothing")
			}
			for _, r := range out.String() {
				if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) {
					t.Fatalf("%U in %q", r, out.String())
				}
			}
		})
	}
}

package codegen_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// Every golden project passes the compiler without a warning. A board changes
// what the build tools read, and the number of a pin; one is enough.
func TestGoldensCompile(t *testing.T) {
	need(t, "g++")
	for name, change := range goldens() {
		if strings.HasPrefix(name, "board-") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := plainRig()
			if err != nil {
				t.Fatal(err)
			}
			p := tutorial()
			change(&p)
			dir := filepath.Join(t.TempDir(), p.Name)
			write(t, p, dir)
			if err := r.run(append([]string{"-fsyntax-only", "-include", filepath.Join(r.dir, "all.h"), "-I" + dir,
				"-x", "c++", filepath.Join(dir, p.Name+".ino")}, r.flags...)...); err != nil {
				t.Error(err)
			}
		})
	}
}

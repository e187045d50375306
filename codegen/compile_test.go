package codegen_test

import (
	"strings"
	"testing"

	"espost/codegen"
	"espost/internal/testkit/rig"
)

// Every golden project passes the compiler without a warning. A board changes
// what the build tools read, and the number of a pin; one is enough.
func TestGoldensCompile(t *testing.T) {
	for name, change := range goldens() {
		if strings.HasPrefix(name, "board-") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := tutorial()
			change(&p)
			files, err := codegen.Generate(p)
			if err != nil {
				t.Fatal(err)
			}
			if err := rig.Plain.Check(t, files); err != nil {
				t.Error(err)
			}
		})
	}
}

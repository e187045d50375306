package sketchdir_test

import (
	"path/filepath"
	"sync"
	"testing"

	"espost/codegen/sketchdir"
)

// Several that write one folder at once, with or without it being there, leave
// one of what they wrote, known by its manifest.
func TestWritersOfOneFolder(t *testing.T) {
	for range 10 {
		dir := filepath.Join(t.TempDir(), "porch_post")
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				if _, err := sketchdir.Write(dir, alternating(t, n), sketchdir.Options{}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		whole := false
		for n := range 2 {
			changes, err := sketchdir.Compare(dir, alternating(t, n))
			if err != nil {
				t.Fatal(err)
			}
			whole = whole || len(states(withoutKept(changes))) == 0
		}
		if !whole {
			t.Error("what is there is neither of the two")
		}
	}
}

func withoutKept(all sketchdir.Changes) (rest sketchdir.Changes) {
	for _, c := range all {
		if c.State != sketchdir.Kept {
			rest = append(rest, c)
		}
	}
	return rest
}

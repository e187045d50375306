package recent_test

import (
	"runtime"
	"testing"

	"github.com/adrg/xdg"

	"espost/internal/recent"
)

// A user without a home gets no list in the working directory.
func TestNoHome(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows knows the home by other means")
	}
	for _, name := range []string{"HOME", "XDG_STATE_HOME"} {
		t.Setenv(name, "")
	}
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	if list := recent.Default(); list.Path != "" {
		t.Errorf("the list is %s", list.Path)
	}
}

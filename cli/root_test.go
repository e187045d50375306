package cli

import (
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"espost/tui"
)

// Where the app's work comes from and is saved to.
func TestOpen(t *testing.T) {
	const saved = "espost: 1\ntarget: https://saved.example/post\n"
	tests := []struct {
		name         string
		files        []string // that exist
		flags        appFlags
		args         []string
		target, path string
		loaded       bool
		problem      string
	}{
		{name: "nothing", path: "espost.yaml"},
		{name: "a profile in the working directory", files: []string{"espost.yaml"}, path: "espost.yaml", loaded: true},
		{name: "a target", args: []string{"x.example"}, target: "x.example", path: "espost.yaml"},
		{name: "a target never replaces another profile", files: []string{"espost.yaml", "espost-2.yaml"}, args: []string{"x.example"}, target: "x.example", path: "espost-3.yaml"},
		{name: "nor does the demo", files: []string{"espost.yaml"}, flags: appFlags{demo: true}, path: "espost-2.yaml"},
		{name: "a file", files: []string{"espost.yaml", "garden.yml"}, args: []string{"garden.yml"}, path: "garden.yml", loaded: true},
		{name: "no such file", args: []string{"garden.yaml"}, problem: "there is no profile garden.yaml"},
		{name: "a URL that ends like a file", args: []string{"https://x.example/a.yaml"}, target: "https://x.example/a.yaml", path: "espost.yaml"},
		{name: "no target", args: []string{"ftp://x"}, problem: "no scheme"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for _, name := range tt.files {
				if err := os.WriteFile(name, []byte(saved), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var o tui.Options
			err := open(&o, tt.flags, tt.args)
			if tt.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tt.problem) {
					t.Errorf("got %v, want %q", err, tt.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if o.Target != tt.target || o.ProfilePath != tt.path || (o.Profile != nil) != tt.loaded {
				t.Errorf("target %q, path %q, profile %v", o.Target, o.ProfilePath, o.Profile)
			}
		})
	}
}

func TestIsTarget(t *testing.T) {
	for arg, want := range map[string][2]bool{ // where a target is expected, and where a profile was named
		"https://x.example/?a=b": {true, true},
		"[::1]:8443":             {true, true},
		"x.example":              {true, false},
		"x.example:8443":         {true, false},
		"x.example:8443/post":    {true, false},
		"x.example/post?a=b":     {true, true},
		"name=value":             {false, false},
		"url=https://x":          {false, false},
		"X-Level:":               {false, false},
		"X-Device:porch":         {false, false},
		"n:=5":                   {false, false},
	} {
		if got := [2]bool{isTarget(arg, true), isTarget(arg, false)}; got != want {
			t.Errorf("isTarget(%q) = %v, want %v", arg, got, want)
		}
	}
}

func TestVersion(t *testing.T) {
	for want, info := range map[string]debug.BuildInfo{
		"(built from source)": {},
		"v1.2.3":              {Main: debug.Module{Version: "v1.2.3"}},
		"v1.2.3 (commit 0123456789ab, changed since, 2026-11-25)": {
			Main: debug.Module{Version: "v1.2.3"},
			Settings: []debug.BuildSetting{
				{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.time", Value: "2026-11-25T10:00:00Z"}, {Key: "vcs.modified", Value: "true"},
			},
		},
	} {
		if got := versionOf(&info); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestNegativeNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"explain -1":            "explain -- -1",
		"explain -1 --json 62":  "explain --json -- -1 62",
		"explain HTTPClient -1": "explain -- HTTPClient -1",
		"explain --json 62":     "explain --json 62",
		"explain -- -1":         "explain -- -1",
		"inspect -1":            "inspect -1",
		"explain":               "explain",
	} {
		if got := strings.Join(withNegativeNumbers(strings.Fields(in)), " "); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

package recent_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"espost/internal/recent"
)

func list(t *testing.T) recent.List {
	return recent.List{Path: filepath.Join(t.TempDir(), "state", "espost", "recent.json")}
}

func remember(t *testing.T, l recent.List, e recent.Entry) {
	t.Helper()
	if err := l.Remember(e); err != nil {
		t.Fatal(err)
	}
}

func targets(t *testing.T, l recent.List) []string {
	t.Helper()
	all, err := l.Load()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range all {
		out = append(out, e.Target)
	}
	return out
}

// What is remembered comes back whole, the last one first, each target once.
func TestRememberAndForget(t *testing.T) {
	l := list(t)
	if got := targets(t, l); got != nil {
		t.Errorf("a list that was never written has %v", got)
	}
	noon := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	a := recent.Entry{Target: "https://a.example/post", SHA1: strings.Repeat("A", 40), Expires: noon.AddDate(0, 3, 0), Seen: noon}
	remember(t, l, a)
	remember(t, l, recent.Entry{Target: "https://b.example/"})
	remember(t, l, a)
	all, err := l.Load()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]recent.Entry{a, {Target: "https://b.example/"}}, all); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := l.Forget(a.Target); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"https://b.example/"}, targets(t, l)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheListIsBounded(t *testing.T) {
	l := list(t)
	for i := range recent.Max + 5 {
		remember(t, l, recent.Entry{Target: fmt.Sprintf("https://%d.example/", i)})
	}
	got := targets(t, l)
	if len(got) != recent.Max || got[0] != fmt.Sprintf("https://%d.example/", recent.Max+4) {
		t.Errorf("%d targets, the first %s", len(got), got[0])
	}
}

// Keys and tokens stand in queries: they don't reach the file, which is for the
// user alone.
func TestNoSecretsAreKept(t *testing.T) {
	l := list(t)
	remember(t, l, recent.Entry{Target: "https://a.example/update?api_key=hunter2"})
	data, err := os.ReadFile(l.Path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "hunter2") {
		t.Errorf("the query was kept:\n%s", data)
	}
	info, err := os.Stat(l.Path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
		t.Errorf("the file's mode is %o", mode)
	}
}

// The list is replaced, never written through a link.
func TestLinksAreNotFollowed(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside")
	if err := os.WriteFile(outside, []byte("untouched"), 0o644); err != nil {
		t.Fatal(err)
	}
	l := recent.List{Path: filepath.Join(dir, "recent.json")}
	if err := os.Symlink(outside, l.Path); err != nil {
		t.Skip("SKIPPED: this system has no symbolic links")
	}
	remember(t, l, recent.Entry{Target: "https://a.example/"})
	if data, err := os.ReadFile(outside); err != nil || string(data) != "untouched" {
		t.Errorf("a link was followed: the file outside is %q now (%v)", data, err)
	}
	if info, err := os.Lstat(l.Path); err != nil || info.Mode() != 0o600 {
		t.Errorf("the list has mode %v (%v), want 0600", info.Mode(), err)
	}
}

// A file longer than any list is not read to its end.
func TestTheFileIsBounded(t *testing.T) {
	l := list(t)
	remember(t, l, recent.Entry{Target: "https://a.example/"})
	f, err := os.OpenFile(l.Path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(strings.Repeat(" ", 1<<20)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("nonsense"); err != nil {
		t.Fatal(err)
	}
	if got := targets(t, l); len(got) != 1 {
		t.Errorf("what stands behind the limit was read: %v", got)
	}
}

// A damaged file costs the list, never the start of the app.
func TestBrokenFile(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "cut": `[{"target": "https://a.exa`, "other": `{"version": 2}`, "binary": "\x00\xff",
		"no target": `[{"seen": "2026-11-23T12:00:00Z"}, {"target": "file:///etc/passwd"}]`,
		"bad time":  `[{"target": "https://a.example/", "seen": "yesterday"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			l := recent.List{Path: filepath.Join(t.TempDir(), "recent.json")}
			if err := os.WriteFile(l.Path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := targets(t, l); got != nil {
				t.Errorf("got %v", got)
			}
			remember(t, l, recent.Entry{Target: "https://b.example/"})
			if got := targets(t, l); len(got) != 1 {
				t.Errorf("after remembering one: %v", got)
			}
		})
	}
}

// A file that can't be read or written is an error, and no path is no list.
func TestUnusablePath(t *testing.T) {
	l := recent.List{Path: t.TempDir()} // a folder
	if _, err := l.Load(); err == nil {
		t.Error("a folder was read as a list")
	}
	if err := l.Remember(recent.Entry{Target: "https://a.example/"}); err == nil {
		t.Error("a folder was written as a list")
	}
	none := recent.List{}
	if err := none.Remember(recent.Entry{Target: "https://a.example/"}); err != nil {
		t.Error(err)
	}
	if got := targets(t, none); got != nil {
		t.Errorf("no list has %v", got)
	}
}

package profile

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// invented is a format of the future, two versions after this one: the first
// step renamed a key, the second moved one to another place on its line.
func invented() format {
	return format{version: Version + 2, migrations: map[int]func(string) string{
		Version: func(s string) string {
			return regexp.MustCompile(`(?m)^url:`).ReplaceAllString(s, "target:")
		},
		Version + 1: func(s string) string {
			return regexp.MustCompile(`(?m)^  interval: (\d+)`).ReplaceAllString(s, "  every: ${1}s")
		},
	}}
}

const oldText = `# my porch
espost: 1   # as the first espost wrote it
url: https://postman-echo.com/post   # where to
firmware:
  # often
  interval: 30
`

// What an older espost wrote is read, and saved in the new format with its
// comments; reading alone changes nothing.
func TestMigrate(t *testing.T) {
	f := invented()
	p, err := f.parse(oldText)
	if err != nil {
		t.Fatal(err)
	}
	if p.Target != "https://postman-echo.com/post" || p.Firmware.Every.Seconds() != 30 {
		t.Errorf("target %s, every %v", p.Target, p.Firmware.Every)
	}
	const want = `# my porch
espost: 3   # as the first espost wrote it
target: https://postman-echo.com/post   # where to
firmware:
  # often
  every: 30s
`
	for name, text := range map[string]string{"first": oldText, "migrated": want} {
		got, err := f.update(p, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s, unchanged (-want +got):\n%s", name, diff)
		}
	}
	half := strings.NewReplacer("espost: 1", "espost: 2", "url:", "target:").Replace(oldText)
	if again, err := f.parse(half); err != nil || !same(again, p) {
		t.Errorf("from the version between: %v", err)
	}
	p.Firmware.LED = true
	got, err := f.update(p, []byte(strings.ReplaceAll(oldText, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want+"  led: true\n", string(got)); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
}

func TestMigrateErrors(t *testing.T) {
	f := invented()
	for text, want := range map[string]string{
		"espost: 4\nurl: x\n":               "the profile has the format 4 and this espost knows formats up to 3",
		"espost: 0\nurl: x\n":               "1:9: the format's version is a whole number; this espost writes espost: 3",
		"url: x\n":                          "this is no profile of espost",
		"espost: 1\nurl: x\nfrim: {}\n":     "3:1: there is no key \"frim\" here; correct its spelling or remove it\n    3 | frim: {}\n      | ^",
		"espost: 1\nurl: ftp://x\n":         "2:9: target: not a target",
		"{espost: 1, url: x}\n":             "there is no key",
		"espost: 1\nurl: x\n---\nespost: 1": "several documents",
	} {
		if _, err := f.parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := f.parse("espost: 4\n"); !errors.Is(err, ErrVersion) {
		t.Errorf("a newer format: %v, want ErrVersion", err)
	}
}

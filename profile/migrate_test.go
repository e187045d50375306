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
		1: migrate1,
		Version: func(s string) string {
			return regexp.MustCompile(`(?m)^url:`).ReplaceAllString(s, "target:")
		},
		Version + 1: func(s string) string {
			return regexp.MustCompile(`(?m)^  interval: (\d+)`).ReplaceAllString(s, "  every: ${1}s")
		},
	}}
}

const oldText = `# my porch
espost: 2   # as the first espost wrote it
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
	if p.Target.URL() != "https://postman-echo.com/post" || p.Firmware.Every.Seconds() != 30 {
		t.Errorf("target %s, every %v", p.Target, p.Firmware.Every)
	}
	const want = `# my porch
espost: 4   # as the first espost wrote it
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
	half := strings.NewReplacer("espost: 2", "espost: 3", "url:", "target:").Replace(oldText)
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
		"espost: 5\nurl: x\n":               "The profile has the format 5 and this espost knows formats up to 4",
		"espost: 0\nurl: x\n":               "1:9: The format's version is a whole number. This espost writes espost: 4",
		"url: x\n":                          "This is no profile of espost",
		"espost: 2\nurl: x\nfrim: {}\n":     "3:1: There is no key \"frim\" here. Correct its spelling or remove it.\n    3 | frim: {}\n      | ^",
		"espost: 2\nurl: ftp://x\n":         "2:9:",
		"{espost: 2, url: x}\n":             "There is no key",
		"espost: 2\nurl: x\n---\nespost: 2": "several documents",
	} {
		if _, err := f.parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := f.parse("espost: 5\n"); !errors.Is(err, ErrVersion) {
		t.Errorf("a newer format: %v, want ErrVersion", err)
	}
}

// A file of version 1 means what it meant, and is saved as version 2 with its
// comments; reading alone changes nothing.
func TestVersion1(t *testing.T) {
	const first = `# my porch
espost: 1
target: https://postman-echo.com/post
pin: {mode: fingerprint, sha1: [E952BE7D4BB1A92DF4126E8EE80FF132E491248D]}
form:   # what is sent
  method: PUT
  encoding: json   # as the service wants it
  headers:
    - {name: X-Device, value: porch}
  fields:
    - {name: rssi, source: rssi, sample: "-61"}
    - {name: encoding, value: "form: 1"}
`
	p, err := Parse([]byte(first))
	if err != nil {
		t.Fatal(err)
	}
	if p.Request.Method != "PUT" || p.Request.Body != "json" || len(p.Request.Fields) != 2 || p.Request.Fields[1].Value != "form: 1" || !p.Pin.Pinned() {
		t.Errorf("%+v", p)
	}
	want := strings.NewReplacer("espost: 1", "espost: 2", "form:   #", "request:   #", "encoding: json", "body: json").Replace(first)
	got, err := p.Update([]byte(first))
	if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	flow, err := Parse([]byte("espost: 1\ntarget: x.example\nform: {method: POST, encoding: json, fields: []}\n"))
	if err != nil || flow.Request.Body != "json" {
		t.Errorf("on one line: %v", err)
	}
}

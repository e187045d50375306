package fleet_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"golang.org/x/net/html"

	"espost/fleet"
	"espost/profile"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// What a hostile file name or server could be called.
const evil = "<script>\"\\&'\x1b[31m\n"

var boards = []fleet.Board{
	{File: "porch.yaml", Server: "https://porch.example.com/post", Pin: "fingerprint", Status: profile.Right, Breaks: now.AddDate(0, 1, 0), Firmware: fleet.FirmwareCurrent},
	{File: "roof.yaml", Server: "https://roof.example.com/", Pin: "public-key", Status: profile.Right},
	{File: evil, Server: evil, Pin: "ca", Status: profile.Soon, Reason: evil, Fix: evil, Breaks: now.AddDate(0, 0, 3), Firmware: fleet.FirmwareStale},
	{File: "shed.yaml", Server: "https://shed.example.com/", Pin: "fingerprint", Status: profile.Broken, Reason: "the certificate was renewed", Fix: "flash"},
}

func TestUrgentFirst(t *testing.T) {
	var order []string
	for _, b := range slices.SortedFunc(slices.Values(boards), fleet.Urgent) {
		order = append(order, b.File)
	}
	if diff := cmp.Diff([]string{"shed.yaml", evil, "porch.yaml", "roof.yaml"}, order); diff != "" {
		t.Error(diff)
	}
}

// A board whose pin is right, but not its firmware's, is told of with what to do.
func TestStaleFirmwareIsToldOf(t *testing.T) {
	b := boards[0]
	if got := b.About(); got != "" {
		t.Errorf("of a board that is right: %q", got)
	}
	b.Firmware = fleet.FirmwareStale
	if got := b.About(); !strings.HasPrefix(got, "The firmware's pins.h holds another pin than the profile. Let espost check --update") {
		t.Errorf("of stale firmware: %q", got)
	}
}

// The calendar is read by the library that calendars in Go read with.
func TestCalendar(t *testing.T) {
	text := fleet.Calendar(boards, now)
	calendar, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	events := calendar.Events()
	if len(events) != 2 {
		t.Fatalf("%d events, not one for each of 2 dates", len(events))
	}
	start, err := events[0].GetAllDayStartAt()
	if err != nil || start.Format(time.DateOnly) != "2026-12-25" {
		t.Errorf("%v, %v: the event is not on the day that the pin breaks", start, err)
	}
	if moved := fleet.Calendar([]fleet.Board{boards[0]}, now.AddDate(0, 0, 1)); !strings.Contains(moved, events[0].Id()) {
		t.Error("the event has another UID a day later")
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\x1b\n\r") {
			t.Errorf("not a line of RFC 5545 (section 3.1): %q", line)
		}
	}
}

// The metrics are read by Prometheus' own parser.
func TestMetrics(t *testing.T) {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(fleet.Metrics(boards, now)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for name, family := range families {
		got[name] = len(family.GetMetric())
	}
	want := map[string]int{
		"espost_check_timestamp_seconds": 1, "espost_pin_status": 20,
		"espost_pin_breaks_timestamp_seconds": 2, "espost_firmware_stale": 2,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Nothing that a file or server is called becomes markup, and nothing is loaded.
func TestPageIsInert(t *testing.T) {
	page, err := fleet.Page(boards, now)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for z := html.NewTokenizer(strings.NewReader(page)); z.Next() != html.ErrorToken; {
		token := z.Token()
		if token.Type != html.StartTagToken {
			continue
		}
		switch token.Data {
		case "script", "img", "link", "iframe", "a":
			t.Errorf("the page has a %v", token)
		case "tr":
			rows++
		}
		for _, a := range token.Attr {
			if a.Key == "src" || a.Key == "href" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("the page has a %v", token)
			}
		}
	}
	if rows != 1+len(boards) {
		t.Errorf("%d rows for %d boards", rows, len(boards))
	}
	if strings.Contains(page, "\x1b") {
		t.Error("an escape of a terminal is in the page")
	}
}

// What can't be read is named, and what isn't a person's own is left out.
func TestFind(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml":              "# work\nespost: 2\n",
		"b/b.yml":             "espost: 1\n",
		"b/other.yaml":        "name: x\n",
		"c/c.ino":             `client.setFingerprint("` + strings.Repeat("ab", 20) + `");`,
		"c/without.ino":       "void loop() {}",
		"d/.espost":           "",
		"d/d.ino":             `"` + strings.Repeat("ab", 20) + `"`,
		".pio/e.yaml":         "espost: 2\n",
		"node_modules/f.yaml": "espost: 2\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(dir, filepath.Join(dir, "loop")); err != nil {
		t.Fatal(err)
	}
	found, unread, err := fleet.Find(dir)
	if err != nil || unread != nil {
		t.Fatal(unread, err)
	}
	want := []string{filepath.Join(dir, "a.yaml"), filepath.Join(dir, "b/b.yml"), filepath.Join(dir, "c/c.ino")}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
	if _, _, err := fleet.Find(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a folder that isn't there was searched")
	}
}

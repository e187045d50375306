package sketchdir_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/request"
)

// An edited build file keeps every line of the user's, gains what is new, once,
// and is not refused.
func TestBuildFilesAreMerged(t *testing.T) {
	p := tutorial()
	dir := filepath.Join(t.TempDir(), p.Name)
	written := func() map[string]string {
		t.Helper()
		write(t, p, dir)
		got := make(map[string]string)
		for _, name := range []string{"sketch.yaml", "platformio.ini"} {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			got[name] = string(text)
		}
		return got
	}
	got := written()
	mine := map[string]string{
		"sketch.yaml": strings.Replace(got["sketch.yaml"], "xtal=160", "xtal=80", 1) + "# mine\n",
		"platformio.ini": strings.Replace(got["platformio.ini"], "monitor_speed = 115200", "monitor_speed = 9600\nupload_speed = 921600 ; mine\nlib_deps =\n  me/Mine@1.0", 1) +
			"\n[env:other]\nboard = esp32\n",
	}
	for name, text := range mine {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p.Fields = append(p.Fields, request.Field{Name: "t", Source: "dht22.temperature", GPIO: 4})
	first := written()
	if again := written(); again["sketch.yaml"] != first["sketch.yaml"] || again["platformio.ini"] != first["platformio.ini"] {
		t.Errorf("the second time changes something:\n%s\n%s", again["sketch.yaml"], again["platformio.ini"])
	}
	p.Board, _ = esp8266.BoardByID("d1_mini")
	last := written()
	for name, wants := range map[string][]string{
		"sketch.yaml":    {"xtal=80", "# mine", "  nodemcuv2:", "  d1_mini:", "      - DHT sensor library (1.4.6)", "default_profile: d1_mini"},
		"platformio.ini": {"monitor_speed = 9600", "upload_speed = 921600", "  me/Mine@1.0", "DHT sensor library@1.4.6", "[env:other]", "[env:d1_mini]", "[env:nodemcuv2]"},
	} {
		for _, want := range wants {
			if !strings.Contains(last[name], want) {
				t.Errorf("%s lacks %q:\n%s", name, want, last[name])
			}
		}
		for line := range strings.Lines(mine[name]) {
			if !strings.Contains(last[name], line) && !strings.HasPrefix(line, "default_profile") {
				t.Errorf("%s lost %q", name, line)
			}
		}
	}
	if n := strings.Count(first["sketch.yaml"], "- DHT sensor library"); n != 1 {
		t.Errorf("the library stands %d times in:\n%s", n, first["sketch.yaml"])
	}
}

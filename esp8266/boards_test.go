package esp8266_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"espost/esp8266"
)

func TestBoards(t *testing.T) {
	all := esp8266.Boards()
	if all[0].ID != "nodemcuv2" || len(all) < 25 {
		t.Errorf("%d boards, the default is %q", len(all), all[0].ID)
	}
	seen := map[string]bool{}
	for _, b := range all {
		if seen[b.ID] || seen[b.Name] {
			t.Errorf("%s stands twice", b.ID)
		}
		seen[b.ID], seen[b.Name] = true, true
		if got, ok := esp8266.BoardByID(b.ID); !ok || got != b {
			t.Errorf("BoardByID(%q) = %+v, %v", b.ID, got, ok)
		}
		if !b.HasFileSystem() {
			t.Errorf("%s: the layout %s leaves no room for LittleFS", b.ID, b.Layout)
		}
	}
	if (esp8266.Board{Flash: "1M", Layout: "1M"}).HasFileSystem() {
		t.Error("1M without a file system has one")
	}
}

// facts are the lines of testdata/boards.txt, by kind and id.
func facts(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/boards.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 2 && words[0] != "#" {
			known[words[0]+" "+words[1]] = words[2:]
		}
	}
	return known
}

// Each board's layout and flash mode exist in both tool chains, and LED and I²C
// pins are the core's.
func TestBoardsAgainstTheToolChains(t *testing.T) {
	known := facts(t)
	for _, b := range esp8266.Boards() {
		arduino, platformIO := known["arduino "+b.Arduino], known["platformio "+b.PlatformIO]
		if arduino == nil || platformIO == nil {
			t.Errorf("%s: a tool chain doesn't know %s or %s", b.ID, b.Arduino, b.PlatformIO)
			continue
		}
		modes, led, sda, scl, layouts := strings.Split(arduino[1], ","), arduino[2], arduino[3], arduino[4], strings.Split(arduino[5], ",")
		if !slices.Contains(layouts, b.Layout) || !slices.Contains(modes, string(b.Mode)) {
			t.Errorf("%s: layout %s of %v, flash mode %s of %v", b.ID, b.Layout, layouts, b.Mode, modes)
		}
		if asks := strings.Contains(b.FQBN(), ",FlashMode="+string(b.Mode)); asks != (len(modes) > 1) {
			t.Errorf("%s: %s, and the board has the modes %v", b.ID, b.FQBN(), modes)
		}
		if size := map[string]string{"512K": "524288", "1M": "1048576", "2M": "2097152", "4M": "4194304", "16M": "16777216"}[b.Flash]; platformIO[3] != size {
			t.Errorf("%s: flash %s, PlatformIO knows %s bytes", b.ID, b.Flash, platformIO[3])
		}
		if b.Arduino == "generic" || b.Arduino == "sonoff" || b.Arduino == "esp8285" {
			continue // one entry for boards that are wired differently
		}
		for what, pair := range map[string][2]string{"LED": {strconv.Itoa(b.LED), led}, "SDA": {strconv.Itoa(b.SDA), sda}, "SCL": {strconv.Itoa(b.SCL), scl}} {
			if pair[1] == "-" {
				pair[1] = strconv.Itoa(esp8266.NoPin)
			}
			if pair[0] != pair[1] {
				t.Errorf("%s: %s is %s, the core says %s", b.ID, what, pair[0], pair[1])
			}
		}
	}
}

func TestFindBoard(t *testing.T) {
	for typed, want := range map[string]string{
		"nodemcuv2": "nodemcuv2", "NODEMCU": "nodemcu", "NodeMCU v3": "nodemcuv2", "esp01_1m": "generic", "ESP-01": "generic",
		"sonoff_basic": "sonoff", "ESP-12F": "esp12e", "esp12e": "esp12e", "D1 mini": "d1_mini", "wemos d1 mini": "d1_mini", "Witty": "witty",
		"Shelly 1": "shelly1", "sparkfunBlynk": "blynk", "heltec_wifi_kit_8": "wifi_kit_8", "ESP-WROOM-02": "esp_wroom_02", "d1 r1": "d1",
	} {
		if got, ok := esp8266.FindBoard(typed); !ok || got.ID != want {
			t.Errorf("FindBoard(%q) = %q, %v; want %s", typed, got.ID, ok, want)
		}
	}
	for _, typed := range []string{"", " - ", "esp32"} {
		if got, ok := esp8266.FindBoard(typed); ok {
			t.Errorf("FindBoard(%q) = %s", typed, got.ID)
		}
	}
	for _, b := range esp8266.Boards() {
		for _, name := range append(strings.Split(b.Also, ","), b.ID, b.Name) {
			if got, _ := esp8266.FindBoard(strings.ToUpper(name)); name != "" && got.ID != b.ID && name != b.Arduino {
				t.Errorf("%q finds %s, want %s", name, got.ID, b.ID)
			}
		}
	}
}

// Pins have the names that stand on the board.
func TestLabels(t *testing.T) {
	for id, want := range map[string]string{"nodemcuv2": "D2 (GPIO 4)", "d1": "D4 (GPIO 4)", "esp12e": "GPIO 4"} {
		b, _ := esp8266.BoardByID(id)
		if got := b.Label(4); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	esp01, _ := esp8266.BoardByID("generic")
	if esp01.Pins.Has(16) || !esp01.Pins.Has(2) || esp01.Pins.Has(-1) || !esp8266.Boards()[0].Pins.Has(16) {
		t.Error("the pins of the ESP-01 or the NodeMCU are wrong")
	}
}

func TestSources(t *testing.T) {
	seen := map[esp8266.Source]bool{}
	for _, i := range esp8266.Sources() {
		if seen[i.Source] {
			t.Errorf("%s stands twice", i.Source)
		}
		seen[i.Source] = true
		if i.Title == "" || i.About == "" {
			t.Errorf("%+v is incomplete", i)
		}
		if (i.Sample == "") != (i.Source == esp8266.SourceText) {
			t.Errorf("%s: sample %q", i.Source, i.Sample)
		}
	}
}

package esp8266_test

import (
	"strings"
	"testing"

	"espost/esp8266"
)

func TestBoards(t *testing.T) {
	if first := esp8266.Boards()[0]; first.ID != "nodemcuv2" {
		t.Errorf("the default board is %q", first.ID)
	}
	seen := map[string]bool{}
	for _, b := range esp8266.Boards() {
		if seen[b.ID] {
			t.Errorf("%s stands twice", b.ID)
		}
		seen[b.ID] = true
		if got, ok := esp8266.BoardByID(b.ID); !ok || got != b {
			t.Errorf("BoardByID(%q) = %+v, %v", b.ID, got, ok)
		}
		if b.PlatformIO == "" || b.Name == "" || !strings.HasPrefix(b.Layout, b.Flash) {
			t.Errorf("%+v is incomplete", b)
		}
		// Arduino's menu entry and the linker script name the same layout.
		if want := "eagle.flash." + strings.ToLower(b.Layout) + ".ld"; b.LDScript != want {
			t.Errorf("%s: linker script %s, layout %s", b.ID, b.LDScript, b.Layout)
		}
		if !b.HasFileSystem() {
			t.Errorf("%s: the layout %s leaves no room for LittleFS", b.ID, b.Layout)
		}
	}
	if (esp8266.Board{Flash: "1M", Layout: "1M"}).HasFileSystem() {
		t.Error("1M without a file system has one")
	}
	if _, ok := esp8266.BoardByID("esp32"); ok {
		t.Error("there is no ESP32")
	}
}

func TestSources(t *testing.T) {
	seen := map[esp8266.Source]bool{}
	for _, i := range esp8266.Sources() {
		if seen[i.Source] {
			t.Errorf("%s stands twice", i.Source)
		}
		seen[i.Source] = true
		if got, ok := i.Source.Info(); !ok || got != i {
			t.Errorf("%q.Info() = %+v, %v", i.Source, got, ok)
		}
		if i.Title == "" || i.About == "" {
			t.Errorf("%+v is incomplete", i)
		}
		if (i.Sample == "") != (i.Source == esp8266.SourceText) {
			t.Errorf("%s: sample %q", i.Source, i.Sample)
		}
	}
	if _, ok := esp8266.Source("gps").Info(); ok {
		t.Error("there is no gps")
	}
}

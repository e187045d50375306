package esp8266

// A Board is one that both Arduino's core and PlatformIO know.
type Board struct {
	ID         string // Arduino's id, and espost's
	PlatformIO string // PlatformIO's id
	Name       string
	Flash      string // "4M"
	Layout     string // Arduino's eesz menu entry: flash size and file system
	LDScript   string // the linker script of the same layout, for PlatformIO
	LED        int    // GPIO of the built-in LED
}

// HasFileSystem reports whether the board's pinned layout leaves room for LittleFS.
func (b Board) HasFileSystem() bool { return b.Layout != b.Flash }

// The pinned layouts (core boards.txt, menu eesz; linker scripts in tools/sdk/ld).
var boards = [...]Board{
	{"nodemcuv2", "nodemcuv2", "NodeMCU 1.0 (ESP-12E)", "4M", "4M2M", "eagle.flash.4m2m.ld", 2},
	{"nodemcu", "nodemcu", "NodeMCU 0.9 (ESP-12)", "4M", "4M2M", "eagle.flash.4m2m.ld", 2},
	{"d1_mini", "d1_mini", "LOLIN (Wemos) D1 mini", "4M", "4M2M", "eagle.flash.4m2m.ld", 2},
	{"d1_mini_lite", "d1_mini_lite", "LOLIN (Wemos) D1 mini Lite", "1M", "1M64", "eagle.flash.1m64.ld", 2},
	{"d1_mini_pro", "d1_mini_pro", "LOLIN (Wemos) D1 mini Pro", "16M", "16M14M", "eagle.flash.16m14m.ld", 2},
	{"huzzah", "huzzah", "Adafruit Feather HUZZAH", "4M", "4M2M", "eagle.flash.4m2m.ld", 0},
	{"thing", "thing", "SparkFun Thing", "512K", "512K32", "eagle.flash.512k32.ld", 5},
	{"thingdev", "thingdev", "SparkFun Thing Dev", "512K", "512K32", "eagle.flash.512k32.ld", 5},
	{"esp8285", "esp8285", "Generic ESP8285", "1M", "1M64", "eagle.flash.1m64.ld", 2},
	{"generic", "esp01_1m", "ESP-01 and other modules, 1 MB", "1M", "1M64", "eagle.flash.1m64.ld", 1},
	{"sonoff", "sonoff_basic", "Sonoff Basic", "1M", "1M64", "eagle.flash.1m64.ld", 13},
}

// Boards returns every board, the default first.
func Boards() []Board {
	all := boards
	return all[:]
}

// BoardByID returns the board with that Arduino id.
func BoardByID(id string) (Board, bool) {
	for _, b := range boards {
		if b.ID == id {
			return b, true
		}
	}
	return Board{}, false
}

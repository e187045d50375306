package esp8266

import (
	"fmt"
	"strings"
	"unicode"
)

// A Board is one that both Arduino's core and PlatformIO can build for.
type Board struct {
	ID         string // espost's
	Arduino    string // Arduino's id; several boards may be built as one
	PlatformIO string // PlatformIO's id
	Name       string
	Also       string // other names, separated by commas
	Flash      string // "4M"
	Layout     string // Arduino's eesz menu entry: flash size and file system
	Mode       FlashMode
	LED        int // GPIO of the built-in LED, NoPin for none
	SDA, SCL   int // GPIOs of the I²C bus, NoPin where no two are free
	A0         A0
	Labels     Labels
	Pins       Pins // that can be wired
}

// NoPin stands for a pin that a board doesn't have.
const NoPin = -1

// A FlashMode is how the chip talks to its flash.
type FlashMode string

// The flash modes that boards use.
const (
	DOUT FlashMode = "dout" // works with every flash chip
	DIO  FlashMode = "dio"
	QIO  FlashMode = "qio"
)

// An A0 is the analog input's range: the volts at which it reads 1023.
type A0 float64

// The ranges. The chip takes up to 1 V; NodeMCU and Wemos boards have a divider
// of 220 kΩ and 100 kΩ before it (LOLIN documentation, "D1 mini": 3.2 V).
const (
	NoA0      A0 = 0
	BareA0    A0 = 1.0
	DividedA0 A0 = 3.2
)

// Labels are the names that stand on a board beside its pins.
type Labels string

// The ways to label pins, by the variant that has them (core variants/…/pins_arduino.h).
const (
	GPIOLabels    Labels = ""        // their GPIO numbers
	NodeMCULabels Labels = "nodemcu" // D0 to D8
	D1Labels      Labels = "d1"      // the Arduino Uno's order
)

// The GPIOs of D0, D1 … (core variants/nodemcu and variants/d1, pins_arduino.h).
var (
	nodeMCU = [...]int{16, 5, 4, 0, 2, 14, 12, 13, 15}
	d1R1    = [...]int{3, 1, 16, 5, 4, 14, 12, 13, 0, 2, 15}
)

// A Pins is a set of GPIO numbers; the empty set means all.
type Pins uint32

func pins(numbers ...int) Pins {
	var p Pins
	for _, n := range numbers {
		p |= 1 << n
	}
	return p
}

// Has reports whether a GPIO is in the set.
func (p Pins) Has(gpio int) bool { return p == 0 || gpio >= 0 && gpio <= MaxGPIO && p>>gpio&1 == 1 }

// HasFileSystem reports whether the board's pinned layout leaves room for LittleFS.
func (b Board) HasFileSystem() bool { return b.Layout != b.Flash }

// LDScript is the linker script of the board's layout, for PlatformIO
// (core tools/sdk/ld).
func (b Board) LDScript() string { return "eagle.flash." + strings.ToLower(b.Layout) + ".ld" }

// FQBN is the board with its options, for Arduino's tools. Only boards that are
// built as the generic one let the flash mode be chosen; the others have theirs
// in boards.txt.
func (b Board) FQBN() string {
	fqbn := "esp8266:esp8266:" + b.Arduino + ":xtal=160,ssl=all,mmu=3232,eesz=" + b.Layout
	if choosable[b.Arduino] {
		fqbn += ",FlashMode=" + string(b.Mode)
	}
	return fqbn
}

// choosable are the boards of boards.txt that have the menu FlashMode.
var choosable = map[string]bool{"generic": true, "d1_mini_clone": true, "modwifi": true}

// Label is a pin's name on the board with its number: "D2 (GPIO 4)", or "GPIO 4".
func (b Board) Label(gpio int) string {
	var names []int
	switch b.Labels {
	case NodeMCULabels:
		names = nodeMCU[:]
	case D1Labels:
		names = d1R1[:]
	}
	for i, n := range names {
		if n == gpio {
			return fmt.Sprintf("D%d (GPIO %d)", i, gpio)
		}
	}
	return fmt.Sprintf("GPIO %d", gpio)
}

var (
	esp01Pins  = pins(0, 1, 2, 3)
	sonoffPins = pins(0, 1, 3, 12, 13, 14)
)

// The pinned layouts and modes are those of the core's boards.txt (menu eesz,
// build.flash_mode), the LEDs and I²C pins those of its variants; the test holds
// them against both tools' own tables.
var boards = [...]Board{
	{"nodemcuv2", "nodemcuv2", "nodemcuv2", "NodeMCU 1.0 (ESP-12E)", "NodeMCU v2, NodeMCU v3, LoLin NodeMCU, Amica", "4M", "4M2M", DIO, 2, 4, 5, DividedA0, NodeMCULabels, 0},
	{"nodemcu", "nodemcu", "nodemcu", "NodeMCU 0.9 (ESP-12)", "NodeMCU v1", "4M", "4M2M", QIO, 2, 4, 5, BareA0, NodeMCULabels, 0},
	{"d1_mini", "d1_mini", "d1_mini", "LOLIN (Wemos) D1 mini", "D1 mini, Wemos D1 mini, WeMos D1 R2, D1 R2, LOLIN D1 mini", "4M", "4M2M", DIO, 2, 4, 5, DividedA0, NodeMCULabels, 0},
	{"d1_mini_clone", "d1_mini_clone", "d1_mini", "D1 mini (clone)", "D1 mini clone", "4M", "4M2M", DOUT, 2, 4, 5, DividedA0, NodeMCULabels, 0},
	{"d1_mini_lite", "d1_mini_lite", "d1_mini_lite", "LOLIN (Wemos) D1 mini Lite", "D1 mini Lite", "1M", "1M64", DOUT, 2, 4, 5, DividedA0, NodeMCULabels, 0},
	{"d1_mini_pro", "d1_mini_pro", "d1_mini_pro", "LOLIN (Wemos) D1 mini Pro", "D1 mini Pro", "16M", "16M14M", DIO, 2, 4, 5, DividedA0, NodeMCULabels, 0},
	{"d1", "d1", "d1", "LOLIN (Wemos) D1 R1", "Wemos D1, D1 R1", "4M", "4M2M", DIO, 2, 4, 5, DividedA0, D1Labels, 0},
	{"d1_wroom_02", "d1_wroom_02", "d1_wroom_02", "LOLIN (Wemos) D1 ESP-WROOM-02", "", "2M", "2M1M", DIO, 2, 4, 5, BareA0, NodeMCULabels, 0},
	{"esp12e", "generic", "esp12e", "ESP-12E, ESP-12F, 4 MB", "ESP-12E, ESP-12F, ESP-12S, ESP12F, ESP8266MOD", "4M", "4M2M", DIO, 2, 4, 5, BareA0, GPIOLabels, 0},
	{"generic", "generic", "esp01_1m", "ESP-01S, ESP-01, 1 MB", "ESP-01, ESP-01S, ESP01", "1M", "1M64", DOUT, 1, 2, 0, NoA0, GPIOLabels, esp01Pins},
	{"esp01_512k", "generic", "esp01", "ESP-01, 512 KB", "ESP-01 512K", "512K", "512K32", DOUT, 1, 2, 0, NoA0, GPIOLabels, esp01Pins},
	{"esp07", "generic", "esp07", "ESP-07, 1 MB", "ESP-07", "1M", "1M64", DOUT, 2, 4, 5, BareA0, GPIOLabels, 0},
	{"esp07s", "generic", "esp07s", "ESP-07S, 4 MB", "ESP-07S", "4M", "4M2M", DIO, 2, 4, 5, BareA0, GPIOLabels, 0},
	{"esp_wroom_02", "generic", "esp_wroom_02", "ESP-WROOM-02, 2 MB", "ESP-WROOM-02", "2M", "2M1M", DIO, 2, 4, 5, BareA0, GPIOLabels, 0},
	{"witty", "generic", "esp12e", "Witty Cloud (ESP-12F)", "Witty, Witty Cloud, GizWits", "4M", "4M2M", DIO, 2, 4, 5, BareA0, GPIOLabels, 0},
	{"esp8285", "esp8285", "esp8285", "Generic ESP8285", "ESP8285", "1M", "1M64", DOUT, 2, 4, 5, BareA0, GPIOLabels, 0},
	{"huzzah", "huzzah", "huzzah", "Adafruit Feather HUZZAH", "HUZZAH, Feather HUZZAH ESP8266", "4M", "4M2M", QIO, 0, 4, 5, BareA0, GPIOLabels, 0},
	{"thing", "thing", "thing", "SparkFun Thing", "SparkFun ESP8266 Thing", "512K", "512K32", QIO, 5, 2, 14, BareA0, GPIOLabels, 0},
	{"thingdev", "thingdev", "thingdev", "SparkFun Thing Dev", "SparkFun ESP8266 Thing Dev", "512K", "512K32", DIO, 5, 2, 14, BareA0, GPIOLabels, 0},
	{"blynk", "blynk", "sparkfunBlynk", "SparkFun Blynk Board", "Blynk Board", "4M", "4M2M", QIO, 5, 2, 14, BareA0, GPIOLabels, 0},
	{"sonoff", "sonoff", "sonoff_basic", "Sonoff Basic", "ITEAD Sonoff", "1M", "1M64", DOUT, 13, NoPin, NoPin, NoA0, GPIOLabels, sonoffPins},
	{"sonoff_s20", "sonoff", "sonoff_s20", "Sonoff S20", "", "1M", "1M64", DOUT, 13, NoPin, NoPin, NoA0, GPIOLabels, sonoffPins},
	{"sonoff_sv", "sonoff", "sonoff_sv", "Sonoff SV", "", "1M", "1M64", DOUT, 13, 4, 5, NoA0, GPIOLabels, 0},
	{"sonoff_th", "sonoff", "sonoff_th", "Sonoff TH10, TH16", "Sonoff TH, Sonoff TH10, Sonoff TH16", "1M", "1M64", DOUT, 13, 4, 14, NoA0, GPIOLabels, pins(0, 1, 3, 4, 12, 13, 14)},
	{"shelly1", "generic", "esp01_1m", "Shelly 1", "Shelly1", "1M", "1M64", DOUT, NoPin, NoPin, NoPin, NoA0, GPIOLabels, pins(0, 1, 2, 3, 4, 5)},
	{"modwifi", "modwifi", "modwifi", "Olimex MOD-WIFI-ESP8266-DEV", "Olimex MOD-WIFI-ESP8266", "2M", "2M1M", DOUT, 1, 2, 14, BareA0, GPIOLabels, 0},
	{"espduino", "espduino", "espduino", "ESPDuino (ESP-13)", "ESPDuino", "4M", "4M2M", DIO, 16, 4, 5, BareA0, GPIOLabels, 0},
	{"espino", "espino", "espino", "ESPino (ESP-12)", "ESPino", "4M", "4M2M", QIO, 2, 4, 5, BareA0, GPIOLabels, 0},
	{"espinotee", "espinotee", "espinotee", "ThaiEasyElec ESPino", "", "4M", "4M2M", QIO, 16, 4, 5, BareA0, GPIOLabels, 0},
	{"espresso_lite_v2", "espresso_lite_v2", "espresso_lite_v2", "ESPresso Lite 2.0", "", "4M", "4M2M", DIO, 2, 4, 5, BareA0, GPIOLabels, 0},
	{"phoenix_v2", "phoenix_v2", "phoenix_v2", "Phoenix 2.0", "", "4M", "4M2M", DIO, 2, 4, 5, BareA0, GPIOLabels, 0},
	{"wifiduino", "wifiduino", "wifiduino", "WiFiduino", "", "4M", "4M2M", DIO, NoPin, 4, 5, BareA0, GPIOLabels, 0},
	{"wifinfo", "wifinfo", "wifinfo", "WifInfo", "", "1M", "1M64", QIO, 12, 4, 5, BareA0, GPIOLabels, 0},
	{"wifi_kit_8", "wifi_kit_8", "heltec_wifi_kit_8", "Heltec WiFi Kit 8", "WiFi Kit 8", "4M", "4M2M", DIO, 0, 4, 5, BareA0, GPIOLabels, 0},
	{"wiolink", "wiolink", "wio_link", "Seeed Wio Link", "Wio Link", "4M", "4M2M", QIO, 2, 4, 5, BareA0, GPIOLabels, 0},
	{"esp210", "esp210", "esp210", "SweetPea ESP-210", "ESP-210", "4M", "4M2M", QIO, 1, 4, 5, BareA0, GPIOLabels, 0},
}

// Boards returns every board, the default first.
func Boards() []Board {
	all := boards
	return all[:]
}

// BoardByID returns the board with that id of espost's.
func BoardByID(id string) (Board, bool) {
	for _, b := range boards {
		if b.ID == id {
			return b, true
		}
	}
	return Board{}, false
}

// FindBoard returns the board that somebody means: by espost's id, by an id of
// either tool chain, or by one of its names, whatever the case, blanks and signs
// between words. Where several share an id, it is the first.
func FindBoard(text string) (Board, bool) {
	if b, ok := BoardByID(text); ok {
		return b, true
	}
	wanted := squeezed(text)
	for _, names := range []func(Board) []string{
		func(b Board) []string { return []string{b.ID, b.Name} },
		func(b Board) []string { return strings.Split(b.Also, ",") },
		func(b Board) []string { return []string{b.PlatformIO, b.Arduino} },
	} {
		for _, b := range boards {
			for _, name := range names(b) {
				if wanted != "" && squeezed(name) == wanted {
					return b, true
				}
			}
		}
	}
	return Board{}, false
}

// SearchBoards returns the boards whose ids or names hold a text, in any case and
// without blanks and signs between words; the one that FindBoard means is first.
func SearchBoards(text string) []Board {
	var found []Board
	meant, known := FindBoard(text)
	if known {
		found = append(found, meant)
	}
	for _, b := range boards {
		if !(known && b == meant) && strings.Contains(squeezed(strings.Join([]string{b.ID, b.Name, b.Also, b.PlatformIO, b.Arduino}, ",")), squeezed(text)) {
			found = append(found, b)
		}
	}
	return found
}

// squeezed is a name's letters and digits, in lower case.
func squeezed(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// sketchEnds are where the flash for sketches ends, which is where the file system
// begins, by layout (_FS_start in core tools/sdk/ld/eagle.flash.*.ld, less 0x40200000).
var sketchEnds = map[string]int{
	"512K32": 0x73000, "1M64": 0xeb000, "2M1M": 0x100000, "4M2M": 0x200000, "16M14M": 0x200000,
}

// maxSketch is the most that a sketch may have whatever the flash: the chip maps
// 1 MB of it (boards.txt, upload.maximum_size of the layouts from 2 MB on).
const maxSketch = 1_044_464

// UpdateRoom is the most bytes that a sketch may have which replaces one of the same
// size over the Wi-Fi, 0 where that isn't known. The new one lies behind the old one
// until eboot copies it, each in whole sectors of 4 KB (core Updater.cpp, begin).
func (b Board) UpdateRoom() int {
	const sector = 4096
	return min(sketchEnds[b.Layout]/sector/2*sector, maxSketch)
}

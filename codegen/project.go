package codegen

import (
	"io/fs"
	"time"

	"espost/esp8266"
	"espost/pinfile"
	"espost/request"
)

// A Project is everything that the generated firmware depends on. Every string
// in it is data: whatever it holds, it becomes a literal, never code.
type Project struct {
	request.Request
	Pin esp8266.Pin
	Firmware

	Owner pinfile.Owner // who may say by signed pins how the server is known; zero for nobody
	Fetch Fetch         // of such pins, by the board itself; zero for never
}

// Firmware is how the sketch around the request is built.
type Firmware struct {
	Name     string // of the sketch, its folder and its .ino
	Board    esp8266.Board
	Every    time.Duration   // between two requests
	Buffers  esp8266.Buffers // of TLS; zero for the core's own
	SSID     string          // empty: a placeholder that the sketch, the README and the app point at
	Password string
	Static   Static // the board's own address; zero: the router gives it one

	Keep      Keep   // what lies in flash until it is delivered; zero for KeepOff
	DeepSleep bool   // one request a wake
	LED       bool   // blink on success and failure
	Battery   Charge // that the board shall run on; zero: not known, or none

	SampleEvery time.Duration // between two samples of numbers that need them; zero for Project.Sample's own choice
	MinGap      time.Duration // between a reading and one that something causes; zero for Project.Gap's own choice

	OTA         bool   // take new sketches over the Wi-Fi
	OTAPassword string // for that; empty: one is drawn when the folder is written

	Libraries []string // that readings.h needs, "NAME@VERSION" each; those of sensors come by themselves
}

// Sent returns the request as the firmware sends it: with the key of a reading,
// SampleKey.
func (p Project) Sent() request.Request {
	r := p.Request
	r.Key = SampleKey
	return r
}

// SampleKey is a reading's key such as the board sends: its chip id, two numbers
// drawn by lot when it started, the second of them counting its readings.
const SampleKey = `"a1b2c3-00c0ffee-0badcafe"`

// A File is one generated file.
type File struct {
	Path string // a name within the sketch folder, no separators
	Data []byte
	Mode fs.FileMode
	Keep bool // the user's own: created once, never touched again
}

// A Folder is the generated files in the order they are shown.
type Folder []File

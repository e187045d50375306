package codegen

import (
	"io/fs"
	"net/netip"
	"time"

	"espost/esp8266"
)

// A Project is everything that the generated firmware depends on. Every string
// in it is data: whatever it holds, it becomes a literal, never code.
type Project struct {
	Name     string // of the sketch, its folder and its .ino
	Board    esp8266.Board
	Method   string // POST, PUT or PATCH
	Host     string
	Port     int
	Path     string // begins with "/"; with the query, if any
	Headers  []Header
	JSON     bool // the body is a JSON object; otherwise urlencoded
	Fields   []Field
	Pin      esp8266.Pin
	Expires  time.Time // of what is pinned; zero when unknown
	Buffers  esp8266.Buffers
	SSID     string // empty: a placeholder that the sketch, the README and the app point at
	Password string
	Every    time.Duration // between two POSTs
	Static   Static        // the board's own address; zero: the router gives it one

	Outbox    bool // keep readings in LittleFS until they are delivered
	DeepSleep bool // one POST a wake
	LED       bool // blink on success and failure
}

// A Static is a fixed IPv4 address with what belongs to it.
type Static struct {
	Address, Gateway, Mask, DNS netip.Addr
}

// Equal is ==, for comparisons by reflection, which can't see into an Addr.
func (s Static) Equal(other Static) bool { return s == other }

// A Header is one added header, in order.
type Header struct {
	Name   string
	Value  string
	Secret bool // goes to arduino_secrets.h
}

// A Field is one row of the form that is switched on.
type Field struct {
	Name   string
	Source esp8266.Source
	Value  string // the constant, for SourceText and SourceJSON
	Pin    int    // GPIO, for SourceDigital
	Secret bool   // goes to arduino_secrets.h
}

// A File is one generated file.
type File struct {
	Path string // a name within the sketch folder, no separators
	Data []byte
	Mode fs.FileMode
	Keep bool // the user's own: created once, never touched again
}

// A Folder is the generated files in the order they are shown.
type Folder []File

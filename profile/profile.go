package profile

import (
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/formpost"
)

// Version is the profile format's version: the value of the key "espost".
const Version = 1

// A Profile is the work on one device: what the steps read and fill in. It
// holds no secrets when saved.
type Profile struct {
	Target   string
	Pin      Pin
	Form     FormSpec
	Firmware Firmware
}

// A Pin is what the board will know the server by, as it was captured.
type Pin struct {
	esp8266.Pin
	Expires time.Time // of what is pinned; zero when unknown
}

// A FormSpec is the form with its rows that are switched off and its samples.
type FormSpec struct {
	Method   string
	Encoding request.Body
	Headers  []Header
	Fields   []Field
}

// A Header is one added header.
type Header struct {
	Name   string
	Value  string
	Secret bool
}

// A Field is one row of the form.
type Field struct {
	Name   string
	Source esp8266.Source
	Value  string // for text
	Sample string // for the other sources: what the test POST sends
	Pin    int    // GPIO, for SourceDigital
	Off    bool
	Secret bool // the value is never written to the profile
}

// Firmware is how the sketch is built. SSID and Password are never written to
// the profile.
type Firmware struct {
	Name      string
	Board     string // esp8266.Board.ID
	Every     time.Duration
	Buffers   esp8266.Buffers // zero until a report recommended some
	Outbox    bool
	DeepSleep bool
	LED       bool
	Static    codegen.Static // the board's own address; zero: the router gives it one
	Folder    string         // where it was written last, relative to the profile

	SSID     string
	Password string
}

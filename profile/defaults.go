package profile

import (
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/formpost"
	"espost/request"
)

// DefaultEvery is how often a new device posts.
const DefaultEvery = time.Minute

// New returns the profile that a device starts with: the tutorial's form, the
// default board and a name proposed from the target's host. A target that isn't
// understood is kept as it is, for Validate to complain about.
func New(target string) *Profile {
	board := esp8266.Boards()[0]
	host := ""
	if t, err := request.ParseTarget(target); err == nil {
		target, host = t.URL(), t.Host
	}
	return &Profile{
		Target: target,
		Pin:    Pin{Pin: esp8266.Pin{Mode: esp8266.PinFingerprint}},
		Form: FormSpec{
			Method:   "POST",
			Encoding: formpost.Form,
			Fields: []Field{
				{Name: "name1", Source: esp8266.SourceText, Value: "value1"},
				{Name: "name2", Source: esp8266.SourceText, Value: "value2"},
			},
		},
		Firmware: Firmware{
			Name:   codegen.ProposeName(host),
			Board:  board.ID,
			Every:  DefaultEvery,
			Outbox: board.HasFileSystem(),
		},
	}
}

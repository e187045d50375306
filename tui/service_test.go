package tui_test

import (
	"testing"
	"testing/synctest"
	"time"
)

// A service is found by a part of its name; it asks for what only the user
// knows, and fills the address, the request and the interval in.
func TestServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Target = ""
		term := s.start(t, 80, 24)
		term.Press("ctrl+l")
		term.WaitText("which service?", "Postman Echo")
		term.Type("pushov")
		term.WaitGone("Postman Echo")
		term.WaitText("▸ Pushover")
		term.Golden("services-80x24")
		term.Press("enter")
		term.WaitText("application's API token", "10,000 messages a month")
		term.Press("enter", "enter", "enter") // past the title, which is missing
		term.WaitText("The title (title) is missing")
		term.Type("Porch")
		term.Press("enter")
		term.Type("s3cret")
		term.WaitText("******")
		term.Press("ctrl+r")
		term.WaitText("s3cret")
		term.Press("ctrl+r")
		term.WaitGone("s3cret")
		term.Golden("service-80x24")
		term.Press("enter")
		term.Type("u5er")
		term.Press("enter")
		term.WaitText("An ESP8266 can connect")
		term.Press("enter")
		term.WaitText("title", "Porch", "message", "Wi-Fi signal")
		term.Press("enter")
		term.WaitText("Ready to send", "About Pushover: 10,000 messages a month are free")
		if got := s.options.Profile; got != nil && got.Firmware.Every < 5*time.Second {
			t.Errorf("the board posts every %s", got.Firmware.Every)
		}
		term.Press("ctrl+c", "ctrl+c")
		term.WaitEnd()
	})
}

// The name of a service in place of an address is offered as one; a host of that
// name is still a host by its URL.
func TestServiceByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.options.Target = ""
		term := s.start(t, 80, 24)
		term.Type("thingspeak")
		term.Press("enter")
		term.WaitText("▸ ThingSpeak ", "ThingSpeak by GET")
		term.Press("esc")
		term.WaitText("Where will the board send its data?")
		term.Press("ctrl+u")
		term.Type("https://thingspeak")
		term.Press("enter")
		term.WaitText("An ESP8266 can connect")
		term.Quit()
	})
}

package dialog_test

import (
	"strings"
	"testing"
	"time"
)

// A service's name in place of an address: what it needs is asked for, and its
// request and pace are the profile's.
func TestService(t *testing.T) {
	s := newSitting(t, "pushover", "", "thekey", "theuser", "pushover", "Porch", "thekey", "theuser")
	said, err := s.run(t)
	if err == nil {
		t.Fatal("the answers should have ended")
	}
	wants(t, said, "Pushover shows a notification on your devices.", "The title (title) is missing", "Looking at host api.pushover.net", "An ESP8266 can connect")
	if strings.Contains(said, "thekey") {
		t.Errorf("a secret was said:\n%s", said)
	}
	p := s.dialog.Session
	if p.Target.Path != "/1/messages.json" || len(p.Request.Fields) != 4 || p.Firmware.Every < 4*time.Minute {
		t.Errorf("%+v", p.Project)
	}
}

// A profile that came from a service has its trap told before the test.
func TestTrapIsToldAgain(t *testing.T) {
	s := newSitting(t, andEnters()...)
	s.dialog.Session.Service, s.dialog.Session.Firmware.Every = "pushover", time.Minute
	s.dialog.Session.Target.Host = "api.pushover.net"
	s.dialog.Target = s.dialog.Session.Target.URL()
	said, err := s.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wants(t, said, "Step 4 of 6: Test.\nNote: Pushover takes a reading every 297s, and the board would send one every 60s.", "\nNote: About Pushover: 10,000 messages a month are free")
}

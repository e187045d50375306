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

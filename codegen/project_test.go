package codegen_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/testkit/rig"
	"espost/request"
)

// itoa is strconv.Itoa, short, since ports are everywhere.
func itoa(n int) string { return strconv.Itoa(n) }

const ok = rig.OK

// anIdentity is the server's in all tests that don't care.
func anIdentity(t *testing.T) rig.Identity { return rig.NewIdentity(t, "porch", nil, nil) }

const someFingerprint = "E952BE7D4BB1A92DF4126E8EE80FF132E491248D"

// tutorial is the project of the classic tutorial.
func tutorial() codegen.Project {
	board, _ := esp8266.BoardByID("nodemcuv2")
	return codegen.Project{
		Request: request.Request{
			Method:  "POST",
			Target:  request.Target{Host: "localhost", Port: 443, Path: "/post?a=b"},
			Body:    request.Form,
			Headers: []request.Header{{Name: "X-Device", Value: "porch"}},
			Fields:  []request.Field{{Name: "name1", Value: "value1"}, {Name: "name2", Value: "value2"}},
		},
		Pin: esp8266.Pin{
			Mode: esp8266.PinFingerprint, SHA1: []string{someFingerprint},
			Expires: time.Date(2027, 2, 21, 10, 0, 0, 0, time.UTC),
		},
		Firmware: codegen.Firmware{
			Name:     "porch_post",
			Board:    board,
			Buffers:  esp8266.Buffers{RX: 512, TX: 512},
			SSID:     "home",
			Password: "correct horse",
			Every:    time.Minute,
		},
	}
}

// replaceOnce replaces a text that must be there.
func replaceOnce(t *testing.T, text, old, fresh string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("no %q in:\n%s", old, text)
	}
	return strings.Replace(text, old, fresh, 1)
}

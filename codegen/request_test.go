package codegen_test

import (
	"os"
	"strings"
	"testing"

	"espost/request"

	"github.com/google/go-cmp/cmp"
)

// The board sends, byte for byte, the request that was recorded from the real
// HTTPClient (only the port in Host differs).
func TestRequestBytes(t *testing.T) {
	id := newIdentity(t, nil, nil)
	s := serve(t, tls12(id), nil)
	p := tutorial()
	p.Target.Port = s.port()
	p.Pin.SHA1 = []string{id.sha1()}
	board := boot(t, build(t, p, plainRig), "RIG_MILLIS=30000")
	board.says(t, "porch_post: every 60 s", "POST: 200, 25 bytes sent", "  ok\n", "Records of at most 512 bytes: not agreed by the server")
	recorded, err := os.ReadFile("../formpost/testdata/post_request.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := replaceOnce(t, string(recorded), "Host: localhost:8445", "Host: localhost:"+itoa(s.port()))
	requests, _, _ := s.seen()
	if diff := cmp.Diff([]string{want}, requests); diff != "" {
		t.Errorf("the server got (-want +got):\n%s", diff)
	}
}

// With placeholders the board says so, again and again, and connects to nothing.
func TestPlaceholders(t *testing.T) {
	p := tutorial()
	p.SSID, p.Password = "", ""
	p.Headers = append(p.Headers, request.Header{Name: "Authorization", Secret: true})
	board := boot(t, build(t, p, plainRig), "RIG_MILLIS=60000")
	board.says(t,
		"put the real value of SECRET_SSID in place of YOUR_WIFI_NAME",
		"put the real value of SECRET_PASS in place of YOUR_WIFI_PASSWORD",
		"put the real value of SECRET_HEADER_AUTHORIZATION in place of YOUR_SECRET",
		"Not ready: fill in arduino_secrets.h")
	if strings.Contains(board.notes, "wifi begin") {
		t.Error("the board went on the Wi-Fi with placeholders")
	}
	if n := strings.Count(board.serial, "Not ready"); n < 5 || n > 7 {
		t.Errorf("it reminds %d times in a minute, want about 6", n)
	}
}

package codegen_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/codegen"
	"espost/internal/testkit/rig"
	"espost/request"
)

// The board sends, byte for byte, the request that was recorded from the real
// HTTPClient, with a key.
func TestRequestBytes(t *testing.T) {
	id := anIdentity(t)
	s := rig.Serve(t, rig.TLS12(id), nil)
	p := tutorial()
	p.Target.Port = 8445 // as it was recorded
	p.Pin.SHA1 = []string{id.SHA1()}
	board := rig.Boot(t, rig.Plain.Build(t, p), s.Port(), "RIG_MILLIS=30000")
	board.Says(t, "porch_post: every 60 s", "POST: 200, 25 bytes in", "Reading: delivered\n", "  ok\n", "Records of at most 512 bytes: not agreed by the server")
	recorded, err := os.ReadFile("../formpost/testdata/post_request.txt")
	if err != nil {
		t.Fatal(err)
	}
	requests, _, _ := s.Seen()
	want := strings.Replace(string(recorded), "Content-Type", "Idempotency-Key: "+codegen.SampleKey+"\r\nContent-Type", 1)
	if diff := cmp.Diff([]string{want}, sampled(requests)); diff != "" {
		t.Errorf("the server got (-want +got):\n%s", diff)
	}
}

// With placeholders the board says so, again and again, and connects to nothing.
func TestPlaceholders(t *testing.T) {
	p := tutorial()
	p.SSID, p.Password = "", ""
	p.Headers = append(p.Headers, request.Header{Name: "Authorization", Secret: true})
	board := rig.Boot(t, rig.Plain.Build(t, p), "RIG_MILLIS=60000")
	board.Says(t,
		"put the real value of SECRET_SSID in place of YOUR_WIFI_NAME",
		"put the real value of SECRET_PASS in place of YOUR_WIFI_PASSWORD",
		"put the real value of SECRET_HEADER_AUTHORIZATION in place of YOUR_SECRET",
		"Not ready: fill in arduino_secrets.h")
	if strings.Contains(board.Notes, "wifi begin") {
		t.Error("the board went on the Wi-Fi with placeholders")
	}
	if n := strings.Count(board.Serial, "Not ready"); n < 5 || n > 7 {
		t.Errorf("it reminds %d times in a minute, want about 6", n)
	}
}

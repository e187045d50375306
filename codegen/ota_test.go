package codegen_test

import (
	"fmt"
	"strings"
	"testing"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/testkit/rig"
)

// An update finds its way while readings are sent and while nothing can be, and
// takes the readings that wait in RAM along: they arrive after the restart.
func TestUpdateOverTheWiFi(t *testing.T) {
	id := anIdentity(t)
	p := everySecond(id)
	p.Keep, p.OTA, p.OTAPassword, p.Name = codegen.KeepFailed, true, "correct horse", "Porch_1.post"
	program := rig.Sanitized.Build(t, p)
	s := rig.Serve(t, rig.TLS12(id), nil)
	port := s.Port()
	const restart = 75

	flash := "RIG_FLASH=" + t.TempDir()
	board := rig.Boot(t, program, flash, port, "RIG_MILLIS=20000", "RIG_OTA=5500:end")
	board.Says(t, "OTA: new sketches are taken at porch-1-post.local, port 8266.", "POST: 200", "OTA: a new sketch is coming.", "OTA: it is here; starting it.")
	if board.Exit != restart || !strings.Contains(board.Notes, "OTA begun: port 8266, name porch-1-post, password of 13 bytes") {
		t.Errorf("exit %d, notes:\n%s", board.Exit, board.Notes)
	}
	before, _, _ := s.Seen()

	// An update that fails does no harm.
	board = rig.Boot(t, program, flash, port, "RIG_MILLIS=12000", "RIG_OTA=5500:3")
	board.Says(t, "OTA: the new sketch was not taken: it stopped coming")
	after, _, _ := s.Seen()
	if n := len(after) - len(before); n < 9 {
		t.Errorf("%d readings in twelve seconds with a broken update in between", n)
	}
	rig.Boot(t, program, flash, port, "RIG_MILLIS=7000", "RIG_OTA=5500:0").Says(t, "OTA: the new sketch was not taken: wrong password")

	// The server is away: the newest readings wait in RAM when the update comes.
	before, _, _ = s.Seen()
	board = rig.Boot(t, program, flash, "RIG_PORT=1", "RIG_MILLIS=60000", "RIG_OTA=20500:end")
	taken := strings.Count(board.Serial, "OTA: a new sketch is coming.")
	if taken != 1 || board.Exit != restart {
		t.Fatalf("exit %d:\n%s", board.Exit, board.Serial)
	}
	rig.Boot(t, program, flash, port, "RIG_MILLIS=3000").Says(t, "readings from before are waiting")
	after, _, _ = s.Seen()
	if n := len(after) - len(before); n < 20+2 {
		t.Errorf("%d readings arrived, of about 20 from before the update and 3 since", n)
	}

	// What must be set up by hand doesn't keep an update out.
	p.Password = codegen.PlaceholderPassword
	rig.Sanitized.Build(t, p)
	rig.Boot(t, rig.Sanitized.Build(t, p), port, "RIG_MILLIS=30000", "RIG_OTA=5500:end").Says(t, "Not ready", "OTA: it is here")
}

// Without its password there is no sketch that takes updates.
func TestUpdatesNeedAPassword(t *testing.T) {
	p := tutorial()
	p.OTA, p.OTAPassword = true, "12345678"
	files, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if f.Path == codegen.SecretsFile {
			files[i].Data = []byte(strings.Replace(string(f.Data), `"12345678"`, `""`, 1))
		}
	}
	if err := rig.Plain.Check(t, files); err == nil || !strings.Contains(err.Error(), "SECRET_OTA (arduino_secrets.h) needs 8 characters") {
		t.Errorf("an empty password compiles: %v", err)
	}
}

// Updates are refused, with figures, where they can't work.
func TestUpdatesThatCannotBe(t *testing.T) {
	for _, tt := range []struct {
		board     string
		sleep     bool
		password  string
		severity  problem.Severity
		mentioned string
	}{
		{"nodemcuv2", false, "", "", ""},
		{"nodemcuv2", true, "", problem.Fatal, "deep sleep"},
		{"nodemcuv2", false, "short", problem.Fatal, "5 bytes"},
		{"nodemcuv2", false, "two\nlines!", problem.Fatal, "line end"},
		{"esp01_512k", false, "", problem.Fatal, "two of 233472 bytes"},
		{"thing", false, "", problem.Fatal, "407000"},
		{"generic", false, "", problem.Warning, "479232"},
		{"d1_wroom_02", false, "", "", ""},
	} {
		p := tutorial()
		p.Board, _ = esp8266.BoardByID(tt.board)
		p.OTA, p.DeepSleep, p.OTAPassword = true, tt.sleep, tt.password
		found, _ := p.Validate().At("firmware.ota", "firmware.ota-password")
		if found.Severity != tt.severity || !strings.Contains(found.Message, tt.mentioned) {
			t.Errorf("%+v: %q: %s", tt, found.Severity, found.Message)
		}
		if _, err := codegen.Generate(p); (err != nil) != (tt.severity == problem.Fatal) {
			t.Errorf("%+v: Generate: %v", tt, err)
		}
	}
}

// A pin's backup takes memory when it is tried: where only that is too much, it is named.
func TestMemoryOfABackup(t *testing.T) {
	p := tutorial()
	p.Pin = esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: goldenKey, CAs: []string{goldenCA}, Backup: esp8266.PinCA}
	p.Buffers, p.Keep = esp8266.DefaultBuffers(), codegen.KeepOff
	p.Fields[0].Value = strings.Repeat("x", esp8266.HeapOfSketch-p.Buffers.Heap(esp8266.PinCA)+100)
	for _, tt := range []struct {
		backup esp8266.PinMode
		more   int
		want   string
	}{{esp8266.PinCA, 0, "leave out the pin's backup, which takes 3020 of them"}, {"", 0, ""}, {esp8266.PinCA, 3000, "use smaller buffers"}} {
		p.Pin.Backup = tt.backup
		p.Fields[0].Value += strings.Repeat("x", tt.more)
		if found, ok := p.Validate().At("firmware.buffers"); ok != (tt.want != "") || !strings.Contains(found.Fix, tt.want) {
			t.Errorf("with the backup %q: %s; %s", tt.backup, found.Message, found.Fix)
		}
	}
}

// Many CAs and signed pins take flash, which an update has to share.
func TestUpdatesBesideManyCAs(t *testing.T) {
	p := tutorial()
	p.Board, _ = esp8266.BoardByID("d1_wroom_02")
	p.OTA, p.Pin = true, esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{goldenCA}}
	if found, ok := p.Validate().At("firmware.ota"); ok {
		t.Errorf("with one CA: %s", found.Message)
	}
	for i := range 39 {
		p.Pin.CAs = append(p.Pin.CAs, rig.NewIdentity(t, fmt.Sprint("authority ", i), nil, nil).PEM())
	}
	p.Fetch.URLs = []string{"http://pins.example/porch.pins"}
	if found, _ := p.Validate().At("firmware.ota"); found.Code != "ota-room" || !strings.Contains(found.Message, "524288") {
		t.Errorf("with forty: %+v", found)
	}
}

// What waits in RAM counts, too: a connection that just fits without an outbox
// doesn't with one, nor with updates.
func TestMemoryCountsWhatWaits(t *testing.T) {
	p := tutorial()
	p.Pin = esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{goldenCA}}
	p.Buffers = esp8266.DefaultBuffers()
	room := esp8266.HeapOfSketch - p.Buffers.Heap(p.Pin.Mode)
	p.Fields[0].Value = strings.Repeat("x", room-500)
	for _, tt := range []struct {
		keep codegen.Keep
		ota  bool
		want string
	}{{codegen.KeepOff, false, ""}, {codegen.KeepFailed, false, "the outbox 1024"}, {codegen.KeepOff, true, "updates over the Wi-Fi 2500"}} {
		p.Keep, p.OTA = tt.keep, tt.ota
		found, ok := p.Validate().At("firmware.buffers")
		if ok != (tt.want != "") || !strings.Contains(found.Message, tt.want) {
			t.Errorf("%+v: %s", tt, found.Message)
		}
	}
}

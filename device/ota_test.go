package device_test

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"espost/device"
)

// A networkBoard is a board that runs ArduinoOTA, on loopback: the states and
// answers are those of core 3.1.2, ArduinoOTA.cpp, whose functions the comments name.
type networkBoard struct {
	udp      *net.UDPConn
	password string
	stuck    bool          // in OTA_WAITAUTH, since somebody left
	deaf     int           // packets that get lost
	busy     int           // proofs that loop() doesn't come to handle() for
	space    int           // that Update.begin has; 0: enough
	dead     bool          // it takes the invitation and never connects
	breaks   int           // it is gone after so many bytes
	garbles  bool          // a byte arrives wrong
	got      chan []byte   // what it has taken
	ended    chan struct{} // the board is off
}

func newNetworkBoard(t *testing.T, b *networkBoard) string {
	t.Helper()
	udp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	b.udp, b.got, b.ended = udp, make(chan []byte, 1), make(chan struct{})
	go b.loop()
	t.Cleanup(func() { udp.Close(); <-b.ended })
	return udp.LocalAddr().String()
}

// loop is _onRx, and handle where that comes to run.
func (b *networkBoard) loop() {
	defer close(b.ended)
	const nonce = "0123456789abcdef0123456789abcdef"
	waiting, running := b.stuck, false
	var port, size int
	var sum string
	for {
		packet := make([]byte, 256)
		n, from, err := b.udp.ReadFromUDP(packet)
		if err != nil {
			return
		}
		if b.deaf > 0 {
			b.deaf--
			continue
		}
		text, answer := string(packet[:n]), ""
		var command int
		var own, proof string
		switch {
		case running: // OTA_RUNUPDATE: what else comes is flushed
		case waiting: // OTA_WAITAUTH: everything but a proof resets it, without an answer
			waiting = false
			if _, err := fmt.Sscanf(text, "%d %s %s\n", &command, &own, &proof); err != nil || command != 200 || len(own) != 32 || len(proof) != 32 {
				continue
			}
			if running = proof == sumOf(sumOf(b.password)+":"+nonce+":"+own); !running {
				answer = "Authentication Failed"
			}
		default: // OTA_IDLE
			if _, err := fmt.Sscanf(text, "%d %d %d %s\n", &command, &port, &size, &sum); err != nil || command != 0 || len(sum) != 32 {
				continue
			}
			if waiting = b.password != ""; waiting {
				answer = "AUTH " + nonce
			}
			running = !waiting
		}
		if running {
			if b.busy > 0 {
				b.busy--
				continue
			}
			answer = "OK"
			if b.space > 0 && size > b.space { // _runUpdate, Update.begin
				answer, running = "ERR: ERROR[4]: Not Enough Space\n", false
			}
		}
		if answer != "" {
			b.udp.WriteToUDP([]byte(answer), from)
		}
		if answer == "OK" {
			running = false
			if !b.dead {
				b.runUpdate(net.JoinHostPort(from.IP.String(), fmt.Sprint(port)), size, sum)
			}
		}
	}
}

func sumOf(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }

// runUpdate is the rest of _runUpdate.
func (b *networkBoard) runUpdate(address string, size int, sum string) {
	conn, err := net.Dial("tcp4", address)
	if err != nil {
		return
	}
	defer conn.Close()
	var image []byte
	piece := make([]byte, 1000)
	for len(image) < size {
		n, err := conn.Read(piece)
		if err != nil {
			return
		}
		image = append(image, piece[:n]...)
		if b.breaks > 0 && len(image) >= b.breaks {
			return
		}
		fmt.Fprint(conn, n)
	}
	if b.garbles {
		image[7]++
	}
	if sumOf(string(image)) != sum { // Updater.cpp, end
		fmt.Fprintf(conn, "ERROR[7]: MD5 verification failed: expected: %s, calculated: %s\n", sum, sumOf(string(image)))
		return
	}
	fmt.Fprint(conn, "OK")
	b.got <- image
}

func anImage(n int) []byte {
	image := make([]byte, n)
	for i := range image {
		image[i] = byte(i * i >> 3)
	}
	return image
}

// A sketch arrives as it is, whatever gets in the way that may pass.
func TestUpdate(t *testing.T) {
	for name, b := range map[string]*networkBoard{
		"no password": {},
		"a password":  {password: "correct horse"},
		"lost":        {password: "correct horse", deaf: 1},
		"stuck":       {password: "correct horse", stuck: true},
		"busy":        {password: "correct horse", busy: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := anImage(40_000)
			update := device.Update{Host: newNetworkBoard(t, b), Password: b.password, Image: want, Wait: 200 * time.Millisecond}
			var parts []string
			err := update.Send(t.Context(), func(p device.Progress) {
				part := fmt.Sprint(p.Part, " ", p.Percent)
				if p.Part == device.Upload && p.Percent > 0 && p.Percent < 100 {
					part = "upload"
				}
				if !slices.Contains(parts, part) {
					parts = append(parts, part)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := <-b.got; string(got) != string(want) {
				t.Errorf("%d bytes arrived, not what was sent", len(got))
			}
			if got := strings.Join(parts, ", "); got != "connect -1, upload 0, upload, upload 100" {
				t.Errorf("progress: %s", got)
			}
		})
	}
}

// Each way to fail has its cause and its cure.
func TestUpdateFailures(t *testing.T) {
	image := anImage(40_000)
	for _, tt := range []struct {
		name, password, want, message string
		board                         *networkBoard
	}{
		{"wrong password", "battery staple", "ota-auth", "refuses the password", &networkBoard{password: "correct horse"}},
		{"no password", "", "ota-password", "asks for its password", &networkBoard{password: "correct horse"}},
		{"no room", "", "ota-room", "no room for another sketch of 40000 bytes", &networkBoard{space: 39_999}},
		{"no answer", "", "ota-silent", "o board answers", &networkBoard{deaf: 1000}},
		{"always busy", "correct horse", "ota-busy", "no time", &networkBoard{password: "correct horse", busy: 1000}},
		{"lost on the way", "", "ota-lost", "broke off", &networkBoard{breaks: 9000}},
		{"garbled", "", "ota-broken", "did not arrive as it was sent", &networkBoard{garbles: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			update := device.Update{Host: newNetworkBoard(t, tt.board), Password: tt.password, Image: image, Wait: 100 * time.Millisecond, Busy: 400 * time.Millisecond}
			err := update.Send(t.Context(), nil)
			if codeOf(err) != tt.want || !strings.Contains(err.Error(), tt.message) {
				t.Errorf("%s: %v", codeOf(err), err)
			}
			if tt.password != "" && strings.Contains(fmt.Sprint(err), tt.password) {
				t.Error("the error tells the password")
			}
		})
	}
	for _, host := range []string{"", ":8266", "192.0.2.7:", "192.0.2.7:0", "192.0.2.7:70000", "a b", "https://board", "-x"} {
		if err := (device.Update{Host: host}).Send(t.Context(), nil); codeOf(err) != "ota-host" {
			t.Errorf("%q: %v", host, err)
		}
	}
}

// Nothing listens where a board was; and whoever waits may stop.
func TestUpdateToNobody(t *testing.T) {
	udp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	silent := udp.LocalAddr().String()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- device.Update{Host: silent, Image: anImage(10)}.Send(ctx, nil) }()
	udp.Read(make([]byte, 1)) // the invitation
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	udp.Close()
	if err := (device.Update{Host: silent, Image: anImage(10), Wait: 100 * time.Millisecond}).Send(t.Context(), nil); codeOf(err) != "ota-silent" {
		t.Errorf("nobody there: %v", err)
	}
}

// The tool compiles, with no password to see for others; the sketch's own folder
// has it.
func TestFlashOverTheNetwork(t *testing.T) {
	for _, tool := range []string{device.ArduinoCLI, device.PlatformIO} {
		dir := sketch(t)
		if err := os.WriteFile(filepath.Join(dir, "arduino_secrets.h"), []byte("#define SECRET_SSID \"x\"\n#define SECRET_OTA \"correct \\\"horse\"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		b := &networkBoard{password: `correct "horse`}
		host := newNetworkBoard(t, b)
		chain := &device.Toolchain{Name: tool, Path: "tool", Run: func(_ context.Context, c device.Call, out io.Writer) error {
			if text := strings.Join(append(c.Args, c.Env...), " "); strings.Contains(text, "horse") {
				t.Errorf("%s: others can read %s", tool, text)
			}
			built := filepath.Join(dir, ".pio", "build", "nodemcuv2", "firmware.bin")
			if i := slices.Index(c.Args, "--output-dir"); i >= 0 {
				built = filepath.Join(c.Args[i+1], "porch_post.ino.bin")
			}
			os.MkdirAll(filepath.Dir(built), 0o755)
			fmt.Fprint(out, pioOutput[:200])
			return os.WriteFile(built, anImage(5000), 0o644)
		}}
		if _, err := chain.Flash(t.Context(), device.Job{Folder: dir, Host: host}, nil); err != nil {
			t.Fatal(tool, err)
		}
		if got := <-b.got; len(got) != 5000 {
			t.Errorf("%s: %d bytes arrived", tool, len(got))
		}
	}
}

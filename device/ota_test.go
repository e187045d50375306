package device_test

import (
	"context"
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
	"espost/internal/testkit/otaboard"
)

func switchOn(t *testing.T, b *otaboard.Board) (host string) {
	t.Helper()
	host, off, err := b.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(off)
	return host
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
	// Whoever asks again while the answer is on its way sets the board back: only where none comes is the wait short.
	const answers, silent = time.Minute, 2 * time.Second
	for name, tt := range map[string]struct {
		otaboard.Board
		wait time.Duration
	}{
		"no password": {otaboard.Board{}, answers},
		"a password":  {otaboard.Board{Password: "correct horse"}, answers},
		"lost":        {otaboard.Board{Password: "correct horse", Deaf: 1}, silent},
		"stuck":       {otaboard.Board{Password: "correct horse", Stuck: true}, silent},
		"busy":        {otaboard.Board{Password: "correct horse", Busy: 1}, silent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, arrived := anImage(40_000), make(chan []byte, 1)
			tt.Got = func(image []byte) { arrived <- image }
			update := device.Update{Host: switchOn(t, &tt.Board), Password: tt.Password, Image: want, Wait: tt.wait}
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
			if got := <-arrived; string(got) != string(want) {
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
		wait                          time.Duration
		board                         *otaboard.Board
	}{
		{"wrong password", "battery staple", "ota-auth", "refuses the password", time.Minute, &otaboard.Board{Password: "correct horse"}},
		{"no password", "", "ota-password", "asks for its password", time.Minute, &otaboard.Board{Password: "correct horse"}},
		{"no room", "", "ota-room", "no room for another sketch of 40000 bytes", time.Minute, &otaboard.Board{Space: 39_999}},
		{"no answer", "", "ota-silent", "o board answers", 100 * time.Millisecond, &otaboard.Board{Deaf: 1000}},
		{"always busy", "correct horse", "ota-busy", "no time", 2 * time.Second, &otaboard.Board{Password: "correct horse", Busy: 1000}},
		{"lost on the way", "", "ota-lost", "broke off", time.Minute, &otaboard.Board{Breaks: 9000}},
		{"garbled", "", "ota-broken", "did not arrive as it was sent", time.Minute, &otaboard.Board{Garbles: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			update := device.Update{Host: switchOn(t, tt.board), Password: tt.password, Image: image, Wait: tt.wait, Busy: tt.wait}
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
	defer udp.Close()
	silent := udp.LocalAddr().String()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- device.Update{Host: silent, Image: anImage(10)}.Send(ctx, nil) }()
	udp.Read(make([]byte, 1)) // the invitation
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	taken, err := net.Dial("udp4", silent) // its port is nobody else's, and hears nobody but the one that is dialled
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if err := (device.Update{Host: taken.LocalAddr().String(), Image: anImage(10), Wait: 100 * time.Millisecond}).Send(t.Context(), nil); codeOf(err) != "ota-silent" {
		t.Errorf("nobody there: %v", err)
	}
}

// A board that goes off once it has asked for the password, and a user who doesn't
// want to wait for a busy one, end the update at once.
func TestUpdateEndsAtOnce(t *testing.T) {
	for name, code := range map[string]string{"the board goes off": "ota-silent", "called off": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			board, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				t.Fatal(err)
			}
			defer board.Close()
			ctx, callOff := context.WithCancel(t.Context())
			defer callOff()
			go func() {
				packet := make([]byte, 256)
				_, from, err := board.ReadFromUDP(packet)
				if err != nil {
					return
				}
				_, _ = board.WriteToUDP([]byte("AUTH 0123456789abcdef0123456789abcdef"), from)
				_, _, _ = board.ReadFromUDP(packet) // the proof
				board.Close()
				if code == "" {
					callOff()
				}
			}()
			wait := time.Hour
			if code != "" {
				wait = time.Second // to the next proof, which nobody hears
			}
			update := device.Update{Host: board.LocalAddr().String(), Password: "correct horse", Image: anImage(10), Wait: wait, Busy: time.Hour}
			err = update.Send(ctx, nil)
			if code == "" && !errors.Is(err, context.Canceled) || code != "" && codeOf(err) != code {
				t.Errorf("%v", err)
			}
		})
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
		arrived := make(chan []byte, 1)
		b := &otaboard.Board{Password: `correct "horse`, Got: func(image []byte) { arrived <- image }}
		host := switchOn(t, b)
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
		if got := <-arrived; len(got) != 5000 {
			t.Errorf("%s: %d bytes arrived", tool, len(got))
		}
	}
}

package device_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/device"
	"espost/internal/problem"
)

// sketch makes a folder with these files.
func sketch(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("// "+name+"\nfloat t = x;\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func only(names ...string) func(string) (string, error) {
	return func(name string) (string, error) {
		for _, n := range names {
			if n == name {
				return "/bin/" + n, nil
			}
		}
		return "", errors.New("not found")
	}
}

func TestFindToolchain(t *testing.T) {
	both := sketch(t, "sketch.yaml", "platformio.ini")
	for _, tt := range []struct{ name, prefer, folder, path, want string }{
		{"both", "", both, "arduino-cli pio", "arduino-cli /bin/arduino-cli"},
		{"what is there", "", both, "platformio", "pio /bin/platformio"},
		{"preferred", "pio", both, "arduino-cli pio", "pio /bin/pio"},
		{"by its long name", "platformio", both, "pio", "pio /bin/pio"},
		{"preferred and missing", "arduino-cli", both, "pio", "tool-missing"},
		{"none", "", both, "", "tool-missing"},
		{"what the folder is for", "", sketch(t, "platformio.ini"), "arduino-cli pio", "pio /bin/pio"},
		{"not what the folder is for", "arduino-cli", sketch(t, "platformio.ini"), "arduino-cli", "folder-no-sketch"},
		{"no sketch", "", sketch(t), "arduino-cli pio", "folder-no-sketch"},
		{"no folder", "", "nowhere", "arduino-cli", "folder-missing"},
		{"unknown", "make", both, "make", "tool-unknown"},
	} {
		chain, err := device.FindToolchain(tt.prefer, tt.folder, only(strings.Fields(tt.path)...))
		got := codeOf(err)
		if err == nil {
			got = chain.Name + " " + chain.Path
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func codeOf(err error) string {
	var p *problem.Problem
	switch {
	case errors.As(err, &p) && p.Message != "" && (p.Fix != "" || p.Code == "compile-error"):
		return p.Code
	case err != nil:
		return "error without a cure: " + err.Error()
	}
	return ""
}

var errStop = errors.New("the tool shall do no more")

// The command lines, as the tools' documentation has them.
func TestCalls(t *testing.T) {
	dir := sketch(t)
	for _, tt := range []struct {
		tool string
		job  device.Job
		want string
	}{
		{device.ArduinoCLI, device.Job{Port: "/dev/ttyUSB0"}, "compile --no-color --upload --port /dev/ttyUSB0 DIR"},
		{device.ArduinoCLI, device.Job{Host: "192.0.2.7"}, "compile --no-color --output-dir OUT DIR"},
		{device.PlatformIO, device.Job{Port: "COM3"}, "run --project-dir DIR --target upload --upload-port COM3"},
		{device.PlatformIO, device.Job{Host: "porch.local"}, "run --project-dir DIR"},
		{device.PlatformIO, device.Job{Host: "por ch"}, "ota-host"},
	} {
		tt.job.Folder = dir
		got := ""
		chain := &device.Toolchain{Name: tt.tool, Run: func(_ context.Context, c device.Call, _ io.Writer) error {
			got = strings.ReplaceAll(strings.Join(c.Args, " "), dir, "DIR")
			if tt.job.Host != "" {
				if i := slices.Index(c.Args, "--output-dir"); i >= 0 {
					got = strings.Replace(got, c.Args[i+1], "OUT", 1)
				}
				return errStop
			}
			return nil
		}}
		if _, err := chain.Flash(t.Context(), tt.job, nil); err != nil && !errors.Is(err, errStop) {
			got = codeOf(err)
		}
		if got != tt.want {
			t.Errorf("%s %+v: %s, want %s", tt.tool, tt.job, got, tt.want)
		}
	}
}

// flash lets a tool print and end as it is told.
func flash(t *testing.T, folder, printed string, ends error) (parts []string, size device.Size, err error) {
	t.Helper()
	chain := &device.Toolchain{Name: device.ArduinoCLI, Run: func(_ context.Context, _ device.Call, out io.Writer) error {
		for _, b := range []byte(printed) { // in the smallest pieces
			out.Write([]byte{b})
		}
		return ends
	}}
	size, err = chain.Flash(t.Context(), device.Job{Folder: folder, Port: "/dev/ttyUSB0"}, func(p device.Progress) {
		step := string(p.Part)
		if p.Percent >= 0 {
			step += fmt.Sprint(" ", p.Percent)
		}
		if len(parts) == 0 || parts[len(parts)-1] != step {
			parts = append(parts, step)
		}
		if strings.ContainsAny(p.Line, "\x1b\r\n") {
			t.Errorf("not safe to show: %q", p.Line)
		}
	})
	return parts, size, err
}

// arduino-cli with core 3.1.2 and esptool 3.0; the form is that of public reports
// (esp8266/Arduino#9016 and others) and of the core's tools/sizes.py.
const arduinoOutput = `Detecting libraries used...
Compiling sketch...
. Variables and constants in RAM (global, static), used 30132 / 80192 bytes (37%)
║   SEGMENT  BYTES    DESCRIPTION
╠══ DATA     1508     initialized variables
. Instruction RAM (IRAM_ATTR, ICACHE_RAM_ATTR), used 59667 / 65536 bytes (91%)
. Code in flash (default, ICACHE_FLASH_ATTR), used 364000 / 1048576 bytes (34%)
esptool.py v3.0
Serial port /dev/ttyUSB0
Connecting....
Chip is ESP8266EX
Uploading stub...
Running stub...
Configuring flash size...
Compressed 398192 bytes to 289321...
` + "Writing at 0x00000000... (5 %)\rWriting at 0x00004000... (50 %)\rWriting at 0x00044000... (100 %)\r" + `
Wrote 398192 bytes (289321 compressed) at 0x00000000 in 25.5 seconds (effective 124.9 kbit/s)...
Hash of data verified.

Leaving...
Hard resetting via RTS pin...
`

// PlatformIO with espressif8266 4.2.1; colours as it writes them all the same.
const pioOutput = "\x1b[1mProcessing nodemcuv2 (platform: espressif8266@4.2.1; board: nodemcuv2; framework: arduino)\x1b[0m\n" + `Verbose mode can be enabled via ` + "`-v, --verbose`" + ` option
Scanning dependencies...
Building in release mode
Compiling .pio/build/nodemcuv2/src/porch_post.ino.cpp.o
Linking .pio/build/nodemcuv2/firmware.elf
Checking size .pio/build/nodemcuv2/firmware.elf
RAM:   [====      ]  36.8% (used 30132 bytes from 81920 bytes)
Flash: [====      ]  37.7% (used 394032 bytes from 1044464 bytes)
Configuring upload protocol...
Looking for upload port...
Using manually specified: /dev/ttyUSB0
Uploading .pio/build/nodemcuv2/firmware.bin
esptool v5.1.0
Serial port /dev/ttyUSB0:
Connecting....
Writing at 0x00000000 [>                             ]   0.0% 0/289321 bytes...
Writing at 0x00044000 [=====>                        ]  20.5% 59392/289321 bytes...
Writing at 0x00061370 [==============================] 100.0% 289321/289321 bytes...
========================= [SUCCESS] Took 31.12 seconds =========================
`

func TestProgress(t *testing.T) {
	parts, size, err := flash(t, sketch(t), arduinoOutput, nil)
	if err != nil || size != (device.Size{Flash: 364000, FlashMax: 1048576, RAM: 30132, RAMMax: 80192}) {
		t.Errorf("%+v, %v", size, err)
	}
	if diff := cmp.Diff([]string{"prepare", "compile", "connect", "upload 0", "upload 5", "upload 50", "upload 100"}, parts); diff != "" {
		t.Error(diff)
	}
	parts, size, err = flash(t, sketch(t), pioOutput, nil)
	if err != nil || size != (device.Size{Flash: 394032, FlashMax: 1044464, RAM: 30132, RAMMax: 81920}) {
		t.Errorf("%+v, %v", size, err)
	}
	if diff := cmp.Diff([]string{"prepare", "compile", "connect", "upload 0", "upload 20", "upload 100"}, parts); diff != "" {
		t.Error(diff)
	}
}

func TestFailures(t *testing.T) {
	dir := sketch(t, "readings.h")
	exit := errors.New("exit status 1")
	for _, tt := range []struct{ name, printed, code, message string }{
		{"in the maker's file", "/tmp/x/sketch/readings.h:2:11: error: 'x' was not declared in this scope\n    2 | float t = x;\nexit status 1\n",
			"compile-error", "readings.h, line 2, `float t = x;`: 'x' was not declared in this scope"},
		{"on Windows", `C:\Users\maker\porch_post\readings.h:2:5: error: expected ';' before 'float'` + "\n", "compile-error", "readings.h, line 2, `float t = x;`: expected"},
		{"in a library", "/home/maker/Arduino/libraries/Old/Old.cpp:7:3: error: expected '}' at end of input\n", "compile-error", "expected '}' at end of input"},
		{"the first of several", "readings.h:2:11: error: 'x' was not declared in this scope\nreadings.h:9:1: error: expected '}'\n", "compile-error", "line 2"},
		{"no library", "porch_post/readings.h:1:10: fatal error: DHT.h: No such file or directory\ncompilation terminated.\n", "library-missing", "DHT.h"},
		{"no core", "Error during build: Platform 'esp8266:esp8266' not found: platform not installed\n", "core-missing", "not installed"},
		{"not in boot mode", arduinoOutput[:400] + "\nConnecting........_____\n\nA fatal esptool.py error occurred: Failed to connect to ESP8266: Timed out waiting for packet header\nFailed uploading: uploading error: exit status 2\n", "not-in-boot-mode", "boot loader"},
		{"port gone", "A fatal esptool.py error occurred: [Errno 2] could not open port /dev/ttyUSB0: [Errno 2] No such file or directory: '/dev/ttyUSB0'\n", "port-gone", "/dev/ttyUSB0"},
		{"too big", "Error: The program size (1142010 bytes) is greater than maximum allowed (1044464 bytes)\n", "sketch-too-big", "1142010"},
		{"wrong flash size", "A fatal error occurred: File firmware.bin (length 398192) at offset 0 will not fit in 262144 bytes of flash. Use --flash-size argument, or change flashing address.\n", "flash-size", "262144"},
		{"unknown", "Something\x1b[2J odd happened\n", "tool-failed", "Something odd happened"},
		{"nothing said", "", "tool-failed", "arduino-cli failed"},
	} {
		_, _, err := flash(t, dir, tt.printed, exit)
		if got := codeOf(err); got != tt.code || !strings.Contains(err.Error(), tt.message) || strings.Contains(err.Error(), "\x1b") || !errors.Is(err, exit) {
			t.Errorf("%s: %s: %v", tt.name, got, err)
		}
	}
}

func TestChoose(t *testing.T) {
	plain, usb := device.Port{Name: "/dev/ttyS0"}, device.Port{Name: "/dev/ttyACM0", USB: "1234:5678"}
	board, other := device.Port{Name: "/dev/ttyUSB0", Likely: true, Chip: "CH340"}, device.Port{Name: "/dev/ttyUSB1", Likely: true}
	for _, tt := range []struct {
		ports []device.Port
		want  string
	}{
		{nil, "port-none"},
		{[]device.Port{plain}, "port-none"},
		{[]device.Port{plain, usb}, "/dev/ttyACM0"},
		{[]device.Port{usb, board}, "/dev/ttyUSB0"},
		{[]device.Port{board, other}, "port-unclear"},
	} {
		got, err := device.Choose(tt.ports)
		if err != nil {
			got.Name = codeOf(err)
		}
		if got.Name != tt.want {
			t.Errorf("%v: %s, want %s", tt.ports, got.Name, tt.want)
		}
	}
}

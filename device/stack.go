package device

import (
	"context"
	"crypto/md5"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"espost/internal/lazyregexp"
	"espost/internal/problem"
	"espost/internal/sanitize"
)

// A Decoder names the places in a crash: the function and the line of each
// address, by the .elf of the very build that runs and the tool chain's addr2line.
type Decoder struct {
	ELF       string
	Addr2line string

	Run func(ctx context.Context, path string, args ...string) ([]byte, error) // nil: as a process
}

// A Frame is one place.
type Frame struct {
	Address  uint32
	Function string // safe to show
	Place    string // "readings.h:12"; safe to show
}

// String is the frame for people.
func (f Frame) String() string {
	return fmt.Sprintf("0x%08x: %s at %s", f.Address, f.Function, f.Place)
}

// FindDecoder finds the addr2line of the ESP8266's tool chain: on PATH, or where
// PlatformIO and arduino-cli keep it, the latter apart for profiles.
func FindDecoder(elf string) (*Decoder, error) {
	if _, err := os.Stat(elf); err != nil {
		return nil, problem.New("elf-missing", "there is no file "+sanitize.Line(elf), "give the .elf of the build that runs on the board").Because(err)
	}
	const program = "xtensa-lx106-elf-addr2line"
	if path, err := exec.LookPath(program); err == nil {
		return &Decoder{ELF: elf, Addr2line: path}, nil
	}
	home, _ := os.UserHomeDir() // without one, nothing is found
	for _, pattern := range []string{
		".platformio/packages/toolchain-xtensa*/bin/",
		".arduino15/packages/esp8266/tools/xtensa-lx106-elf-gcc/*/bin/",
		".arduino15/internal/*xtensa-lx106-elf-gcc*/bin/",
		"Library/Arduino15/packages/esp8266/tools/xtensa-lx106-elf-gcc/*/bin/",
		"Library/Arduino15/internal/*xtensa-lx106-elf-gcc*/bin/",
		"AppData/Local/Arduino15/packages/esp8266/tools/xtensa-lx106-elf-gcc/*/bin/",
		"AppData/Local/Arduino15/internal/*xtensa-lx106-elf-gcc*/bin/",
	} {
		found, _ := filepath.Glob(filepath.Join(home, pattern, program+"*")) // the pattern is well formed
		if len(found) > 0 {
			return &Decoder{ELF: elf, Addr2line: slices.Max(found)}, nil
		}
	}
	return nil, problem.New("addr2line-missing", "the tool chain's "+program+" is not there", "build the sketch once with arduino-cli or PlatformIO, or put it on PATH")
}

// DecoderOf returns the decoder for a sketch's folder, nil where there is none:
// crashes are explained all the same.
func DecoderOf(folder string) *Decoder {
	decoder, _ := FindDecoder(ELF(folder))
	return decoder
}

// ELF finds the .elf that a tool chain built of a folder, the newest if there are
// several; "" for none. PlatformIO builds in the folder, arduino-cli in a cache,
// under the MD5 of the folder's path (internal/arduino/sketch, Sketch.Hash).
func ELF(folder string) string {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return ""
	}
	sketch := filepath.Join("arduino", "sketches", fmt.Sprintf("%X", md5.Sum([]byte(folder))), filepath.Base(folder)+".ino.elf")
	candidates, _ := filepath.Glob(filepath.Join(folder, ".pio", "build", "*", "firmware.elf")) // a folder whose name is a pattern has none
	candidates = append(candidates, filepath.Join(os.TempDir(), sketch))
	if cache, err := os.UserCacheDir(); err == nil {
		candidates = append(candidates, filepath.Join(cache, sketch))
	}
	newest, at := "", time.Time{}
	for _, c := range candidates {
		if info, err := os.Stat(c); err == nil && info.ModTime().After(at) {
			newest, at = c, info.ModTime()
		}
	}
	return newest
}

// place is what addr2line -pfiaC prints of an address that it knows, and of the
// functions that were inlined there.
var place = lazyregexp.New(`^(?:0x([0-9a-f]{8}): )?(?: *\(inlined by\) )?(.+) at (.+):(\d+|\?)(?: \(discriminator \d+\))?$`)

// Decode names the places. Addresses that no function has are left out: a stack
// holds much that only looks like one.
func (d *Decoder) Decode(ctx context.Context, addresses []uint32) ([]Frame, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	args := []string{"-pfiaC", "-e", d.ELF}
	for _, a := range addresses {
		args = append(args, fmt.Sprintf("0x%08x", a))
	}
	run := d.Run
	if run == nil {
		run = func(ctx context.Context, path string, args ...string) ([]byte, error) {
			ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
			defer cancel()
			return exec.CommandContext(ctx, path, args...).Output()
		}
	}
	out, err := run(ctx, d.Addr2line, args...)
	if err != nil {
		return nil, problem.New("decode-failed", "the stack can't be decoded: "+sanitize.Line(err.Error()), "see that the .elf is that of an ESP8266").Because(err)
	}
	var frames []Frame
	var address uint64
	for line := range strings.Lines(string(out)) {
		m := place.Get().FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			continue
		}
		if m[1] != "" {
			address, _ = strconv.ParseUint(m[1], 16, 32) // eight digits are one
		}
		if m[2] == "??" || m[4] == "?" || m[4] == "0" {
			continue
		}
		frames = append(frames, Frame{uint32(address), sanitize.Line(m[2]), sanitize.Line(baseOf(m[3]) + ":" + m[4])})
	}
	return frames, nil
}

// A crash collects the addresses of code in a crash, from its exception to the
// end of its stack (core_esp8266_postmortem.cpp, print_stack).
type crash struct {
	inStack   bool
	addresses []uint32
}

var (
	exceptionPC = lazyregexp.New(`\bepc1=0x([0-9a-f]{8})`)
	stackRow    = lazyregexp.New(`^[0-9a-f]{8}: +((?:[0-9a-f]{8} *){4})`)
)

// maxFrames bounds the addresses of one crash; the core's stacks have 4 KB.
const maxFrames = 256

// line takes a line and returns the addresses when the stack is complete.
func (c *crash) line(text string) []uint32 {
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, ">>>stack>>>"):
		c.inStack = true
	case strings.HasPrefix(text, "<<<stack<<<"):
		all := c.addresses
		*c = crash{}
		return all
	}
	if m := exceptionPC.Get().FindStringSubmatch(text); m != nil {
		*c = crash{}
		c.add(m[1])
	}
	if m := stackRow.Get().FindStringSubmatch(text); m != nil && c.inStack {
		for word := range strings.FieldsSeq(m[1]) {
			c.add(word)
		}
	}
	return nil
}

// add takes an address if code can lie there: IRAM from 0x40100000, flash from
// 0x40201000 to the end of the first megabyte's mapping (core ld scripts).
func (c *crash) add(word string) {
	n, err := strconv.ParseUint(word, 16, 32)
	if a := uint32(n); err == nil && len(c.addresses) < maxFrames && (a >= 0x40100000 && a < 0x4010c000 || a >= 0x40201000 && a < 0x40300000) {
		c.addresses = append(c.addresses, a)
	}
}

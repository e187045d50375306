package codegen

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"espost/esp8266"
	"espost/internal/duration"
	"espost/internal/problem"
)

// Limits of what a sketch can do.
const (
	MinEvery = time.Second
	MaxEvery = 20 * 24 * time.Hour // well within the 49.7 days of millis()

	maxSSID = 32 // bytes (IEEE 802.11, 9.4.2.2)
)

// GPIOs that a sketch can't read: the serial line and the flash chip's.
const (
	serialTX  = 1
	serialRX  = 3
	wakePin   = 16 // wired to RST for deep sleep
	bootLow   = 15 // low at start, or the board doesn't boot from its flash
	flashLow  = 6
	flashHigh = 11
)

// Validate returns everything that keeps p from becoming firmware, by where it
// is: what request.Request.Validate and esp8266.Pin.Read say, and
// "firmware.every" and its like.
func (p Project) Validate() problem.List {
	v := &validator{Project: p, List: p.Request.Validate()}
	v.List.Add(CheckName(p.Name))
	v.checkBoard()
	v.checkHost()
	v.checkPins()
	v.checkBetween()
	_, pin := p.Pin.Read()
	v.List = append(v.List, pin...)
	v.checkWiFi()
	v.List = append(v.List, p.Static.Check()...)
	v.checkOptions()
	v.checkFetch()
	return v.List
}

// A validator collects problems.
type validator struct {
	Project
	problem.List
}

// add notes a problem with a setting of the firmware.
func (v *validator) add(setting, message, fix string) {
	v.List.Add(problem.At("firmware."+setting, message, fix))
}

func (v *validator) checkBoard() {
	if known, ok := esp8266.BoardByID(v.Board.ID); !ok || known != v.Board {
		v.add("board", fmt.Sprintf("there is no board %q", v.Board.ID), "choose one of espost's boards")
	}
}

// checkHost refuses what the board can't reach, or can't recognise with its pin.
func (v *validator) checkHost() {
	switch ip, err := netip.ParseAddr(v.Target.Host); {
	case err != nil:
	case !ip.Is4():
		v.List.Add(problem.At("target", "the board's default build speaks IPv4 only", "give the host's name or its IPv4 address"))
	case v.Pin.By(esp8266.PinCA):
		v.List.Add(problem.At("target", "the board doesn't compare IP addresses with certificates", "give the host's name, or pin its key"))
	}
}

func (v *validator) checkWiFi() {
	switch {
	case len(v.SSID) > maxSSID:
		v.add("ssid", fmt.Sprintf("the Wi-Fi name has %d bytes", len(v.SSID)), fmt.Sprintf("a Wi-Fi name has at most %d", maxSSID))
	case strings.Contains(v.SSID, "\x00"):
		v.add("ssid", "the Wi-Fi name holds a NUL byte", "remove it")
	}
	switch n := len(v.Password); {
	case strings.Contains(v.Password, "\x00"):
		v.add("password", "the Wi-Fi password holds a NUL byte", "remove it")
	case n > 0 && n < 8:
		v.add("password", "the Wi-Fi password is too short: WPA asks for at least 8 characters", "correct it, or leave it empty for an open network")
	case n > 64, n == 64 && !isHex(v.Password):
		v.add("password", fmt.Sprintf("the Wi-Fi password has %d bytes", n), "WPA takes at most 63, or a key of 64 hexadecimal digits")
	}
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

func (v *validator) checkOptions() {
	v.List.Add(CheckEvery(v.Every))
	if v.Buffers != (esp8266.Buffers{}) {
		v.List.Add(v.Buffers.Check())
	}
	v.List.Add(v.Keep.Check())
	if v.Keep.On() && !v.Board.HasFileSystem() {
		v.add("keep", fmt.Sprintf("%s has no room for a file system", v.Board.Name), "keep nothing offline, or choose another board")
	}
	v.checkSplit()
	if v.LED && v.Board.LED == serialTX {
		v.add("led", "this board's LED hangs on the serial line and flickers with every message anyway", "switch the LED off")
	}
	if v.DeepSleep && !v.Board.Pins.Has(wakePin) {
		v.add("deep-sleep", fmt.Sprintf("%s has no GPIO 16 pin, which wakes a board from deep sleep", v.Board.Name), "switch deep sleep off, or choose another board")
	}
	if v.LED && v.Board.LED == esp8266.NoPin {
		v.add("led", fmt.Sprintf("%s has no LED", v.Board.Name), "switch the LED off")
	}
	for _, text := range v.Firmware.Libraries {
		if _, _, err := ParseLibrary(text); err != nil {
			v.List = append(v.List, problem.All(err)...)
		}
	}
	v.checkOTA()
	v.checkMemory()
}

// awakeMax is how long a board that sleeps deeply is awake.
const awakeMax = 45 * time.Second

// AwakeMax is awakeMax for the sketch.
func (s sketch) AwakeMax() time.Duration { return awakeMax }

// checkSplit refuses what would lose requests of a reading, or never get done with
// them.
func (v *validator) checkSplit() {
	if !v.Split {
		return
	}
	if !v.Keep.On() {
		v.add("keep", "a reading that is several requests (split) has nowhere to wait", "keep failed readings, or all")
	}
	if need := v.sending(); v.DeepSleep && need > awakeMax-10*time.Second {
		v.add("deep-sleep", fmt.Sprintf("the requests of a reading, at least %s apart, take %s, and the board sleeps after %s", duration.Format(v.Answer.Pause), duration.Format(need), duration.Format(awakeMax)),
			"switch deep sleep off, or send fewer fields")
	}
}

// CheckEvery returns why the board can't send at that interval, nil when it can.
func CheckEvery(every time.Duration) *problem.Problem {
	switch {
	case every < MinEvery:
		return problem.At("firmware.every", "the interval is shorter than a second", "use 1s to 20d")
	case every > MaxEvery:
		return problem.At("firmware.every", "the interval is too long for the board's clock", "use 1s to 20d")
	}
	return nil
}

// checkMemory refuses what can't work on any board: a connection, the body and
// what waits in RAM must fit the heap of an ordinary sketch together.
func (v *validator) checkMemory() {
	connection := 0 // by whichever way takes most
	for _, mode := range v.Pin.Modes() {
		connection = max(connection, v.Project.Buffers.OrDefault().Heap(mode))
	}
	body := messageBytes(v.Project)
	text, more := "", 0
	if v.Keep.On() {
		n := outboxRAM(v.Project)
		text, more = fmt.Sprintf(", the outbox %d", n), n
	}
	if v.OTA {
		text, more = text+fmt.Sprintf(", updates over the Wi-Fi %d", otaRAM), more+otaRAM
	}
	if connection+body+more <= esp8266.HeapOfSketch {
		return
	}
	fix := "use smaller buffers if the server agrees to small fragments"
	if alone := v.Project.Buffers.OrDefault().Heap(v.Pin.Mode); alone+body+more <= esp8266.HeapOfSketch {
		fix = fmt.Sprintf("leave out the pin's backup, which takes %d of them", connection-alone)
	}
	v.add("buffers", fmt.Sprintf("a connection takes %d bytes, the form %d%s: more than the board has", connection, body, text), "shorten the form, or "+fix)
}

package codegen

import (
	"fmt"
	"slices"
	"strings"

	"espost/internal/problem"
)

// What updates over the Wi-Fi cost. Flash and static RAM are the sums of the object
// files of ArduinoOTA, ESP8266mDNS, Updater, MD5Builder and WiFiUdp of core 3.1.2
// (xtensa gcc 12.2, -Os), before the linker drops what isn't called. The heap that
// the mDNS responder takes was not measured; otaRAM holds a reserve for it.
const (
	otaFlash = 48_500
	otaRAM   = 500 + 2_000

	smallestSketch = 407_000 // of espost's, without updates (xtensa gcc 12.2, core 3.1.2)
	largestSketch  = 462_000 // by a fingerprint; CAs and signed pins come on top
	signedFlash    = 9_300   // of the sketch's own objects

	minOTAPassword = 8
	maxOTAPassword = 64
)

// OTACost says in one sentence what updates over the Wi-Fi cost.
func (f Firmware) OTACost() string {
	if !f.OTA {
		return "New sketches come by cable only"
	}
	return fmt.Sprintf("New sketches come over the Wi-Fi, too: up to %d KB of flash and about %.1f KB of RAM more; a sketch of up to %d bytes can be replaced",
		(otaFlash+500)/1000, otaRAM/1000.0, f.Board.UpdateRoom())
}

// checkOTA refuses what could never take an update, and warns where it depends on
// the sketch.
func (v *validator) checkOTA() {
	if !v.OTA {
		return
	}
	if v.DeepSleep {
		v.add("ota", "a board in deep sleep isn't there to take an update: it is awake for some seconds only", "switch deep sleep or the updates off")
	}
	largest := largestSketch + otaFlash + v.pinFlash()
	switch room := v.Board.UpdateRoom(); {
	case room == 0: // there is no such board, which is said already
	case smallestSketch > room:
		v.add("ota", fmt.Sprintf("%s has no room for the old and the new sketch at once: its flash of %s holds two of %d bytes each, and the smallest has %d", v.Board.Name, v.Board.Flash, room, smallestSketch),
			"switch the updates off, or choose a board with 4 MB")
	case largest > room:
		p := problem.At("firmware.ota", fmt.Sprintf("an update may not fit into the flash of %s: it holds the old and the new sketch up to %d bytes each, and one with updates has %d to %d", v.Board.Name, room, smallestSketch+otaFlash, largest),
			"look at the size that the tool tells; where it is more, flash by cable, or choose a board with 4 MB")
		p.Severity, p.Code = problem.Warning, "ota-room"
		v.List.Add(p)
	}
	switch n := len(v.OTAPassword); {
	case strings.ContainsAny(v.OTAPassword, "\x00\r\n"):
		v.add("ota-password", "the password for updates holds a line end or a NUL byte", "remove it")
	case n > 0 && n < minOTAPassword, n > maxOTAPassword:
		v.add("ota-password", fmt.Sprintf("the password for updates has %d bytes", n), fmt.Sprintf("give it %d to %d, or none, and espost draws one", minOTAPassword, maxOTAPassword))
	}
}

// pinFlash is what the pin and its successors add to the largest sketch.
func (p Project) pinFlash() int {
	pinned, _ := p.Pin.Read()
	n := len(slices.Concat(pinned.CAs...))
	if p.Fetch.On() {
		n += signedFlash
	}
	return n
}

// Hostname is the board's name in the network, without .local: the sketch's, as
// far as it can stand in one (RFC 1123, 2.1).
func (f Firmware) Hostname() string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || r == '.' {
			return '-'
		}
		return r
	}, strings.ToLower(f.Name))
	return strings.Trim(name, "-")
}

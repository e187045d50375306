package codegen

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"espost/esp8266"
)

// Limits of what a sketch can do.
const (
	shortest      = time.Second
	longest       = 20 * 24 * time.Hour // well within the 49.7 days of millis()
	longestSleep  = 3 * time.Hour       // ESP.deepSleepMax() is a little more
	maxPath       = 8192
	maxSSID       = 32 // IEEE 802.11, 9.4.2.2
	maxCandidates = 8
)

// A validator collects problems.
type validator struct {
	Project
	problems []Problem
}

// validate returns everything that is wrong with p.
func validate(p Project) []Problem {
	v := &validator{Project: p}
	v.checkName()
	v.checkBoard()
	v.checkTarget()
	v.checkHeaders()
	v.checkFields()
	v.checkPin()
	v.checkWiFi()
	v.checkStatic()
	v.checkOptions()
	return v.problems
}

// add notes a problem with a part that has no rows.
func (v *validator) add(part Part, message, fix string) { v.addRow(part, -1, message, fix) }

func (v *validator) addRow(part Part, row int, message, fix string) {
	v.problems = append(v.problems, Problem{Part: part, Row: row, Message: message, Fix: fix})
}

func (v *validator) checkName() {
	if err := ValidName(v.Name); err != nil {
		_, reason, _ := strings.Cut(err.Error(), ": ")
		message, fix, _ := strings.Cut(reason, "; ")
		v.add(PartName, "the sketch can't have that name, since "+message, fix)
	}
}

func (v *validator) checkBoard() {
	if known, ok := esp8266.BoardByID(v.Board.ID); !ok || known != v.Board {
		v.add(PartBoard, fmt.Sprintf("there is no board %q", v.Board.ID), "choose one of espost's boards")
	}
}

func (v *validator) checkTarget() {
	switch v.Method {
	case "POST", "PUT", "PATCH":
	default:
		v.add(PartMethod, fmt.Sprintf("the method %q can't carry a form", v.Method), "use POST, PUT or PATCH")
	}
	v.checkHost()
	if v.Port < 1 || v.Port > 65535 {
		v.add(PartPort, fmt.Sprintf("%d is no port", v.Port), "use 443, or another number up to 65535")
	}
	if !strings.HasPrefix(v.Path, "/") {
		v.add(PartPath, "the path doesn't begin with a slash", "begin it with /")
	}
	if len(v.Path) > maxPath {
		v.add(PartPath, fmt.Sprintf("the path has %d bytes", len(v.Path)), fmt.Sprintf("keep it under %d", maxPath))
	}
	for i := range len(v.Path) {
		if c := v.Path[i]; c <= ' ' || c >= 0x7f || c == '#' {
			v.add(PartPath, fmt.Sprintf("the path holds %q", v.Path[i:i+1]), fmt.Sprintf("write it as %%%02X", c))
			break
		}
	}
}

// hostBytes are the bytes of host names and of IPv4 addresses.
const hostBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"

func (v *validator) checkHost() {
	ip, err := netip.ParseAddr(v.Host)
	switch {
	case err == nil && !ip.Is4():
		v.add(PartHost, "the board's default build speaks IPv4 only", "give the host's name or its IPv4 address")
	case v.Host == "" || len(v.Host) > 253 || strings.Trim(v.Host, hostBytes) != "":
		v.add(PartHost, fmt.Sprintf("%q is no host name", v.Host), "give a name such as postman-echo.com, without https:// and path")
	case err == nil && v.Pin.Mode == esp8266.PinCA:
		v.add(PartHost, "the board doesn't compare IP addresses with certificates", "give the host's name, or pin the certificate or its key")
	}
}

func (v *validator) checkWiFi() {
	switch {
	case len(v.SSID) > maxSSID:
		v.add(PartSSID, fmt.Sprintf("the Wi-Fi name has %d bytes", len(v.SSID)), fmt.Sprintf("a Wi-Fi name has at most %d", maxSSID))
	case strings.Contains(v.SSID, "\x00"):
		v.add(PartSSID, "the Wi-Fi name holds a NUL byte", "remove it")
	}
	switch n := len(v.Password); {
	case strings.Contains(v.Password, "\x00"):
		v.add(PartPassword, "the Wi-Fi password holds a NUL byte", "remove it")
	case n > 0 && n < 8:
		v.add(PartPassword, fmt.Sprintf("the Wi-Fi password has %d characters", n), "WPA asks for at least 8; leave it empty for an open network")
	case n > 64, n == 64 && !isHex(v.Password):
		v.add(PartPassword, fmt.Sprintf("the Wi-Fi password has %d bytes", n), "WPA takes at most 63, or a key of 64 hexadecimal digits")
	}
}

// checkStatic wants all four addresses or none: the core takes them together
// (core ESP8266WiFiSTA.h, config), and a board without DNS finds no host.
func (v *validator) checkStatic() {
	if v.Static == (Static{}) {
		return
	}
	for _, a := range []netip.Addr{v.Static.Address, v.Static.Gateway, v.Static.Mask, v.Static.DNS} {
		if !a.Is4() {
			v.add(PartStatic, "a static address needs the address, the gateway, the mask and the DNS server, all IPv4", "give all four, or none")
			return
		}
	}
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

func (v *validator) checkOptions() {
	switch {
	case v.Every < shortest:
		v.add(PartEvery, "the interval is shorter than a second", "use 1s or more")
	case v.Every > longest:
		v.add(PartEvery, "the interval is too long for the board's clock", "use 20 days or less")
	case v.DeepSleep && v.Every > longestSleep:
		v.add(PartEvery, "the board can't sleep that long", "use 3h or less with deep sleep")
	}
	if v.Outbox && !v.Board.HasFileSystem() {
		v.add(PartOutbox, fmt.Sprintf("%s has no room for a file system", v.Board.Name), "switch the outbox off, or choose another board")
	}
	if v.LED && v.Board.LED == serialTX {
		v.add(PartLED, "this board's LED hangs on the serial line and flickers with every message anyway", "switch the LED off")
	}
	v.checkMemory()
}

// checkMemory refuses what can't work on any board: a connection and the body
// must fit the heap of an ordinary sketch together.
func (v *validator) checkMemory() {
	connection := buffers(v.Project).Heap(v.Pin.Mode)
	body := bodyBytes(v.Project)
	if connection+body > esp8266.HeapOfSketch {
		v.add(PartMemory,
			fmt.Sprintf("a connection takes %d bytes and the form %d, more than the board has", connection, body),
			"shorten the form, or use smaller buffers if the server agrees to small fragments")
	}
}

// buffers returns the project's buffers, or the core's own when there are none.
func buffers(p Project) esp8266.Buffers {
	if p.Buffers == (esp8266.Buffers{}) {
		return esp8266.DefaultBuffers()
	}
	return p.Buffers.Clamp()
}

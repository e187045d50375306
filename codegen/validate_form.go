package codegen

import (
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/net/http/httpguts"

	"espost/esp8266"
	"espost/internal/sanitize"
)

// GPIOs that a sketch can't read: the serial line and the flash chip's.
const (
	serialTX  = 1
	serialRX  = 3
	wakePin   = 16 // wired to RST for deep sleep
	flashLow  = 6
	flashHigh = 11
)

// KeyHeader is the header, sent behind the project's own while the outbox is
// on, that tells a server which reading it has before it, so that it can drop
// one that comes twice (draft-ietf-httpapi-idempotency-key-header).
const KeyHeader = "Idempotency-Key"

// SampleKey is such as the board sends: its chip id, when its outbox began, and
// the reading's number.
const SampleKey = `"a1b2c3-00c0ffee-1"`

func (v *validator) checkHeaders() {
	var lines strings.Builder // as HTTPClient collects them
	for i, h := range v.Headers {
		v.checkHeader(i, h)
		if strings.Contains(lines.String(), h.Name+": ") || sameName(v.Headers[:i], h.Name) {
			v.addRow(PartHeader, i, header(i, h)+" stands in an earlier header already, which HTTPClient would cut out", "join the two, or rename one")
		}
		lines.WriteString(h.Name + ": " + h.Value + "\r\n")
	}
	// HTTPClient's addHeader looks for "Name: " in all lines so far and cuts
	// from there to the line's end (core ESP8266HTTPClient.cpp).
	own := []string{"Content-Length: ", KeyHeader + ": "}
	if !sameName(v.Headers, "Content-Type") {
		own = append(own, "Content-Type: ")
	}
	for _, name := range own {
		for i, h := range v.Headers {
			if strings.Contains(h.Name+": "+h.Value, name) {
				v.addRow(PartHeader, i, fmt.Sprintf("%s holds %q, where HTTPClient would cut it", header(i, h), name), "rename it or change its value")
			}
		}
	}
}

func (v *validator) checkHeader(i int, h Header) {
	if !httpguts.ValidHeaderFieldName(h.Name) {
		v.addRow(PartHeader, i, header(i, h)+" has a name that HTTP doesn't allow", "use letters, digits and hyphens only")
	}
	if fix := reserved(h.Name); fix != "" {
		v.addRow(PartHeader, i, header(i, h)+" can't be set on the board", fix)
	}
	for j := range len(h.Value) {
		if c := h.Value[j]; c < ' ' && c != '\t' || c == 0x7f {
			v.addRow(PartHeader, i, fmt.Sprintf("%s holds the control character %q", header(i, h), h.Value[j:j+1]), "remove it; a header is one line")
			break
		}
	}
}

// header names a header within a sentence.
func header(i int, h Header) string {
	return fmt.Sprintf("header %d (%s)", i+1, shown(h.Name))
}

func shown(name string) string {
	if name == "" {
		return "no name"
	}
	if short := []rune(sanitize.Line(name)); len(short) > 40 {
		return string(short[:40]) + "…"
	}
	return sanitize.Line(name)
}

// reserved returns what to do about a header that isn't the user's to set, or "".
func reserved(name string) string {
	if strings.EqualFold(name, KeyHeader) {
		return "remove it; the outbox gives every entry a key of its own"
	}
	return esp8266.HeaderAdvice(name)
}

// sameName reports whether one of headers has that name.
func sameName(headers []Header, name string) bool {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return true
		}
	}
	return false
}

func (v *validator) checkFields() {
	seen := make(map[string]int)
	analog, vcc := -1, -1
	for i, f := range v.Fields {
		info, known := f.Source.Info()
		if !known {
			v.addRow(PartField, i, fmt.Sprintf("%s has a source %q that doesn't exist", field(i, f), string(f.Source)), "choose one of the sources")
		}
		if info.Pin {
			v.checkDigital(i, f)
		}
		switch f.Source {
		case esp8266.SourceJSON:
			v.checkJSON(i, f)
		case esp8266.SourceAnalog:
			analog = i
		case esp8266.SourceVCC:
			vcc = i
		}
		name := string([]rune(f.Name)) // as JSON sends it: invalid bytes are U+FFFD
		if first, dup := seen[name]; dup && v.JSON {
			v.addRow(PartField, i, fmt.Sprintf("%s has the same name as row %d, and a JSON object has each name once", field(i, f), first+1), "rename one, or use the encoding form")
		}
		seen[name] = i
	}
	if analog >= 0 && vcc >= 0 {
		v.addRow(PartField, vcc, fmt.Sprintf("%s needs A0 unconnected, and row %d reads A0", field(vcc, v.Fields[vcc]), analog+1), "keep one of the two")
	}
}

// checkJSON makes sure that a constant that stands unquoted in the body is JSON.
// A secret is changed in arduino_secrets.h later, where nobody checks it.
func (v *validator) checkJSON(i int, f Field) {
	switch {
	case f.Secret:
		v.addRow(PartField, i, field(i, f)+" is both secret and a JSON value", "make it a text, or not secret")
	case v.JSON && !json.Valid([]byte(f.Value)):
		v.addRow(PartField, i, field(i, f)+" holds no JSON value", "give a number, true, false, null, a list or an object in JSON, or choose the source text")
	}
}

func (v *validator) checkDigital(i int, f Field) {
	row := field(i, f)
	switch {
	case f.Pin < 0 || f.Pin > 16:
		v.addRow(PartField, i, fmt.Sprintf("%s reads GPIO %d, which doesn't exist", row, f.Pin), "use 0, 2, 4, 5 or 12 to 16")
	case f.Pin == serialTX || f.Pin == serialRX:
		v.addRow(PartField, i, fmt.Sprintf("%s reads GPIO %d, which is the serial line", row, f.Pin), "use 0, 2, 4, 5 or 12 to 16")
	case f.Pin >= flashLow && f.Pin <= flashHigh:
		v.addRow(PartField, i, fmt.Sprintf("%s reads GPIO %d, which is wired to the flash chip", row, f.Pin), "use 0, 2, 4, 5 or 12 to 16")
	case v.DeepSleep && f.Pin == wakePin:
		v.addRow(PartField, i, fmt.Sprintf("%s reads GPIO %d, which wakes the board from deep sleep", row, f.Pin), "use another pin, or switch deep sleep off")
	case v.LED && f.Pin == v.Board.LED:
		v.addRow(PartField, i, fmt.Sprintf("%s reads GPIO %d, which is the board's LED", row, f.Pin), "use another pin, or switch the LED off")
	}
}

// field names a row of the form within a sentence.
func field(i int, f Field) string { return fmt.Sprintf("row %d (%s)", i+1, shown(f.Name)) }

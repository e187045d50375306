package profile

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"espost/codegen"
	"espost/esp8266"
	"espost/formpost"
	"espost/request"
)

// An InvalidError is one thing in a profile that can't be. Key names it as the
// file does: "firmware.every", "form.fields[2].source".
type InvalidError struct {
	Key     string
	Message string // one plain sentence and what to do, without the last full stop
	Err     error  // the cause, if there is one
}

func (e *InvalidError) Error() string { return e.Key + ": " + e.Message }
func (e *InvalidError) Unwrap() error { return e.Err }

// Limits of Firmware.Every: a loop that the board can keep, and a span that its
// 32-bit milliseconds can count.
const (
	MinEvery = time.Second
	MaxEvery = 40 * 24 * time.Hour
)

// maxGPIO is the highest pin number of the ESP8266.
const maxGPIO = 16

// Validate reports everything that is wrong with p, as *InvalidError values
// joined by errors.Join, or nil. A profile without a pin is valid: it is work
// that has only begun.
func (p *Profile) Validate() error {
	var v validator
	_, err := request.ParseTarget(p.Target)
	v.check("target", err)
	v.pin(p.Pin)
	v.form(p.Form)
	v.firmware(p.Firmware)
	return errors.Join(v...)
}

// A validator collects what is wrong.
type validator []error

func (v *validator) check(key string, err error) {
	if err != nil {
		*v = append(*v, &InvalidError{Key: key, Message: err.Error(), Err: err})
	}
}

func (v *validator) complain(key, format string, args ...any) {
	v.check(key, fmt.Errorf(format, args...))
}

func (v *validator) text(key, s string) {
	if !utf8.ValidString(s) {
		v.complain(key, "it isn't UTF-8, which is all that the profile can hold; type it again")
	}
}

func (v *validator) pin(p Pin) {
	if !p.Mode.Valid() {
		v.complain("pin.mode", "there is no mode %q; use %s", string(p.Mode), modes())
	}
	for i, s := range p.SHA1 {
		_, err := esp8266.ParseFingerprint(s)
		v.check(fmt.Sprintf("pin.sha1[%d]", i), err)
	}
	v.text("pin.public-key", p.PublicKey)
	for i, s := range p.CAs {
		v.text(fmt.Sprintf("pin.ca[%d]", i), s)
	}
}

func (v *validator) form(f FormSpec) {
	switch f.Method {
	case "POST", "PUT", "PATCH":
	default:
		v.complain("form.method", "the method %q can't carry a form; use POST, PUT or PATCH", f.Method)
	}
	switch f.Encoding {
	case formpost.Form, formpost.JSON:
	default:
		v.complain("form.encoding", "there is no encoding %q; use form or json", string(f.Encoding))
	}
	for i, h := range f.Headers {
		key := fmt.Sprintf("form.headers[%d]", i)
		v.text(key+".name", h.Name)
		v.text(key+".value", h.Value)
	}
	for i, field := range f.Fields {
		v.field(fmt.Sprintf("form.fields[%d]", i), field)
	}
}

func (v *validator) field(key string, f Field) {
	v.text(key+".name", f.Name)
	v.text(key+".value", f.Value)
	v.text(key+".sample", f.Sample)
	info, ok := f.Source.Info()
	switch {
	case !ok:
		v.complain(key+".source", "there is no source %q; use one of %s", string(f.Source), sources())
	case info.Pin && (f.Pin < 0 || f.Pin > maxGPIO):
		v.complain(key+".gpio", "there is no GPIO %d; the ESP8266 has 0 to %d", f.Pin, maxGPIO)
	}
}

func (v *validator) firmware(f Firmware) {
	v.check("firmware.name", codegen.ValidName(f.Name))
	if _, ok := esp8266.BoardByID(f.Board); !ok {
		v.complain("firmware.board", "there is no board %q; use one of %s", f.Board, boardIDs())
	}
	if f.Every < MinEvery || f.Every > MaxEvery {
		v.complain("firmware.every", "%s is out of range; use 1s to %dh", f.Every, int(MaxEvery.Hours()))
	}
	if f.Buffers != (esp8266.Buffers{}) && f.Buffers != f.Buffers.Clamp() {
		v.complain("firmware.buffers", "%d and %d are out of range; use %d to %d bytes", f.Buffers.RX, f.Buffers.TX, esp8266.MinBuffer, esp8266.MaxBuffer)
	}
	v.static(f.Static)
	v.text("firmware.folder", f.Folder)
}

func boardIDs() string {
	var ids []string
	for _, b := range esp8266.Boards() {
		ids = append(ids, b.ID)
	}
	return strings.Join(ids, ", ")
}

func sources() string {
	var names []string
	for _, i := range esp8266.Sources() {
		names = append(names, string(i.Source))
	}
	return strings.Join(names, ", ")
}

func modes() string {
	var names []string
	for _, m := range esp8266.PinModes() {
		names = append(names, string(m))
	}
	return strings.Join(names, ", ")
}

package profile

import (
	"fmt"

	"espost/esp8266"
	"espost/tlsinspect"
)

// Pinned reports whether the pin has what its mode needs.
func (p Pin) Pinned() bool {
	switch p.Mode {
	case esp8266.PinFingerprint:
		return len(p.SHA1) > 0
	case esp8266.PinPublicKey:
		return p.PublicKey != ""
	case esp8266.PinCA:
		return len(p.CAs) > 0
	}
	return p.Mode == esp8266.PinInsecure
}

// Capture pins what the report saw, in the given mode, and takes over the
// buffers that it recommends. Fingerprint and public key are kept in every
// mode, so that a later check can tell what a renewal has changed.
func (p *Profile) Capture(r *tlsinspect.Report, mode esp8266.PinMode) error {
	pin := Pin{Pin: esp8266.Pin{
		Mode:      mode,
		SHA1:      r.Pins.Fingerprint.Pin.SHA1,
		PublicKey: r.Pins.PublicKey.Pin.PublicKey,
	}}
	if mode != esp8266.PinInsecure {
		choice, ok := r.Pins.Choice(mode)
		if !ok {
			return fmt.Errorf("the server shows nothing that could be pinned by %s; use another of %s", mode, modes())
		}
		if !choice.Works {
			reason := "the board can't connect"
			if e, ok := esp8266.SSLError(choice.Error).Info(); ok && choice.Error != 0 {
				reason = e.Name + ", " + e.Meaning
			}
			return fmt.Errorf("a board that pins this server by %s could not connect: %s", mode, reason)
		}
		pin.CAs = choice.Pin.CAs
		pin.Expires = choice.Until
	}
	p.Pin = pin
	p.Firmware.Buffers = r.Board.Buffers
	return nil
}

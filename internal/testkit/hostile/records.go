package hostile

import "slices"

// recordTricks are records that should not be.
func recordTricks() []Behaviour {
	versions := []uint16{0x0000, 0x0002, 0x0200, 0x0300, 0x0301, 0x0302, 0x0304, 0x03ff, 0x0403, 0x7f1c, 0xfeff, 0xffff}
	flightLength := len(goodFlight([32]byte{}).records())
	kinds := []uint8{0, 1, 19, recordChangeCipherSpec, recordApplicationData, 24, 25, 128, 255}
	return []Behaviour{
		{
			Name: "record version", About: "puts a good flight into records of another version", Layer: Records,
			Variants: len(versions),
			serve: afterHello(func(c *Conn, client [32]byte) {
				c.say(record(recordHandshake, versions[c.variant], goodFlight(client).messages()))
			}),
		},
		{
			Name: "record type", About: "puts a good flight into records of another type", Layer: Records,
			Variants: len(kinds),
			serve: afterHello(func(c *Conn, client [32]byte) {
				c.say(record(kinds[c.variant], version12, goodFlight(client).messages()))
			}),
		},
		{
			Name: "oversized record", About: "announces a record of 65,535 bytes and sends it", Layer: Records,
			serve: afterHello(func(c *Conn, _ [32]byte) {
				c.say(record(recordHandshake, version12, make([]byte, 65535)))
			}),
		},
		{
			Name: "record cut short", About: "closes in the middle of a record's header or payload", Layer: Records,
			Variants: 16,
			serve: afterHello(func(c *Conn, client [32]byte) {
				c.say(goodFlight(client).records()[:c.variant+1])
			}),
		},
		{
			Name: "reset at every byte", About: "resets the connection after each byte of a good flight", Layer: Records,
			Variants: flightLength, Fickle: true,
			serve: afterHello(func(c *Conn, client [32]byte) {
				flight := goodFlight(client).records() // its signature's length varies by a few bytes
				c.say(flight[:max(0, len(flight)-flightLength+c.variant)])
				c.reset()
			}),
		},
		{
			Name: "zero-length records", About: "sends empty records for ever: alerts, messages, data, ChangeCipherSpec", Layer: Records,
			Variants: 4,
			serve: afterHello(func(c *Conn, _ [32]byte) {
				empty := record(uint8(recordChangeCipherSpec+c.variant), version12, nil)
				c.flood(slices.Repeat(empty, 4096))
			}),
		},
		{
			Name: "one-byte records", About: "sends a good flight, a byte a record", Layer: Records, Usable: true,
			serve: afterHello(func(c *Conn, client [32]byte) {
				var out []byte
				for _, b := range goodFlight(client).messages() {
					out = append(out, record(recordHandshake, version12, []byte{b})...)
				}
				c.say(out)
			}),
		},
		{
			Name: "change of cipher too early", About: "sends ChangeCipherSpec before, within or after its flight", Layer: Records,
			Variants: 3,
			serve: afterHello(func(c *Conn, client [32]byte) {
				flight, ccs := goodFlight(client).records(), record(recordChangeCipherSpec, version12, []byte{1})
				switch c.variant {
				case 0:
					c.say(slices.Concat(ccs, flight))
				case 1:
					hello := goodFlight(client).hello()
					rest := goodFlight(client).messages()[len(hello):]
					c.say(slices.Concat(records(hello), ccs, records(rest)))
				default:
					messages := goodFlight(client).messages()
					withoutDone := messages[:len(messages)-4]
					c.say(slices.Concat(records(withoutDone), ccs))
				}
			}),
		},
	}
}

// alertTricks are alerts where a flight is awaited.
func alertTricks() []Behaviour {
	one := func(c *Conn, level uint8) []byte { return alert(level, uint8(c.variant)) }
	return []Behaviour{
		{
			Name: "fatal alert", About: "answers with each fatal alert there is", Layer: Records, Variants: 256,
			serve: afterHello(func(c *Conn, _ [32]byte) { c.say(one(c, alertFatal)) }),
		},
		{
			Name: "fatal alert twice", About: "says each fatal alert twice", Layer: Records, Variants: 256,
			serve: afterHello(func(c *Conn, _ [32]byte) { c.say(slices.Repeat(one(c, alertFatal), 2)) }),
		},
		{
			Name: "warning alert", About: "answers with each warning there is, and closes", Layer: Records, Variants: 256,
			serve: afterHello(func(c *Conn, _ [32]byte) { c.say(one(c, alertWarning)) }),
		},
		{
			Name: "warning, then fatal", About: "says each alert as a warning and then as fatal, in one record", Layer: Records, Variants: 256,
			serve: afterHello(func(c *Conn, _ [32]byte) {
				n := uint8(c.variant)
				c.say(record(recordAlert, version12, []byte{alertWarning, n, alertFatal, n}))
			}),
		},
		{
			Name: "alert of no level", About: "sends alerts whose level is neither warning nor fatal", Layer: Records, Variants: 4,
			serve: afterHello(func(c *Conn, _ [32]byte) { c.say(alert([]uint8{0, 3, 128, 255}[c.variant], 40)) }),
		},
		{
			Name: "alert cut in two", About: "sends a fatal alert's bytes in a record each", Layer: Records,
			serve: afterHello(func(c *Conn, _ [32]byte) {
				c.say(slices.Concat(record(recordAlert, version12, []byte{alertFatal}), record(recordAlert, version12, []byte{40})))
			}),
		},
		{
			Name: "warnings without end", About: "sends warnings for ever", Layer: Records,
			serve: afterHello(func(c *Conn, _ [32]byte) { c.flood(slices.Repeat(alert(alertWarning, 112), 2048)) }),
		},
		{
			Name: "alert within the flight", About: "breaks off with alert 80 after its certificate", Layer: Records,
			serve: afterHello(func(c *Conn, client [32]byte) {
				f := goodFlight(client)
				c.say(slices.Concat(records(f.hello()), records(f.certificate()), alert(alertFatal, 80)))
			}),
		},
	}
}

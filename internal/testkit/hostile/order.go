package hostile

import "slices"

// orderTricks are good messages out of order, too often or not at all.
func orderTricks() []Behaviour {
	orders := []func(f flight) [][]byte{
		func(f flight) [][]byte { return [][]byte{f.certificate(), f.hello(), f.exchange(), f.done()} },
		func(f flight) [][]byte {
			return [][]byte{f.hello(), f.hello(), f.certificate(), f.exchange(), f.done()}
		},
		func(f flight) [][]byte { return [][]byte{f.done()} },
		func(f flight) [][]byte { return [][]byte{f.hello(), f.done()} },
		func(f flight) [][]byte { return [][]byte{f.hello(), f.exchange(), f.certificate(), f.done()} },
		func(f flight) [][]byte {
			return [][]byte{f.hello(), f.certificate(), f.certificate(), f.exchange(), f.done()}
		},
		func(f flight) [][]byte { return [][]byte{f.hello(), f.certificate(), f.done()} },
		func(f flight) [][]byte {
			return [][]byte{f.hello(), f.certificate(), f.exchange(), f.exchange(), f.done()}
		},
		func(flight) [][]byte { return [][]byte{message(messageFinished, make([]byte, 12))} },
		func(f flight) [][]byte { return [][]byte{f.hello(), message(messageFinished, make([]byte, 12))} },
		func(f flight) [][]byte { return [][]byte{message(1, f.hello()[4:])} }, // as a ClientHello
		func(f flight) [][]byte {
			return [][]byte{f.hello(), f.certificate(), f.exchange(), message(messageServerHelloDone, []byte{0})}
		},
	}
	return []Behaviour{
		{
			Name: "messages out of order", About: "sends good messages in wrong orders, twice, or not at all", Layer: Handshake, Variants: len(orders),
			serve: afterHello(func(c *Conn, client [32]byte) {
				c.say(records(slices.Concat(orders[c.variant](goodFlight(client))...)))
			}),
		},
		{
			Name: "empty messages", About: "sends messages of each type without contents", Layer: Handshake, Variants: 256,
			serve: afterHello(func(c *Conn, _ [32]byte) { c.say(records(message(uint8(c.variant), nil))) }),
		},
		{
			Name: "no certificate", About: "sends an empty chain, or an empty certificate", Layer: Handshake, Variants: 2,
			serve: afterHello(func(c *Conn, client [32]byte) {
				f := goodFlight(client)
				f.chain = [][][]byte{nil, {{}}}[c.variant]
				c.say(f.records())
			}),
		},
	}
}

// lies are good flights in which one length is not true, at each level: records,
// messages, their fields, and every DER element of the certificate.
func lies() []Behaviour {
	var b buffer
	goodFlight([32]byte{}).write(&b)
	inDER := lengthsOf(goodLeaf().der())
	return []Behaviour{
		{
			Name: "lying record length", About: "says a wrong length in a record's header", Layer: Handshake, Variants: lieCount,
			serve: afterHello(func(c *Conn, client [32]byte) {
				out := goodFlight(client).records()
				lie(out[3:5], c.variant)
				c.say(out)
			}),
		},
		{
			Name: "lying message length", About: "says a wrong length in each message, list and field in turn", Layer: Handshake,
			Variants: lieCount * len(b.lengths),
			serve: afterHello(func(c *Conn, client [32]byte) {
				var b buffer
				goodFlight(client).write(&b)
				l := b.lengths[c.variant/lieCount]
				lie(b.bytes[l.at:l.at+l.size], c.variant%lieCount)
				c.say(records(b.bytes))
			}),
		},
		{
			Name: "lying DER length", About: "says a wrong length in each element of its certificate in turn", Layer: Certificate,
			Variants: lieCount * len(inDER), Usable: true, // the board skips much of a certificate
			serve: afterHello(func(c *Conn, client [32]byte) {
				f := goodFlight(client)
				l := inDER[c.variant/lieCount]
				lie(f.chain[0][l.at:l.at+l.size], c.variant%lieCount)
				c.say(f.records())
			}),
		},
	}
}

// lieCount is how many wrong values each length gets.
const lieCount = 4

// lie changes a length to nothing, one less, one more, or the most it can hold.
func lie(field []byte, which int) {
	n := getLength(field)
	nothing := 0
	if n == 0 { // true already
		nothing = 2
	}
	putLength(field, []int{nothing, n - 1, n + 1, 1<<(8*len(field)) - 1}[which])
}

// lengthsOf finds the length fields of a DER element and of those inside it.
// Only the bytes that hold the number count, not those that say how many.
func lengthsOf(der []byte) []length {
	var found []length
	var walk func(at, end int)
	walk = func(at, end int) {
		for at+2 <= end {
			tag, l := der[at], length{at + 1, 1}
			if first := der[at+1]; first >= 0x80 {
				l = length{at + 2, int(first & 0x7f)}
			}
			start := l.at + l.size
			n := getLength(der[l.at:start])
			found = append(found, l)
			if constructed := tag&0x20 != 0; constructed {
				walk(start, start+n)
			}
			at = start + n
		}
	}
	walk(0, len(der))
	return found
}

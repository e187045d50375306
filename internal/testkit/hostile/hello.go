package hostile

import "bytes"

// helloTricks are flights with one fault in their ServerHello.
func helloTricks() []Behaviour {
	// alter is a behaviour that sends a good flight, altered.
	alter := func(f func(variant int, f *flight)) func(*Conn) {
		return afterHello(func(c *Conn, client [32]byte) {
			altered := goodFlight(client)
			f(c.variant, &altered)
			c.say(altered.records())
		})
	}
	unoffered := []uint16{0x0005, 0x0010, 0x0012, 0x0016, 0x0017, 0x0023, 0x002b, 0x0033, 0x3374, 0xffff}
	versions := []uint16{0x0000, 0x0002, 0x0300, 0x0301, 0x0304, 0x0305, 0x7f1c, 0xfefd, 0xffff}
	suites := []uint16{0x0000, 0x00ff, 0x0a0a, 0x1301, 0x5600, 0xc001, 0xc02f, 0xcca8, 0xffff}
	return []Behaviour{
		{
			Name: "unoffered extension", About: "answers extensions that were not sent", Layer: Handshake, Variants: len(unoffered),
			serve: alter(func(v int, f *flight) {
				f.extensions = append(f.extensions, extension{unoffered[v], []byte{0, 1, 0}})
			}),
		},
		{
			Name: "extension twice", About: "answers an extension twice", Layer: Handshake,
			serve: alter(func(_ int, f *flight) { f.extensions = append(f.extensions, f.extensions[0]) }),
		},
		{
			Name: "a thousand extensions", About: "answers 1,000 extensions", Layer: Handshake,
			serve: alter(func(_ int, f *flight) {
				for i := range 1000 {
					f.extensions = append(f.extensions, extension{uint16(0x4000 + i), nil})
				}
			}),
		},
		{
			Name: "false renegotiation info", About: "claims that this handshake continues another", Layer: Handshake,
			serve: alter(func(_ int, f *flight) { f.extensions[0].data = []byte("\x0crenegotiated") }),
		},
		{
			Name: "false fragment length", About: "answers another max_fragment_length than was asked for", Layer: Handshake, Variants: 4,
			serve: alter(func(v int, f *flight) {
				f.extensions = append(f.extensions, extension{0x0001, [][]byte{{}, {0}, {5}, {1, 1}}[v]})
			}),
		},
		{
			Name: "wrong version", About: "chooses a version that was not offered, or that its records don't have", Layer: Handshake, Variants: len(versions),
			serve: alter(func(v int, f *flight) { f.version = versions[v] }),
		},
		{
			Name: "downgrade", About: "says TLS 1.2, with the random's mark of one that speaks more", Layer: Handshake, Variants: 2, Usable: true,
			serve: alter(func(v int, f *flight) { copy(f.random[24:], "DOWNGRD"+string(rune(v))) }), // RFC 8446 §4.1.3
		},
		{
			Name: "retry request", About: "asks for another hello as TLS 1.3 does", Layer: Handshake,
			serve: alter(func(_ int, f *flight) {
				f.random = [32]byte(retryRandom())
				f.extensions = []extension{{0x002b, []byte{3, 4}}, {0x0033, []byte{0, 0x17}}}
			}),
		},
		{
			Name: "wrong suite", About: "chooses a suite that was not offered, or that its key doesn't fit", Layer: Handshake, Variants: len(suites),
			serve: alter(func(v int, f *flight) { f.suite = suites[v] }),
		},
		{
			Name: "compression", About: "turns compression on", Layer: Handshake,
			serve: alter(func(_ int, f *flight) { f.compression = 1 }),
		},
		{
			Name: "oversized session id", About: "gives a session id of 33 bytes and more", Layer: Handshake, Variants: 3,
			serve: alter(func(v int, f *flight) { f.session = make([]byte, []int{33, 64, 255}[v]) }),
		},
		{
			Name: "wrong group", About: "uses a group that was not offered, or one that doesn't exist", Layer: Handshake, Variants: 5,
			serve: alter(func(v int, f *flight) { f.group = []uint16{0x0000, 0x0001, 0x0016, 0x001e, 0xffff}[v] }),
		},
		{
			Name: "wrong signature algorithm", About: "signs with what was not offered, or doesn't fit", Layer: Handshake, Variants: 7,
			serve: alter(func(v int, f *flight) {
				f.algorithm = []uint16{0x0000, 0x0101, 0x0401, 0x0804, 0x0807, 0x0402, 0xffff}[v]
			}),
		},
		{
			Name: "point off the curve", About: "sends key exchange points that are none", Layer: Handshake, Variants: 4,
			serve: alter(func(v int, f *flight) {
				good := f.point
				f.point = [][]byte{{}, {0}, append([]byte{4}, bytes.Repeat([]byte{0xff}, 64)...), append([]byte{2}, good[1:33]...)}[v]
			}),
		},
		{
			Name: "stolen certificate", About: "shows a certificate whose key it doesn't have", Layer: Handshake,
			serve: alter(func(_ int, f *flight) { f.client[0] ^= 1 }), // the signature is over something else
		},
	}
}

// retryRandom is the random that makes a ServerHello a HelloRetryRequest
// (RFC 8446 §4.1.3): SHA-256 of that word.
func retryRandom() []byte {
	return []byte("\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c")
}

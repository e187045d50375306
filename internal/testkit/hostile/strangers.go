package hostile

import "math/rand/v2"

// strangers speak something else than TLS, or nothing.
func strangers() []Behaviour {
	return []Behaviour{
		{
			Name: "closes at once", About: "takes the connection and closes it", Layer: Connection,
			serve: func(*Conn) {},
		},
		{
			Name: "resets at once", About: "takes the connection and resets it", Layer: Connection, Fickle: true,
			serve: (*Conn).reset,
		},
		{
			Name: "closes after the hello", About: "reads the ClientHello and closes", Layer: Connection,
			serve: afterHello(func(*Conn, [32]byte) {}),
		},
		{
			Name: "http", About: "answers in plain HTTP", Layer: Connection,
			serve: greets("HTTP/1.1 400 Bad Request\r\nServer: \x1b]0;owned\a\u202e\r\nConnection: close\r\n\r\n"),
		},
		{
			Name: "ssh", About: "greets as an SSH server", Layer: Connection,
			serve: greets("SSH-2.0-OpenSSH_9.2p1\r\n"),
		},
		{
			Name: "smtp", About: "greets as a mail server, with escape sequences", Layer: Connection,
			serve: greets("220 mail.example \x1b[2J\x1b[31mESMTP\u202e\u2066\r\n"),
		},
		{
			Name: "rdp", About: "confirms an RDP connection (TPKT)", Layer: Connection,
			serve: greets("\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00"),
		},
		{
			Name: "endless banner", About: "sends text without line ends for ever", Layer: Connection,
			serve: func(c *Conn) { c.flood(repeated("SSH-2.0-", 16<<10)) },
		},
		{
			Name: "echo", About: "sends back what it gets", Layer: Connection,
			serve: func(c *Conn) {
				b := make([]byte, 4096)
				for {
					n, err := c.Read(b)
					if err != nil || !c.say(b[:n]) {
						return
					}
				}
			},
		},
		{
			Name: "random bytes", About: "sends noise (64 seeds)", Layer: Connection, Variants: 64,
			serve: afterHello(func(c *Conn, _ [32]byte) { c.say(noise(uint64(c.variant), 2048)) }),
		},
		{
			Name: "random record", About: "sends noise in a handshake record (64 seeds)", Layer: Connection, Variants: 64,
			serve: afterHello(func(c *Conn, _ [32]byte) {
				c.say(record(recordHandshake, version12, noise(uint64(c.variant), 2048)))
			}),
		},
	}
}

// slowpokes take their time.
func slowpokes() []Behaviour {
	flightOf := func(client [32]byte) []byte { return goodFlight(client).records() }
	return []Behaviour{
		{
			Name: "silence", About: "takes the connection and says nothing", Layer: Connection, Waits: true,
			serve: (*Conn).hold,
		},
		{
			Name: "silence half-way", About: "stops in the middle of its certificate", Layer: Connection, Waits: true,
			serve: afterHello(func(c *Conn, client [32]byte) {
				c.say(flightOf(client)[:200])
				c.hold()
			}),
		},
		{
			Name: "a byte a second", About: "sends a good flight, byte by byte", Layer: Connection, Waits: true,
			serve: afterHello(func(c *Conn, client [32]byte) {
				c.drip(flightOf(client))
				c.hold()
			}),
		},
		{
			Name: "an empty record a second", About: "sends records without contents, now and then", Layer: Connection, Waits: true,
			serve: afterHello(func(c *Conn, _ [32]byte) {
				for range maxFlood {
					if !c.say(record(recordHandshake, version12, nil)) || !c.pause() {
						return
					}
				}
			}),
		},
		{
			Name: "never reads", About: "sends a good flight and reads nothing more", Layer: Connection, Waits: true, Usable: true,
			serve: afterHello(func(c *Conn, client [32]byte) {
				c.say(flightOf(client))
				<-c.done
			}),
		},
	}
}

// greets speaks first and then listens.
func greets(text string) func(*Conn) {
	return func(c *Conn) { c.say([]byte(text)) }
}

// noise is n random bytes, the same for the same seed.
func noise(seed uint64, n int) []byte {
	source := rand.New(rand.NewPCG(seed, 8266))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(source.Uint32())
	}
	return b
}

// repeated is text over and over, n bytes.
func repeated(text string, n int) []byte {
	b := make([]byte, 0, n+len(text))
	for len(b) < n {
		b = append(b, text...)
	}
	return b[:n]
}

package hostile

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// floods say far more than anyone wants to hear.
func floods() []Behaviour {
	helloRequests := record(recordHandshake, version12, bytes.Repeat(message(messageHelloRequest, nil), 4096))
	return []Behaviour{
		{
			Name: "endless hello requests", About: "sends HelloRequest, which is to be ignored, for ever", Layer: Handshake,
			serve: afterHello(func(c *Conn, _ [32]byte) { c.flood(helloRequests) }),
		},
		{
			Name: "endless certificates", About: "sends good Certificate messages for ever", Layer: Handshake,
			serve: afterHello(func(c *Conn, client [32]byte) {
				f := goodFlight(client)
				if c.say(records(f.hello())) {
					c.flood(records(f.certificate()))
				}
			}),
		},
		{
			Name: "16 MB certificate", About: "announces the largest certificate there is, and sends it", Layer: Handshake,
			serve: afterHello(func(c *Conn, client [32]byte) {
				const message, list, one = 1<<24 - 1, 1<<24 - 4, 1<<24 - 7 // each inside the one before
				head := make([]byte, 10)
				head[0] = messageCertificate
				putLength(head[1:4], message)
				putLength(head[4:7], list)
				putLength(head[7:10], one)
				if c.say(records(slices.Concat(goodFlight(client).hello(), head))) {
					c.flood(record(recordHandshake, version12, make([]byte, maxRecord)))
				}
			}),
		},
		{
			Name: "16 MB message", About: "announces each message with 16 MB, and sends zeros", Layer: Handshake, Variants: 256,
			serve: afterHello(func(c *Conn, _ [32]byte) {
				if c.say(records([]byte{uint8(c.variant), 0xff, 0xff, 0xff})) {
					c.flood(record(recordHandshake, version12, make([]byte, maxRecord)))
				}
			}),
		},
		{
			Name: "certificate request", About: "wants a client certificate from one of a thousand CAs with doctored names", Layer: Handshake, Usable: true,
			serve: afterHello(func(c *Conn, client [32]byte) {
				f := goodFlight(client)
				var names []byte
				for range 1000 {
					name := commonName("\x1b[31mCA\u202e")
					names = append(binary.BigEndian.AppendUint16(names, uint16(len(name))), name...)
				}
				body := []byte{1, 64, 0, 2, 4, 3} // ecdsa_sign, ECDSA with SHA-256 (RFC 5246 §7.4.4)
				body = append(binary.BigEndian.AppendUint16(body, uint16(len(names))), names...)
				c.say(records(slices.Concat(f.hello(), f.certificate(), f.exchange(), message(messageCertRequest, body), f.done())))
			}),
		},
	}
}

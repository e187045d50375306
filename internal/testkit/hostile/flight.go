package hostile

import (
	"crypto"
	"crypto/sha256"
)

// A flight is a server's first answer: ServerHello, Certificate,
// ServerKeyExchange with a true signature, ServerHelloDone. goodFlight's is
// impeccable, so that whatever a behaviour changes in it is the only fault.
type flight struct {
	client      [32]byte // the client's random: the key exchange signs it
	version     uint16
	random      [32]byte
	session     []byte
	suite       uint16
	compression uint8
	extensions  []extension
	chain       [][]byte // DER, leaf first
	group       uint16
	point       []byte
	algorithm   uint16
}

type extension struct {
	kind uint16
	data []byte
}

// Numbers of goodFlight's choices, all of them in the board's offer.
const (
	suiteECDHE = 0xc02b // ECDHE-ECDSA-AES128-GCM-SHA256
	suiteRSA   = 0x009c // AES128-GCM-SHA256, which needs no ServerKeyExchange
	groupP256  = 0x0017
	ecdsa256   = 0x0403 // ECDSA with SHA-256
)

func goodFlight(client [32]byte) flight {
	return flight{
		client:     client,
		version:    version12,
		random:     sha256.Sum256([]byte("a server's random")),
		suite:      suiteECDHE,
		extensions: []extension{{0xff01, []byte{0}}}, // renegotiation_info (RFC 5746)
		chain:      [][]byte{goodLeaf().der()},
		group:      groupP256,
		point:      point(serverKey()),
		algorithm:  ecdsa256,
	}
}

// staticFlight is a flight without ServerKeyExchange: the leaf holds an RSA key,
// and nothing proves who has its other half.
func staticFlight(client [32]byte, leaf []byte) flight {
	f := goodFlight(client)
	f.suite, f.chain = suiteRSA, [][]byte{leaf}
	return f
}

// write writes the flight's messages.
func (f flight) write(b *buffer) {
	f.writeHello(b)
	f.writeCertificate(b)
	if f.suite != suiteRSA {
		f.writeExchange(b)
	}
	b.add(message(messageServerHelloDone, nil)...)
}

func (f flight) writeHello(b *buffer) {
	b.add(messageServerHello)
	b.prefixed(3, func() {
		b.uint16(f.version)
		b.add(f.random[:]...)
		b.prefixed(1, func() { b.add(f.session...) })
		b.uint16(f.suite)
		b.add(f.compression)
		b.prefixed(2, func() {
			for _, e := range f.extensions {
				b.uint16(e.kind)
				b.prefixed(2, func() { b.add(e.data...) })
			}
		})
	})
}

func (f flight) writeCertificate(b *buffer) {
	b.add(messageCertificate)
	b.prefixed(3, func() {
		b.prefixed(3, func() {
			for _, der := range f.chain {
				b.prefixed(3, func() { b.add(der...) })
			}
		})
	})
}

func (f flight) writeExchange(b *buffer) {
	const namedCurve = 3 // RFC 8422 §5.4
	params := []byte{namedCurve, byte(f.group >> 8), byte(f.group), byte(len(f.point))}
	params = append(params, f.point...)
	b.add(messageServerKeyExchange)
	b.prefixed(3, func() {
		b.add(params[:3]...)
		b.prefixed(1, func() { b.add(f.point...) })
		b.uint16(f.algorithm)
		b.prefixed(2, func() { b.add(f.sign(params)...) })
	})
}

// sign signs the key exchange (RFC 5246 §7.4.3).
func (f flight) sign(params []byte) []byte {
	h := sha256.New()
	h.Write(f.client[:])
	h.Write(f.random[:])
	h.Write(params)
	return signDigest(serverKey(), h.Sum(nil), crypto.SHA256)
}

// The messages by themselves, for behaviours that send them in another order.

func (f flight) hello() []byte { return written(f.writeHello) }

func (f flight) certificate() []byte { return written(f.writeCertificate) }

func (f flight) exchange() []byte { return written(f.writeExchange) }

func (f flight) done() []byte { return message(messageServerHelloDone, nil) }

func (f flight) messages() []byte { return written(f.write) }

// records is the whole flight, ready to be sent.
func (f flight) records() []byte { return records(f.messages()) }

func written(write func(*buffer)) []byte {
	var b buffer
	write(&b)
	return b.bytes
}

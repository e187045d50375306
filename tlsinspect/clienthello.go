package tlsinspect

import (
	"fmt"
	"io"
	"math/bits"

	"golang.org/x/crypto/cryptobyte"

	"espost/esp8266"
	"espost/request"
)

// TLS numbers (RFC 5246, RFC 6066, RFC 8422, RFC 5746).
const (
	recordChangeCipherSpec = 20
	recordAlert            = 21
	recordHandshake        = 22
	recordApplicationData  = 23

	extensionServerName      = 0x0000
	extensionFragmentLength  = 0x0001
	extensionGroups          = 0x000a
	extensionPointFormats    = 0x000b
	extensionSignatures      = 0x000d
	extensionRenegotiation   = 0xff01
	nameTypeHost             = 0
	pointFormatUncompressed  = 0
	compressionNull          = 0
	messageHelloRequest      = 0
	messageClientHello       = 1
	messageServerHello       = 2
	messageCertificate       = 11
	messageServerKeyExchange = 12
	messageCertRequest       = 13
	messageServerHelloDone   = 14
)

// An offer is what a ClientHello offers.
type offer struct {
	serverName string // "" leaves server_name out
	buffers    esp8266.Buffers
	basic      bool // a build with basic ciphers: four suites, no elliptic curves
	extended   bool // no board's offer: it adds what servers may insist on, to learn their reasons
}

// boardOffer is what an ordinary sketch offers to the target.
func boardOffer(t request.Target) offer {
	return offer{serverName: t.Host, buffers: esp8266.DefaultBuffers()}
}

// What an extended offer adds: Diffie-Hellman suites and those of other national
// standards, Ed25519, Ed448 and RSA-PSS (RFC 8446 §4.2.3), more curves.
var (
	extendedSuites = []uint16{
		0xccaa, 0x009f, 0x009e, 0x006b, 0x0067, 0x0039, 0x0033, 0xc09f, 0xc09e,
		0xc077, 0xc076, 0xc073, 0xc072, 0xc0ab, 0xc0a2, 0x00c4, 0x00be, 0x0088, 0x0045, 0xc011, 0xc007, 0x0005,
	}
	extendedSignatures = []uint16{0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x0804, 0x0805, 0x0806, 0x0402, 0x0202}
	extendedGroups     = []uint16{0x001e, 0x001a, 0x001b, 0x001c, 0x0016, 0x0015}
)

// suites returns what the offer lists of the board's suites.
func (o offer) suites() []esp8266.CipherSuite {
	if o.basic {
		return esp8266.BasicCipherSuites()
	}
	return esp8266.CipherSuites()
}

// offers reports whether the offer lists a suite.
func (o offer) offers(id uint16) bool {
	for _, s := range o.suites() {
		if s.ID == id {
			return true
		}
	}
	return false
}

// extension reports whether the offer holds an extension.
func (o offer) extension(id uint16) bool {
	switch id {
	case extensionRenegotiation, extensionSignatures:
		return true
	case extensionServerName:
		return o.serverName != ""
	case extensionFragmentLength:
		return o.buffers.FragmentLength() != 0
	case extensionGroups, extensionPointFormats:
		return !o.basic
	}
	return false
}

// clientRandom makes the hello's random: BearSSL sets the first four bytes,
// once the time, to zero (ssl_hs_client.t0, write-ClientHello).
func clientRandom(source io.Reader) ([32]byte, error) {
	var random [32]byte
	if _, err := io.ReadFull(source, random[4:]); err != nil {
		return random, fmt.Errorf("drawing the hello's random: %w", err)
	}
	return random, nil
}

// helloSize is room for any hello to an ordinary host.
const helloSize = 512

// marshal returns the whole record of the ClientHello, byte for byte as BearSSL
// writes it with the core's settings.
func (o offer) marshal(random [32]byte) ([]byte, error) {
	b := cryptobyte.NewBuilder(make([]byte, 0, helloSize))
	b.AddUint8(recordHandshake)
	b.AddUint16(esp8266.VersionTLS10) // of a first record, whatever is offered inside
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint8(messageClientHello)
		b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
			b.AddUint16(esp8266.VersionTLS12)
			b.AddBytes(random[:])
			b.AddUint8LengthPrefixed(func(*cryptobyte.Builder) {}) // no session to resume
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
				for _, s := range o.suites() {
					b.AddUint16(s.ID)
				}
				o.addExtended(b, extendedSuites)
			})
			b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddUint8(compressionNull) })
			b.AddUint16LengthPrefixed(o.addExtensions)
		})
	})
	record, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("writing the ClientHello for %q: %w", o.serverName, err)
	}
	return record, nil
}

// addExtensions writes the extensions in BearSSL's order.
func (o offer) addExtensions(b *cryptobyte.Builder) {
	b.AddUint16(extensionRenegotiation)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddUint8(0) }) // a first handshake
	if o.serverName != "" {
		b.AddUint16(extensionServerName)
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
				b.AddUint8(nameTypeHost)
				b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(o.serverName)) })
			})
		})
	}
	if length := o.buffers.FragmentLength(); length != 0 {
		b.AddUint16(extensionFragmentLength)
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddUint8(fragmentCode(length)) })
	}
	b.AddUint16(extensionSignatures)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			for _, s := range esp8266.SignatureAlgorithms() {
				if !o.basic || s.Signature() == signatureRSA {
					b.AddUint16(uint16(s))
				}
			}
			o.addExtended(b, extendedSignatures)
		})
	})
	if o.basic {
		return
	}
	b.AddUint16(extensionGroups)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			for _, g := range esp8266.Groups() {
				b.AddUint16(uint16(g))
			}
			o.addExtended(b, extendedGroups)
		})
	})
	b.AddUint16(extensionPointFormats)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddUint8(pointFormatUncompressed) })
	})
}

// addExtended adds to a list what only an extended offer holds.
func (o offer) addExtended(b *cryptobyte.Builder, list []uint16) {
	if !o.extended {
		return
	}
	for _, v := range list {
		b.AddUint16(v)
	}
}

// fragmentCode numbers a fragment length: 1 for 512 to 4 for 4096 (RFC 6066 §4).
func fragmentCode(length int) uint8 { return uint8(bits.Len(uint(length)) - 9) }

package hostile

import "encoding/binary"

// TLS numbers (RFC 5246, §6.2.1, §7.2, §7.4).
const (
	recordChangeCipherSpec = 20
	recordAlert            = 21
	recordHandshake        = 22
	recordApplicationData  = 23

	messageHelloRequest      = 0
	messageServerHello       = 2
	messageCertificate       = 11
	messageServerKeyExchange = 12
	messageCertRequest       = 13
	messageServerHelloDone   = 14
	messageFinished          = 20

	alertWarning = 1
	alertFatal   = 2

	version12 = 0x0303
	maxRecord = 16384
)

// record is one TLS record, whatever its payload is worth.
func record(kind uint8, version uint16, payload []byte) []byte {
	out := []byte{kind, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(out[1:], version)
	binary.BigEndian.PutUint16(out[3:], uint16(len(payload)))
	return append(out, payload...)
}

// records spreads handshake messages over as few records as they need.
func records(messages []byte) []byte {
	var out []byte
	for len(messages) > 0 {
		n := min(len(messages), maxRecord)
		out = append(out, record(recordHandshake, version12, messages[:n])...)
		messages = messages[n:]
	}
	return out
}

// message is one handshake message.
func message(kind uint8, body []byte) []byte {
	n := len(body)
	return append([]byte{kind, byte(n >> 16), byte(n >> 8), byte(n)}, body...)
}

func alert(level, number uint8) []byte {
	return record(recordAlert, version12, []byte{level, number})
}

// A buffer is bytes being written that remembers where its lengths stand, so
// that they can be made to lie.
type buffer struct {
	bytes   []byte
	lengths []length
}

// A length is a length field: size bytes, big-endian, at an offset.
type length struct{ at, size int }

// prefixed writes what body writes, with its length in size bytes before it.
func (b *buffer) prefixed(size int, body func()) {
	at := len(b.bytes)
	b.lengths = append(b.lengths, length{at, size})
	b.bytes = append(b.bytes, make([]byte, size)...)
	body()
	putLength(b.bytes[at:at+size], len(b.bytes)-at-size)
}

func (b *buffer) uint16(n uint16) { b.bytes = binary.BigEndian.AppendUint16(b.bytes, n) }

func (b *buffer) add(p ...byte) { b.bytes = append(b.bytes, p...) }

// putLength writes n into all of field.
func putLength(field []byte, n int) {
	for i := len(field) - 1; i >= 0; i-- {
		field[i] = byte(n)
		n >>= 8
	}
}

// getLength is the number that field holds.
func getLength(field []byte) int {
	n := 0
	for _, b := range field {
		n = n<<8 | int(b)
	}
	return n
}

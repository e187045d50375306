package tlsinspect_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"espost/request"
	"espost/tlsinspect"
)

// A script is a server's flight, each part to be spoilt.
type script struct {
	key         crypto.Signer
	before      []byte // records ahead of everything
	record      uint16 // version of the records
	version     uint16
	sessionID   []byte
	suite       uint16
	compression byte
	extensions  []byte
	chain       [][]byte
	omitSKE     bool
	group       uint16
	point       []byte
	scheme      uint16
	signature   func([]byte) []byte // spoils it
	between     []byte              // handshake bytes between ServerKeyExchange and ServerHelloDone
	done        []byte
	after       []byte // in the record of ServerHelloDone
	split       int    // bytes of a record, 0 for all in one
	second      uint16 // version of the records after the first
	raw         []byte // instead of everything
}

func message(kind byte, body ...[]byte) []byte {
	b := slices.Concat(body...)
	return append([]byte{kind, byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))}, b...)
}

func vec8(b []byte) []byte  { return append([]byte{byte(len(b))}, b...) }
func vec16(b []byte) []byte { return append(u16(uint16(len(b))), b...) }
func vec24(b []byte) []byte {
	return append([]byte{byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))}, b...)
}
func u16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }

// answer is the flight for a client's random.
func (s script) answer(clientRandom []byte) []byte {
	if s.raw != nil {
		return s.raw
	}
	serverRandom := make([]byte, 32)
	hello := slices.Concat(u16(s.version), serverRandom, vec8(s.sessionID), u16(s.suite), []byte{s.compression})
	if s.extensions != nil {
		hello = append(hello, vec16(s.extensions)...)
	}
	var list []byte
	for _, der := range s.chain {
		list = append(list, vec24(der)...)
	}
	flight := append(message(2, hello), message(11, vec24(list))...)
	if !s.omitSKE {
		params := slices.Concat([]byte{3}, u16(s.group), vec8(s.point))
		digest := sha256.Sum256(slices.Concat(clientRandom, serverRandom, params))
		signature, err := s.key.Sign(rand.Reader, digest[:], crypto.SHA256)
		if err != nil {
			panic(err)
		}
		if s.signature != nil {
			signature = s.signature(signature)
		}
		flight = append(flight, message(12, params, u16(s.scheme), vec16(signature))...)
	}
	flight = slices.Concat(flight, s.between, message(14, s.done), s.after)
	out := s.before
	size := s.split
	if size == 0 {
		size = len(flight)
	}
	for part := range slices.Chunk(flight, size) {
		out = slices.Concat(out, []byte{22}, u16(s.record), vec16(part))
		if s.second != 0 {
			s.record = s.second
		}
	}
	return out
}

// play answers each hello with the script.
func (s script) play(t *testing.T) request.Target {
	return serve(t, func(conn net.Conn) {
		hello := readRecord(conn)
		if len(hello) < randomTo {
			return
		}
		conn.Write(s.answer(hello[randomFrom:randomTo]))
		conn.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, conn)
	})
}

// readRecord reads a record, or as much of it as comes.
func readRecord(conn net.Conn) []byte {
	record := make([]byte, 5)
	io.ReadFull(conn, record)
	record = append(record, make([]byte, binary.BigEndian.Uint16(record[3:]))...)
	n, _ := io.ReadFull(conn, record[5:])
	return record[:5+n]
}

// spoil changes the leaf's bytes.
func spoil(s *script, from, to string) {
	s.chain = [][]byte{bytes.Replace(s.chain[0], []byte(from), []byte(to), 1)}
}

// utc is how the certificate writes its first date.
func utc(id *identity) string { return id.cert.NotBefore.UTC().Format("060102150405Z") }

// Flights that no well-behaved server sends: BearSSL and this package must make
// the same of them.
func TestOddFlightsAgreeWithBearSSL(t *testing.T) {
	id := selfSigned(t, rsa2048())
	x25519, _ := hex.DecodeString("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
	tests := []struct {
		name  string
		code  int
		spoil func(*script)
	}{
		{"as it should be", 0, func(*script) {}},
		{"records of two bytes", 0, func(s *script) { s.split = 2 }},
		{"records of five bytes", 0, func(s *script) { s.split = 5 }},
		{"empty records", 0, func(s *script) { s.before = []byte{22, 3, 3, 0, 0, 22, 3, 3, 0, 0} }},
		{"warning alert", 0, func(s *script) { s.before = []byte{21, 3, 3, 0, 2, 1, 112} }},
		{"warning alert in an older record", 4, func(s *script) { s.before = []byte{21, 3, 1, 0, 2, 1, 112} }},
		{"alert in two records", 296, func(s *script) { s.raw = []byte{21, 3, 3, 0, 1, 2, 21, 3, 3, 0, 1, 40} }},
		{"alert of an unknown level", 296, func(s *script) { s.raw = []byte{21, 3, 3, 0, 2, 7, 40} }},
		{"no renegotiation", 356, func(s *script) { s.before = []byte{21, 3, 3, 0, 2, 1, 100} }},
		{"close_notify", 0, func(s *script) { s.raw = []byte{21, 3, 3, 0, 2, 1, 0} }},
		{"HelloRequest on the way", 0, func(s *script) { s.between = message(0) }},
		{"HelloRequest with a body", 14, func(s *script) { s.between = message(0, []byte{1}) }},
		{"application data", 10, func(s *script) { s.before = []byte{23, 3, 3, 0, 1, 0} }},
		{"change cipher spec", 10, func(s *script) { s.before = []byte{20, 3, 3, 0, 1, 1} }},
		{"record too long", 5, func(s *script) { s.raw = append([]byte{22, 3, 3, 0x40, 1}, make([]byte, 16385)...) }},
		{"not TLS", 3, func(s *script) { s.raw = []byte("HTTP/1.1 400 Bad Request\r\n\r\n") }},
		{"SSL 3.0", 3, func(s *script) { s.version, s.record = 0x0300, 0x0300 }},
		{"TLS 1.3 in the hello", 3, func(s *script) { s.version = 0x0304 }},
		{"record of another version", 4, func(s *script) { s.record = 0x0301 }},
		{"a later record of another version", 4, func(s *script) { s.split, s.second = 500, 0x0302 }},
		{"session ID", 0, func(s *script) { s.sessionID = make([]byte, 32) }},
		{"session ID too long", 15, func(s *script) { s.sessionID = make([]byte, 33) }},
		{"suite not offered", 16, func(s *script) { s.suite = 0x009e }},
		{"AEAD suite with TLS 1.1", 16, func(s *script) { s.version, s.record = 0x0302, 0x0302 }},
		{"compression", 17, func(s *script) { s.compression = 1 }},
		{"extensions, none in the list", 0, func(s *script) { s.extensions = []byte{} }},
		{"all that were offered", 0, func(s *script) {
			s.extensions = slices.Concat([]byte{0xff, 1, 0, 1, 0}, []byte{0, 0, 0, 0}, []byte{0, 1, 0, 1, 1}, []byte{0, 0x0b, 0, 2, 1, 0}, []byte{0, 0x0a, 0, 0}, []byte{0, 0x0d, 0, 0})
		}},
		{"ALPN", 20, func(s *script) { s.extensions = []byte{0, 16, 0, 0} }},
		{"session ticket", 20, func(s *script) { s.extensions = []byte{0, 35, 0, 0} }},
		{"extended master secret", 20, func(s *script) { s.extensions = []byte{0, 23, 0, 0} }},
		{"an extension twice", 20, func(s *script) { s.extensions = []byte{0, 0, 0, 0, 0, 0, 0, 0} }},
		{"server_name with a body", 21, func(s *script) { s.extensions = []byte{0, 0, 0, 1, 0} }},
		{"another fragment length", 18, func(s *script) { s.extensions = []byte{0, 1, 0, 1, 2} }},
		{"fragment length of two bytes", 18, func(s *script) { s.extensions = []byte{0, 1, 0, 2, 1, 1} }},
		{"renegotiation data", 19, func(s *script) { s.extensions = []byte{0xff, 1, 0, 2, 1, 0} }},
		{"extension list too long", 1, func(s *script) { s.extensions = []byte{0, 11, 0, 9} }},
		{"no certificate", 10, func(s *script) { s.chain = nil }},
		{"not a certificate", 28, func(s *script) { s.chain = [][]byte{[]byte("certificate")} }},
		{"a certificate of version 4", 28, func(s *script) { spoil(s, "\xa0\x03\x02\x01\x02", "\xa0\x03\x02\x01\x03") }},
		{"a certificate of month 13", 28, func(s *script) { spoil(s, "\x17\x0d"+utc(id)[:4], "\x17\x0d"+utc(id)[:2]+"13") }},
		{"no key exchange", 10, func(s *script) { s.omitSKE = true }},
		{"key exchange without need", 10, func(s *script) { s.suite = 0x009c }},
		{"RSA key exchange", 0, func(s *script) { s.suite, s.omitSKE = 0x009c, true }},
		{"ECDSA suite, RSA key", 28, func(s *script) { s.suite = 0xc02b }},
		{"group not offered", 26, func(s *script) { s.group = 0x001e }},
		{"another point for the group", 26, func(s *script) { s.group = 0x0017 }},
		{"point too long", 26, func(s *script) { s.point = make([]byte, 134) }},
		{"RSA-PSS", 26, func(s *script) { s.scheme = 0x0804 }},
		{"MD5", 26, func(s *script) { s.scheme = 0x0101 }},
		{"ECDSA signature for RSA", 26, func(s *script) { s.scheme = 0x0403 }},
		{"signature of another hash", 27, func(s *script) { s.scheme = 0x0501 }},
		{"one bit of the signature", 27, func(s *script) { s.signature = func(b []byte) []byte { b[9] ^= 1; return b } }},
		{"signature cut short", 27, func(s *script) { s.signature = func(b []byte) []byte { return b[1:] } }},
		{"signature too long", 23, func(s *script) { s.signature = func(b []byte) []byte { return make([]byte, 513) } }},
		{"CertificateRequest", 0, func(s *script) { s.between = message(13, vec8([]byte{1, 64}), vec16([]byte{4, 1}), vec16(nil)) }},
		{"CertificateRequest cut short", 1, func(s *script) { s.between = message(13, vec8([]byte{1, 64}), []byte{0}) }},
		{"ServerHelloDone with a body", 22, func(s *script) { s.done = []byte{0} }},
		{"more after ServerHelloDone", 10, func(s *script) { s.after = []byte{0} }},
		{"a message out of turn", 10, func(s *script) { s.between = message(20, make([]byte, 12)) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := script{key: rsa2048(), record: 0x0303, version: 0x0303, suite: 0xc02f, chain: [][]byte{id.cert.Raw},
				group: 0x001d, point: x25519, scheme: 0x0401}
			tt.spoil(&s)
			at := s.play(t)
			conn, err := net.Dial("tcp", "127.0.0.1:"+at.Addr()[len("localhost:"):])
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			code, err := tlsinspect.EvaluateConn(conn, at)
			if err != nil {
				t.Fatal(err)
			}
			r := ask(t, at, "full", "fingerprint", id.cert.Raw)
			if len(s.chain) > 0 && string(s.chain[0]) != string(id.cert.Raw) {
				r = ask(t, at, "full", "fingerprint", s.chain[0])
			}
			if bear := max(r.code, 0); int(code) != bear || int(code) != tt.code {
				t.Errorf("we say %d, BearSSL says %d, want %d", code, bear, tt.code)
			}
		})
	}
}

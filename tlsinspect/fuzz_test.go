package tlsinspect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"golang.org/x/crypto/cryptobyte"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/request"
)

// recordedFlight is what openssl s_server answered the board, byte for byte.
func recordedFlight(f testing.TB) []byte {
	data, err := os.ReadFile(filepath.Join("testdata", "flight.bin"))
	if err != nil {
		f.Fatal(err)
	}
	return data
}

// What is parsed can be written again, byte for byte.
func same(t *testing.T, what string, input, written []byte) {
	t.Helper()
	if !bytes.Equal(input, written) {
		t.Errorf("%s\n%x\nis written again as\n%x", what, input, written)
	}
}

func FuzzRecords(f *testing.F) {
	seedFlights(f)
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Add([]byte{21, 3, 3, 0, 2, 2, 40})
	f.Fuzz(func(t *testing.T, input []byte) {
		r := newRecordReader(bytes.NewReader(input))
		var written []byte
	reading:
		for {
			rec, err := r.next()
			if err != nil {
				var notTLS *netdial.NotTLSError
				var malformed *netdial.MalformedError
				switch {
				case errors.Is(err, io.EOF) && len(written) == len(input), errors.Is(err, io.ErrUnexpectedEOF):
				case errors.As(err, &malformed) && r.read > 1, errors.As(err, &malformed) && len(input) >= 5:
				case errors.As(err, &notTLS) && len(written) == 0 && bytes.HasPrefix(input, notTLS.First):
				default:
					t.Errorf("after %d of %d bytes: %v", len(written), len(input), err)
				}
				break reading
			}
			written = append(written, rec.kind, byte(rec.version>>8), byte(rec.version))
			written = binary.BigEndian.AppendUint16(written, uint16(len(rec.payload)))
			written = append(written, rec.payload...)
		}
		same(t, "records", input[:len(written)], written)
	})
}

func FuzzServerHello(f *testing.F) {
	seedMessages(f, messageServerHello)
	f.Fuzz(func(t *testing.T, body []byte) {
		h, err := parseServerHello(body)
		if err != nil {
			return
		}
		var b cryptobyte.Builder
		b.AddUint16(h.version)
		b.AddBytes(h.random[:])
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(h.sessionID) })
		b.AddUint16(h.suite)
		b.AddUint8(h.compression)
		if h.hasExtensions {
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
				for _, e := range h.extensions {
					b.AddUint16(e.kind)
					b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.data) })
				}
			})
		}
		same(t, "ServerHello", body, b.BytesOrPanic())
	})
}

func FuzzCertificates(f *testing.F) {
	seedMessages(f, messageCertificate)
	f.Fuzz(func(t *testing.T, body []byte) {
		chain, err := parseCertificates(body)
		if err != nil {
			return
		}
		var b cryptobyte.Builder
		b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
			for _, der := range chain {
				b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(der) })
			}
		})
		same(t, "Certificate", body, b.BytesOrPanic())
	})
}

func FuzzServerKeyExchange(f *testing.F) {
	seedMessages(f, messageServerKeyExchange)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, version := range []uint16{esp8266.VersionTLS10, esp8266.VersionTLS12} {
			k, err := parseServerKeyExchange(body, version)
			if err != nil {
				continue
			}
			var b cryptobyte.Builder
			b.AddUint8(k.curveType)
			b.AddUint16(uint16(k.group))
			b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(k.point) })
			if version >= esp8266.VersionTLS12 {
				b.AddUint16(uint16(k.algorithm))
			}
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(k.signature) })
			same(t, "ServerKeyExchange", body, b.BytesOrPanic())
		}
	})
}

func FuzzCertificateRequest(f *testing.F) {
	seedMessages(f, messageCertRequest)
	f.Add([]byte{2, 1, 64, 0, 4, 4, 1, 4, 3, 0, 7, 0, 2, 48, 0, 0, 1, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, version := range []uint16{esp8266.VersionTLS10, esp8266.VersionTLS12} {
			r, err := parseCertificateRequest(body, version)
			if err != nil {
				continue
			}
			var b cryptobyte.Builder
			b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(r.types) })
			if version >= esp8266.VersionTLS12 {
				b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(r.algorithms) })
			}
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
				for _, name := range r.authorities {
					b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(name) })
				}
			})
			same(t, "CertificateRequest", body, b.BytesOrPanic())
		}
	})
}

// However the network cuts a flight up, the same is read from it and the same
// thought of it.
func FuzzFlight(f *testing.F) {
	seedFlights(f)
	f.Add([]byte{21, 3, 3, 0, 2, 1, 112, 21, 3, 3, 0, 2, 2, 40})
	f.Fuzz(func(t *testing.T, input []byte) {
		o := boardOffer(request.Target{Host: "localhost"})
		whole, err := readFlight(bytes.NewReader(input), o, [32]byte{})
		pieces, pieceErr := readFlight(iotest.OneByteReader(bytes.NewReader(input)), o, [32]byte{})
		if (err == nil) != (pieceErr == nil) || err != nil && !errors.As(err, new(*netdial.NotTLSError)) && err.Error() != pieceErr.Error() {
			t.Fatalf("in one piece %v, in many %v", err, pieceErr)
		}
		if a, b := whole.judge(), pieces.judge(); a != b || len(whole.chain) != len(pieces.chain) || whole.alert != pieces.alert {
			t.Errorf("in one piece error %d, in many %d", a, b)
		}
		if whole.complete && (whole.hello == nil || len(whole.chain) == 0) {
			t.Error("a complete flight lacks its hello or its chain")
		}
	})
}

package tlsinspect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"

	"golang.org/x/crypto/cryptobyte"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/internal/testkit/hostile"
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
		if a, b := whole.evaluate(), pieces.evaluate(); a != b || len(whole.chain) != len(pieces.chain) || whole.alert != pieces.alert {
			t.Errorf("in one piece error %d, in many %d", a, b)
		}
		if whole.complete && (whole.hello == nil || len(whole.chain) == 0) {
			t.Error("a complete flight lacks its hello or its chain")
		}
	})
}

// A certificate that Go's x509 takes is split into the same parts here; one that
// it refuses gives what can be had, and never a panic.
func FuzzCertificate(f *testing.F) {
	seedCertificates(f)
	f.Fuzz(func(t *testing.T, der []byte) {
		c := NewCertificate(der)
		if len(c.SHA1()) != 40 || len(c.SHA256()) != 64 || c.Name() == "" || strings.ContainsFunc(c.Name(), unicode.IsControl) {
			t.Errorf("facts are off: %v", c)
		}
		if (c.X509 == nil) != (c.ParseErr != nil) {
			t.Errorf("X509 %v, ParseErr %v", c.X509, c.ParseErr)
		}
		validate([]*Certificate{c}, []*Certificate{c}, "localhost", c.NotBefore)
		if c.X509 == nil {
			return
		}
		p := c.parts
		// x509 doesn't look at the extensions of versions before 3.
		if !bytes.Equal(p.spki, c.X509.RawSubjectPublicKeyInfo) || !bytes.Equal(p.subject, c.X509.RawSubject) ||
			!bytes.Equal(p.issuer, c.X509.RawIssuer) || !bytes.Equal(p.tbs, c.X509.RawTBSCertificate) ||
			!p.notAfter.Equal(c.NotAfter) || c.X509.Version == 3 && (!p.whole || len(p.extensions) != len(c.X509.Extensions)) {
			t.Errorf("x509 and splitCertificate differ on\n%x", der)
		}
	})
}

// hostileAnswers are what package hostile's servers send after the board's
// hello, cut to a length that suits a fuzzer: three variants of each behaviour
// that doesn't wait.
func hostileAnswers(f *testing.F) [][]byte {
	var answers [][]byte
	for _, b := range hostile.All() {
		if b.Layer == hostile.HTTP || b.Waits || b.Fickle {
			continue
		}
		for _, v := range slices.Compact([]int{0, b.Count() / 2, b.Count() - 1}) {
			answers = append(answers, hostileAnswer(f, b, v))
		}
	}
	return answers
}

func hostileAnswer(f *testing.F, b hostile.Behaviour, variant int) []byte {
	const most = 64 << 10
	s := hostile.Start(f, b, hostile.Options{Variant: variant, Tick: time.Millisecond})
	defer s.Close()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port()))
	if err != nil {
		f.Fatal(err)
	}
	defer conn.Close()
	hello, err := boardOffer(request.Target{Host: "localhost"}).marshal([32]byte{})
	if err != nil {
		f.Fatal(err)
	}
	_, _ = conn.Write(hello)             // some have gone by then
	_ = conn.(*net.TCPConn).CloseWrite() // or an honest server waits for more
	answer, _ := io.ReadAll(io.LimitReader(conn, most))
	return answer
}

// seedFlights adds the recorded flight and the hostile ones.
func seedFlights(f *testing.F) {
	f.Add(recordedFlight(f))
	for _, answer := range hostileAnswers(f) {
		f.Add(answer)
	}
}

// seedMessages adds the messages of one kind out of the recorded flight and the
// hostile ones, each once.
func seedMessages(f *testing.F, kind byte) {
	seen := make(map[string]bool)
	for _, answer := range append(hostileAnswers(f), recordedFlight(f)) {
		for _, body := range messages(answer, kind) {
			if !seen[string(body)] {
				seen[string(body)] = true
				f.Add(body)
			}
		}
	}
	if len(seen) == 0 {
		f.Fatalf("no server sends a message of type %d", kind)
	}
}

// messages returns the bodies of a flight's messages of one kind, as far as it
// can be read.
func messages(answer []byte, kind byte) (bodies [][]byte) {
	r := &flightReader{records: newRecordReader(bytes.NewReader(answer)), flight: new(flight)}
	for {
		k, body, err := r.message()
		if err != nil {
			return bodies
		}
		if k == kind {
			bodies = append(bodies, bytes.Clone(body))
		}
	}
}

// seedCertificates adds the certificates of all flights.
func seedCertificates(f *testing.F) {
	seen := make(map[string]bool)
	for _, answer := range append(hostileAnswers(f), recordedFlight(f)) {
		flight, _ := readFlight(bytes.NewReader(answer), offer{}, [32]byte{})
		for _, der := range flight.chain {
			if !seen[string(der)] {
				seen[string(der)] = true
				f.Add(der)
			}
		}
	}
}

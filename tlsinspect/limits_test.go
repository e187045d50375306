package tlsinspect

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"espost/internal/netdial"
	"espost/internal/sanitize"
	"espost/request"
)

// wire is messages in records of the most bytes that one may have.
func wire(messages ...[]byte) []byte {
	var b cryptobyte.Builder
	for all := bytes.Join(messages, nil); len(all) > 0; {
		n := min(len(all), maxRecord)
		b.AddBytes([]byte{recordHandshake, 3, 3})
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(all[:n]) })
		all = all[n:]
	}
	return b.BytesOrPanic()
}

func handshakeMessage(kind byte, body []byte) []byte {
	var b cryptobyte.Builder
	b.AddUint8(kind)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(body) })
	return b.BytesOrPanic()
}

func helloWith(extensions int) []byte {
	var b cryptobyte.Builder
	b.AddUint16(0x0303)
	b.AddBytes(make([]byte, 33))
	b.AddUint16(0xc02b)
	b.AddUint8(0)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		for i := range extensions {
			b.AddUint16(uint16(i))
			b.AddUint16(0)
		}
	})
	return handshakeMessage(messageServerHello, b.BytesOrPanic())
}

func chainOf(certificates, size int) []byte {
	var b cryptobyte.Builder
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for range certificates {
			b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(make([]byte, size)) })
		}
	})
	return handshakeMessage(messageCertificate, b.BytesOrPanic())
}

// Each limit on a flight is where limits.go says: what just fits is read, and
// one more is refused.
func TestLimitsOfAFlight(t *testing.T) {
	record := func(length int) []byte {
		return append([]byte{recordHandshake, 3, 3, byte(length >> 8), byte(length)}, make([]byte, length)...)
	}
	warnings := func(n int) []byte { return bytes.Repeat([]byte{recordAlert, 3, 3, 0, 2, 1, 112}, n) }
	for _, tt := range []struct {
		limit      string
		fits, more []byte
	}{
		{"maxRecord", record(maxRecord), record(maxRecord + 1)},
		{"maxRecords", bytes.Repeat(record(0), maxRecords-1), bytes.Repeat(record(0), maxRecords+1)},
		{"maxMessage", wire(helloWith(0), chainOf(1, maxMessage-6)), wire(helloWith(0), chainOf(1, maxMessage-5))},
		{"maxFlight", wire(bytes.Repeat(handshakeMessage(messageHelloRequest, nil), maxFlight/4)), wire(bytes.Repeat(handshakeMessage(messageHelloRequest, nil), maxFlight/4+1))},
		{"maxCertificates", wire(helloWith(0), chainOf(maxCertificates, 1)), wire(helloWith(0), chainOf(maxCertificates+1, 1))},
		{"maxExtensions", wire(helloWith(maxExtensions)), wire(helloWith(maxExtensions + 1))},
		{"maxWarnings", warnings(maxWarnings), warnings(maxWarnings + 1)},
	} {
		t.Run(tt.limit, func(t *testing.T) {
			var malformed *netdial.MalformedError
			if _, err := readFlight(bytes.NewReader(tt.fits), offer{}, [32]byte{}); errors.As(err, &malformed) {
				t.Errorf("what fits is refused: %v", err)
			}
			if _, err := readFlight(bytes.NewReader(tt.more), offer{}, [32]byte{}); !errors.As(err, &malformed) {
				t.Errorf("what is too much is read: %v", err)
			}
		})
	}
}

// What is quoted of a server's words is short.
func TestLimitsOfQuotes(t *testing.T) {
	_, err := newRecordReader(strings.NewReader(strings.Repeat("x", readSize))).next()
	var foreign *netdial.NotTLSError
	if !errors.As(err, &foreign) || len(foreign.First) != maxQuoted {
		t.Errorf("%d bytes of what isn't TLS are quoted, %d are meant", len(foreign.First), maxQuoted)
	}
	if got := sanitize.Clip(strings.Repeat("ä", 2*maxReason), maxReason); len([]rune(got)) > maxReason+1 {
		t.Errorf("%d characters, %d are meant", len([]rune(got)), maxReason)
	}
}

// Keys that take long to check a signature with are left out of the search for a
// root.
func TestLimitOfIssuerKeys(t *testing.T) {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	with := func(bits int) *x509.CertPool {
		n := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(bits)), big.NewInt(1))
		template := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &rsa.PublicKey{N: n, E: 65537}, signer)
		if err != nil {
			t.Fatal(err)
		}
		return pool([][]byte{der})
	}
	if with(maxIssuerBits).Equal(x509.NewCertPool()) || !with(maxIssuerBits+1).Equal(x509.NewCertPool()) {
		t.Errorf("the limit isn't at %d bits", maxIssuerBits)
	}
}

// A host with very many addresses costs maxAddresses looks, and no more than
// maxProbes connections at once, each for no longer than the default timeout.
func TestLimitsOfConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var open, peak, all atomic.Int32
		c := &Client{
			Lookup: func(context.Context, string, string) ([]netip.Addr, error) {
				var ips []netip.Addr
				for i := range 1000 {
					ips = append(ips, netip.AddrFrom4([4]byte{203, 0, byte(i >> 8), byte(i)}))
				}
				return ips, nil
			},
			Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
				all.Add(1)
				for now := open.Add(1); ; {
					if was := peak.Load(); now <= was || peak.CompareAndSwap(was, now) {
						break
					}
				}
				defer open.Add(-1)
				<-ctx.Done()
				return nil, ctx.Err()
			},
		}
		started := time.Now()
		if _, err := c.Inspect(t.Context(), request.Target{Host: "many.example", Port: 443, Path: "/"}); err == nil {
			t.Error("no error")
		}
		if n := peak.Load(); n != maxProbes {
			t.Errorf("%d connections at once, %d are meant", n, maxProbes)
		}
		if n := all.Load(); n > maxAddresses+10 {
			t.Errorf("%d connections", n)
		}
		if took := time.Since(started); took > 3*defaultTimeout {
			t.Errorf("it took %v", took)
		}
		started = time.Now()
		if _, err := c.Fingerprint(t.Context(), request.Target{Host: "many.example", Port: 443, Path: "/"}); err == nil {
			t.Error("no error")
		}
		if took := time.Since(started); took != addressesWaitedFor*defaultTimeout {
			t.Errorf("Fingerprint took %v", took)
		}
	})
}

// A server that takes nothing any more isn't waited for when saying goodbye.
func TestCloseNotifyIsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, other := net.Pipe() // nobody reads
		defer conn.Close()
		defer other.Close()
		f := &flight{alert: -1, hello: &serverHello{version: 0x0303}}
		started := time.Now()
		f.sendCloseNotify(conn)
		if took := time.Since(started); took != closeNotifyTimeout {
			t.Errorf("it took %v, want %v", took, closeNotifyTimeout)
		}
	})
}

package tlsinspect_test

import (
	"encoding/binary"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"espost/tlsinspect"
)

// The hellos that clienthello.json doesn't hold are compared with what BearSSL
// sends now: other names, other buffers, and basic ciphers.
func TestClientHelloEqualsTheJudge(t *testing.T) {
	seen := make(chan []byte, 64)
	at := serve(t, func(conn net.Conn) {
		header := make([]byte, 5)
		io.ReadFull(conn, header)
		body := make([]byte, binary.BigEndian.Uint16(header[3:]))
		io.ReadFull(conn, body)
		seen <- append(header, body...)
	})
	cert := filepath.Join(t.TempDir(), "any.der")
	write(t, cert, selfSigned(t, p256()).cert.Raw)
	tests := []struct {
		host   string
		rx, tx int
		suites string
	}{
		{"localhost", 16384, 512, "full"},
		{"localhost", 16384, 512, "basic"},
		{"localhost", 512, 512, "full"},
		{"localhost", 2048, 4096, "full"},
		{"localhost", 4096, 4096, "full"},
		{"localhost", 8192, 8192, "full"},
		{"localhost", 600, 16384, "full"},
		{"localhost", 16384, 16384, "basic"},
		{"127.0.0.1", 16384, 512, "full"},
		{"::1", 16384, 512, "full"},
		{"xn--bcher-kva.example", 16384, 512, "full"},
		{"", 16384, 512, "full"},
	}
	for _, tt := range tests {
		exec.Command(judge(t), strconv.Itoa(at.Port), tt.host, strconv.Itoa(tt.rx), strconv.Itoa(tt.tx), tt.suites, "fingerprint", cert).Run()
		want := withoutRandom(t, <-seen)
		record, err := tlsinspect.ClientHello(tt.host, tt.rx, tt.tx, tt.suites == "basic")
		if err != nil {
			t.Fatal(err)
		}
		if got := withoutRandom(t, record); got != want {
			t.Errorf("%+v:\nours    %s\nBearSSL %s", tt, got, want)
		}
	}
}

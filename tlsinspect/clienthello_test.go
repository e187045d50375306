package tlsinspect_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/internal/testkit/bearssl"
	"espost/tlsinspect"
)

// recordedHellos are ClientHellos that real BearSSL sent.
func recordedHellos(t testing.TB) (hellos [][]byte) {
	t.Helper()
	data, err := os.ReadFile("testdata/clienthello.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Hellos []struct {
			Record string `json:"record_hex"`
		} `json:"hellos"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, h := range file.Hellos {
		record, err := hex.DecodeString(h.Record)
		if err != nil {
			t.Fatal(err)
		}
		hellos = append(hellos, record)
	}
	return hellos
}

// Where the random stands in a record: after the headers and the version.
const randomFrom, randomTo = 11, 43

// withoutRandom checks and blanks the random.
func withoutRandom(t *testing.T, record []byte) string {
	t.Helper()
	random := record[randomFrom:randomTo]
	if !bytes.Equal(random[:4], make([]byte, 4)) || bytes.Equal(random[4:], make([]byte, 28)) {
		t.Errorf("the random is %x; its first four bytes must be zero, the others random", random)
	}
	return hex.EncodeToString(record[:randomFrom]) + " random " + hex.EncodeToString(record[randomTo:])
}

// An Inspect sends the board's hello with the buffers' fragment lengths 512 (the
// core's default), 1024, 2048, 4096 and none: what BearSSL itself sent is among
// them, from the wire.
func TestClientHelloEqualsBearSSL(t *testing.T) {
	var mu sync.Mutex
	sent := make(map[string]int)
	at := serve(t, func(conn net.Conn) {
		record := readRecord(conn)
		mu.Lock()
		defer mu.Unlock()
		if len(record) > randomTo && bytes.Equal(record[randomFrom:randomFrom+4], make([]byte, 4)) {
			sent[withoutRandom(t, record)]++
		}
	})
	new(tlsinspect.Client).Inspect(t.Context(), at) // the server hangs up on every hello
	if _, err := new(tlsinspect.Client).Fingerprint(t.Context(), at); err == nil {
		t.Error("a server that hangs up has no fingerprint")
	}
	mu.Lock()
	defer mu.Unlock()
	hellos := recordedHellos(t)
	if len(hellos) != 3 {
		t.Fatalf("%d recorded hellos, want those of three buffer settings", len(hellos))
	}
	for i, h := range hellos {
		if want := withoutRandom(t, h); sent[want] == 0 {
			t.Errorf("hello %d of BearSSL was not sent:\n%s\nsent were:\n%s", i, want, cmp.Diff(nil, sent))
		}
	}
	if want := withoutRandom(t, hellos[0]); sent[want] != 2 {
		t.Errorf("the hello of the core's default buffers came %d times, want 2: from Inspect and Fingerprint", sent[want])
	}
}

// The hellos that clienthello.json doesn't hold are compared with what BearSSL
// sends now: other names, other buffers, and basic ciphers.
func TestClientHelloEqualsRunningBearSSL(t *testing.T) {
	seen := make(chan []byte, 64)
	at := serve(t, func(conn net.Conn) {
		seen <- readRecord(conn)
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
		exec.Command(bearssl.Program(t), strconv.Itoa(at.Port), tt.host, strconv.Itoa(tt.rx), strconv.Itoa(tt.tx), tt.suites, "fingerprint", cert).Run()
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

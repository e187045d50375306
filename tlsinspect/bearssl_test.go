package tlsinspect_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"espost/esp8266"
	"espost/internal/testkit/bearssl"
	"espost/request"
	"espost/tlsinspect"
)

// A ruling is what real BearSSL made of a server.
type ruling struct {
	code    int // 0 for a finished handshake, -1 for one that ended without an error
	version uint16
	suite   uint16
	curve   int
}

// ask lets BearSSL connect with the core's buffers and a pin made of the
// certificate.
func ask(t testing.TB, at request.Target, suites, mode string, der []byte) ruling {
	t.Helper()
	return askWith(t, at, esp8266.DefaultBuffers(), suites, mode, der)
}

func askWith(t testing.TB, at request.Target, b esp8266.Buffers, suites, mode string, der []byte) (r ruling) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "certificate.der")
	write(t, file, der)
	out, err := exec.Command(bearssl.Program(t), strconv.Itoa(at.Port), at.Host, strconv.Itoa(b.RX), strconv.Itoa(b.TX), suites, mode, file).Output()
	if err != nil {
		t.Fatalf("BearSSL: %v", err)
	}
	if _, err := fmt.Sscanf(string(out), "error=%d version=%v suite=%v curve=%d", &r.code, &r.version, &r.suite, &r.curve); err != nil {
		t.Fatalf("BearSSL says %q: %v", out, err)
	}
	return r
}

// agrees compares a report's verdict with BearSSL's, in every mode that the
// report knows a pin for.
func agrees(t *testing.T, report *tlsinspect.Report, pinned []byte) {
	t.Helper()
	at := report.Target
	if len(report.Chain) > 0 {
		pinned = report.Chain[0].Raw
	}
	check := func(mode string, der []byte, connects bool, code int) ruling {
		t.Helper()
		r := ask(t, at, "full", mode, der)
		if connects != (r.code == 0) || code != max(r.code, 0) {
			t.Errorf("%s: we say connects %v, error %d; BearSSL says %d", mode, connects, code, r.code)
		}
		return r
	}
	b := report.Board
	r := check("fingerprint", pinned, b.Connects, int(b.Error))
	if b.Connects && (r.version != b.Version || r.suite != b.CipherSuite.ID || r.curve != int(b.Group)) {
		t.Errorf("we saw version %#04x, suite %#04x, group %d; BearSSL %+v", b.Version, b.CipherSuite.ID, b.Group, r)
	}
	if r := askWith(t, at, b.Buffers, "full", "fingerprint", pinned); b.Connects && r.code != 0 {
		t.Errorf("with the buffers that we advise, %v, BearSSL stops with %d", b.Buffers, r.code)
	}
	if r := ask(t, at, "basic", "fingerprint", pinned); b.Connects && (r.code == 0) == strings.Contains(codes(report), " basic-ciphers-") {
		t.Errorf("with basic ciphers BearSSL says %d; our findings are%s", r.code, codes(report))
	}
	if p := report.Pins.PublicKey; p.Pin.Mode != "" && b.Error != 28 && b.Error != 23 { // a key that BearSSL can read
		check("key", pinned, p.Works, int(p.Error))
	}
	for _, p := range report.Pins.CAs {
		check("ca", der(t, p.Pin.CAs[0]), p.Works, int(p.Error))
	}
}

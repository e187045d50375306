package formpost_test

import (
	"bytes"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/internal/testkit/bearssl"
	"espost/internal/testkit/malformed"
	"espost/request"
	"espost/tlsinspect"
)

// connect returns BearSSL's error number, 0 for a finished handshake.
func connect(t *testing.T, at request.Target, mode string, der []byte) (code int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pinned.der")
	if err := os.WriteFile(file, der, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(bearssl.Program(t), strconv.Itoa(at.Port), at.Host, "16384", "16384", "full", mode, file).Output()
	if err != nil {
		t.Fatalf("BearSSL: %v", err)
	}
	if _, err := fmt.Sscanf(string(out), "error=%d", &code); err != nil {
		t.Fatalf("BearSSL says %q: %v", out, err)
	}
	return code
}

// Of a chain with something malformed in it, the inspection and the test POST
// say what real BearSSL says, number by number; where the test POST can't be
// sent it says that, and that the board would go on.
func TestMalformedCertificatesAsBearSSL(t *testing.T) {
	step := 100 // of some 8,700
	switch {
	case testing.Short():
		step = 400
	case os.Getenv("ESPOST_TEST_MALFORMED") != "": // 1 for all: half an hour
		step, _ = strconv.Atoi(os.Getenv("ESPOST_TEST_MALFORMED"))
	case os.Getenv("ESPOST_TEST_ALL") == "1":
		step = 29
	}
	chains := malformed.Chains(t, step)
	t.Logf("%d chains", len(chains))
	for _, c := range chains {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			checkMalformed(t, c)
		})
	}
}

func checkMalformed(t *testing.T, c malformed.Chain) {
	t.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: c.Served, PrivateKey: c.Key}}, MaxVersion: tls.VersionTLS12}
	s := listen(t, func(_ *server, raw net.Conn) {
		conn := tls.Server(raw, config)
		defer conn.Close()
		if new(server).readRequest(conn) {
			fmt.Fprint(conn, okAnswer)
		}
	})
	at := request.Target{Host: malformed.Host, Port: s.port, Path: "/"}
	leaf := c.Served[0]
	report, err := (&tlsinspect.Client{Roots: x509.NewCertPool(), Timeout: time.Minute}).Inspect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	says := func(mode string, connects bool, code esp8266.SSLError, judge int) {
		t.Helper()
		if connects != (judge == 0) || int(code) != judge {
			t.Errorf("%s: the inspection says %v, %d, BearSSL %d", mode, connects, code, judge)
		}
	}

	judge := connect(t, at, "fingerprint", leaf)
	says("fingerprint", report.Board.Connects, report.Board.Error, judge)
	sum := sha1.Sum(leaf)
	checkPost(t, at, esp8266.Pin{Mode: esp8266.PinFingerprint, SHA1: []string{fmt.Sprintf("%X", sum)}}, judge)

	sound, err := x509.ParseCertificate(c.Sound)
	if err != nil {
		t.Fatal(err)
	}
	spki := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: sound.RawSubjectPublicKeyInfo}))
	judge = connect(t, at, "key", c.Sound)
	if p := report.Pins.PublicKey; p.Pin.PublicKey == spki {
		says("public key", p.Works, p.Error, judge)
	}
	if c, err := x509.ParseCertificate(leaf); err != nil || bytes.Equal(c.RawSubjectPublicKeyInfo, sound.RawSubjectPublicKeyInfo) {
		checkPost(t, at, esp8266.Pin{Mode: esp8266.PinPublicKey, PublicKey: spki}, judge)
	} // else the server shows another key than it has, which crypto/tls takes for the server's

	judge = connect(t, at, "ca", c.Anchor)
	code := tlsinspect.ValidateChain(report.Chain, []*tlsinspect.Certificate{tlsinspect.NewCertificate(c.Anchor)}, at.Host, time.Now(), report.Board.CipherSuite.KeyExchange)
	if code == 0 {
		code = report.Board.Error
	}
	says("CA", code == 0, code, judge)
	anchor := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Anchor}))
	checkPost(t, at, esp8266.Pin{Mode: esp8266.PinCA, CAs: []string{anchor}}, judge)
}

// checkPost sends a test POST with a pin of which BearSSL says judge.
func checkPost(t *testing.T, at request.Target, pin esp8266.Pin, judge int) {
	t.Helper()
	r := request.Request{Method: "POST", Target: at, Body: request.Form, Fields: []request.Field{{Name: "a", Value: "b"}}}
	resp, err := (&formpost.Client{Timeouts: patience}).Send(t.Context(), r, pin)
	var failed *formpost.Error
	switch {
	case err == nil && judge == 0 && resp.Status == 200:
	case errors.As(err, new(*problem.ListError)) && pin.Mode == esp8266.PinCA: // a pin that isn't taken
	case errors.As(err, &failed) && failed.HTTPClient == 0 && judge == 0: // the honest sentence
	case errors.As(err, &failed) && failed.HTTPClient != 0 && int(failed.BearSSL) == judge:
	default:
		t.Errorf("%s: the test POST says %v (%+v), BearSSL %d", pin.Mode, err, failed, judge)
	}
}

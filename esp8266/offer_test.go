package esp8266_test

import (
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/esp8266"
)

// The ClientHello of real BearSSL with the core's settings, in its three parts
// that list something.
const (
	helloSuites = "cca9cca8c02bc02fc02cc030c0acc0adc0aec0afc023c027c024c028c009c013c00ac014c02dc031c02ec032c025c029c026c02ac004c00ec005c00f" +
		"009c009dc09cc09dc0a0c0a1003c003d002f0035c008c012c003c00d000a"
	helloSignatures = "0403030305030603020304010301050106010201"
	helloGroups     = "001700180019001d"
)

func numbers(t *testing.T, s string) []uint16 {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	list := make([]uint16, 0, len(b)/2)
	for ; len(b) > 0; b = b[2:] {
		list = append(list, binary.BigEndian.Uint16(b))
	}
	return list
}

func TestOfferEqualsTheRecordedHello(t *testing.T) {
	var suites, signatures, groups []uint16
	for _, s := range esp8266.CipherSuites() {
		suites = append(suites, s.ID)
	}
	for _, s := range esp8266.SignatureAlgorithms() {
		signatures = append(signatures, uint16(s))
	}
	for _, g := range esp8266.Groups() {
		groups = append(groups, uint16(g))
	}
	for _, part := range []struct {
		name string
		got  []uint16
		want string
	}{
		{"cipher suites", suites, helloSuites},
		{"signature algorithms", signatures, helloSignatures},
		{"groups", groups, helloGroups},
	} {
		if diff := cmp.Diff(numbers(t, part.want), part.got); diff != "" {
			t.Errorf("%s (-recorded +ours):\n%s", part.name, diff)
		}
	}
}

func TestCipherSuites(t *testing.T) {
	s, ok := esp8266.CipherSuiteByID(0xc02b)
	if !ok || s.Name != "ECDHE-ECDSA-AES128-GCM-SHA256" || s.KeyExchange != esp8266.ECDHEECDSA || !s.TLS12 {
		t.Errorf("CipherSuiteByID(c02b) = %+v, %v", s, ok)
	}
	if _, ok := esp8266.CipherSuiteByID(0x1301); ok {
		t.Error("the board doesn't have TLS 1.3's suites")
	}
	var basic []uint16
	for _, s := range esp8266.BasicCipherSuites() {
		basic = append(basic, s.ID)
		if s.KeyExchange != esp8266.RSA || s.KeyExchange.Ephemeral() {
			t.Errorf("basic suite %s isn't static RSA", s.Name)
		}
	}
	if diff := cmp.Diff([]uint16{0x003c, 0x003d, 0x002f, 0x0035}, basic); diff != "" {
		t.Error(diff)
	}
}

// A caller that changes what it was given changes nothing for the others.
func TestOfferIsACopy(t *testing.T) {
	esp8266.CipherSuites()[0].ID = 0
	esp8266.Boards()[0].ID = ""
	esp8266.Sources()[0].Title = ""
	if esp8266.CipherSuites()[0].ID == 0 || esp8266.Boards()[0].ID == "" || esp8266.Sources()[0].Title == "" {
		t.Error("the package's own data was changed")
	}
}

func TestNames(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{esp8266.VersionName(0x0300), "SSL 3.0"},
		{esp8266.VersionName(0x0303), "TLS 1.2"},
		{esp8266.VersionName(0x0304), "TLS 1.3"},
		{esp8266.VersionName(0x7f1c), "version 0x7f1c"},
		{esp8266.X25519.String(), "X25519"},
		{esp8266.Group(0x11ec).String(), "group 0x11ec"},
		{esp8266.SignatureAlgorithm(0x0403).String(), "ECDSA-SHA256"},
		{esp8266.SignatureAlgorithm(0x0201).String(), "RSA-SHA1"},
		{esp8266.SignatureAlgorithm(0x0804).String(), "signature 0x0804"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

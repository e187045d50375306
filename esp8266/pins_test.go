package esp8266_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"

	"espost/esp8266"
)

const digits = "E952BE7D4BB1A92DF4126E8EE80FF132E491248D"

func TestParseFingerprint(t *testing.T) {
	colons := strings.TrimSuffix(regexp.MustCompile("..").ReplaceAllString(digits, "$0:"), ":")
	for _, in := range []string{
		digits,
		strings.ToLower(digits),
		colons,
		strings.ReplaceAll(colons, ":", " "),
		strings.ReplaceAll(colons, ":", "-"),
		"\u200e" + colons, // Windows' certificate dialog puts this mark first
		"\ufeff " + digits + "\r\n",
		colons[:30] + "\u00a0\n\t" + colons[30:],
		"SHA1 Fingerprint=" + colons + "\n", // openssl 1.1 x509 -fingerprint
		"sha1 Fingerprint=" + colons + "\n", // openssl 3
		"\u200eSHA-1 fingerprint: " + strings.ToLower(colons),
		"sha1:" + strings.ToLower(digits), // certtool
		"{0x" + strings.ReplaceAll(colons, ":", ", 0x") + "}",
		"{ 0x" + strings.ReplaceAll(strings.ToLower(colons), ":", ",\n  0x") + " };",
	} {
		if got, err := esp8266.ParseFingerprint(in); got != digits || err != nil {
			t.Errorf("ParseFingerprint(%q) = %q, %v", in, got, err)
		}
	}
	for in, says := range map[string]string{
		"":                             "has 0 hexadecimal digits",
		digits[1:]:                     "has 39 hexadecimal digits",
		digits + "A":                   "has 41",
		digits + digits[:24]:           "SHA-256",
		"X" + digits[1:]:               `'X' is no hexadecimal digit`,
		strings.Repeat("\u0662", 40):   "no hexadecimal digit", // Arabic digits
		"md5 Fingerprint=" + digits:    "no hexadecimal digit",
		"sha1 Fingerprint=":            "has 0 hexadecimal digits",
		"sha1 sha1 " + digits:          "no hexadecimal digit",
		"SHA256 Fingerprint=" + digits: "SHA-256 fingerprint", // cut off, too
	} {
		got, err := esp8266.ParseFingerprint(in)
		if got != "" || !errors.Is(err, esp8266.ErrFingerprint) || !strings.Contains(err.Error(), says) {
			t.Errorf("ParseFingerprint(%q) = %q, %v; want an error about %q", in, got, err, says)
		}
	}
}

func FuzzParseFingerprint(f *testing.F) {
	f.Add(digits)
	f.Add("e9:52:be")
	f.Add("\u200e" + strings.ToLower(digits))
	form := regexp.MustCompile(`^[0-9A-F]{40}$`)
	f.Fuzz(func(t *testing.T, in string) {
		got, err := esp8266.ParseFingerprint(in)
		if (err == nil) != form.MatchString(got) {
			t.Fatalf("ParseFingerprint(%q) = %q, %v", in, got, err)
		}
		if err != nil {
			return
		}
		if again, err := esp8266.ParseFingerprint(strings.ToLower(got)); again != got || err != nil {
			t.Fatalf("%q does not come back: %q, %v", got, again, err)
		}
	})
}

func TestPinModes(t *testing.T) {
	for _, m := range esp8266.PinModes() {
		if !m.Valid() {
			t.Errorf("%q isn't valid", m)
		}
	}
	if esp8266.PinMode("").Valid() || esp8266.PinMode("none").Valid() {
		t.Error("unknown modes are valid")
	}
	if esp8266.PinModes()[0] != esp8266.PinPublicKey {
		t.Error("espost starts with the public key")
	}
}

// A public key comes from any PEM file that has one; a private key's other half stays there.
func TestPublicKeyIn(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	made := func(kind string) func(der []byte, err error) string {
		return func(der []byte, err error) string {
			if err != nil {
				t.Fatal(err)
			}
			return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
		}
	}
	public := made("PUBLIC KEY")(x509.MarshalPKIXPublicKey(key.Public()))
	private := made("EC PRIVATE KEY")(x509.MarshalECPrivateKey(key))
	for name, text := range map[string]string{
		"public":               public,
		"PKCS #8":              made("PRIVATE KEY")(x509.MarshalPKCS8PrivateKey(key)),
		"SEC 1":                private,
		"openssl ecparam":      made("EC PARAMETERS")([]byte{6, 0}, nil) + private,
		"a certificate":        "subject=porch\n" + made("CERTIFICATE")(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)),
		"a request":            made("CERTIFICATE REQUEST")(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)),
		"a request of old":     made("NEW CERTIFICATE REQUEST")(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)),
		"the first of several": public + made("CERTIFICATE")([]byte{1}, nil),
	} {
		if got, err := esp8266.PublicKeyIn([]byte(text)); got != public || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for says, text := range map[string]string{
		"holds no key":                  "hello",
		"its key is encrypted":          made("ENCRYPTED PRIVATE KEY")([]byte{1}, nil),
		"its certificate can't be read": made("CERTIFICATE")([]byte{1}, nil),
		"RSA and ECDSA keys only":       made("PRIVATE KEY")(x509.MarshalPKCS8PrivateKey(ed)),
	} {
		if got, err := esp8266.PublicKeyIn([]byte(text)); got != "" || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q, %v; want an error about %q", got, err, says)
		}
	}
}

// What a board tries, and in which order; what makes no sense is refused.
func TestBackup(t *testing.T) {
	f, k, c := esp8266.PinFingerprint, esp8266.PinPublicKey, esp8266.PinCA
	reserve := []string{"R"}
	for _, tt := range []struct {
		pin   esp8266.Pin
		modes []esp8266.PinMode
		keys  string
		where string // of the problem with it
	}{
		{esp8266.Pin{Mode: f}, []esp8266.PinMode{f}, "", ""},
		{esp8266.Pin{Mode: f, Backup: c}, []esp8266.PinMode{f, c}, "", ""},
		{esp8266.Pin{Mode: f, Backup: c, Reserve: reserve}, []esp8266.PinMode{f, k, c}, "R", ""},
		{esp8266.Pin{Mode: f, Backup: k, Reserve: reserve}, []esp8266.PinMode{f, k}, "K R", ""},
		{esp8266.Pin{Mode: k, Backup: c, Reserve: reserve}, []esp8266.PinMode{k, c}, "K R", ""},
		{esp8266.Pin{Mode: c, Reserve: reserve}, []esp8266.PinMode{c, k}, "R", ""},
		{esp8266.Pin{Mode: c, Backup: k}, []esp8266.PinMode{c, k}, "K", ""},
		{esp8266.Pin{Mode: c, Backup: c}, []esp8266.PinMode{c}, "", "pin.backup"},
		{esp8266.Pin{Mode: k, Backup: k}, []esp8266.PinMode{k}, "K", "pin.backup"},
		{esp8266.Pin{Mode: k, Backup: f}, []esp8266.PinMode{k}, "K", "pin.backup"},
		{esp8266.Pin{Mode: esp8266.PinInsecure, Reserve: reserve}, []esp8266.PinMode{esp8266.PinInsecure}, "", "pin.backup"},
		{esp8266.Pin{Mode: esp8266.PinInsecure, Backup: c}, []esp8266.PinMode{esp8266.PinInsecure}, "", "pin.backup"},
	} {
		tt.pin.PublicKey = "K"
		if got := tt.pin.Modes(); !slices.Equal(got, tt.modes) {
			t.Errorf("%+v is tried by %v, want %v", tt.pin, got, tt.modes)
		}
		if got := strings.Join(tt.pin.Keys(), " "); got != tt.keys {
			t.Errorf("%+v has the keys %q, want %q", tt.pin, got, tt.keys)
		}
		wrong := tt.pin.CheckBackup()
		if (wrong != nil) != (tt.where != "") || wrong != nil && wrong.Where != tt.where {
			t.Errorf("%+v: %v", tt.pin, wrong)
		}
	}
}

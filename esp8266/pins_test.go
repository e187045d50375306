package esp8266_test

import (
	"errors"
	"regexp"
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

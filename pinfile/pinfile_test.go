package pinfile_test

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"espost/esp8266"
	"espost/internal/problem"
	"espost/pinfile"
)

const (
	group = "porch"
	host  = "example.org:443"
)

// A signer has a key in a file of the test's own.
type signer struct {
	path   string
	key    *ecdsa.PrivateKey
	public pinfile.Key
}

func newSigner(t testing.TB) signer {
	t.Helper()
	s := signer{path: filepath.Join(t.TempDir(), "keys", "key.pem")}
	if _, err := pinfile.CreateKey(s.path); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.key, s.public, err = pinfile.ReadKey(s.path); err != nil {
		t.Fatal(err)
	}
	return s
}

// sign returns the bytes of a file of the given serial, as change makes it.
func (s signer) sign(t testing.TB, epoch, serial uint32, change ...func(*pinfile.File)) []byte {
	t.Helper()
	f := pinfile.File{
		Group: group, Host: host, Epoch: epoch, Serial: serial,
		Signed: time.Date(2026, 11, 25, 22, 40, 0, 0, time.UTC), Until: time.Date(2027, 2, 23, 22, 40, 0, 0, time.UTC),
		Pins: []pinfile.Entry{{Mode: esp8266.PinFingerprint, Data: bytes.Repeat([]byte{0xA5}, 20)}},
	}
	for _, c := range change {
		c(&f)
	}
	signed, err := f.Sign(s.key)
	if err != nil {
		t.Fatal(err)
	}
	return signed.Bytes()
}

func naming(next pinfile.Key) func(*pinfile.File) {
	return func(f *pinfile.File) { f.Next = next }
}

func codeOf(err error) string {
	var p *problem.Problem
	if !errors.As(err, &p) {
		return ""
	}
	return p.Code
}

// Whatever byte of a file is changed, cut off or added, it isn't taken.
func TestEveryByteIsSigned(t *testing.T) {
	s, next := newSigner(t), newSigner(t)
	owner := pinfile.Owner{Group: group, Key: s.public}
	data := s.sign(t, 0, 7, naming(next.public))
	if _, _, err := owner.Accept(data, host); err != nil {
		t.Fatal(err)
	}
	try := func(what string, wrong []byte) {
		if _, _, err := owner.Accept(wrong, host); codeOf(err) == "" {
			t.Errorf("%s: %v\n%s", what, err, wrong)
		}
	}
	for i := range data {
		for _, b := range []byte{data[i] ^ 1, data[i] ^ 0x20, '\n', '0'} {
			if b != data[i] {
				wrong := bytes.Clone(data)
				wrong[i] = b
				try("changed", wrong)
			}
		}
		try("cut off", data[:i])
	}
	try("followed", append(bytes.Clone(data), '\n'))
	try("followed", append(bytes.Clone(data), data...))
}

// Each file breaks one rule, and is refused for that reason, before its signature is
// looked at; the owner stays as he is.
func TestRefused(t *testing.T) {
	s, next, recovery, thief := newSigner(t), newSigner(t), newSigner(t), newSigner(t)
	owner := pinfile.Owner{Group: group, Key: s.public, Recovery: recovery.public, Epoch: 1, Serial: 7}
	for _, c := range []struct {
		name, code string
		data       []byte
	}{
		{"another group", pinfile.CodeGroup, s.sign(t, 1, 8, func(f *pinfile.File) { f.Group = "shed" })},
		{"another host", pinfile.CodeHost, s.sign(t, 1, 8, func(f *pinfile.File) { f.Host = "example.com:443" })},
		{"an older serial", pinfile.CodeReplay, s.sign(t, 1, 6)},
		{"an older epoch", pinfile.CodeReplay, s.sign(t, 0, 99)},
		{"a stranger's key", pinfile.CodeSigner, thief.sign(t, 1, 8)},
		{"a key that no file has named", pinfile.CodeSigner, next.sign(t, 1, 8)},
		{"the recovery key in the same epoch", pinfile.CodeSigner, recovery.sign(t, 1, 8, naming(next.public))},
		{"the recovery key without a key to come", pinfile.CodeSigner, recovery.sign(t, 2, 1)},
		{"a higher epoch by the day-to-day key", pinfile.CodeSigner, s.sign(t, 2, 1, naming(next.public))},
	} {
		_, after, err := owner.Accept(c.data, host)
		if codeOf(err) != c.code || after != owner {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	if _, _, err := (pinfile.Owner{Group: group}).Accept(s.sign(t, 0, 1), host); codeOf(err) != pinfile.CodeSigner {
		t.Errorf("nobody's pins were taken: %v", err)
	}
}

// Keys are rotated by the old one, and replaced by the recovery key, however high a
// serial the thief has signed.
func TestKeysChange(t *testing.T) {
	old, next, recovery, third := newSigner(t), newSigner(t), newSigner(t), newSigner(t)
	owner := pinfile.Owner{Group: group, Key: old.public, Recovery: recovery.public}
	take := func(data []byte, want pinfile.Owner) {
		t.Helper()
		_, after, err := owner.Accept(data, host)
		if err != nil || after != want {
			t.Fatalf("%v, the owner is %+v, want %+v", err, after, want)
		}
		owner = after
	}
	want := owner
	want.Next, want.Serial = next.public, 1
	take(old.sign(t, 0, 1, naming(next.public)), want)
	want.Serial = 2
	take(old.sign(t, 0, 2), want) // still; not every board has seen the first
	take(old.sign(t, 0, 2), want) // the same again
	want.Key, want.Next, want.Serial = next.public, pinfile.Key{}, 3
	take(next.sign(t, 0, 3), want)
	if _, _, err := owner.Accept(old.sign(t, 0, 4), host); codeOf(err) != pinfile.CodeSigner {
		t.Errorf("the old key still counts: %v", err)
	}
	want.Serial = 1<<32 - 1
	take(next.sign(t, 0, 1<<32-1), want) // a thief, who wants to be the last
	want.Key, want.Epoch, want.Serial = third.public, 1, 1
	take(recovery.sign(t, 1, 1, naming(third.public)), want)
	if _, _, err := owner.Accept(next.sign(t, 0, 1<<32-1), host); codeOf(err) != pinfile.CodeReplay {
		t.Errorf("the stolen key still counts: %v", err)
	}
	want.Serial = 2
	take(third.sign(t, 1, 2), want)
}

// There is one way to write a file. These are others, or hold what no file may.
func TestOneSpelling(t *testing.T) {
	s := newSigner(t)
	good := string(s.sign(t, 0, 7))
	pin := "pin fingerprint " + strings.Repeat("A5", 20) + "\n"
	for _, c := range [][2]string{
		{"espost-pins 1", "espost-pins 2"},
		{"\n", "\r\n"},
		{"serial 7", "serial 07"}, {"serial 7", "serial +7"}, {"serial 7", "serial 0"}, {"serial 7", "serial 4294967296"},
		{"epoch 0", "epoch -1"}, {"epoch 0", "epoch "},
		{"group porch", "group ../x"}, {"group porch", "group " + strings.Repeat("p", 33)}, {"group porch\n", ""},
		{"host example.org:443", "host example.org"}, {"host example.org", "host Example.org"},
		{":00Z", ":00.5Z"}, {"signed 2026-11-25", "signed 2026-11-31"}, {"Z\nuntil", "+00:00\nuntil"},
		{"A5A5", "a5a5"}, {"A5A5", "A5"}, {pin, ""}, {pin, pin + pin}, {"pin fingerprint", "pin insecure"}, {"pin fingerprint", "pin  fingerprint"},
		{"by ", "next 05" + strings.Repeat("00", 64) + "\nby "},
		{"by ", "\nby "},
	} {
		if wrong := strings.Replace(good, c[0], c[1], 1); wrong == good {
			t.Errorf("%q is not in the file", c[0])
		} else if _, err := pinfile.Parse([]byte(wrong)); codeOf(err) != pinfile.CodeSyntax {
			t.Errorf("%q for %q is read: %v", c[1], c[0], err)
		}
	}
}

// A file that is too long is refused by its length, whatever it holds.
func TestSize(t *testing.T) {
	data := newSigner(t).sign(t, 0, 7)
	_, err := pinfile.Parse(append(data, bytes.Repeat([]byte("x"), pinfile.MaxSize)...))
	if err == nil || !strings.Contains(err.Error(), "more than 4096 bytes") {
		t.Errorf("%v", err)
	}
}

func TestDates(t *testing.T) {
	f, err := pinfile.Parse(newSigner(t).sign(t, 0, 7))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		now  time.Time
		code string
	}{
		{f.Signed.Add(-25 * time.Hour), pinfile.CodeExpired},
		{f.Signed.Add(-23 * time.Hour), ""}, // of another computer, whose clock differs
		{f.Until, ""},
		{f.Until.Add(time.Second), pinfile.CodeExpired},
	} {
		got := ""
		if p := f.Dated(c.now); p != nil {
			got = p.Code
		}
		if got != c.code {
			t.Errorf("at %s: %q, want %q", c.now, got, c.code)
		}
	}
}

// What the board couldn't use is not signed.
func TestNothingUnusableIsSigned(t *testing.T) {
	s := newSigner(t)
	fingerprint := pinfile.Entry{Mode: esp8266.PinFingerprint, Data: make([]byte, 20)}
	for name, pins := range map[string][]pinfile.Entry{
		"none":    nil,
		"no key":  {{Mode: esp8266.PinPublicKey, Data: []byte("no key")}},
		"no CA":   {{Mode: esp8266.PinCA, Data: []byte("no certificate")}},
		"twice":   {fingerprint, fingerprint},
		"nothing": {{Mode: esp8266.PinInsecure}},
	} {
		f := pinfile.File{Group: group, Host: host, Serial: 1, Pins: pins}
		if _, err := f.Sign(s.key); err == nil {
			t.Errorf("%s: it is signed", name)
		}
	}
	if list, err := pinfile.FromPin(esp8266.Pin{Mode: esp8266.PinInsecure}); err == nil {
		t.Errorf("no pin at all becomes %v", list)
	}
}

// A key's file is its owner's alone, and is never overwritten.
func TestKeyFile(t *testing.T) {
	s := newSigner(t)
	if public, err := pinfile.ReadPublic(s.path); public != s.public || err != nil {
		t.Errorf("the public half is %v, %v", public, err)
	}
	if k, err := pinfile.ParseKey(s.public.String()); k != s.public || err != nil {
		t.Errorf("the key comes back as %v, %v", k, err)
	}
	before, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pinfile.CreateKey(s.path); err == nil {
		t.Error("it is overwritten")
	}
	if now, _ := os.ReadFile(s.path); !bytes.Equal(now, before) {
		t.Error("it is another one")
	}
	if runtime.GOOS == "windows" {
		return
	}
	if info, err := os.Stat(s.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.Chmod(s.path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := pinfile.ReadKey(s.path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that all can read is taken: %v", err)
	}
	for _, text := range []string{"", strings.Repeat("00", 65), s.public.String() + "00", strings.Replace(s.public.String(), "04", "05", 1)} {
		if k, err := pinfile.ParseKey(text); err == nil {
			t.Errorf("%q is read as the key %v", text, k)
		}
	}
}

// What is read is written as it was.
func FuzzParse(f *testing.F) {
	s := newSigner(f)
	valid := s.sign(f, 0, 7)
	f.Add(valid)
	f.Add(s.sign(f, 3, 1, naming(s.public)))
	owner := pinfile.Owner{Group: group, Key: s.public}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := pinfile.Parse(data)
		if err == nil && !bytes.Equal(file.Bytes(), data) {
			t.Errorf("%q is written as %q", data, file.Bytes())
		}
		if (err != nil) != (codeOf(err) == pinfile.CodeSyntax) {
			t.Errorf("the error of %q is %v", data, err)
		}
		if _, _, err := owner.Accept(data, host); err == nil && !bytes.Equal(data, valid) {
			t.Errorf("%q is taken", data)
		}
	})
}

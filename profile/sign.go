package profile

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"time"

	"espost/esp8266"
	"espost/internal/atomicfile"
	"espost/internal/problem"
	"espost/internal/readfile"
	"espost/internal/sanitize"
	"espost/pinfile"
	"espost/tlsinspect"
)

// A Signing is a file of signed pins on its way: begun with the key and the file that
// it replaces, filled with what the session pins, and written.
type Signing struct {
	Path string        // of the file
	File *pinfile.File // signed; nil before Fill
	Keys []KeyFile     // the next signing key, where Fill has read or made one

	session *Session
	before  *pinfile.File // nil for none
	private *ecdsa.PrivateKey
	by      pinfile.Key
	after   pinfile.Owner
}

// A KeyError is a signing key that can't be used.
type KeyError struct {
	Path string
	Err  error
}

func (e *KeyError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *KeyError) Unwrap() error { return e.Err }

// DefaultValid is how long computers take a signed file.
const DefaultValid = 180 * 24 * time.Hour

// Sign begins a file of signed pins at path, "" for GROUP.pins beside the profile,
// by the key in a file. The error is CheckOwner's, a *KeyError where the key isn't one
// of the owner's, or about the file at path.
func (s *Session) Sign(path, key string) (*Signing, error) {
	if err := s.CheckOwner(); err != nil {
		return nil, err
	}
	x := &Signing{Path: cmp.Or(path, filepath.Join(s.base(), s.Owner.Group+".pins")), session: s}
	var err error
	if x.before, err = s.signedBefore(x.Path); err != nil {
		return nil, err
	}
	if x.private, x.by, err = pinfile.ReadKey(key); err != nil {
		return nil, &KeyError{key, err}
	}
	if !slices.Contains([]pinfile.Key{s.Owner.Key, s.Owner.Next, s.Owner.Recovery}, x.by) {
		return nil, &KeyError{key, fmt.Errorf("the key in %s (%s) is none of the profile's, whose signing key is %s", key, x.by.ID(), s.Owner.Key.ID())}
	}
	return x, nil
}

// signedBefore is the file that is to be replaced: nil if there is none. Only one
// for the same boards is.
func (s *Session) signedBefore(path string) (*pinfile.File, error) {
	text, err := readfile.Read(path, pinfile.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s, which is to be replaced: %w", path, err)
	}
	f, err := pinfile.Parse(text)
	if err == nil && (f.Group != s.Owner.Group || f.Host != s.Target.Addr()) {
		err = fmt.Errorf("it is for the boards %s at %s", f.Group, f.Host)
	}
	if err != nil {
		return nil, fmt.Errorf("%s would be overwritten, and is another file: %w", path, err)
	}
	return f, nil
}

// Fill has the file say what the session pins by now, and the certificates in the
// PEM files next besides, until valid has passed; newKey is the file of the next
// signing key, made where there is none, "" for none. Nothing is written.
func (x *Signing) Fill(next []string, newKey string, now time.Time, valid time.Duration) error {
	f, err := x.begin(now.UTC().Truncate(time.Second), valid, newKey != "")
	if err != nil {
		return err
	}
	if f.Pins, err = pinfile.FromPin(x.session.Pin); err != nil {
		return err
	}
	for _, path := range next {
		e, err := entryIn(path, x.session.Pin.Mode)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(f.Pins, e.Equal) {
			f.Pins = append(f.Pins, e)
		}
	}
	if f.Next, err = x.nextKey(newKey); err != nil {
		return err
	}
	signed, err := f.Sign(x.private)
	if err != nil {
		return err
	}
	if _, x.after, err = x.session.Owner.Accept(signed.Bytes(), f.Host); err != nil {
		return fmt.Errorf("the file would not be taken: %w", err)
	}
	x.File = signed
	return nil
}

// begin is the file's head, with the next serial, or the first one of a new epoch.
func (x *Signing) begin(now time.Time, valid time.Duration, replaced bool) (pinfile.File, error) {
	o := x.session.Owner
	f := pinfile.File{Group: o.Group, Host: x.session.Target.Addr(), Epoch: o.Epoch, Serial: o.Serial, Signed: now, Until: now.Add(valid)}
	if b := x.before; b != nil && b.Epoch == f.Epoch && (b.SignedBy(o.Key) || b.SignedBy(o.Next)) {
		f.Serial = max(f.Serial, b.Serial)
	}
	if x.by == o.Recovery {
		if !replaced {
			return f, problem.New("", "the recovery key replaces the signing key", "name the new one by --new-key")
		}
		f.Epoch, f.Serial = f.Epoch+1, 0
	}
	if f.Serial == math.MaxUint32 || x.by == o.Recovery && f.Epoch == 0 {
		return f, problem.New("", "the serials are used up", "begin a new epoch: espost pins sign --key RECOVERY.pem --new-key NEW.pem")
	}
	f.Serial++
	return f, nil
}

// nextKey is the signing key that the file names.
func (x *Signing) nextKey(path string) (pinfile.Key, error) {
	switch o := x.session.Owner; {
	case path != "":
		file, err := readOrMakeKey(path, pinfile.ReadPublic)
		if err == nil && file.Key == x.by {
			err = problem.New("", "the next signing key is the one that signs", "name another file")
		}
		if err == nil {
			x.Keys = append(x.Keys, file)
		}
		return file.Key, err
	case x.by == o.Key:
		return o.Next, nil // said again, for whoever has missed it
	}
	return pinfile.Key{}, nil
}

// Changes says what the file is and what it changes, line by line; pins that go have
// a minus before them, those that come a plus. It is safe to show.
func (x *Signing) Changes() []string {
	f := x.File
	lines := []string{fmt.Sprintf("%s: serial %d of epoch %d, for the boards %s at %s, until %s",
		sanitize.Line(x.Path), f.Serial, f.Epoch, f.Group, f.Host, f.Until.UTC().Format("2 Jan 2006"))}
	var before []pinfile.Entry
	if x.before != nil {
		before = x.before.Pins
	}
	for _, e := range before {
		if !slices.ContainsFunc(f.Pins, e.Equal) {
			lines = append(lines, "  - "+DescribeEntry(e))
		}
	}
	for _, e := range f.Pins {
		sign := "+"
		if slices.ContainsFunc(before, e.Equal) {
			sign = " "
		}
		lines = append(lines, "  "+sign+" "+DescribeEntry(e))
	}
	if !f.Next.IsZero() {
		lines = append(lines, "  the next signing key: "+f.Next.ID())
	}
	return lines
}

// Write saves the profile, which has the new serial, and then the file: should that
// fail, a serial is left out, and none is used twice. Errors of the profile are Save's.
func (x *Signing) Write() error {
	x.session.Owner = x.after
	if err := x.session.Save(); err != nil {
		return err
	}
	return atomicfile.Write(x.Path, x.File.Bytes(), 0o644)
}

// entryIn reads what a PEM file's first block holds, as a pin of the mode.
func entryIn(path string, mode esp8266.PinMode) (pinfile.Entry, error) {
	none := pinfile.Entry{}
	text, err := readfile.Read(path, MaxFile)
	if err != nil {
		return none, fmt.Errorf("reading the next certificate: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return none, fmt.Errorf("%s holds no PEM; name the next certificate's file", path)
	}
	var pin esp8266.Pin
	switch cert := tlsinspect.NewCertificate(block.Bytes); {
	case mode == esp8266.PinPublicKey:
		if pin.PublicKey, err = esp8266.PublicKeyIn(text); err != nil {
			return none, fmt.Errorf("%s can't be pinned: %w", path, err)
		}
	case block.Type != "CERTIFICATE":
		return none, fmt.Errorf("%s holds no certificate, but a %s; name the next certificate's file", path, sanitize.Clip(block.Type, 40))
	case mode == esp8266.PinCA && !isCA(block.Bytes):
		return none, fmt.Errorf("%s holds no CA's certificate, which is what the profile pins", path)
	default:
		pin = esp8266.Pin{SHA1: []string{cert.SHA1()}, CAs: []string{cert.PEM()}}
	}
	pin.Mode = mode
	list, err := pinfile.FromPin(pin)
	if err != nil {
		return none, fmt.Errorf("%s can't be pinned: %w", path, err)
	}
	return list[0], nil
}

func isCA(der []byte) bool {
	cert, err := x509.ParseCertificate(der)
	return err == nil && cert.IsCA
}

// DescribeEntry is a pin of a file in one line, by which it can be compared; it is
// safe to show.
func DescribeEntry(e pinfile.Entry) string {
	switch pin := e.Pin(); e.Mode {
	case esp8266.PinFingerprint:
		return "the certificate " + pin.SHA1[0]
	case esp8266.PinCA:
		cert := tlsinspect.NewCertificate(e.Data)
		return "the CA " + cert.Name() + ", " + cert.SHA1()
	}
	return fmt.Sprintf("the public key with the SHA-256 %X", sha256.Sum256(e.Data))
}

package pinfile

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"espost/esp8266"
	"espost/internal/lazyregexp"
)

// Limits of a file.
const (
	MaxSize  = 4096 // bytes
	MaxPins  = 8
	maxData  = 1600 // bytes of one key or CA: ISRG Root X1 has 1391
	MaxGroup = 32
	maxHost  = 262 // 255 of a name, a colon and a port
)

const (
	magic         = "espost-pins 1"
	moment        = "2006-01-02T15:04:05Z"
	signatureSize = 64
)

var (
	groupForm = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	hostForm  = lazyregexp.New(`^[a-z0-9\[][a-z0-9.:_\]-]*:[1-9][0-9]{0,4}$`)
)

// A File is what a pins file says. One that Parse returned has its signature, which
// nobody has verified yet.
type File struct {
	Group  string // the sketch, or the boards, that it is for
	Host   string // host:port of the server, as request.Target.Addr writes it
	Epoch  uint32 // grows where the recovery key names a new signing key
	Serial uint32 // grows with each file of an epoch; 1 or more
	Signed time.Time
	Until  time.Time // a computer, whose clock is right, takes it no longer
	Pins   []Entry
	Next   Key    // the signing key to come; zero for none
	By     string // the ID of the key that signed

	signature []byte
}

// An Entry is one way to know the server.
type Entry struct {
	Mode esp8266.PinMode // fingerprint, public-key or ca
	Data []byte          // the SHA-1, the SubjectPublicKeyInfo, the certificate
}

// Pin returns the pin that has this one way.
func (e Entry) Pin() esp8266.Pin {
	pin := esp8266.Pin{Mode: e.Mode}
	switch e.Mode {
	case esp8266.PinFingerprint:
		pin.SHA1 = []string{digits(e.Data)}
	case esp8266.PinPublicKey:
		pin.PublicKey = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: e.Data}))
	case esp8266.PinCA:
		pin.CAs = []string{string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: e.Data}))}
	}
	return pin
}

// FromPin returns what a pin's modes name. The error says why the board could not use it.
func FromPin(pin esp8266.Pin) ([]Entry, error) {
	read, problems := pin.Read()
	if err := problems.Err(); err != nil {
		return nil, err
	}
	var list []Entry
	for _, sha1 := range read.SHA1 {
		data, _ := hex.DecodeString(sha1) // Read has read it
		list = append(list, Entry{esp8266.PinFingerprint, data})
	}
	for _, key := range read.Keys {
		list = append(list, Entry{esp8266.PinPublicKey, key.SPKI})
	}
	for _, der := range read.CAs {
		list = append(list, Entry{esp8266.PinCA, der})
	}
	if list == nil {
		return nil, fmt.Errorf("a pin of the mode %s names no server; pin it first", pin.Mode)
	}
	return list, nil
}

// Equal reports whether both are the same way.
func (e Entry) Equal(other Entry) bool {
	return e.Mode == other.Mode && bytes.Equal(e.Data, other.Data)
}

func (e Entry) check() error {
	switch size := len(e.Data); {
	case e.Mode == esp8266.PinFingerprint && size == 20:
	case (e.Mode == esp8266.PinPublicKey || e.Mode == esp8266.PinCA) && size > 0 && size <= maxData:
	default:
		return fmt.Errorf("a pin %.20q of %d bytes is none that the file can hold", e.Mode, size)
	}
	return nil
}

// signedPart is the text that the signature is over.
func (f *File) signedPart() []byte {
	var b bytes.Buffer
	line := func(word, value string) { b.WriteString(word + " " + value + "\n") }
	b.WriteString(magic + "\n")
	line("group", f.Group)
	line("host", f.Host)
	line("epoch", strconv.FormatUint(uint64(f.Epoch), 10))
	line("serial", strconv.FormatUint(uint64(f.Serial), 10))
	line("signed", f.Signed.UTC().Format(moment))
	line("until", f.Until.UTC().Format(moment))
	for _, k := range f.Pins {
		line("pin", string(k.Mode)+" "+digits(k.Data))
	}
	if !f.Next.IsZero() {
		line("next", f.Next.String())
	}
	line("by", f.By)
	return b.Bytes()
}

// Bytes returns the file as it is written, with its signature.
func (f *File) Bytes() []byte {
	return append(f.signedPart(), "signature "+digits(f.signature)+"\n"...)
}

// Sign returns f signed by a key of P-256. An error says what no file may hold.
func (f File) Sign(key *ecdsa.PrivateKey) (*File, error) {
	public, err := publicOf(key)
	if err != nil {
		return nil, err
	}
	f.By, f.Signed, f.Until = public.ID(), f.Signed.UTC().Truncate(time.Second), f.Until.UTC().Truncate(time.Second)
	text := f.signedPart()
	if size := len(text) + len("signature \n") + 2*signatureSize; len(f.Pins) > MaxPins || size > MaxSize {
		return nil, fmt.Errorf("%d pins of %d bytes are more than a file holds: %d pins, %d bytes; sign fewer", len(f.Pins), size, MaxPins, MaxSize)
	}
	sum := sha256.Sum256(text)
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return nil, fmt.Errorf("signing the pins: %w", err)
	}
	f.signature = append(fixed(r), fixed(s)...)
	if _, err := Parse(f.Bytes()); err != nil {
		return nil, err
	}
	return &f, f.usable()
}

func fixed(n *big.Int) []byte { return n.FillBytes(make([]byte, signatureSize/2)) }

// SignedBy reports whether the signature is by that key, over every byte before it.
func (f *File) SignedBy(key Key) bool {
	public, err := key.public()
	if err != nil || f.By != key.ID() || len(f.signature) != signatureSize {
		return false
	}
	sum := sha256.Sum256(f.signedPart())
	r, s := new(big.Int).SetBytes(f.signature[:signatureSize/2]), new(big.Int).SetBytes(f.signature[signatureSize/2:])
	return ecdsa.Verify(public, sum[:], r, s)
}

// usable returns why a board could not use what f says, although it is well written.
func (f *File) usable() error {
	for i, k := range f.Pins {
		if _, err := FromPin(k.Pin()); err != nil {
			return fmt.Errorf("pin %d of the file can't be used: %w", i+1, err)
		}
	}
	if f.Next.IsZero() {
		return nil
	}
	_, err := f.Next.public()
	return err
}

func digits(data []byte) string { return strings.ToUpper(hex.EncodeToString(data)) }

package pinfile

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"espost/esp8266"
	"espost/internal/problem"
)

// Codes of the reasons for which a file isn't taken.
const (
	CodeSyntax    = "pins-syntax"
	CodeGroup     = "pins-group"
	CodeHost      = "pins-host"
	CodeSigner    = "pins-signer"
	CodeReplay    = "pins-replay"
	CodeSignature = "pins-signature"
	CodeExpired   = "pins-expired"
)

// Parse reads a file. What it returns is written as it was read, byte for byte; its
// signature isn't verified. The error is a *problem.Problem of CodeSyntax.
func Parse(data []byte) (*File, error) {
	r := reader{rest: data}
	f, err := r.file()
	if err == nil && !bytes.Equal(f.Bytes(), data) {
		err = errors.New("it is written in another way than espost writes it") // what the reader missed, such as a number's sign
	}
	if err != nil {
		return nil, problem.New(CodeSyntax, "this is no file of signed pins: "+err.Error(), "fetch it again, or sign the pins again").Because(err)
	}
	return f, nil
}

// A reader reads line by line. After the first error it reads no more.
type reader struct {
	rest []byte
	line int
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("line %d "+format, append([]any{r.line}, args...)...)
	}
}

// next takes a line that begins with word, and returns what follows it.
func (r *reader) next(word string) string {
	text, rest, ended := bytes.Cut(r.rest, []byte("\n"))
	value, found := strings.CutPrefix(string(text), word)
	r.line++
	switch {
	case r.err != nil:
		return ""
	case !ended || !found:
		r.fail("doesn't begin with %q, or doesn't end", word)
		return ""
	}
	r.rest = rest
	return value
}

func (r *reader) has(word string) bool { return r.err == nil && bytes.HasPrefix(r.rest, []byte(word)) }

func (r *reader) file() (*File, error) {
	if len(r.rest) > MaxSize { // mutant TestSize: len(r.rest) > MaxSize => false
		return nil, fmt.Errorf("it has more than %d bytes", MaxSize)
	}
	if r.next(magic) != "" {
		r.fail("isn't %q", magic)
	}
	f := &File{Group: r.next("group "), Host: r.next("host ")}
	f.Epoch, f.Serial = r.number("epoch ", 0), r.number("serial ", 1)
	f.Signed, f.Until = r.time("signed "), r.time("until ")
	for r.has("pin ") {
		r.pin(f)
	}
	if r.has("next ") {
		copy(f.Next[:], r.bytes("next ", keySize))
		if f.Next[0] != 4 {
			r.fail("isn't a key")
		}
	}
	f.By = digits(r.bytes("by ", idSize))
	f.signature = r.bytes("signature ", signatureSize)
	switch {
	case r.err != nil:
		return nil, r.err
	case len(r.rest) > 0:
		return nil, errors.New("something follows the signature")
	case CheckGroup(f.Group) != nil:
		return nil, errors.New("the group is none")
	case len(f.Host) > maxHost || !hostForm.Get().MatchString(f.Host):
		return nil, errors.New("the host is none")
	case len(f.Pins) == 0:
		return nil, errors.New("it holds no pin")
	}
	return f, nil
}

func (r *reader) number(word string, least uint64) uint32 {
	n, err := strconv.ParseUint(r.next(word), 10, 32)
	if err != nil || n < least {
		r.fail("holds no number")
	}
	return uint32(n)
}

func (r *reader) time(word string) time.Time {
	t, err := time.Parse(moment, r.next(word))
	if err != nil {
		r.fail("holds no time")
	}
	return t
}

// bytes takes a line of that many bytes.
func (r *reader) bytes(word string, size int) []byte {
	data, err := hex.DecodeString(r.next(word))
	if err != nil || len(data) != size {
		r.fail("doesn't hold %d bytes", size)
		return make([]byte, size)
	}
	return data
}

func (r *reader) pin(f *File) {
	mode, text, _ := strings.Cut(r.next("pin "), " ")
	data, err := hex.DecodeString(text)
	k := Entry{esp8266.PinMode(mode), data}
	switch {
	case err != nil || k.check() != nil:
		r.fail("holds no pin")
	case slices.ContainsFunc(f.Pins, k.Equal):
		r.fail("repeats a pin")
	case len(f.Pins) == MaxPins:
		r.fail("is one pin too many: a file holds at most %d", MaxPins)
	}
	f.Pins = append(f.Pins, k)
}

// CheckGroup returns why a file can't be for a group of that name, nil if it can.
func CheckGroup(name string) *problem.Problem {
	if len(name) <= MaxGroup && groupForm.Get().MatchString(name) {
		return nil
	}
	return problem.At("pins.group", "the name of a group of boards has at most 32 letters, digits, dots, hyphens and underscores", "use the sketch's name, such as porch")
}

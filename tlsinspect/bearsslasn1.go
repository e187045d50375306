package tlsinspect

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"espost/esp8266"
)

// An asn1Reader reads DER as BearSSL's decoders do: byte by byte, with a count
// of the bytes left in each open element, and with the error number of the first
// thing that is out of place. Its methods stand in the order of BearSSL's
// src/x509/asn1.t0, whose words the comments name.
//
// Counts are signed 32-bit numbers as there, so that those that run over come out
// alike.
type asn1Reader struct {
	in   []byte
	pos  int
	code esp8266.SSLError // the last error, 0 for none

	// With a chunk, in is pushed in pieces of that many bytes, and an error only
	// drops the rest of its piece: whoever pushes doesn't ask for errors. Without
	// one the first error ends the reading.
	chunk int
	end   int // of the last piece pushed
}

// stopReading unwinds an asn1Reader's methods.
type stopReading struct{}

// run reads with f and returns the error number, 0 for none.
func (r *asn1Reader) run(f func()) (code esp8266.SSLError) {
	defer func() {
		if p := recover(); p != nil && p != (stopReading{}) {
			panic(p)
		}
		code = r.code
	}()
	f()
	return 0
}

// fail is "fail": with a chunk it comes back, at the beginning of the next.
func (r *asn1Reader) fail(code esp8266.SSLError) {
	r.code = code
	if r.chunk == 0 {
		panic(stopReading{})
	}
	if r.pos = max(r.end, r.chunk); r.pos >= len(r.in) {
		panic(stopReading{})
	}
	r.end = r.pos + r.chunk
}

// stop ends the reading at an error after which BearSSL can't go on in order.
func (r *asn1Reader) stop(code esp8266.SSLError) {
	r.code = code
	panic(stopReading{})
}

// read8 fails with 36 at the end of the element.
func (r *asn1Reader) read8(lim *int32) byte {
	if *lim == 0 {
		r.fail(esp8266.X509InnerTruncated)
	}
	*lim--
	return r.take(1)[0]
}

// take returns the next n bytes of the input.
func (r *asn1Reader) take(n int32) []byte {
	if n < 0 || int(n) > len(r.in)-r.pos {
		panic(stopReading{}) // more is awaited, and nothing comes
	}
	b := r.in[r.pos : r.pos+int(n)]
	r.pos += int(n)
	for r.chunk > 0 && r.end < r.pos {
		r.end += r.chunk
	}
	return b
}

// skip is "skip-remaining".
func (r *asn1Reader) skip(lim *int32) {
	r.take(*lim)
	*lim = 0
}

// An asn1Tag is a tag as read-tag numbers it: universal ones by their number,
// those of a context 32 higher, and noTag where the element is over.
type asn1Tag struct {
	constructed bool
	value       int
}

const (
	noTag        = -1
	tagBoolean   = 1
	tagInteger   = 2
	tagBits      = 3
	tagOctets    = 4
	tagOID       = 6
	tagUTF8      = 12
	tagSequence  = 16
	tagSet       = 17
	tagNumeric   = 18
	tagPrintable = 19
	tagT61       = 20
	tagIA5       = 22
	tagUTCTime   = 23
	tagTime      = 24
	tagBMP       = 30
	tagContext   = 32
)

// tag is "read-tag": 37 for tags of applications and private ones, 38 for those
// of more than a byte.
func (r *asn1Reader) tag(lim *int32) asn1Tag {
	b := r.read8(lim)
	if b&0x40 != 0 {
		r.fail(esp8266.X509BadTagClass)
	}
	if b&0x1f == 0x1f {
		r.fail(esp8266.X509BadTagValue)
	}
	return asn1Tag{b&0x20 != 0, int(b&0xc0)>>2 + int(b&0x1f)}
}

func (r *asn1Reader) tagOrEnd(lim *int32) asn1Tag {
	if *lim == 0 {
		return asn1Tag{value: noTag}
	}
	return r.tag(lim)
}

// length is "read-length": 39 for an indefinite one, 36 for one past 31 bits. It
// takes lengths in more bytes than they need.
func (r *asn1Reader) length(lim *int32) int32 {
	first := r.read8(lim)
	if first < 0x80 {
		return int32(first)
	}
	if first == 0x80 {
		r.fail(esp8266.X509IndefiniteLength)
	}
	var length int32
	for range first - 0x80 {
		if length > 0x7fffff {
			r.fail(esp8266.X509InnerTruncated)
		}
		length = length<<8 + int32(r.read8(lim))
	}
	return length
}

// open is "read-length-open-elt": it returns the bytes in the element, which
// lim has no more; 36 when they are more than lim.
func (r *asn1Reader) open(lim *int32) int32 {
	length := r.length(lim)
	if *lim < length {
		r.fail(esp8266.X509InnerTruncated)
	}
	*lim -= length
	return length
}

// close is "close-elt": 40 when something is left.
func (r *asn1Reader) close(lim int32) {
	if lim != 0 {
		r.fail(esp8266.X509ExtraElement)
	}
}

// skipElement is "read-length-skip".
func (r *asn1Reader) skipElement(lim *int32) {
	inner := r.open(lim)
	r.skip(&inner)
}

// constructed is "check-tag-constructed": 41 for another tag, 42 for a primitive one.
func (r *asn1Reader) constructed(t asn1Tag, want int) {
	if t.value != want {
		r.fail(esp8266.X509Unexpected)
	}
	if !t.constructed {
		r.fail(esp8266.X509NotConstructed)
	}
}

// primitive is "check-tag-primitive": 41 for another tag, 43 for a constructed one.
func (r *asn1Reader) primitive(t asn1Tag, want int) {
	if t.value != want {
		r.fail(esp8266.X509Unexpected)
	}
	if t.constructed {
		r.fail(esp8266.X509NotPrimitive)
	}
}

// sequence is "read-sequence-open".
func (r *asn1Reader) sequence(lim *int32) int32 {
	r.constructed(r.tag(lim), tagSequence)
	return r.open(lim)
}

// bits is "read-bits-open": 44 when the last byte isn't used whole.
func (r *asn1Reader) bits(lim *int32) int32 {
	r.primitive(r.tag(lim), tagBits)
	inner := r.open(lim)
	if r.read8(&inner) != 0 {
		r.fail(esp8266.X509PartialByte)
	}
	return inner
}

// oid is "read-OID": the value's bytes, "" for one past 255 bytes, which
// equals none.
func (r *asn1Reader) oid(lim *int32) string {
	r.primitive(r.tag(lim), tagOID)
	inner := r.open(lim)
	value := r.take(inner)
	if len(value) > 255 {
		return ""
	}
	return string(value)
}

// smallInt is "read-small-int-value", after the tag: 46 for none, a negative
// one, and one past 32 bits. The highest 32-bit numbers come out negative.
func (r *asn1Reader) smallInt(lim *int32) int32 {
	inner := r.open(lim)
	if inner == 0 {
		r.fail(esp8266.X509Overflow)
	}
	first := r.read8(&inner)
	if first >= 0x80 {
		r.fail(esp8266.X509Overflow)
	}
	x := int32(first)
	for inner != 0 {
		b := r.read8(&inner)
		if x >= 0xffffff {
			r.fail(esp8266.X509Overflow)
		}
		x = x<<8 + int32(b)
	}
	return x
}

// A boardTime is a date as read-date counts: days from the beginning of year 0,
// and seconds of the day, 86400 for a leap second.
type boardTime struct{ days, seconds int32 }

func (t boardTime) before(u boardTime) bool {
	return t.days < u.days || t.days == u.days && t.seconds < u.seconds
}

// daysTo1970 is what the engine adds to Unix time (x509_minimal.t0, check-validity-range).
const daysTo1970 = 719528

// date is "read-date": 48 for whatever isn't a date in UTC with its seconds, 43
// for a constructed one, 36 for one cut short, 40 for bytes behind it. Fractions
// of a second are dropped.
func (r *asn1Reader) date(lim *int32) boardTime {
	t := r.tag(lim)
	if t.value != tagUTCTime && t.value != tagTime {
		r.fail(esp8266.X509BadTime)
	}
	if t.constructed {
		r.fail(esp8266.X509NotPrimitive)
	}
	inner := r.open(lim)
	year := r.decimal2(&inner, 0, 99)
	switch {
	case t.value == tagTime:
		year = year*100 + r.decimal2(&inner, 0, 99)
	case year < 50:
		year += 2000
	default:
		year += 1900
	}
	month := r.decimal2(&inner, 1, 12)
	before, in := month2days(year, month)
	days := year*365 + (year+3)/4 - (year+99)/100 + (year+399)/400 + before
	days += r.decimal2(&inner, 1, in) - 1
	seconds := r.decimal2(&inner, 0, 23) * 3600
	seconds += r.decimal2(&inner, 0, 59) * 60
	seconds += r.decimal2(&inner, 0, 60)
	end := r.read8(&inner)
	if end == '.' {
		for end = r.read8(&inner); '0' <= end && end <= '9'; {
			end = r.read8(&inner)
		}
	}
	if end != 'Z' {
		r.fail(esp8266.X509BadTime)
	}
	r.close(inner)
	return boardTime{days, seconds}
}

// month2days returns the days of the year before a month, and those in it.
func month2days(year, month int32) (before, in int32) {
	lengths := [...]int32{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	if year%4 == 0 && year%100 != 0 || year%400 == 0 {
		lengths[1] = 29
	}
	month = min(max(month, 1), 12)
	for _, n := range lengths[:month-1] {
		before += n
	}
	return before, lengths[month-1]
}

// decimal2 is "read-dec2-range": 48 for other signs than digits, and for numbers
// out of the range.
func (r *asn1Reader) decimal2(lim *int32, least, most int32) int32 {
	var x int32
	for range 2 {
		digit := int32(r.read8(lim)) - '0'
		if digit < 0 || digit > 9 {
			r.fail(esp8266.X509BadTime)
		}
		x = x*10 + digit
	}
	if x < least || x > most {
		r.fail(esp8266.X509BadTime)
	}
	return x
}

// integer is "read-integer": a positive number without its leading zeros; 46
// for a negative one, 36 for none, 50 for one past size bytes.
func (r *asn1Reader) integer(lim *int32, size int) []byte {
	r.primitive(r.tag(lim), tagInteger)
	inner := r.open(lim)
	b := r.read8(&inner)
	if b >= 0x80 {
		r.fail(esp8266.X509Overflow)
	}
	for b == 0 {
		if inner == 0 {
			return nil
		}
		b = r.read8(&inner)
	}
	value := append([]byte{b}, r.take(inner)...)
	if len(value) > size {
		r.stop(esp8266.X509LimitExceeded)
	}
	return value
}

// boolean is "read-boolean": 45 unless it is one byte long.
func (r *asn1Reader) boolean(lim *int32, t asn1Tag) bool {
	r.primitive(t, tagBoolean)
	if r.length(lim) != 1 {
		r.fail(esp8266.X509BadBoolean)
	}
	return r.read8(lim) != 0
}

// text is "read-string" (x509_minimal.t0): a string in UTF-8, and whether it
// could be read as one of at most 255 bytes; 43 for a constructed one.
func (r *asn1Reader) text(lim *int32) (string, bool) {
	t := r.tag(lim)
	var next func(*int32) rune
	switch t.value {
	case tagUTF8:
		next = r.utf8
	case tagNumeric, tagPrintable, tagT61, tagIA5:
		next = r.latin1
	case tagBMP:
		next = func(lim *int32) rune { return r.utf16(lim, binary.BigEndian) }
	default:
		r.skipElement(lim)
		return "", false
	}
	r.primitive(t, t.value)
	inner := r.open(lim)
	if t.value == tagBMP && inner >= 2 && string(r.in[r.pos:r.pos+2]) == "\xff\xfe" {
		r.take(2)
		inner -= 2
		next = func(lim *int32) rune { return r.utf16(lim, binary.LittleEndian) }
	}
	return r.characters(inner, next)
}

// ia5 is "read-value-UTF8" after a tag: what a name in subjectAltName is read by.
func (r *asn1Reader) ia5(lim *int32) (string, bool) { return r.characters(r.open(lim), r.utf8) }

// characters reads an element's characters. A 0, which next returns for what is
// none too, ends the string; one that Unicode doesn't assign to texts spoils it.
func (r *asn1Reader) characters(inner int32, next func(*int32) rune) (string, bool) {
	const byteOrderMark = 0xfeff
	var b strings.Builder
	valid := true
	for inner != 0 {
		c := next(&inner)
		if c == 0 {
			r.skip(&inner)
			return "", false
		}
		if b.Len() == 0 && c == byteOrderMark {
			continue
		}
		valid = valid && utf8.ValidRune(c) && c&0xfffe != 0xfffe && (c < 0xfdd0 || c > 0xfdef)
		if valid {
			b.WriteRune(c)
			valid = b.Len() <= 255
		}
	}
	return b.String(), valid
}

// utf8 is "read-UTF8".
func (r *asn1Reader) utf8(lim *int32) rune {
	first := r.read8(lim)
	var c, least, most rune
	var more int
	switch {
	case first < 0x80:
		return rune(first)
	case first < 0xc0, first >= 0xf8:
		return 0
	case first < 0xe0:
		c, more, least, most = rune(first&0x1f), 1, 0x80, 0x7ff
	case first < 0xf0:
		c, more, least, most = rune(first&0x0f), 2, 0x800, 0xffff
	default:
		c, more, least, most = rune(first&0x07), 3, 0x10000, utf8.MaxRune
	}
	for range more {
		if *lim == 0 {
			return 0
		}
		b := r.read8(lim)
		if c < 0 || b>>6 != 2 {
			c = -1
			continue
		}
		c = c<<6 + rune(b&0x3f)
	}
	if c < least || c > most {
		return 0
	}
	return c
}

func (r *asn1Reader) latin1(lim *int32) rune { return rune(r.read8(lim)) }

// utf16 is "read-UTF16BE" and "read-UTF16LE": 36 for half a unit.
func (r *asn1Reader) utf16(lim *int32, order binary.ByteOrder) rune {
	unit := func() rune { return rune(order.Uint16([]byte{r.read8(lim), r.read8(lim)})) }
	c := unit()
	switch {
	case !utf16.IsSurrogate(c):
		return c
	case c >= 0xdc00 || *lim == 0:
		return 0
	}
	if c = utf16.DecodeRune(c, unit()); c == utf8.RuneError {
		return 0
	}
	return c
}

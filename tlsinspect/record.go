package tlsinspect

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"espost/esp8266"
	"espost/internal/netdial"
)

// A record is one TLS record in plain text.
type record struct {
	kind    uint8
	version uint16
	payload []byte
}

// A recordReader reads records (RFC 5246 §6.2.1).
type recordReader struct {
	in     *bufio.Reader
	read   int  // records so far
	begun  bool // something came
	header [5]byte
}

func newRecordReader(in io.Reader) *recordReader {
	return &recordReader{in: bufio.NewReaderSize(in, readSize)}
}

// next returns the next record; its payload is the caller's to keep. A first
// answer that isn't TLS gives a *netdial.NotTLSError, a broken record a
// *netdial.MalformedError; io.EOF comes between records only.
func (r *recordReader) next() (record, error) {
	if r.read++; r.read > maxRecords { // mutant TestLimitsOfAFlight: r.read > maxRecords => false
		return record{}, malformed(esp8266.SSLBadLength, "the answer has more than %d records", maxRecords)
	}
	n, err := io.ReadFull(r.in, r.header[:])
	r.begun = r.begun || n > 0
	if err != nil {
		if r.read == 1 && n > 0 && !looksLikeTLS(r.header[:n]) {
			return record{}, &netdial.NotTLSError{First: r.header[:n:n]}
		}
		return record{}, err
	}
	rec := record{kind: r.header[0], version: binary.BigEndian.Uint16(r.header[1:])}
	if !looksLikeTLS(r.header[:]) {
		if r.read == 1 {
			return record{}, &netdial.NotTLSError{First: r.quote()}
		}
		return record{}, malformed(esp8266.SSLUnsupportedVersion, "what follows a record is none")
	}
	length := int(binary.BigEndian.Uint16(r.header[3:]))
	if length > maxRecord {
		return record{}, malformed(esp8266.SSLBadLength, "a record of %d bytes is longer than TLS allows", length)
	}
	rec.payload = make([]byte, length)
	if _, err := io.ReadFull(r.in, rec.payload); err != nil {
		return record{}, noEOF(err)
	}
	return rec, nil
}

// looksLikeTLS reports whether a header, or the part of it that arrived, can
// begin a record of SSL 3.0 or TLS.
func looksLikeTLS(header []byte) bool {
	if header[0] < recordChangeCipherSpec || header[0] > recordApplicationData {
		return false
	}
	return len(header) < 2 || header[1] == 3
}

// quote returns the header and what else of a foreign answer is there already.
func (r *recordReader) quote() []byte {
	more, _ := r.in.Peek(min(r.in.Buffered(), maxQuoted-len(r.header)))
	return append(r.header[:len(r.header):len(r.header)], more...)
}

// noEOF turns an end in the middle of something into io.ErrUnexpectedEOF.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// TLS alerts that tell a cause (RFC 5246 §7.2, RFC 6066 §3).
const (
	alertHandshakeFailure     = 40
	alertProtocolVersion      = 70
	alertInsufficientSecurity = 71
	alertUnrecognizedName     = 112
)

// Each parser takes a message's body, without its four bytes of header, and
// keeps every byte of it, so that the message could be written again.

// malformed is the error of an answer that breaks the TLS format, at which the
// board stops with a number.
func malformed(board esp8266.SSLError, reason string, args ...any) error {
	return &netdial.MalformedError{Reason: fmt.Sprintf(reason, args...), Board: int(board)}
}

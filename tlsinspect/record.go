package tlsinspect

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// BearSSL's error numbers that the flight can lead to (bearssl_ssl.h,
// bearssl_x509.h), as getLastSSLError returns them.
const (
	bearBadParam           = 1
	bearUnsupportedVersion = 3
	bearBadVersion         = 4
	bearBadLength          = 5
	bearUnexpected         = 10
	bearBadHandshake       = 14
	bearOversizedID        = 15
	bearBadCipherSuite     = 16
	bearBadCompression     = 17
	bearBadFragmentLength  = 18
	bearBadRenegotiation   = 19
	bearExtraExtension     = 20
	bearBadSNI             = 21
	bearBadHelloDone       = 22
	bearLimitExceeded      = 23
	bearInvalidAlgorithm   = 26
	bearBadSignature       = 27
	bearWrongKeyUsage      = 28
	bearAlert              = 256 // plus the received alert
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
// answer that isn't TLS gives a *notTLSError, a broken record a
// *malformedError; io.EOF comes between records only.
func (r *recordReader) next() (record, error) {
	if r.read++; r.read > maxRecords {
		return record{}, &malformedError{fmt.Sprintf("the answer has more than %d records", maxRecords), bearBadLength}
	}
	n, err := io.ReadFull(r.in, r.header[:])
	r.begun = r.begun || n > 0
	if err != nil {
		if r.read == 1 && n > 0 && !looksLikeTLS(r.header[:n]) {
			return record{}, &notTLSError{r.header[:n:n]}
		}
		return record{}, err
	}
	rec := record{kind: r.header[0], version: binary.BigEndian.Uint16(r.header[1:])}
	if !looksLikeTLS(r.header[:]) {
		if r.read == 1 {
			return record{}, &notTLSError{r.quote()}
		}
		return record{}, &malformedError{"what follows a record is none", bearUnsupportedVersion}
	}
	length := int(binary.BigEndian.Uint16(r.header[3:]))
	if length > maxRecord {
		return record{}, &malformedError{fmt.Sprintf("a record of %d bytes is longer than TLS allows", length), bearBadLength}
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

package tlsinspect

import (
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/cryptobyte"

	"espost/esp8266"
	"espost/internal/netdial"
)

// A flight is the server's first answer, as far as it came.
type flight struct {
	offer        offer
	clientRandom [32]byte

	hello    *serverHello
	chain    [][]byte // DER, leaf first
	exchange *serverKeyExchange
	request  *certificateRequest
	complete bool // ServerHelloDone was seen

	alert     int // the fatal alert that ended it, -1 for none
	closed    bool
	firstWith uint16           // version of the first record
	versions  bool             // later records have the same version
	longest   int              // bytes of the longest handshake record
	trailing  bool             // bytes after ServerHelloDone in the same record
	board     esp8266.SSLError // what BearSSL makes of records and messages out of place, 0 for nothing wrong
}

// errRefused ends a flight at a fatal alert or close_notify: an answer, if not
// the wanted one.
var errRefused = errors.New("the server refused the handshake")

// A flightReader gathers handshake messages from records: a message may span
// records, and a record may hold several.
type flightReader struct {
	records  *recordReader
	flight   *flight
	pending  []byte // handshake bytes not yet taken
	total    int
	warnings int
	warning  bool // an alert's first byte was 1 and its second is awaited
	half     bool
}

// readFlight reads until ServerHelloDone. The flight is returned with an error
// too, with what came before it: errRefused when an alert ended it.
func readFlight(in io.Reader, o offer, random [32]byte) (*flight, error) {
	f := &flight{offer: o, clientRandom: random, alert: -1, versions: true}
	r := &flightReader{records: newRecordReader(in), flight: f}
	for !f.complete {
		kind, body, err := r.message()
		if err != nil && r.records.begun && netdial.TimedOut(err) {
			err = fmt.Errorf("%w: %w", netdial.ErrSlow, err)
		}
		if err != nil {
			return f, err
		}
		if err := f.accept(kind, body); err != nil {
			return f, err
		}
	}
	f.trailing = len(r.pending) > 0
	return f, nil
}

// message returns the next handshake message; body is the caller's to keep.
func (r *flightReader) message() (kind uint8, body []byte, err error) {
	for {
		s := cryptobyte.String(r.pending)
		var length uint32
		if s.ReadUint8(&kind) && s.ReadUint24(&length) {
			if length > maxMessage { // mutant TestLimitsOfAFlight: length > maxMessage => false
				return 0, nil, malformed(esp8266.SSLBadParam, "a message of %d bytes is too long", length)
			}
			if s.ReadBytes(&body, int(length)) {
				r.pending = s
				return kind, body[:length:length], nil
			}
		}
		if err := r.fill(); err != nil {
			return 0, nil, err
		}
	}
}

// fill adds the next handshake record to pending and obeys alerts on the way.
func (r *flightReader) fill() error {
	rec, err := r.records.next()
	if err != nil {
		if errors.Is(err, io.EOF) && r.flight.hello != nil {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	f := r.flight
	if f.firstWith == 0 {
		f.firstWith = rec.version
	} else if f.firstWith != rec.version {
		f.versions = false
	}
	if len(rec.payload) == 0 { // BearSSL skips these whatever their type (ssl_engine.c, recvrec_ack)
		return nil
	}
	switch rec.kind {
	case recordAlert:
		return r.alerts(rec.payload)
	case recordHandshake:
		if r.total += len(rec.payload); r.total > maxFlight { // mutant TestLimitsOfAFlight: r.total > maxFlight => false
			return malformed(esp8266.SSLBadParam, "its answer is longer than %d bytes", maxFlight)
		}
		f.longest = max(f.longest, len(rec.payload))
		if len(r.pending) == 0 {
			r.pending = rec.payload
		} else {
			r.pending = append(r.pending, rec.payload...)
		}
		return nil
	}
	return malformed(esp8266.SSLUnexpected, "a record of type %d has no place in a handshake", rec.kind)
}

// alerts reads alert bytes as BearSSL does (ssl_hs_common.t0,
// process-alert-byte): a level other than warning is fatal; of the warnings
// close_notify ends the connection and no_renegotiation is fatal.
func (r *flightReader) alerts(payload []byte) error {
	const closeNotify, noRenegotiation = 0, 100
	f := r.flight
	for _, b := range payload {
		if !r.half {
			r.half, r.warning = true, b == 1
			continue
		}
		r.half = false
		switch {
		case !r.warning || b == noRenegotiation: // mutant TestTLS13OnlyIsAVerdict: !r.warning || b == noRenegotiation => b == noRenegotiation
			f.alert = int(b)
			return errRefused
		case b == closeNotify:
			f.closed = true
			return errRefused
		}
		if r.warnings++; r.warnings > maxWarnings { // mutant TestLimitsOfAFlight: r.warnings > maxWarnings => false
			return malformed(esp8266.SSLBadParam, "it sends warnings without end")
		}
	}
	return nil
}

// accept takes the next message, in the order of RFC 5246 §7.3.
func (f *flight) accept(kind uint8, body []byte) (err error) {
	switch {
	case kind == messageHelloRequest && len(body) == 0: // to be ignored during a handshake (RFC 5246 §7.4.1.1)
		return nil
	case kind == messageHelloRequest:
		return malformed(esp8266.SSLBadHandshake, "its HelloRequest is not empty")
	case f.hello == nil && kind == messageServerHello:
		f.hello, err = parseServerHello(body)
	case f.hello != nil && f.chain == nil && kind == messageCertificate:
		f.chain, err = parseCertificates(body)
		if err == nil && len(f.chain) == 0 {
			err = malformed(esp8266.SSLUnexpected, "its chain is empty")
		}
	case f.chain != nil && f.exchange == nil && f.request == nil && kind == messageServerKeyExchange:
		f.exchange, err = parseServerKeyExchange(body, f.hello.version)
	case f.chain != nil && f.request == nil && kind == messageCertRequest:
		f.request, err = parseCertificateRequest(body, f.hello.version)
	case f.chain != nil && kind == messageServerHelloDone:
		f.complete = true
		if len(body) != 0 {
			f.board = esp8266.SSLBadHelloDone
		}
	default:
		return malformed(esp8266.SSLUnexpected, "a message of type %d comes out of turn", kind)
	}
	return err
}

// A serverHello is ServerHello (RFC 5246 §7.4.1.3).
type serverHello struct {
	version       uint16
	random        [32]byte
	sessionID     []byte
	suite         uint16
	compression   uint8
	hasExtensions bool // an empty list differs from none
	extensions    []extension
}

type extension struct {
	kind uint16
	data []byte
}

func parseServerHello(body []byte) (*serverHello, error) {
	s := cryptobyte.String(body)
	h := new(serverHello)
	var id, list cryptobyte.String
	if !s.ReadUint16(&h.version) || !s.CopyBytes(h.random[:]) || !s.ReadUint8LengthPrefixed(&id) ||
		!s.ReadUint16(&h.suite) || !s.ReadUint8(&h.compression) {
		return nil, malformed(esp8266.SSLBadParam, "its ServerHello is cut short")
	}
	h.sessionID = id
	if s.Empty() {
		return h, nil
	}
	h.hasExtensions = true
	if !s.ReadUint16LengthPrefixed(&list) || !s.Empty() {
		return nil, malformed(esp8266.SSLBadParam, "the lengths in its ServerHello don't add up")
	}
	for !list.Empty() {
		var e extension
		var data cryptobyte.String
		if !list.ReadUint16(&e.kind) || !list.ReadUint16LengthPrefixed(&data) {
			return nil, malformed(esp8266.SSLBadParam, "an extension of its ServerHello is cut short")
		}
		if e.data = data; len(h.extensions) == maxExtensions {
			return nil, malformed(esp8266.SSLBadParam, "its ServerHello has too many extensions")
		}
		h.extensions = append(h.extensions, e)
	}
	return h, nil
}

// fragmentLength returns the max_fragment_length that the server confirms, 0
// for none (RFC 6066 §4).
func (h *serverHello) fragmentLength() int {
	for _, e := range h.extensions {
		if e.kind == extensionFragmentLength && len(e.data) == 1 && e.data[0] >= 1 && e.data[0] <= 4 {
			return 256 << e.data[0]
		}
	}
	return 0
}

// parseCertificates reads Certificate (RFC 5246 §7.4.2): DER, leaf first.
func parseCertificates(body []byte) ([][]byte, error) {
	s := cryptobyte.String(body)
	var list cryptobyte.String
	if !s.ReadUint24LengthPrefixed(&list) || !s.Empty() {
		return nil, malformed(esp8266.SSLBadParam, "the lengths in its Certificate message don't add up")
	}
	var certificates [][]byte
	for !list.Empty() {
		var der cryptobyte.String
		if !list.ReadUint24LengthPrefixed(&der) {
			return nil, malformed(esp8266.SSLBadParam, "a certificate is cut short")
		}
		if len(der) == 0 {
			return nil, malformed(esp8266.SSLWrongKeyUsage, "a certificate is empty")
		}
		if len(certificates) == maxCertificates {
			return nil, malformed(esp8266.SSLBadParam, "its chain has too many certificates")
		}
		certificates = append(certificates, der)
	}
	return certificates, nil
}

// A serverKeyExchange is ServerKeyExchange with ECDHE, the only kind that the
// board's suites lead to (RFC 8422 §5.4).
type serverKeyExchange struct {
	curveType uint8
	group     esp8266.Group
	point     []byte
	algorithm esp8266.SignatureAlgorithm // from TLS 1.2 on
	signature []byte
}

// namedCurve is the only curve_type left (RFC 8422 §5.4).
const namedCurve = 3

func parseServerKeyExchange(body []byte, version uint16) (*serverKeyExchange, error) {
	s := cryptobyte.String(body)
	k := new(serverKeyExchange)
	var point, signature cryptobyte.String
	if !s.ReadUint8(&k.curveType) {
		return nil, malformed(esp8266.SSLBadParam, "its ServerKeyExchange is empty")
	}
	if k.curveType != namedCurve {
		return nil, malformed(esp8266.SSLInvalidAlgorithm, "its key exchange uses a curve without a number")
	}
	if !s.ReadUint16((*uint16)(&k.group)) || !s.ReadUint8LengthPrefixed(&point) {
		return nil, malformed(esp8266.SSLBadParam, "its ServerKeyExchange is cut short")
	}
	if version >= esp8266.VersionTLS12 && !s.ReadUint16((*uint16)(&k.algorithm)) {
		return nil, malformed(esp8266.SSLBadParam, "its ServerKeyExchange is cut short")
	}
	if !s.ReadUint16LengthPrefixed(&signature) || !s.Empty() {
		return nil, malformed(esp8266.SSLBadParam, "the lengths in its ServerKeyExchange don't add up")
	}
	k.point, k.signature = point, signature
	return k, nil
}

// A certificateRequest is CertificateRequest (RFC 5246 §7.4.4).
type certificateRequest struct {
	types       []byte
	algorithms  []byte   // from TLS 1.2 on
	authorities [][]byte // names, DER
}

func parseCertificateRequest(body []byte, version uint16) (*certificateRequest, error) {
	s := cryptobyte.String(body)
	r := new(certificateRequest)
	var types, algorithms, names cryptobyte.String
	if !s.ReadUint8LengthPrefixed(&types) {
		return nil, malformed(esp8266.SSLBadParam, "its CertificateRequest is cut short")
	}
	if version >= esp8266.VersionTLS12 && (!s.ReadUint16LengthPrefixed(&algorithms) || len(algorithms)%2 != 0) {
		return nil, malformed(esp8266.SSLBadParam, "its CertificateRequest is cut short")
	}
	if !s.ReadUint16LengthPrefixed(&names) || !s.Empty() {
		return nil, malformed(esp8266.SSLBadParam, "the lengths in its CertificateRequest don't add up")
	}
	for !names.Empty() {
		var name cryptobyte.String
		if !names.ReadUint16LengthPrefixed(&name) {
			return nil, malformed(esp8266.SSLBadParam, "a name in its CertificateRequest is cut short")
		}
		r.authorities = append(r.authorities, name)
	}
	r.types, r.algorithms = types, algorithms
	return r, nil
}

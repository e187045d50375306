package tlsinspect

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"espost/esp8266"
	"espost/internal/netdial"
)

// Each parser takes a message's body, without its four bytes of header, and
// keeps every byte of it, so that the message could be written again.

// malformed is the error of an answer that breaks the TLS format, at which the
// board stops with a number.
func malformed(board esp8266.SSLError, reason string, args ...any) error {
	return &netdial.MalformedError{Reason: fmt.Sprintf(reason, args...), Board: board}
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

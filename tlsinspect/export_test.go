package tlsinspect

import (
	"crypto/rand"
	"errors"
	"net"

	"espost/esp8266"
	"espost/internal/netdial"
	"espost/request"
)

// EvaluateConn sends the board's hello and returns BearSSL's error number for the
// answer.
func EvaluateConn(conn net.Conn, t request.Target) (esp8266.SSLError, error) {
	random, err := clientRandom(rand.Reader)
	if err != nil {
		return 0, err
	}
	hello, err := boardOffer(t).marshal(random)
	if err != nil {
		return 0, err
	}
	if _, err := conn.Write(hello); err != nil {
		return 0, err
	}
	f, err := readFlight(conn, boardOffer(t), random)
	var malformed *netdial.MalformedError
	var notTLS *netdial.NotTLSError
	switch {
	case errors.As(err, &malformed):
		f.board = esp8266.SSLError(malformed.Board)
	case errors.As(err, &notTLS):
		return esp8266.SSLUnsupportedVersion, nil
	}
	return f.evaluate(), nil
}

// ClientHello is the record for a name, two buffers and a kind of build.
func ClientHello(host string, rx, tx int, basic bool) ([]byte, error) {
	random, err := clientRandom(rand.Reader)
	if err != nil {
		return nil, err
	}
	return offer{serverName: host, buffers: esp8266.Buffers{RX: rx, TX: tx}, basic: basic}.marshal(random)
}

package formpost

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"time"

	"espost/esp8266"
	"espost/internal/netdial"
)

// resolve returns the address that the board would use: the host itself if it
// is one, else its first IPv4 address (core WiFiClientSecureBearSSL.cpp,
// connect: one address, no second try).
func (c *Client) resolve(ctx context.Context, host string, timeout time.Duration) (string, error) {
	found, err := netdial.Dialer{Lookup: c.Lookup}.Resolve(ctx, host, timeout)
	if err != nil {
		return "", dialFailed(err)
	}
	switch _, err := netip.ParseAddr(host); {
	case len(found.V4) > 0:
		return found.V4[0].String(), nil
	case err == nil:
		return found.V6[0].String(), nil
	}
	return "", failed(httpConnectionFailed, "The host "+host+" has no IPv4 address", "Use a name that has an A record: the board speaks IPv4")
}

func (c *Client) connect(ctx context.Context, address, where string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := netdial.Dialer{Dial: c.Dial}.Connect(ctx, address)
	if err != nil {
		return nil, dialFailed(netdial.Explain(err, where, netdial.Dialling, timeout))
	}
	return conn, nil
}

// handshake speaks TLS over t on the board's terms, as far as crypto/tls can:
// it offers the board's suites and groups in its own order, no
// max_fragment_length, and no server_name when the host is an IP address,
// where the board sends one all the same.
func (c *Client) handshake(ctx context.Context, t *tap, host, where string, check *pinCheck, timeout time.Duration) (*tls.Conn, error) {
	asked := false // for a client certificate
	conn := tls.Client(t, &tls.Config{
		ServerName:             host,
		MinVersion:             esp8266.VersionTLS10,
		MaxVersion:             esp8266.VersionTLS12,
		CipherSuites:           usableSuites(),
		CurvePreferences:       curves(),
		SessionTicketsDisabled: true,
		// The board's validator decides, not crypto/tls's.
		InsecureSkipVerify: true,
		VerifyConnection:   check.verify,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return &tls.Certificate{}, nil // none, as the board answers
		},
	})
	t.SetDeadline(time.Now().Add(timeout)) // mutant TestTimeouts: Add(timeout) => Add(time.Hour)
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, handshakeFailed(failedHandshake{
			where: where, host: host, err: err, check: check, records: t.records(),
			asked: asked, timeout: timeout, boardSuite: c.BoardSuite,
		})
	}
	t.SetDeadline(time.Time{})
	return conn, nil
}

// usableSuites returns the board's suites that crypto/tls has. It has no
// static ECDH, no CCM, and CBC with SHA-384 neither.
func usableSuites() []uint16 {
	var ids []uint16
	for _, s := range esp8266.CipherSuites() {
		if usable(s.ID) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// usable reports whether crypto/tls has the suite.
func usable(id uint16) bool {
	for _, suites := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, s := range suites {
			if s.ID == id {
				return true
			}
		}
	}
	return false
}

func curves() []tls.CurveID {
	var ids []tls.CurveID
	for _, g := range esp8266.Groups() {
		ids = append(ids, tls.CurveID(g))
	}
	return ids
}

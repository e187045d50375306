package tlsinspect

import (
	"slices"

	"espost/esp8266"
)

// board makes the verdict out of the chosen probe.
func (in *inspection) board() Board {
	p := in.probes[in.chosen]
	b := Board{Buffers: in.buffers()}
	b.Heap = b.Buffers.Heap(esp8266.PinFingerprint)
	f := p.flight
	if f == nil {
		return b
	}
	b.MaxFragmentLengths, _ = in.fragmentLengths()
	b.Error = f.evaluate()
	b.Connects = f.complete && b.Error == 0 && len(in.addresses.V4) > 0
	if f.alert > 0 {
		b.Alert = f.alert
	}
	if b.Connects && in.certAlert != 0 {
		b.Connects, b.Alert, b.Error = false, in.certAlert, esp8266.AlertReceived+esp8266.SSLError(in.certAlert)
	}
	if f.hello == nil {
		return b
	}
	b.Version = f.hello.version
	b.CipherSuite, _ = esp8266.CipherSuiteByID(f.hello.suite)
	if f.exchange != nil {
		b.Group, b.SignatureAlgorithm = f.exchange.group, f.exchange.algorithm
	}
	return b
}

// evaluate returns BearSSL's error number for the flight, in fingerprint mode with
// the right fingerprint, or 0 when the board goes on to finish the handshake.
// It checks what ssl_hs_client.t0 checks, in the same order. A flight that is
// not complete without an alert or an error of its own counts as accepted as
// far as it came.
func (f *flight) evaluate() esp8266.SSLError {
	if f.hello == nil {
		return f.ending()
	}
	if code := f.evaluateServerHello(); code != 0 {
		return code
	}
	if f.chain == nil {
		return f.ending()
	}
	suite, _ := esp8266.CipherSuiteByID(f.hello.suite)
	key := boardKey(f.chain[0])
	if code := evaluateKey(key, suite.KeyExchange); code != 0 {
		return code
	}
	switch {
	case suite.KeyExchange.Ephemeral() && f.exchange != nil:
		if code := f.evaluateServerKeyExchange(key, suite.KeyExchange == esp8266.ECDHERSA); code != 0 {
			return code
		}
	case suite.KeyExchange.Ephemeral() && (f.request != nil || f.complete), f.exchange != nil && !suite.KeyExchange.Ephemeral():
		return esp8266.SSLUnexpected
	}
	if !f.complete {
		return f.ending()
	}
	if f.board != 0 {
		return f.board
	}
	if f.trailing {
		return esp8266.SSLUnexpected
	}
	return evaluateKeyUse(key, suite.KeyExchange, f.exchange)
}

// ending is the number for a flight that ended early: by an alert, or with what
// readFlight noted.
func (f *flight) ending() esp8266.SSLError {
	if f.alert >= 0 {
		return esp8266.AlertReceived + esp8266.SSLError(f.alert)
	}
	return f.board
}

func (f *flight) evaluateServerHello() esp8266.SSLError {
	h := f.hello
	switch {
	case h.version < esp8266.VersionTLS10 || h.version > esp8266.VersionTLS12:
		return esp8266.SSLUnsupportedVersion
	case h.version != f.firstWith || !f.versions:
		return esp8266.SSLBadVersion
	case len(h.sessionID) > 32:
		return esp8266.SSLOversizedID
	}
	suite, known := esp8266.CipherSuiteByID(h.suite)
	switch {
	case !known || !f.offer.offers(h.suite), suite.TLS12 && h.version < esp8266.VersionTLS12:
		return esp8266.SSLBadCipherSuite
	case h.compression != compressionNull:
		return esp8266.SSLBadCompression
	}
	seen := make(map[uint16]bool)
	for _, e := range h.extensions {
		if !f.offer.extension(e.kind) || seen[e.kind] {
			return esp8266.SSLExtraExtension
		}
		seen[e.kind] = true
		switch {
		case e.kind == extensionServerName && len(e.data) != 0:
			return esp8266.SSLBadSNI
		case e.kind == extensionFragmentLength && h.fragmentLength() != f.offer.buffers.FragmentLength():
			return esp8266.SSLBadFragmentLength
		case e.kind == extensionRenegotiation && !slices.Equal(e.data, []byte{0}):
			return esp8266.SSLBadRenegotiation
		}
	}
	return 0
}

// evaluateKey checks the kind of key against the suite's.
func evaluateKey(k publicKey, exchange esp8266.KeyExchange) esp8266.SSLError {
	wantsRSA := exchange == esp8266.RSA || exchange == esp8266.ECDHERSA
	if wantsRSA && !k.isRSA() || !wantsRSA && !k.isEC() {
		return esp8266.SSLWrongKeyUsage
	}
	return 0
}

// evaluateServerKeyExchange checks ServerKeyExchange (read-ServerKeyExchange, verify_SKE_sig).
func (f *flight) evaluateServerKeyExchange(k publicKey, rsa bool) esp8266.SSLError {
	x := f.exchange
	if !slices.Contains(esp8266.Groups(), x.group) || f.offer.basic || len(x.point) > maxPointBytes {
		return esp8266.SSLInvalidAlgorithm
	}
	if f.hello.version >= esp8266.VersionTLS12 {
		wanted := uint8(signatureECDSA)
		if rsa {
			wanted = signatureRSA
		}
		if tlsHash(x.algorithm.Hash()) == 0 || x.algorithm.Signature() != wanted {
			return esp8266.SSLInvalidAlgorithm
		}
	}
	if len(x.signature) > maxRSABytes {
		return esp8266.SSLLimitExceeded
	}
	if !f.verifyServerKeyExchange(k, rsa) {
		return esp8266.SSLBadSignature
	}
	return 0
}

// evaluateKeyUse checks what only the key exchange itself brings to light
// (make_pms_rsa, make_pms_ecdh).
func evaluateKeyUse(k publicKey, exchange esp8266.KeyExchange, x *serverKeyExchange) esp8266.SSLError {
	switch {
	case exchange == esp8266.RSA && k.nLen < minRSABytes:
		return esp8266.X509WeakPublicKey
	case exchange == esp8266.RSA && (k.nLen > maxRSABytes || k.nLen+k.eLen > maxKeyBytes || k.n.Bit(0) == 0):
		return esp8266.SSLLimitExceeded
	case exchange.Ephemeral() && !validPoint(x.group, x.point):
		return esp8266.SSLInvalidAlgorithm
	case (exchange == esp8266.ECDHECDSA || exchange == esp8266.ECDHRSA) && k.ecdsa() == nil:
		return esp8266.SSLInvalidAlgorithm
	}
	return 0
}

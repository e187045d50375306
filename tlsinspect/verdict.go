package tlsinspect

import (
	"bytes"
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
	var key publicKey
	if len(f.chain) > 0 {
		key = boardKey(f.chain[0])
	}
	b.Connects, b.Error = in.connects(f.evaluateWith(key))
	switch {
	case f.alert > 0:
		b.Alert = f.alert
	case b.Error >= esp8266.AlertReceived:
		b.Alert = in.certAlert
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

// connects reports whether the board connects to a server in whose flight it
// finds the error code, and the error that stands.
func (in *inspection) connects(code esp8266.SSLError) (bool, esp8266.SSLError) {
	switch f := in.probes[in.chosen].flight; {
	case code != 0 || !f.complete || len(in.addresses.V4) == 0:
		return false, code
	case in.certAlert != 0:
		return false, esp8266.AlertReceived + esp8266.SSLError(in.certAlert)
	}
	return true, 0
}

// evaluate is evaluateWith the key that fingerprint mode finds.
func (f *flight) evaluate() esp8266.SSLError {
	if len(f.chain) == 0 {
		return f.evaluateWith(publicKey{})
	}
	return f.evaluateWith(boardKey(f.chain[0]))
}

// evaluateWith returns BearSSL's error number for the flight of a server whose
// key the board holds to be key, or 0 when the board goes on to finish the handshake.
// It checks what ssl_hs_client.t0 checks, in the same order. A flight that is
// not complete without an alert or an error of its own counts as accepted as
// far as it came.
func (f *flight) evaluateWith(key publicKey) esp8266.SSLError {
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

// A Served is what a server's first flight names.
type Served struct {
	Chain []*Certificate // leaf first
	Suite esp8266.CipherSuite

	flight *flight
}

// ReadServed reads the first flight, in plain records, that answers the
// ClientHello with a random, as far as it came.
func ReadServed(random [32]byte, records []byte) Served {
	f, err := readFlight(bytes.NewReader(records), offer{}, random)
	if err != nil && f.chain == nil { // it may lack its end
		return Served{}
	}
	s := Served{flight: f}
	s.Suite, _ = esp8266.CipherSuiteByID(f.hello.suite)
	for _, der := range f.chain {
		s.Chain = append(s.Chain, NewCertificate(der))
	}
	return s
}

// ValidateExchange returns BearSSL's error number for the server's part in the
// key exchange, if the board holds the leaf's key for the server's.
func (s Served) ValidateExchange() esp8266.SSLError {
	return s.validateExchange(boardKey(s.Chain[0].Raw))
}

// ValidatePinned is ValidateExchange with a pinned SubjectPublicKeyInfo; ok is
// false where the exchange doesn't tell whether the server has that key.
func (s Served) ValidatePinned(spki []byte) (code esp8266.SSLError, ok bool) {
	code = s.validateExchange(readKey(spki))
	return code, code != 0 || s.Suite.KeyExchange.Ephemeral() && s.flight.exchange != nil
}

func (s Served) validateExchange(key publicKey) esp8266.SSLError {
	if code := evaluateKey(key, s.Suite.KeyExchange); code != 0 || s.flight.exchange == nil {
		return code
	}
	if hash, pss := pssHashes[s.flight.exchange.algorithm]; pss { // offered by others than the board
		if key.bits() < 1024 || key.verifyPSS(hash, s.flight.signedParams(), s.flight.exchange.signature) {
			return 0
		}
		return esp8266.SSLBadSignature
	}
	return s.flight.evaluateServerKeyExchange(key, s.Suite.KeyExchange == esp8266.ECDHERSA)
}

// ValidateLeaf does what the board's fingerprint mode does with the certificate
// whose fingerprint is pinned: it returns BearSSL's error number, or 0 when the
// board finds a key in it that fits the key exchange.
func ValidateLeaf(leaf *Certificate, exchange esp8266.KeyExchange) esp8266.SSLError {
	key := boardKey(leaf.Raw)
	if code := evaluateKey(key, exchange); code != 0 {
		return code
	}
	tooLong := key.isRSA() && (key.nLen > maxRSABytes || key.size() > maxKeyBytes)
	switch {
	case tooLong && exchange.Ephemeral():
		return esp8266.SSLBadSignature
	case tooLong:
		return esp8266.SSLLimitExceeded
	}
	return 0
}

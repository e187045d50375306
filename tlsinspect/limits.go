package tlsinspect

import "time"

// Limits on what a server can make this package read, keep or wait for. Each
// leaves ample room for every real server seen so far.
const (
	maxRecord       = 16384     // bytes of payload in a plaintext record (RFC 5246 §6.2.1)
	maxRecords      = 1024      // records in a flight; fragments of 512 bytes and 128 KB make 256
	maxMessage      = 128 << 10 // bytes of a handshake message
	maxFlight       = 256 << 10 // bytes of all handshake messages of a flight
	maxCertificates = 32        // certificates in a chain
	maxNamesakes    = 4         // certificates of one name that are tried as an issuer; cross-signed CAs have two or three
	maxIssuerBits   = 8192      // bits of an RSA key that signed another certificate; crypto/tls has the same limit
	maxExtensions   = 64        // extensions in a ServerHello
	maxWarnings     = 8         // warning alerts before the flight is complete
	readSize        = 4096      // bytes asked of a connection at a time
	maxQuoted       = 60        // bytes quoted of an answer that isn't TLS
	maxReason       = 200       // characters quoted of a certificate's name, or of why it isn't trusted
	maxAddresses    = 16        // addresses of a host that are looked at
	maxProbes       = 16        // connections open to a target at once

	addressesWaitedFor = 3 // timeouts that silent addresses may cost a fingerprint

	defaultTimeout     = 10 * time.Second       // of one connection, or of the name lookup
	closeNotifyTimeout = 500 * time.Millisecond // for the closing alert to leave
)

package tlsinspect

// CodeNoCertificate is the code of Fingerprint's error about a server that speaks
// TLS, and refused the board before showing a certificate.
const CodeNoCertificate = "no-certificate"

// The codes of findings. They are stable: scripts may rely on them.
const (
	// Whether the board can connect.
	CodeTLS13Only         = "tls13-only"
	CodeVersionTooOld     = "version-too-old"
	CodeNoSharedSuite     = "no-shared-suite"
	CodeRefused           = "handshake-refused"
	CodeBadHello          = "bad-server-hello"
	CodeKeyTooBig         = "key-too-big"
	CodeKeyTooSmall       = "key-too-small"
	CodeKeyUnsupported    = "key-unsupported"
	CodePSS               = "pss"
	CodeBadKeyProof       = "bad-key-proof"
	CodeClientCertificate = "client-certificate-wanted"
	CodeNotTLS            = "not-tls"
	CodeUnreachable       = "unreachable"
	CodeIPv6Only          = "ipv6-only"
	CodeSNINeeded         = "sni-needed"
	CodeBasicRefused      = "basic-ciphers-refused"
	CodeBasicSeesAnother  = "basic-ciphers-see-another"

	// Memory.
	CodeMFLNAccepted = "mfln-accepted"
	CodeMFLNRefused  = "mfln-refused"
	CodeMFLNIgnored  = "mfln-ignored-in-records"
	CodeMemory       = "memory"
	CodeOldTLS       = "old-tls"
	CodeSessionID    = "session-id"

	// The certificate and its chain.
	CodeExpired             = "expired"
	CodeNotYetValid         = "not-yet-valid"
	CodeExpiresSoon         = "expires-soon"
	CodeRenewalForecast     = "renewal-forecast"
	CodeNameMismatch        = "name-mismatch"
	CodeIPSANIgnored        = "ip-san-ignored"
	CodeSelfSigned          = "self-signed"
	CodeMissingIntermediate = "missing-intermediate"
	CodeChainOrder          = "chain-order"
	CodeWeakSignature       = "weak-signature"
	CodeSHA1Chain           = "sha1-chain"
	CodeUnparsable          = "unparsable-certificate"
	CodeNoCA                = "no-ca-pin"

	// What others are served.
	CodeBrowserSeesAnother = "browser-sees-another"
	CodeBrowserDistrusts   = "browser-distrusts"
	CodeAddressesDiffer    = "addresses-differ"
	CodeAddressDown        = "address-unreachable"
)
